// Four blocks a segment, and enough of a tensor for a budget to matter.
brt.model @small segment = 128, window = 32, width = 32, heads = 2, head_width = 16, ffn = 128 {
  brt.embedding vocabulary = 256
  brt.transformer_layer count = 2
  brt.recurrent_layer gate = fixed, configuration = skip, states = 32
  brt.transformer_layer
  brt.head
}
