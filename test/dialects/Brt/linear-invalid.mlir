// RUN: brt-opt %s --verify-diagnostics --split-input-file

// A matrix of other rows.
func.func @linear_c1(%x: tensor<?x8x16xf32>, %w: tensor<8x32xf32>) {
  // expected-error @+1 {{'brt.linear' op expects weight to have shape [16, 32], but got 'tensor<8x32xf32>'}}
  %0 = brt.linear %x, %w : tensor<?x8x16xf32>, tensor<8x32xf32>
  return
}

// -----

// No matrix.
func.func @linear_c1_b(%x: tensor<?x8x16xf32>, %w: tensor<16xf32>) {
  // expected-error @+1 {{'brt.linear' op expects weight to have rank 2 and input rank 1 or more, but got 'tensor<16xf32>' and 'tensor<?x8x16xf32>'}}
  %0 = brt.linear %x, %w : tensor<?x8x16xf32>, tensor<16xf32>
  return
}

// -----

// A bias of the input, not the output.
func.func @linear_c2(%x: tensor<?x8x16xf32>, %w: tensor<16x32xf32>, %b: tensor<16xf32>) {
  // expected-error @+1 {{'brt.linear' op expects bias to have shape [32], but got 'tensor<16xf32>'}}
  %0 = brt.linear %x, %w bias(%b : tensor<16xf32>) : tensor<?x8x16xf32>, tensor<16x32xf32>
  return
}

// -----

// An f64 matrix of f32 activations.
func.func @linear_c3(%x: tensor<?x8x16xf32>, %w: tensor<16x32xf64>) {
  // expected-error @+1 {{'brt.linear' op expects weight to have elements of type 'f32', but got 'tensor<16x32xf64>'}}
  %0 = brt.linear %x, %w : tensor<?x8x16xf32>, tensor<16x32xf64>
  return
}

// -----

// An f64 bias of bf16 activations.
func.func @linear_c3_b(%x: tensor<?x8x16xbf16>, %w: tensor<16x32xf32>, %b: tensor<32xf64>) {
  // expected-error @+1 {{'brt.linear' op expects bias to have elements of type 'bf16', but got 'tensor<32xf64>'}}
  %0 = brt.linear %x, %w bias(%b : tensor<32xf64>) : tensor<?x8x16xbf16>, tensor<16x32xf32>
  return
}

// -----

// No matrix, in generic form.
func.func @linear_c1_generic(%x: tensor<?x8x16xf32>, %w: tensor<16xf32>) {
  // expected-error @+1 {{'brt.linear' op expects weight to have rank 2 and input rank 1 or more, but got 'tensor<16xf32>' and 'tensor<?x8x16xf32>'}}
  %0 = "brt.linear"(%x, %w) : (tensor<?x8x16xf32>, tensor<16xf32>) -> tensor<?x8x16xf32>
  return
}

// -----

// A result that is not inferred, but given.
func.func @linear_result(%x: tensor<?x8x16xf32>, %w: tensor<16x32xf32>) {
  // expected-error @+2 {{'brt.linear' op failed to infer returned types}}
  // expected-error @+1 {{'brt.linear' op inferred type(s) 'tensor<?x8x32xf32>' are incompatible with return type(s) of operation 'tensor<?x8x16xf32>'}}
  %0 = "brt.linear"(%x, %w) : (tensor<?x8x16xf32>, tensor<16x32xf32>) -> tensor<?x8x16xf32>
  return
}
