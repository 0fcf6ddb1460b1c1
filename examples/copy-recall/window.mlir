// Three layers with as many parameters as the recurrent model: a token sees 48
// tokens of the past, and nothing before.
brt.model @window segment = 128, window = 16, width = 64, heads = 4, head_width = 16, ffn = 128, dropout = 0.0, attention_dropout = 0.0 {
  brt.embedding vocabulary = 256
  brt.transformer_layer count = 3
  brt.head
}
