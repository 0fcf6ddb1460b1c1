// Two blocks a segment, and a recurrent layer between two others.
brt.model @tiny segment = 16, window = 8, width = 16, heads = 2, head_width = 8, ffn = 32 {
  brt.embedding vocabulary = 256
  brt.transformer_layer count = 1
  brt.recurrent_layer gate = lstm, configuration = dual, states = 4
  brt.transformer_layer count = 1
  brt.head
}
