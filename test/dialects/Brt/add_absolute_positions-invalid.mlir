// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Two axes.
func.func @add_absolute_positions_c1(%x: tensor<8x16xf32>) {
  // expected-error @+1 {{'brt.add_absolute_positions' op expects input to have rank 3, but got 'tensor<8x16xf32>'}}
  %0 = brt.add_absolute_positions %x : tensor<8x16xf32>
  return
}

// -----

// No pairs of sine and cosine.
func.func @add_absolute_positions_c1_b(%x: tensor<?x8x15xf32>) {
  // expected-error @+1 {{'brt.add_absolute_positions' op expects the last extent of input to be even, but got 'tensor<?x8x15xf32>'}}
  %0 = brt.add_absolute_positions %x : tensor<?x8x15xf32>
  return
}

// -----

// Positions of other lanes.
func.func @add_absolute_positions_c2(%x: tensor<2x8x16xf32>, %p: tensor<3xi32>) {
  // expected-error @+1 {{'brt.add_absolute_positions' op expects positions to have shape [2], but got 'tensor<3xi32>'}}
  %0 = brt.add_absolute_positions %x positions(%p : tensor<3xi32>) : tensor<2x8x16xf32>
  return
}
