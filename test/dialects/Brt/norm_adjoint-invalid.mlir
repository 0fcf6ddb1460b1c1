// RUN: brt-opt %s --verify-diagnostics --split-input-file

// No features.
func.func @norm_adjoint_c1(%x: tensor<f32>, %s: tensor<16xf32>) {
  // expected-error @+1 {{'brt.norm_adjoint' op expects input to have a last axis, but got 'tensor<f32>'}}
  %0, %1 = brt.norm_adjoint rms %x, %s, %x : tensor<f32>, tensor<16xf32>
  return
}

// -----

// A scale of another width.
func.func @norm_adjoint_c1_b(%x: tensor<?x8xf32>, %s: tensor<16xf32>) {
  // expected-error @+1 {{'brt.norm_adjoint' op expects scale to have shape [8], but got 'tensor<16xf32>'}}
  %0, %1 = brt.norm_adjoint rms %x, %s, %x : tensor<?x8xf32>, tensor<16xf32>
  return
}

// -----

func.func @norm_adjoint_c2(%x: tensor<?x16xf32>, %s: tensor<16xf32>) {
  // expected-error @+1 {{'brt.norm_adjoint' op expects epsilon to be positive and finite, but got 0}}
  %0, %1 = brt.norm_adjoint rms %x, %s, %x {epsilon = 0.0 : f64} : tensor<?x16xf32>, tensor<16xf32>
  return
}

// -----

func.func @unit_normalize_adjoint_c1(%x: tensor<?x16xf32>) {
  // expected-error @+1 {{'brt.unit_normalize_adjoint' op expects epsilon to be positive and finite, but got -1}}
  %0 = brt.unit_normalize_adjoint %x, %x {epsilon = -1.0 : f64} : tensor<?x16xf32>
  return
}
