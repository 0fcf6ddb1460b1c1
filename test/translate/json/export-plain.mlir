// RUN: brt-translate --export-json %s | FileCheck %s
// RUN: brt-translate --export-json %s | brt-translate --import-json | brt-opt -o %t.mlir
// RUN: brt-opt %s | diff - %t.mlir

// A model without recurrent layers has no values for their options.
// CHECK:      "recurrent_layers": [],
// CHECK:      "gate": null,
// CHECK-NEXT: "configuration": null,
// CHECK-NEXT: "states": 0,
// CHECK:      "parameter_dtype": "f64",
brt.model @_plain segment = 8, window = 8, width = 8, heads = 2, head_width = 4, ffn = 16, cache = false, precision = f64 {
  brt.embedding vocabulary = 16
  brt.transformer_layer
  brt.head final_norm = false, logit_scale = sqrt_vocab, loss_mask = input
}
