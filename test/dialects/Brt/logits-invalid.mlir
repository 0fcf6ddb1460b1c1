// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Two axes.
func.func @logits_c1(%y: tensor<8x16xf32>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{'brt.logits' op expects input to have rank 3, but got 'tensor<8x16xf32>'}}
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<8x16xf32>, tensor<256x16xf32> -> tensor<?x8x256xf32>
  return
}

// -----

// A table of another width.
func.func @logits_c1_b(%y: tensor<?x8x16xf32>, %e: tensor<256x8xf32>) {
  // expected-error @+1 {{'brt.logits' op expects table to have shape [256, 16], but got 'tensor<256x8xf32>'}}
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xf32>, tensor<256x8xf32> -> tensor<?x8x256xf32>
  return
}

// -----

// A table of three axes.
func.func @logits_c1_c(%y: tensor<?x8x16xf32>, %e: tensor<256x4x4xf32>) {
  // expected-error @+1 {{'brt.logits' op expects table to have rank 2, but got 'tensor<256x4x4xf32>'}}
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xf32>, tensor<256x4x4xf32> -> tensor<?x8x256xf32>
  return
}

// -----

// Another vocabulary.
func.func @logits_c2(%y: tensor<?x8x16xf32>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{'brt.logits' op expects result to have shape [?, 8, 256], but got 'tensor<?x8x255xf32>'}}
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xf32>, tensor<256x16xf32> -> tensor<?x8x255xf32>
  return
}

// -----

// Nothing to divide by.
func.func @logits_c3(%y: tensor<?x8x16xf32>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{'brt.logits' op expects divisor to be positive and finite, but got 0.000000e+00}}
  %0 = brt.logits %y, %e {divisor = 0.0 : f64} : tensor<?x8x16xf32>, tensor<256x16xf32> -> tensor<?x8x256xf32>
  return
}

// -----

// An infinite divisor.
func.func @logits_c3_b(%y: tensor<?x8x16xf32>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{'brt.logits' op expects divisor to be positive and finite, but got INF}}
  %0 = brt.logits %y, %e {divisor = 0x7FF0000000000000 : f64} : tensor<?x8x16xf32>, tensor<256x16xf32> -> tensor<?x8x256xf32>
  return
}

// -----

// An f64 table of f32 activations.
func.func @logits_c4(%y: tensor<?x8x16xf32>, %e: tensor<256x16xf64>) {
  // expected-error @+1 {{'brt.logits' op expects table to have elements of type 'f32', but got 'tensor<256x16xf64>'}}
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xf32>, tensor<256x16xf64> -> tensor<?x8x256xf32>
  return
}

// -----

// Logits of bf16 activations are f32.
func.func @logits_c5(%y: tensor<?x8x16xbf16>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{'brt.logits' op expects result to have elements of type 'f32', but got 'tensor<?x8x256xbf16>'}}
  %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xbf16>, tensor<256x16xf32> -> tensor<?x8x256xbf16>
  return
}
