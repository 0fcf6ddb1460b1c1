// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Keys of three axes.
func.func @state_attention_c1(%q: tensor<?x8x4x16xf32>, %k: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.state_attention' op expects key to have rank 4, but got 'tensor<?x8x16xf32>'}}
  %0 = brt.state_attention %q, %k, %k : tensor<?x8x4x16xf32>, tensor<?x8x16xf32>
  return
}

// -----

// Keys of another width.
func.func @state_attention_c1_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x8xf32>) {
  // expected-error @+1 {{'brt.state_attention' op expects key to have shape [?, 16, 4, 16], but got 'tensor<?x16x4x8xf32>'}}
  %0 = brt.state_attention %q, %k, %k : tensor<?x8x4x16xf32>, tensor<?x16x4x8xf32>
  return
}

// -----

// A temperature of two axes.
func.func @state_attention_c2(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4x1xf32>) {
  // expected-error @+1 {{'brt.state_attention' op expects temperature to have shape [4], but got 'tensor<4x1xf32>'}}
  %0 = brt.state_attention %q, %k, %k temperature(%t : tensor<4x1xf32>) : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// Keys of another element type.
func.func @state_attention_c3(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf64>) {
  // expected-error @+1 {{'brt.state_attention' op expects key to have elements of type 'f32', but got 'tensor<?x16x4x16xf64>'}}
  %0 = brt.state_attention %q, %k, %k : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf64>
  return
}

// -----

// A bf16 temperature of f32 activations.
func.func @state_attention_c4(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4xbf16>) {
  // expected-error @+1 {{'brt.state_attention' op expects temperature to have elements of type 'f32', but got 'tensor<4xbf16>'}}
  %0 = brt.state_attention %q, %k, %k temperature(%t : tensor<4xbf16>) : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// Not a number.
func.func @state_attention_c5(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>) {
  // expected-error @+1 {{'brt.state_attention' op expects scale to be positive and finite, but got nan}}
  %0 = brt.state_attention %q, %k, %k {scale = 0x7FF8000000000000 : f64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}
