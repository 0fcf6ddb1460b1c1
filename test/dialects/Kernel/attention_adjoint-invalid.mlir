// RUN: brt-opt %s --split-input-file --verify-diagnostics

// Keys of other heads.
func.func @attention_adjoint_c1(%q: memref<?x8x4x16xf32>, %k: memref<?x12x3x16xf32>, %v: memref<?x12x3x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x3x16xf32>, %o2: memref<?x12x3x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects key to have shape [?, 12, 4, 16], but got 'memref<?x12x3x16xf32>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x3x16xf32>, memref<?x12x3x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x3x16xf32>, memref<?x12x3x16xf32>
  return
}

// -----

// A gradient of other features.
func.func @attention_adjoint_c1_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x15xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects gradient to have shape [?, 8, 4, 16], but got 'memref<?x8x4x15xf32>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x15xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A gradient of another type.
func.func @attention_adjoint_c1_c(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xbf16>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects queries, keys, values and the gradient to have one floating-point type, but got 'memref<?x8x4x16xf32>' and 'memref<?x8x4x16xbf16>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xbf16>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A log-sum-exp in the order of queries.
func.func @attention_adjoint_c2(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x8x4xf32>, %d: memref<?x8x4xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects log_sum_exp to have shape [?, 4, 8], but got 'memref<?x8x4xf32>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x8x4xf32>, memref<?x8x4xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A delta for keys.
func.func @attention_adjoint_c2_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x12xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects delta to have shape [?, 4, 8], but got 'memref<?x4x12xf32>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x12xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A narrower delta.
func.func @attention_adjoint_c2_c(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xbf16>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects log_sum_exp and delta to have one floating-point type, but got 'memref<?x4x8xf32>' and 'memref<?x4x8xbf16>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xbf16>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A temperature of other heads.
func.func @attention_adjoint_c3(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %t: memref<3xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects temperature to have shape [4], but got 'memref<3xf32>'}}
  kernel.attention_adjoint %q, %k, %v temperature(%t : memref<3xf32>) gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// Fewer distances than the window has.
func.func @attention_adjoint_c4(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %b: memref<4x7xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects bias to have shape [4, 8] or more, but got 'memref<4x7xf32>'}}
  kernel.attention_adjoint %q, %k, %v bias(%b : memref<4x7xf32>) gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) {window = 8} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A position for every query.
func.func @attention_adjoint_c5(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %p: memref<?x8xi32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects positions to have shape [?], but got 'memref<?x8xi32>'}}
  kernel.attention_adjoint %q, %k, %v positions(%p : memref<?x8xi32>) gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) {window = 8} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A bias by distance where all keys are seen.
func.func @attention_adjoint_c6(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %b: memref<4x8xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects bias, positions and draw to go with a window, which is positive, but got none}}
  kernel.attention_adjoint %q, %k, %v bias(%b : memref<4x8xf32>) gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A window of nothing.
func.func @attention_adjoint_c6_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects bias, positions and draw to go with a window, which is positive, but got 0}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) {window = 0} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A seed without a step.
func.func @attention_adjoint_c7(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %s: i64) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects draw to have a seed and a step, but got one}}
  "kernel.attention_adjoint"(%q, %k, %v, %s, %g, %l, %d, %o0, %o1, %o2) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 3>, window = 8 : i64}> : (memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>, i64, memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>, memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) -> ()
  return
}

// -----

// No gradient of the temperature.
func.func @attention_adjoint_c8(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %t: memref<4xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects 4 inits, one for each gradient, but got 3}}
  kernel.attention_adjoint %q, %k, %v temperature(%t : memref<4xf32>) gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A gradient of the bias for all lanes.
func.func @attention_adjoint_c8_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %o3: memref<4x8xf32>, %b: memref<4x8xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects bias_gradient to have shape [?, 4, 8], but got 'memref<4x8xf32>'}}
  kernel.attention_adjoint %q, %k, %v bias(%b : memref<4x8xf32>) gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2, %o3 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>, memref<4x8xf32>) {window = 8} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A gradient of the temperature without one for each query.
func.func @attention_adjoint_c8_c(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>, %o3: memref<?x4x1xf32>, %t: memref<4xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects temperature_gradient to have shape [?, 4, 8], but got 'memref<?x4x1xf32>'}}
  kernel.attention_adjoint %q, %k, %v temperature(%t : memref<4xf32>) gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2, %o3 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>, memref<?x4x1xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// Sums of queries in bf16.
func.func @attention_adjoint_c9(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xbf16>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects query_gradient to be of 'f32', but got 'memref<?x8x4x16xbf16>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xbf16>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// Gradients of keys that are wider than they.
func.func @attention_adjoint_c9_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %g: memref<?x8x4x16xf32>, %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %o0: memref<?x8x4x16xf32>, %o1: memref<?x12x4x16xf32>, %o2: memref<?x12x4x16xf64>) {
  // expected-error @+1 {{'kernel.attention_adjoint' op expects value_gradient to be of 'f32', but got 'memref<?x12x4x16xf64>'}}
  kernel.attention_adjoint %q, %k, %v gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>) outs(%o0, %o1, %o2 : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf64>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}
