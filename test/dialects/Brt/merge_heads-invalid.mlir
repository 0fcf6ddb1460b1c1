// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Nothing to merge.
func.func @merge_heads_c1() {
  // expected-error @+1 {{'brt.merge_heads' op expects an operand, but got none}}
  %0 = "brt.merge_heads"() : () -> tensor<?x8x32xf32>
  return
}

// -----

// Three axes.
func.func @merge_heads_c1_b(%x: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.merge_heads' op expects operands to be [B, n, H, D], but got 'tensor<?x8x16xf32>'}}
  %0 = brt.merge_heads %x : tensor<?x8x16xf32>
  return
}

// -----

// More features than can be.
func.func @merge_heads_c2(%x: tensor<?x8x65536x32767xf32>) {
  // expected-error @+1 {{'brt.merge_heads' op expects features to be less than 2^31, but got 2 operands of 'tensor<?x8x65536x32767xf32>'}}
  %0 = brt.merge_heads %x, %x : tensor<?x8x65536x32767xf32>, tensor<?x8x65536x32767xf32>
  return
}
