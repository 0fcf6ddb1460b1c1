// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// A model without a word more than it needs: sizes are printed always.
// CHECK:      brt.model @defaults segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
// CHECK-NEXT:   brt.embedding vocabulary = 32128
// CHECK-NEXT:   brt.transformer_layer
// CHECK-NEXT:   brt.head
// CHECK-NEXT: }
brt.model @defaults {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// Options of all layers at once.
// CHECK:      brt.model @layers segment = 512, window = 128, width = 256, heads = 4, head_width = 64, ffn = 1024 {
// CHECK-NEXT:   brt.embedding vocabulary = 256, absolute_positions = true
// CHECK-NEXT:   brt.transformer_layer count = 3
// CHECK-NEXT:   brt.recurrent_layer gate = fixed, configuration = skip, states = 128
// CHECK-NEXT:   brt.recurrent_layer gate = lstm, configuration = dual, states = 64, state_ids = false, learned_initial_state = false, always_clear = true, count = 2
// CHECK-NEXT:   brt.head final_norm = false, logit_scale = sqrt_vocab, loss_mask = shifted
brt.model @layers segment = 512, window = 128, width = 256, heads = 4, head_width = 64, ffn = 1024 {
  brt.embedding absolute_positions = true, vocabulary = 256
  brt.transformer_layer count = 3
  brt.recurrent_layer states = 128
  brt.recurrent_layer gate = lstm, configuration = dual, states = 64, count = 2, state_ids = false, learned_initial_state = false, always_clear = true
  brt.head final_norm = false, logit_scale = sqrt_vocab, loss_mask = shifted
}

// Attributes of other dialects come behind the options.
// CHECK:      brt.model @discardable segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 attributes {test.note = "kept"} {
// CHECK-NEXT:   brt.embedding vocabulary = 32128 {test.note = 1 : i64}
// CHECK-NEXT:   brt.transformer_layer {test.note}
brt.model @discardable attributes {test.note = "kept"} {
  brt.embedding {test.note = 1}
  brt.transformer_layer {test.note}
  brt.head
}

// A gate and a configuration of each kind.
// CHECK-LABEL: brt.model @gates
// CHECK:        brt.recurrent_layer gate = full, configuration = single, states = 512
// CHECK-NEXT:   brt.recurrent_layer gate = residual, configuration = skip, states = 512
brt.model @gates {
  brt.embedding
  brt.recurrent_layer gate = full, configuration = single
  brt.recurrent_layer gate = residual
  brt.head loss_mask = input
}
