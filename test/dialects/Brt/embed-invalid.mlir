// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Tokens of three axes.
func.func @embed_c1(%t: tensor<?x8x2xi32>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{'brt.embed' op expects tokens to have rank 2, but got 'tensor<?x8x2xi32>'}}
  %0 = brt.embed %t, %e : tensor<?x8x2xi32>, tensor<256x16xf32> -> tensor<?x8x16xf32>
  return
}

// -----

// A table of one axis.
func.func @embed_c1_b(%t: tensor<?x8xi32>, %e: tensor<256xf32>) {
  // expected-error @+1 {{'brt.embed' op expects table to have rank 2, but got 'tensor<256xf32>'}}
  %0 = brt.embed %t, %e : tensor<?x8xi32>, tensor<256xf32> -> tensor<?x8x16xf32>
  return
}

// -----

// Another width.
func.func @embed_c2(%t: tensor<?x8xi32>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{'brt.embed' op expects result to have shape [?, 8, 16], but got 'tensor<?x8x17xf32>'}}
  %0 = brt.embed %t, %e : tensor<?x8xi32>, tensor<256x16xf32> -> tensor<?x8x17xf32>
  return
}

// -----

// An f64 table of f32 activations.
func.func @embed_c3(%t: tensor<?x8xi32>, %e: tensor<256x16xf64>) {
  // expected-error @+1 {{'brt.embed' op expects table to have elements of type 'f32', but got 'tensor<256x16xf64>'}}
  %0 = brt.embed %t, %e : tensor<?x8xi32>, tensor<256x16xf64> -> tensor<?x8x16xf32>
  return
}
