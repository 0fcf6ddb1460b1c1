// RUN: brt-opt %s --verify-diagnostics --split-input-file

// No features.
func.func @weight_gradient_c1(%x: tensor<f32>, %g: tensor<5xf32>) {
  // expected-error @+1 {{'brt.weight_gradient' op expects input and gradient to have a last axis, but got 'tensor<f32>' and 'tensor<5xf32>'}}
  %0 = brt.weight_gradient %x, %g : tensor<f32>, tensor<5xf32> -> tensor<1x5xf32>
  return
}

// -----

// Another number of positions.
func.func @weight_gradient_c1_b(%x: tensor<?x8x16xf32>, %g: tensor<?x7x32xf32>) {
  // expected-error @+1 {{'brt.weight_gradient' op expects gradient to have shape [?, 8, 32], but got 'tensor<?x7x32xf32>'}}
  %0 = brt.weight_gradient %x, %g : tensor<?x8x16xf32>, tensor<?x7x32xf32> -> tensor<16x32xf32>
  return
}

// -----

// The transposed matrix.
func.func @weight_gradient_c2(%x: tensor<?x8x16xf32>, %g: tensor<?x8x32xf32>) {
  // expected-error @+1 {{'brt.weight_gradient' op expects result to have shape [16, 32], but got 'tensor<32x16xf32>'}}
  %0 = brt.weight_gradient %x, %g : tensor<?x8x16xf32>, tensor<?x8x32xf32> -> tensor<32x16xf32>
  return
}
