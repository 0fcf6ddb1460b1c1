// RUN: brt-opt %s --brt-expand-model --split-input-file --verify-diagnostics

// expected-note @+1 {{the first is here}}
brt.model @one segment = 4, window = 4 {
  brt.embedding
  brt.transformer_layer
  brt.head
}
// expected-error @+1 {{expects to be the only model of its module, but got a second one}}
brt.model @two segment = 4, window = 4 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{expects the name of an entry point to be free, but got 'decode' defined}}
func.func private @decode()
brt.model @one segment = 4, window = 4 {
  brt.embedding
  brt.transformer_layer
  brt.head
}
