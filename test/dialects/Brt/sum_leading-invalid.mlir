// RUN: brt-opt %s --verify-diagnostics --split-input-file

// More axes than there are.
func.func @sum_leading_c1(%g: tensor<16xf32>) {
  // expected-error @+1 {{'brt.sum_leading' op expects result to have no more axes than input, but got 'tensor<1x16xf32>' and 'tensor<16xf32>'}}
  %0 = brt.sum_leading %g : tensor<16xf32> -> tensor<1x16xf32>
  return
}

// -----

// The first axis instead of the last.
func.func @sum_leading_c1_b(%g: tensor<8x16xf32>) {
  // expected-error @+1 {{'brt.sum_leading' op expects result to have shape [16], but got 'tensor<8xf32>'}}
  %0 = brt.sum_leading %g : tensor<8x16xf32> -> tensor<8xf32>
  return
}
