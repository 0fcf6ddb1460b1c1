// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Two axes.
func.func @add_state_ids_c1(%s: tensor<8x16xf32>) {
  // expected-error @+1 {{'brt.add_state_ids' op expects input to have rank 3, but got 'tensor<8x16xf32>'}}
  %0 = brt.add_state_ids %s, %s : tensor<8x16xf32>, tensor<8x16xf32>
  return
}

// -----

// Vectors of other states.
func.func @add_state_ids_c1_b(%s: tensor<?x8x16xf32>, %i: tensor<4x16xf32>) {
  // expected-error @+1 {{'brt.add_state_ids' op expects ids to have shape [8, 16], but got 'tensor<4x16xf32>'}}
  %0 = brt.add_state_ids %s, %i : tensor<?x8x16xf32>, tensor<4x16xf32>
  return
}

// -----

// f64 vectors of an f32 state.
func.func @add_state_ids_c2(%s: tensor<?x8x16xf32>, %i: tensor<8x16xf64>) {
  // expected-error @+1 {{'brt.add_state_ids' op expects ids to have elements of type 'f32', but got 'tensor<8x16xf64>'}}
  %0 = brt.add_state_ids %s, %i : tensor<?x8x16xf32>, tensor<8x16xf64>
  return
}
