// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Heads that do not divide the width.
func.func @split_heads_c1(%x: tensor<?x8x32xf32>) {
  // expected-error @+1 {{'brt.split_heads' op expects input to have rank 3 and a last extent that 'heads' divides, but got 'tensor<?x8x32xf32>' and 5}}
  %0 = brt.split_heads %x into 5 : tensor<?x8x32xf32>
  return
}

// -----

// No heads.
func.func @split_heads_c1_b(%x: tensor<?x8x32xf32>) {
  // expected-error @+1 {{'brt.split_heads' op expects input to have rank 3 and a last extent that 'heads' divides, but got 'tensor<?x8x32xf32>' and 0}}
  %0 = brt.split_heads %x into 0 : tensor<?x8x32xf32>
  return
}

// -----

// Two axes.
func.func @split_heads_c1_c(%x: tensor<8x32xf32>) {
  // expected-error @+1 {{'brt.split_heads' op expects input to have rank 3 and a last extent that 'heads' divides, but got 'tensor<8x32xf32>' and 4}}
  %0 = brt.split_heads %x into 4 : tensor<8x32xf32>
  return
}

// -----

// Two axes, in generic form.
func.func @split_heads_c1_generic(%x: tensor<8x32xf32>) {
  // expected-error @+1 {{'brt.split_heads' op expects input to have rank 3 and a last extent that 'heads' divides, but got 'tensor<8x32xf32>' and 4}}
  %0 = "brt.split_heads"(%x) <{heads = 4 : i64}> : (tensor<8x32xf32>) -> tensor<8x4x8xf32>
  return
}
