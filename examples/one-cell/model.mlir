// The smallest recurrent cell: a token reads the state that the tokens before
// left, and a gate with one learned number a feature, here 0 and 2, blends the
// token into the state. Two features, four tokens, a block for each.
func.func @forward() -> (tensor<1x4x2xf32> {brt.output = "y"}) attributes {brt.entry} {
  %x = arith.constant dense<[[[1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [1.0, -1.0]]]> : tensor<1x4x2xf32>
  %bias = arith.constant dense<[0.0, 2.0]> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<1x1x2xf32>
  %y, %last = brt.recurrence blocks = 4 over (%token = %x : tensor<1x4x2xf32>) carry (%state = %zero : tensor<1x1x2xf32>) {
    %read = arith.addf %token, %state : tensor<1x1x2xf32>
    %next = brt.gate fixed %state, %token (%bias : tensor<2xf32>) : tensor<1x1x2xf32>
    brt.yield %read : tensor<1x1x2xf32> carry %next : tensor<1x1x2xf32>
  }
  return %y : tensor<1x4x2xf32>
}
