// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Rotary positions are no bias.
func.func @relative_bias_c1() {
  // expected-error @+1 {{'brt.relative_bias' op expects kind to be 't5', 'fourier', 'alibi' or 'nn', but got 'rotary'}}
  %0 = brt.relative_bias rotary () {first_distance = 1} : () -> tensor<4x8xf32>
  return
}

// -----

// Two tables.
func.func @relative_bias_c2(%p0: tensor<4x32xf32>, %p1: tensor<4x32xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects kind 't5' to have 1 parameters, but got 2}}
  %0 = brt.relative_bias t5 (%p0, %p1) {first_distance = 1} : (tensor<4x32xf32>, tensor<4x32xf32>) -> tensor<4x8xf32>
  return
}

// -----

// Too few buckets.
func.func @relative_bias_c2_b(%p0: tensor<4x31xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects parameter 0 to have shape [4, 32], but got 'tensor<4x31xf32>'}}
  %0 = brt.relative_bias t5 (%p0) {first_distance = 1} : (tensor<4x31xf32>) -> tensor<4x8xf32>
  return
}

// -----

// Two bounds of four heads.
func.func @relative_bias_c2_c(%p0: tensor<1xf32>, %p1: tensor<2xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects parameter 1 to have shape [4], but got 'tensor<2xf32>'}}
  %0 = brt.relative_bias alibi (%p0, %p1) {first_distance = 1} : (tensor<1xf32>, tensor<2xf32>) -> tensor<4x8xf32>
  return
}

// -----

// Hidden layers of two widths.
func.func @relative_bias_c2_d(%p0: tensor<5xf32>, %p1: tensor<6xf32>, %p2: tensor<4x5xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects parameter 1 to have shape [5], but got 'tensor<6xf32>'}}
  %0 = brt.relative_bias nn (%p0, %p1, %p2) {first_distance = 1} : (tensor<5xf32>, tensor<6xf32>, tensor<4x5xf32>) -> tensor<4x8xf32>
  return
}

// -----

// Waves of other heads.
func.func @relative_bias_c2_e(%p0: tensor<3x6xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects parameter 0 to have shape [4, 6], but got 'tensor<3x6xf32>'}}
  %0 = brt.relative_bias fourier (%p0) {first_distance = 1, max_keys = 16} : (tensor<3x6xf32>) -> tensor<4x8xf32>
  return
}

// -----

// One axis.
func.func @relative_bias_c3(%p0: tensor<4x32xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects result to have rank 2, but got 'tensor<8xf32>'}}
  %0 = brt.relative_bias t5 (%p0) {first_distance = 1} : (tensor<4x32xf32>) -> tensor<8xf32>
  return
}

// -----

// Waves of no length.
func.func @relative_bias_c4(%p0: tensor<4x6xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects kind 'fourier' to have 'max_keys', but got none}}
  %0 = brt.relative_bias fourier (%p0) {first_distance = 1} : (tensor<4x6xf32>) -> tensor<4x8xf32>
  return
}

// -----

// Waves of a negative length.
func.func @relative_bias_c4_b(%p0: tensor<4x6xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects max_keys to be positive and finite, but got -1.000000e+00}}
  %0 = brt.relative_bias fourier (%p0) {first_distance = 1, max_keys = -1} : (tensor<4x6xf32>) -> tensor<4x8xf32>
  return
}

// -----

// A cosine without its sine.
func.func @relative_bias_c4_c(%p0: tensor<4x5xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects parameter 0 to have an even number of columns, but got 5}}
  %0 = brt.relative_bias fourier (%p0) {first_distance = 1, max_keys = 16} : (tensor<4x5xf32>) -> tensor<4x8xf32>
  return
}

// -----

// A distance whose sums overflow.
func.func @relative_bias_c5(%p0: tensor<4x32xf32>) {
  // expected-error @+1 {{'brt.relative_bias' op expects first_distance to be less than 2^31 in magnitude, but got 9223372036854775807}}
  %0 = brt.relative_bias t5 (%p0) {first_distance = 9223372036854775807} : (tensor<4x32xf32>) -> tensor<4x8xf32>
  return
}

// -----

// An f64 table.
func.func @relative_bias_c6(%p0: tensor<4x32xf64>) {
  // expected-error @+1 {{'brt.relative_bias' op expects parameter 0 to have elements of type 'f32', but got 'tensor<4x32xf64>'}}
  %0 = brt.relative_bias t5 (%p0) {first_distance = 1} : (tensor<4x32xf64>) -> tensor<4x8xf32>
  return
}
