// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Keys of another width.
func.func @window_attention_adjoint_c1(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x8xf32>, %l: tensor<?x4x8xf32>) {
  // expected-error @+1 {{'brt.window_attention_adjoint' op expects key to have shape [?, 16, 4, 16], but got 'tensor<?x16x4x8xf32>'}}
  %0:3 = brt.window_attention_adjoint %q, %k, %k output %q, %l gradient %q {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x8xf32>, tensor<?x4x8xf32>
  return
}

// -----

// Too short a bias.
func.func @window_attention_adjoint_c1_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %b: tensor<4x7xf32>, %l: tensor<?x4x8xf32>) {
  // expected-error @+1 {{'brt.window_attention_adjoint' op expects bias to have at least 8 distances, but got 7}}
  %0:4 = brt.window_attention_adjoint %q, %k, %k bias(%b : tensor<4x7xf32>) output %q, %l gradient %q {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x4x8xf32>
  return
}

// -----

// Queries before heads.
func.func @window_attention_adjoint_c2(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %l: tensor<?x8x4xf32>) {
  // expected-error @+1 {{'brt.window_attention_adjoint' op expects log_sum_exp to have type 'tensor<?x4x8xf32>', but got 'tensor<?x8x4xf32>'}}
  %0:3 = brt.window_attention_adjoint %q, %k, %k output %q, %l gradient %q {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x8x4xf32>
  return
}

// -----

// A temperature for each of other heads.
func.func @state_attention_adjoint_c1(%q: tensor<?x8x4x16xf32>, %t: tensor<5xf32>, %l: tensor<?x4x8xf32>) {
  // expected-error @+1 {{'brt.state_attention_adjoint' op expects temperature to have shape [4], but got 'tensor<5xf32>'}}
  %0:4 = brt.state_attention_adjoint %q, %q, %q temperature(%t : tensor<5xf32>) output %q, %l gradient %q : tensor<?x8x4x16xf32>, tensor<?x8x4x16xf32>, tensor<?x4x8xf32>
  return
}

// -----

// A log-sum-exp as narrow as the query.
func.func @state_attention_adjoint_c2(%q: tensor<?x8x4x16xbf16>, %l: tensor<?x4x8xbf16>) {
  // expected-error @+1 {{'brt.state_attention_adjoint' op expects log_sum_exp to have type 'tensor<?x4x8xf32>', but got 'tensor<?x4x8xbf16>'}}
  %0:3 = brt.state_attention_adjoint %q, %q, %q output %q, %l gradient %q : tensor<?x8x4x16xbf16>, tensor<?x8x4x16xbf16>, tensor<?x4x8xbf16>
  return
}

// -----

// A result of window attention, and of state attention.
func.func @window_attention_c10(%q: tensor<?x8x4x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects log_sum_exp to have type 'tensor<?x4x8xf32>', but got 'tensor<?x4x8xf64>'}}
  %0, %1 = brt.window_attention %q, %q, %q {window = 8} : tensor<?x8x4x16xf32>, tensor<?x8x4x16xf32> -> tensor<?x4x8xf64>
  return
}

// -----

func.func @state_attention_c6(%q: tensor<?x8x4x16xf32>) {
  // expected-error @+1 {{'brt.state_attention' op expects log_sum_exp to have type 'tensor<?x4x8xf32>', but got 'tensor<?x4xf32>'}}
  %0, %1 = brt.state_attention %q, %q, %q : tensor<?x8x4x16xf32>, tensor<?x8x4x16xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @relative_bias_adjoint_c1(%t: tensor<4x32xf32>, %g: tensor<4x8xf32>) {
  // expected-error @+1 {{'brt.relative_bias_adjoint' op expects kind 'alibi' to have 2 parameters, but got 1}}
  %0 = brt.relative_bias_adjoint alibi (%t), %g {first_distance = 1} : (tensor<4x32xf32>, tensor<4x8xf32>) -> tensor<4x32xf32>
  return
}

// -----

func.func @relative_bias_adjoint_c2(%t: tensor<4x32xf32>, %g: tensor<8xf32>) {
  // expected-error @+1 {{'brt.relative_bias_adjoint' op expects gradient to have rank 2, but got 'tensor<8xf32>'}}
  %0 = brt.relative_bias_adjoint t5 (%t), %g {first_distance = 1} : (tensor<4x32xf32>, tensor<8xf32>) -> tensor<4x32xf32>
  return
}

// -----

func.func @relative_bias_adjoint_c3(%t: tensor<4x32xf32>, %g: tensor<4x8xf32>) {
  // expected-error @+1 {{'brt.relative_bias_adjoint' op expects results to have the types of parameters, but got 'tensor<4x8xf32>'}}
  %0 = brt.relative_bias_adjoint t5 (%t), %g {first_distance = 1} : (tensor<4x32xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}
