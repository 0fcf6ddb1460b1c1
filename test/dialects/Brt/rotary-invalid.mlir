// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Three axes.
func.func @rotary_c1(%x: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.rotary' op expects input to have rank 4, but got 'tensor<?x8x16xf32>'}}
  %0 = brt.rotary %x : tensor<?x8x16xf32>
  return
}

// -----

// No pairs of features.
func.func @rotary_c1_b(%x: tensor<?x8x4x15xf32>) {
  // expected-error @+1 {{'brt.rotary' op expects the last extent of input to be even, but got 'tensor<?x8x4x15xf32>'}}
  %0 = brt.rotary %x : tensor<?x8x4x15xf32>
  return
}

// -----

// Positions of two axes.
func.func @rotary_c2(%q: tensor<?x8x4x16xf32>, %p: tensor<?x8xi32>) {
  // expected-error @+1 {{'brt.rotary' op expects positions to have shape [?], but got 'tensor<?x8xi32>'}}
  %0 = brt.rotary %q positions(%p : tensor<?x8xi32>) : tensor<?x8x4x16xf32>
  return
}

// -----

// A position whose sums overflow.
func.func @rotary_c3(%q: tensor<?x8x4x16xf32>) {
  // expected-error @+1 {{'brt.rotary' op expects first to be less than 2^31 in magnitude, but got -2147483648}}
  %0 = brt.rotary %q {first = -2147483648} : tensor<?x8x4x16xf32>
  return
}
