// Two layers, the second recurrent: a token sees 32 tokens of the past by itself,
// and all of it through the 16 vectors of the state.
brt.model @recurrent segment = 128, window = 16, width = 64, heads = 4, head_width = 16, ffn = 128, dropout = 0.0, attention_dropout = 0.0 {
  brt.embedding vocabulary = 256
  brt.transformer_layer
  brt.recurrent_layer gate = fixed, configuration = skip, states = 16
  brt.head
}
