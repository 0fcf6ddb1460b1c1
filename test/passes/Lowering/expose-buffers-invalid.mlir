// RUN: brt-opt %s --brt-expose-buffers --split-input-file --verify-diagnostics

// expected-error@+1 {{expects a function with the attribute 'brt.entry', but got none}}
module {
}

// -----

func.func private @outside() -> ()

func.func @calls(%x: tensor<?x8xf32> {brt.input = "x"}) -> (tensor<?x8xf32> {brt.output = "y"}) attributes {brt.entry} {
  // expected-error@+1 {{expects entry points to call no function after inlining, but got a call of 'outside'}}
  call @outside() : () -> ()
  return %x : tensor<?x8xf32>
}

// -----

// expected-error@+1 {{expects result 0 to have the type 'tensor<8xf32>' of argument 0, which it updates, but got 'tensor<4xf32>'}}
func.func @updates(%x: tensor<8xf32> {brt.parameter = "w"}, %y: tensor<4xf32> {brt.input = "w"}) -> (tensor<4xf32> {brt.parameter = "w"}) attributes {brt.entry} {
  return %y : tensor<4xf32>
}
