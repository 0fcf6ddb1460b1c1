// RUN: brt-opt %s --brt-expand-model=training --split-input-file | FileCheck %s
// RUN: brt-opt %s --brt-expand-model --split-input-file | FileCheck %s --check-prefix=PLAIN

// PLAIN-NOT: @training
// PLAIN-NOT: draw

// Every place that drops has a site of its own, layer by layer; the state side
// has none.
// CHECK: func.func @forward
// CHECK-NOT: draw
// CHECK: func.func @training
// CHECK-SAME: %[[STEP_IN:[^ :]+]]: tensor<i64> {brt.input = "step"}
// CHECK-SAME: %[[SEED_IN:[^ :]+]]: tensor<i64> {brt.input = "seed"})
// CHECK: %[[STEP:.+]] = tensor.extract %[[STEP_IN]][]
// CHECK: %[[SEED:.+]] = tensor.extract %[[SEED_IN]][]
// CHECK: brt.dropout {{.+}} draw(%[[SEED]], %[[STEP]]) {rate = 5.000000e-02 : f64, site = 0 : i64}
// CHECK: brt.window_attention {{.+}} draw(%[[SEED]], %[[STEP]]) {dropout_rate = 5.000000e-02 : f64, dropout_site = 1 : i64, window = 4 : i64}
// CHECK: brt.dropout {{.+}} site = 2 : i64
// CHECK: brt.recurrence
// CHECK: brt.dropout {{.+}} site = 3 : i64
// CHECK: brt.window_attention {{.+}} dropout_site = 4 : i64
// CHECK: brt.dropout {{.+}} site = 5 : i64
// CHECK: brt.yield
// CHECK: brt.dropout {{.+}} site = 6 : i64
// CHECK-NOT: draw
brt.model @both segment = 8, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32 {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.recurrent_layer states = 3
  brt.head
}

// -----

// Features alone.
// CHECK: func.func @training
// CHECK: brt.dropout
// CHECK-NOT: dropout_rate
// CHECK: return
brt.model @features segment = 8, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32, attention_dropout = 0.0 {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.head
}

// -----

// Without dropout nothing is drawn, and nothing is asked for.
// CHECK: func.func @training
// CHECK-SAME: %{{[^ :]+}}: tensor<?xi1> {brt.input = "start_of_sequence"})
// CHECK-NOT: dropout
// CHECK: return
brt.model @none segment = 8, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32, dropout = 0.0, attention_dropout = 0.0 {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.head
}
