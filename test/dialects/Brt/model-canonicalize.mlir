// RUN: brt-opt %s --canonicalize | FileCheck %s

// Equal neighbours are one layer with a count.
// CHECK-LABEL: brt.model @merge
// CHECK:         brt.transformer_layer count = 6
// CHECK-NEXT:    brt.recurrent_layer gate = lstm, configuration = skip, states = 512, count = 2
// CHECK-NEXT:    brt.transformer_layer
// CHECK-NEXT:    brt.head
brt.model @merge {
  brt.embedding
  brt.transformer_layer
  brt.transformer_layer count = 3
  brt.transformer_layer count = 2
  brt.recurrent_layer gate = lstm
  brt.recurrent_layer gate = lstm
  brt.transformer_layer
  brt.head
}

// Layers that differ in an option, or in an attribute of somebody else's, stay.
// CHECK-LABEL: brt.model @negative_different
// CHECK:         brt.recurrent_layer gate = fixed, configuration = skip, states = 512
// CHECK-NEXT:    brt.recurrent_layer gate = fixed, configuration = skip, states = 256
// CHECK-NEXT:    brt.transformer_layer {test.note}
// CHECK-NEXT:    brt.transformer_layer
brt.model @negative_different {
  brt.embedding
  brt.recurrent_layer states = 512
  brt.recurrent_layer states = 256
  brt.transformer_layer {test.note}
  brt.transformer_layer
  brt.head
}
