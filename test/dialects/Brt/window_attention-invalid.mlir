// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Queries of three axes.
func.func @window_attention_c1(%q: tensor<?x8x16xf32>, %k: tensor<?x16x4x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects query to have rank 4, but got 'tensor<?x8x16xf32>'}}
  %0 = brt.window_attention %q, %k, %k {window = 8} : tensor<?x8x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// Keys of other heads.
func.func @window_attention_c1_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x3x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects key to have shape [?, 16, 4, 16], but got 'tensor<?x16x3x16xf32>'}}
  %0 = brt.window_attention %q, %k, %k {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x3x16xf32>
  return
}

// -----

// Keys of other lanes.
func.func @window_attention_c1_c(%q: tensor<2x8x4x16xf32>, %k: tensor<3x16x4x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects key to have shape [2, 16, 4, 16], but got 'tensor<3x16x4x16xf32>'}}
  %0 = brt.window_attention %q, %k, %k {window = 8} : tensor<2x8x4x16xf32>, tensor<3x16x4x16xf32>
  return
}

// -----

// A temperature of other heads.
func.func @window_attention_c2(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<3xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects temperature to have shape [4], but got 'tensor<3xf32>'}}
  %0 = brt.window_attention %q, %k, %k temperature(%t : tensor<3xf32>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// A sink of other heads.
func.func @window_attention_c2_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<3xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects sink to have shape [4], but got 'tensor<3xf32>'}}
  %0 = brt.window_attention %q, %k, %k sink(%t : tensor<3xf32>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// A bias of other heads.
func.func @window_attention_c3(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<3x8xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects bias to have shape [4, 8], but got 'tensor<3x8xf32>'}}
  %0 = brt.window_attention %q, %k, %k bias(%t : tensor<3x8xf32>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// Distances of the window are missing.
func.func @window_attention_c3_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4x7xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects bias to have at least 8 distances, but got 7}}
  %0 = brt.window_attention %q, %k, %k bias(%t : tensor<4x7xf32>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// Without a mask there are three blocks of distances.
func.func @window_attention_c3_c(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4x22xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects bias to have at least 23 distances, but got 22}}
  %0 = brt.window_attention %q, %k, %k bias(%t : tensor<4x22xf32>) {window = 8, causal = false} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// Positions of two axes.
func.func @window_attention_c4(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<?x8xi32>) {
  // expected-error @+1 {{'brt.window_attention' op expects positions to have shape [?], but got 'tensor<?x8xi32>'}}
  %0 = brt.window_attention %q, %k, %k positions(%t : tensor<?x8xi32>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// No window.
func.func @window_attention_c5(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects window to be between 1 and 16777216, but got 0}}
  %0 = brt.window_attention %q, %k, %k {window = 0} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// A window whose multiples overflow.
func.func @window_attention_c5_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects window to be between 1 and 16777216, but got 9223372036854775807}}
  %0 = brt.window_attention %q, %k, %k {window = 9223372036854775807} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// The first queries stand before the first key.
func.func @window_attention_c6(%q: tensor<?x8x4x16xf32>, %k: tensor<?x4x4x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects at least as many keys as queries, but got 4 keys and 8 queries}}
  %0 = brt.window_attention %q, %k, %k {window = 8} : tensor<?x8x4x16xf32>, tensor<?x4x4x16xf32>
  return
}

// -----

// Keys of another element type.
func.func @window_attention_c7(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xbf16>) {
  // expected-error @+1 {{'brt.window_attention' op expects key to have elements of type 'f32', but got 'tensor<?x16x4x16xbf16>'}}
  %0 = brt.window_attention %q, %k, %k {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xbf16>
  return
}

// -----

// An f64 temperature.
func.func @window_attention_c8(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4xf64>) {
  // expected-error @+1 {{'brt.window_attention' op expects temperature to have elements of type 'f32', but got 'tensor<4xf64>'}}
  %0 = brt.window_attention %q, %k, %k temperature(%t : tensor<4xf64>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// An f64 bias.
func.func @window_attention_c8_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4x8xf64>) {
  // expected-error @+1 {{'brt.window_attention' op expects bias to have elements of type 'f32', but got 'tensor<4x8xf64>'}}
  %0 = brt.window_attention %q, %k, %k bias(%t : tensor<4x8xf64>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// An f64 sink.
func.func @window_attention_c8_c(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %t: tensor<4xf64>) {
  // expected-error @+1 {{'brt.window_attention' op expects sink to have elements of type 'f32', but got 'tensor<4xf64>'}}
  %0 = brt.window_attention %q, %k, %k sink(%t : tensor<4xf64>) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// No scale.
func.func @window_attention_c9(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>) {
  // expected-error @+1 {{'brt.window_attention' op expects scale to be positive and finite, but got 0.000000e+00}}
  %0 = brt.window_attention %q, %k, %k {window = 8, scale = 0.0 : f64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// A seed without a step.
func.func @window_attention_c11(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %s: i64) {
  // expected-error @+1 {{'brt.window_attention' op expects draw to have a seed and a step, and to go without positions, but got operands 'tensor<?x8x4x16xf32>', 'tensor<?x16x4x16xf32>', 'tensor<?x16x4x16xf32>', 'i64'}}
  %0 = "brt.window_attention"(%q, %k, %k, %s) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 1, 0>, window = 8} : (tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x16x4x16xf32>, i64) -> tensor<?x8x4x16xf32>
  return
}

// -----

// A lane's own positions.
func.func @window_attention_c11_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %s: i64, %p: tensor<?xi32>) {
  // expected-error @+1 {{'brt.window_attention' op expects draw to have a seed and a step, and to go without positions, but got operands}}
  %0 = brt.window_attention %q, %k, %k positions(%p : tensor<?xi32>) draw(%s, %s) {window = 8} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// Nothing would be left.
func.func @window_attention_c12(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %s: i64) {
  // expected-error @+1 {{'brt.window_attention' op expects dropout_rate to be in [0, 1), but got 1.000000e+00}}
  %0 = brt.window_attention %q, %k, %k draw(%s, %s) {window = 8, dropout_rate = 1.0 : f64} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}

// -----

// A negative site.
func.func @window_attention_c12_b(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>, %s: i64) {
  // expected-error @+1 {{'brt.window_attention' op expects dropout_site to be between 0 and 2^31 - 1, but got -5}}
  %0 = brt.window_attention %q, %k, %k draw(%s, %s) {window = 8, dropout_site = -5} : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
  return
}
