// The model of the first example: fixed:skip on bytes, 5.38 M parameters. The
// fourth of its six layers is recurrent.
brt.model @books segment = 512, window = 128, width = 256, heads = 4, head_width = 64, ffn = 1024 {
  brt.embedding vocabulary = 256
  brt.transformer_layer count = 3
  brt.recurrent_layer gate = fixed, configuration = skip, states = 128
  brt.transformer_layer count = 2
  brt.head
}
