// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Logits without positions.
func.func @cross_entropy_adjoint_c1(%l: tensor<?x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>, %g: tensor<?x8xf32>) {
  // expected-error @+1 {{'brt.cross_entropy_adjoint' op expects logits to have rank 3, but got 'tensor<?x256xf32>'}}
  %0 = brt.cross_entropy_adjoint %l, %t, %m, %g : tensor<?x256xf32>, tensor<?x8xi32>, tensor<?x8xi1>, tensor<?x8xf32>
  return
}

// -----

// Fewer targets.
func.func @cross_entropy_adjoint_c2(%l: tensor<?x8x256xf32>, %t: tensor<?x7xi32>, %m: tensor<?x8xi1>, %g: tensor<?x8xf32>) {
  // expected-error @+1 {{'brt.cross_entropy_adjoint' op expects targets to have shape [?, 8], but got 'tensor<?x7xi32>'}}
  %0 = brt.cross_entropy_adjoint %l, %t, %m, %g : tensor<?x8x256xf32>, tensor<?x7xi32>, tensor<?x8xi1>, tensor<?x8xf32>
  return
}

// -----

// Fewer flags.
func.func @cross_entropy_adjoint_c2_b(%l: tensor<?x8x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x7xi1>, %g: tensor<?x8xf32>) {
  // expected-error @+1 {{'brt.cross_entropy_adjoint' op expects mask to have shape [?, 8], but got 'tensor<?x7xi1>'}}
  %0 = brt.cross_entropy_adjoint %l, %t, %m, %g : tensor<?x8x256xf32>, tensor<?x8xi32>, tensor<?x7xi1>, tensor<?x8xf32>
  return
}

// -----

// The gradient of the sum.
func.func @cross_entropy_adjoint_c2_c(%l: tensor<?x8x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>, %g: tensor<f32>) {
  // expected-error @+1 {{'brt.cross_entropy_adjoint' op expects gradient to have shape [?, 8], but got 'tensor<f32>'}}
  %0 = brt.cross_entropy_adjoint %l, %t, %m, %g : tensor<?x8x256xf32>, tensor<?x8xi32>, tensor<?x8xi1>, tensor<f32>
  return
}
