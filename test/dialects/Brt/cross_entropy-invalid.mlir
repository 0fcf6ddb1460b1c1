// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Logits of two axes.
func.func @cross_entropy_c1(%l: tensor<8x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>) {
  // expected-error @+1 {{'brt.cross_entropy' op expects logits to have rank 3, but got 'tensor<8x256xf32>'}}
  %0, %1, %2 = brt.cross_entropy %l, %t, %m : tensor<8x256xf32>, tensor<?x8xi32>, tensor<?x8xi1>
  return
}

// -----

// Targets of another segment.
func.func @cross_entropy_c1_b(%l: tensor<?x8x256xf32>, %t: tensor<?x7xi32>, %m: tensor<?x8xi1>) {
  // expected-error @+1 {{'brt.cross_entropy' op expects targets to have shape [?, 8], but got 'tensor<?x7xi32>'}}
  %0, %1, %2 = brt.cross_entropy %l, %t, %m : tensor<?x8x256xf32>, tensor<?x7xi32>, tensor<?x8xi1>
  return
}

// -----

// A mask of another segment.
func.func @cross_entropy_c1_c(%l: tensor<?x8x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x7xi1>) {
  // expected-error @+1 {{'brt.cross_entropy' op expects mask to have shape [?, 8], but got 'tensor<?x7xi1>'}}
  %0, %1, %2 = brt.cross_entropy %l, %t, %m : tensor<?x8x256xf32>, tensor<?x8xi32>, tensor<?x7xi1>
  return
}

// -----

// Logits of no axis, in generic form.
func.func @cross_entropy_c1_generic(%l: tensor<f32>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>) {
  // expected-error @+1 {{'brt.cross_entropy' op expects logits to have rank 3, but got 'tensor<f32>'}}
  %0, %1, %2 = "brt.cross_entropy"(%l, %t, %m) : (tensor<f32>, tensor<?x8xi32>, tensor<?x8xi1>) -> (tensor<?x8xf32>, tensor<f32>, tensor<i64>)
  return
}
