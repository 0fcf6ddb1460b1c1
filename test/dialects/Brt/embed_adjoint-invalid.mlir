// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Tokens without lanes.
func.func @embed_adjoint_c1(%t: tensor<8xi32>, %g: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.embed_adjoint' op expects tokens to have rank 2, but got 'tensor<8xi32>'}}
  %0 = brt.embed_adjoint %t, %g : tensor<8xi32>, tensor<?x8x16xf32> -> tensor<256x16xf32>
  return
}

// -----

// A table of numbers.
func.func @embed_adjoint_c1_b(%t: tensor<?x8xi32>, %g: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.embed_adjoint' op expects result to have rank 2, but got 'tensor<256xf32>'}}
  %0 = brt.embed_adjoint %t, %g : tensor<?x8xi32>, tensor<?x8x16xf32> -> tensor<256xf32>
  return
}

// -----

// Another width.
func.func @embed_adjoint_c2(%t: tensor<?x8xi32>, %g: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.embed_adjoint' op expects gradient to have shape [?, 8, 8], but got 'tensor<?x8x16xf32>'}}
  %0 = brt.embed_adjoint %t, %g : tensor<?x8xi32>, tensor<?x8x16xf32> -> tensor<256x8xf32>
  return
}
