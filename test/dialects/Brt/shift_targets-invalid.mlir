// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Tokens of one axis.
func.func @shift_targets_c1(%t: tensor<?xi32>) {
  // expected-error @+1 {{'brt.shift_targets' op expects tokens to have rank 2, but got 'tensor<?xi32>'}}
  %0, %1 = brt.shift_targets %t : tensor<?xi32>
  return
}

// -----

// A mask of another segment.
func.func @shift_targets_c1_b(%t: tensor<?x8xi32>, %m: tensor<?x4xi1>) {
  // expected-error @+1 {{'brt.shift_targets' op expects mask to have shape [?, 8], but got 'tensor<?x4xi1>'}}
  %0, %1 = brt.shift_targets %t mask(%m : tensor<?x4xi1>) : tensor<?x8xi32>
  return
}
