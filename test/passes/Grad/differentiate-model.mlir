// RUN: brt-opt %s --brt-training-pipeline | FileCheck %s
// RUN: brt-opt %s --brt-training-pipeline --brt-verify-level=cell -o /dev/null

// A model's gradients; those of lanes that go on do not reach the initial state,
// and none reaches the carry.
// CHECK: func.func @forward
// CHECK-NOT: draw
// CHECK-NOT: func.func @training
// CHECK: func.func @gradient
// CHECK-SAME: %[[START:[^ :]+]]: tensor<?xi1> {brt.input = "start_of_sequence"}
// CHECK-SAME: %[[STEP_IN:[^ :]+]]: tensor<i64> {brt.input = "step"}
// CHECK-SAME: %[[SEED_IN:[^ :]+]]: tensor<i64> {brt.input = "seed"})
// CHECK-SAME: brt.output = "loss_sum"
// CHECK-SAME: brt.output = "token_count"
// CHECK-SAME: brt.carry = "0/keys"
// CHECK-SAME: brt.gradient = "embed/embedding"
// CHECK-SAME: brt.gradient = "transformer0/recurrent_initial_state"
// CHECK-SAME: brt.gradient = "final_layernorm/scale"

// Attention saves its log-sum-exp and nothing of queries times keys. Masks are
// drawn again on the way back, in the reverse order.
// CHECK-DAG: %[[STEP:.+]] = tensor.extract %[[STEP_IN]][]
// CHECK-DAG: %[[SEED:.+]] = tensor.extract %[[SEED_IN]][]
// CHECK: brt.dropout %{{.+}} draw(%[[SEED]], %[[STEP]]) {rate = 1.250000e-01 : f64, site = 0 : i64}
// CHECK: brt.window_attention {{.+}} draw(%[[SEED]], %[[STEP]]) {dropout_rate = 2.500000e-01 : f64, dropout_site = 1 : i64, window = 4 : i64} {{.+}} -> tensor<?x2x4xf32>
// CHECK: brt.state_attention {{.+}} -> tensor<?x2x4xf32>
// CHECK-NOT: tensor<?x2x4x8xf32>
// CHECK: brt.dropout {{.+}} site = 2 : i64
// CHECK: brt.dropout {{.+}} site = 3 : i64
// CHECK: brt.cross_entropy_adjoint
// CHECK: brt.dropout {{.+}} site = 3 : i64
// CHECK: brt.recurrence reverse blocks = 2
// CHECK: brt.gate_adjoint fixed
// CHECK: brt.dropout {{.+}} site = 2 : i64
// CHECK: brt.state_attention_adjoint
// CHECK: brt.window_attention_adjoint {{.+}} draw(%[[SEED]], %[[STEP]])
// CHECK: brt.dropout {{.+}} site = 0 : i64
// CHECK: brt.embed_adjoint
// CHECK: %[[CHOSEN:.+]] = brt.select_lanes %[[START]], %{{.+}}, %{{.+}} : tensor<?xi1>, tensor<?x3x16xf32>, tensor<?x3x16xf32>
// CHECK: brt.sum_leading %[[CHOSEN]] : tensor<?x3x16xf32> -> tensor<3x16xf32>
// CHECK: return
brt.model @tiny segment = 8, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32, dropout = 0.125, attention_dropout = 0.25 {
  brt.embedding vocabulary = 31
  brt.recurrent_layer states = 3
  brt.head
}
