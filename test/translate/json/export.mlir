// RUN: brt-translate --export-json %s | FileCheck %s
// RUN: brt-translate --export-json %s | brt-translate --import-json | brt-opt -o %t.mlir
// RUN: brt-opt %s | diff - %t.mlir

// Export, then import, is the identity.
// CHECK:      {
// CHECK-NEXT:  "name": "all",
// CHECK-NEXT:  "layers": 9,
// CHECK-NEXT:  "recurrent_layers": [
// CHECK-NEXT:   2,
// CHECK-NEXT:   3,
// CHECK-NEXT:   8
// CHECK-NEXT:  ],
// CHECK-NEXT:  "segment": 512,
// CHECK:       "gate": "full",
// CHECK-NEXT:  "configuration": "single",
// CHECK-NEXT:  "states": 96,
// CHECK-NEXT:  "state_ids": false,
// CHECK:       "position_bias": "alibi",
// CHECK-NEXT:  "alibi_per_head_bound": true,
// CHECK:       "norm_epsilon": 1.25E-7,
// CHECK:       "dropout": 0.1,
// CHECK-NEXT:  "attention_dropout": 0,
// CHECK-NEXT:  "dtype": "bf16",
// CHECK-NEXT:  "parameter_dtype": "f32",
// CHECK-NEXT:  "temperature_abs": false,
// CHECK-NEXT:  "loss_mask_input": true,
// CHECK-NEXT:  "loss_mask_shifted": true
// CHECK-NEXT: }
brt.model @all segment = 512, window = 64, width = 32, heads = 2, head_width = 24, ffn = 48, position_bias = alibi, alibi_bound_per_head = true, temperature = signed, attention_sink = true, norm_epsilon = 1.25e-7, activation = swiglu, dropout = 0.1, attention_dropout = 0.0, precision = bf16 {
  brt.embedding vocabulary = 77
  brt.transformer_layer count = 2
  brt.recurrent_layer gate = full, configuration = single, states = 96, state_ids = false, count = 2
  brt.transformer_layer count = 4
  brt.recurrent_layer gate = full, configuration = single, states = 96, state_ids = false
  brt.head loss_mask = shifted
}
