// The model of the speed figures: 158 MFLOP a token and step of training. Without
// dropout, which the peers do not have.
brt.model @six_layers segment = 4096, window = 512, width = 512, heads = 8, head_width = 64, ffn = 2048, dropout = 0.0, attention_dropout = 0.0 {
  brt.embedding vocabulary = 256
  brt.transformer_layer count = 3
  brt.recurrent_layer gate = fixed, configuration = skip, states = 512
  brt.transformer_layer count = 2
  brt.head
}
