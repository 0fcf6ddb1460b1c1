// RUN: brt-opt %s --brt-differentiate --verify-diagnostics --split-input-file

// An op without an adjoint, in the way of a parameter.
func.func @forward(%w: tensor<?x16x4xf32> {brt.parameter = "w"}, %n: tensor<?xi32> {brt.input = "n"})
    -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  // expected-error @+1 {{'brt.cache_write' op expects to implement DifferentiableOpInterface, as a parameter's gradient passes through it, but got an op without an adjoint}}
  %0 = brt.cache_write %w, %w at %n count %n : tensor<?x16x4xf32>, tensor<?x16x4xf32>, tensor<?xi32>
  %1 = brt.sum_leading %0 : tensor<?x16x4xf32> -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// The same op on the side, which no gradient passes through, is none of our
// business.
func.func @forward(%w: tensor<4xf32> {brt.parameter = "w"}, %x: tensor<?x16x4xf32> {brt.input = "x"}, %n: tensor<?xi32> {brt.input = "n"})
    -> (tensor<f32> {brt.output = "loss"}, tensor<?x16x4xf32> {brt.carry = "x"}) attributes {brt.entry} {
  %0 = brt.cache_write %x, %x at %n count %n : tensor<?x16x4xf32>, tensor<?x16x4xf32>, tensor<?xi32>
  %1 = brt.sum_leading %w : tensor<4xf32> -> tensor<f32>
  return %1, %0 : tensor<f32>, tensor<?x16x4xf32>
}

// -----

// An adjoint is not differentiated once more.
func.func @forward(%w: tensor<4xf32> {brt.parameter = "w"}) -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  // expected-error @+1 {{'brt.activation_adjoint' op expects to implement DifferentiableOpInterface}}
  %0 = brt.activation_adjoint tanh %w, %w : tensor<4xf32>
  %1 = brt.sum_leading %0 : tensor<4xf32> -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// Inside of a loop.
func.func @forward(%w: tensor<2x4xf32> {brt.parameter = "w"}) -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  %0 = brt.recurrence blocks = 2 carry (%s = %w : tensor<2x4xf32>) {
    // expected-error @+1 {{'math.atan' op expects to implement DifferentiableOpInterface}}
    %2 = math.atan %s : tensor<2x4xf32>
    brt.yield carry %2 : tensor<2x4xf32>
  }
  %1 = brt.sum_leading %0 : tensor<2x4xf32> -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// Inside of a structured op.
#map = affine_map<(i) -> (i)>
func.func @forward(%w: tensor<4xf32> {brt.parameter = "w"}) -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  %0 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%w : tensor<4xf32>) outs(%w : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    // expected-error @+1 {{'math.atan' op expects to implement DifferentiableOpInterface}}
    %2 = math.atan %a : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  %1 = brt.sum_leading %0 : tensor<4xf32> -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// A product over a loop.
#map = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>
func.func @forward(%w: tensor<4xf32> {brt.parameter = "w"}) -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  %one = arith.constant dense<1.0> : tensor<f32>
  // expected-error @+1 {{'linalg.generic' op expects a reduction that is differentiated to be an 'arith.addf', 'arith.maximumf' or 'arith.minimumf' of what was there and a term, but got another body}}
  %0 = linalg.generic {indexing_maps = [#map, #none], iterator_types = ["reduction"]} ins(%w : tensor<4xf32>) outs(%one : tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %2 = arith.mulf %a, %b : f32
    linalg.yield %2 : f32
  } -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// A maximum that starts with a parameter.
#map = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>
func.func @forward(%w: tensor<4xf32> {brt.parameter = "w"}, %v: tensor<f32> {brt.parameter = "v"}) -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  // expected-error @+1 {{'linalg.generic' op expects a maximum or minimum that is differentiated to start with a constant, but got a value that depends on parameters}}
  %0 = linalg.generic {indexing_maps = [#map, #none], iterator_types = ["reduction"]} ins(%w : tensor<4xf32>) outs(%v : tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %2 = arith.maximumf %a, %b : f32
    linalg.yield %2 : f32
  } -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// A window of a convolution.
#sum = affine_map<(i, j) -> (i + j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
func.func @forward(%w: tensor<4xf32> {brt.parameter = "w"}, %v: tensor<2xf32> {brt.parameter = "v"}) -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  %z = arith.constant dense<0.0> : tensor<3xf32>
  // expected-error @+1 {{'linalg.generic' op expects indexing maps of an op that is differentiated to name each loop once, but got affine_map<(d0, d1) -> (d0 + d1)>}}
  %0 = linalg.generic {indexing_maps = [#sum, #column, #row], iterator_types = ["parallel", "reduction"]} ins(%w, %v : tensor<4xf32>, tensor<2xf32>) outs(%z : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %2 = arith.mulf %a, %b : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<3xf32>
  %1 = brt.sum_leading %0 : tensor<3xf32> -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// A captured scalar that depends on a parameter.
#map = affine_map<(i) -> (i)>
func.func @forward(%w: tensor<f32> {brt.parameter = "w"}, %x: tensor<4xf32> {brt.input = "x"}) -> (tensor<f32> {brt.output = "loss"}) attributes {brt.entry} {
  %s = tensor.extract %w[] : tensor<f32>
  // expected-error @+1 {{'linalg.generic' op expects its body to read values that depend on parameters as operands, but got one captured}}
  %0 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %2 = arith.mulf %a, %s : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  %1 = brt.sum_leading %0 : tensor<4xf32> -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// No entry point of that name.
// expected-error @+1 {{expects an entry point 'forward' of one block to differentiate, but got none}}
module {
  func.func @backward() {
    return
  }
}

// -----

// Which output?
// expected-error @+1 {{expects entry point 'forward' to have one output that is a single float, to be differentiated, but got 2}}
func.func @forward(%w: tensor<f32> {brt.parameter = "w"})
    -> (tensor<f32> {brt.output = "a"}, tensor<f32> {brt.output = "b"}, tensor<i64> {brt.output = "c"}) attributes {brt.entry} {
  %0 = arith.constant dense<0> : tensor<i64>
  return %w, %w, %0 : tensor<f32>, tensor<f32>, tensor<i64>
}

// -----

// The name is taken.
func.func @forward(%w: tensor<f32> {brt.parameter = "w"}) -> (tensor<f32> {brt.output = "a"}) attributes {brt.entry} {
  return %w : tensor<f32>
}
// expected-error @+1 {{expects the name of the new entry point to be free, but got 'gradient' defined}}
func.func @gradient() {
  return
}
