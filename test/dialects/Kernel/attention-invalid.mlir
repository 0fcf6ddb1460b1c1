// RUN: brt-opt %s --split-input-file --verify-diagnostics

// Any number of queries.
func.func @attention_c1(%q: memref<?x?x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x?x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects query and key to have four axes, of which only the first is dynamic, but got 'memref<?x?x4x16xf32>' and 'memref<?x12x4x16xf32>'}}
  kernel.attention %q, %k, %v outs(%y : memref<?x?x4x16xf32>) : memref<?x?x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// Keys of other heads.
func.func @attention_c1_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x3x16xf32>, %v: memref<?x12x3x16xf32>, %y: memref<?x8x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects key to have shape [?, 12, 4, 16], but got 'memref<?x12x3x16xf32>'}}
  kernel.attention %q, %k, %v outs(%y : memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x3x16xf32>, memref<?x12x3x16xf32>
  return
}

// -----

// Values of another type.
func.func @attention_c1_c(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xbf16>, %y: memref<?x8x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects queries, keys, values and the result to have one floating-point type, but got 'memref<?x8x4x16xf32>' and 'memref<?x12x4x16xbf16>'}}
  kernel.attention %q, %k, %v outs(%y : memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xbf16>
  return
}

// -----

// A temperature of other heads.
func.func @attention_c2(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %t: memref<3xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects temperature to have shape [4], but got 'memref<3xf32>'}}
  kernel.attention %q, %k, %v temperature(%t : memref<3xf32>) outs(%y : memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A sink of other heads.
func.func @attention_c2_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %t: memref<3xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects sink to have shape [4], but got 'memref<3xf32>'}}
  kernel.attention %q, %k, %v sink(%t : memref<3xf32>) outs(%y : memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// Fewer distances than the window has.
func.func @attention_c3(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %b: memref<4x7xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects bias to have shape [4, 8] or more, but got 'memref<4x7xf32>'}}
  kernel.attention %q, %k, %v bias(%b : memref<4x7xf32>) outs(%y : memref<?x8x4x16xf32>) {window = 8} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// Fewer distances than two blocks have.
func.func @attention_c3_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %b: memref<4x22xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects bias to have shape [4, 23] or more, but got 'memref<4x22xf32>'}}
  kernel.attention %q, %k, %v bias(%b : memref<4x22xf32>) outs(%y : memref<?x8x4x16xf32>) {window = 8, causal = false} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A position for every query.
func.func @attention_c4(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %p: memref<?x8xi32>) {
  // expected-error @+1 {{'kernel.attention' op expects positions to have shape [?], but got 'memref<?x8xi32>'}}
  kernel.attention %q, %k, %v positions(%p : memref<?x8xi32>) outs(%y : memref<?x8x4x16xf32>) {window = 8} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A bias by distance where all keys are seen.
func.func @attention_c5(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %b: memref<4x8xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects bias, positions and draw to go with a window, which is positive, but got none}}
  kernel.attention %q, %k, %v bias(%b : memref<4x8xf32>) outs(%y : memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A window of nothing.
func.func @attention_c5_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects bias, positions and draw to go with a window, which is positive, but got 0}}
  kernel.attention %q, %k, %v outs(%y : memref<?x8x4x16xf32>) {window = 0} : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A seed without a step.
func.func @attention_c6(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %s: i64) {
  // expected-error @+1 {{'kernel.attention' op expects draw to have a seed and a step, but got one}}
  "kernel.attention"(%q, %k, %v, %s, %y) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 1, 0, 1>, window = 8 : i64}> : (memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>, i64, memref<?x8x4x16xf32>) -> ()
  return
}

// -----

// Three inits.
func.func @attention_c7(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects an init for the result and at most one for log_sum_exp, but got 3}}
  kernel.attention %q, %k, %v outs(%y, %y, %y : memref<?x8x4x16xf32>, memref<?x8x4x16xf32>, memref<?x8x4x16xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}

// -----

// A log-sum-exp in the order of queries.
func.func @attention_c7_b(%q: memref<?x8x4x16xf32>, %k: memref<?x12x4x16xf32>, %v: memref<?x12x4x16xf32>, %y: memref<?x8x4x16xf32>, %l: memref<?x8x4xf32>) {
  // expected-error @+1 {{'kernel.attention' op expects log_sum_exp to have shape [?, 4, 8], but got 'memref<?x8x4xf32>'}}
  kernel.attention %q, %k, %v outs(%y, %l : memref<?x8x4x16xf32>, memref<?x8x4xf32>) : memref<?x8x4x16xf32>, memref<?x12x4x16xf32>, memref<?x12x4x16xf32>
  return
}
