// RUN: brt-opt %s --verify-diagnostics --split-input-file

// A whole entry point.
func.func @entry(%w: tensor<4xf32> {brt.parameter = "w"}, %c: tensor<?x4xf32> {brt.carry = "0/state"})
    -> (tensor<?x4xf32> {brt.output = "logits"}, tensor<?x4xf32> {brt.carry = "0/state"}) attributes {brt.entry} {
  return %c, %c : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// expected-error @+1 {{'func.func' op expects argument 1 of an entry point to have one of 'brt.parameter', 'brt.carry', 'brt.input', 'brt.optimizer', but got 0}}
func.func @argument_without(%w: tensor<4xf32> {brt.parameter = "w"}, %c: tensor<?x4xf32>) attributes {brt.entry} {
  return
}

// -----

// expected-error @+1 {{'func.func' op expects argument 0 of an entry point to have one of 'brt.parameter', 'brt.carry', 'brt.input', 'brt.optimizer', but got 2}}
func.func @argument_twice(%w: tensor<4xf32> {brt.parameter = "w", brt.input = "w"}) attributes {brt.entry} {
  return
}

// -----

// expected-error @+1 {{'func.func' op expects each argument to have a name of its own, but got 'w' twice}}
func.func @same_name(%w: tensor<4xf32> {brt.parameter = "w"}, %v: tensor<4xf32> {brt.parameter = "w"}) attributes {brt.entry} {
  return
}

// -----

// expected-error @+1 {{'func.func' op expects result 0 of an entry point to have one of 'brt.output', 'brt.carry', 'brt.parameter', 'brt.gradient', 'brt.optimizer', but got 0}}
func.func @result_without(%w: tensor<4xf32> {brt.parameter = "w"}) -> tensor<4xf32> attributes {brt.entry} {
  return %w : tensor<4xf32>
}

// -----

// expected-error @+1 {{'func.func' op expects an attribute of argument 0 to be one of 'brt.parameter', 'brt.carry', 'brt.input', 'brt.optimizer', but got 'brt.output'}}
func.func @unknown_argument(%w: tensor<4xf32> {brt.output = "w"}) {
  return
}

// -----

// expected-error @+1 {{'func.func' op expects an attribute of result 0 to be one of 'brt.output', 'brt.carry', 'brt.parameter', 'brt.gradient', 'brt.optimizer', but got 'brt.input'}}
func.func @unknown_result(%w: tensor<4xf32>) -> (tensor<4xf32> {brt.input = "w"}) {
  return %w : tensor<4xf32>
}

// -----

// expected-error @+1 {{'func.func' op expects 'brt.carry' to be a name, but got 7 : i64}}
func.func @number(%w: tensor<4xf32> {brt.carry = 7}) {
  return
}

// -----

// expected-error @+1 {{'builtin.module' op expects 'brt.entry' to be a unit attribute of a function, but got unit}}
module attributes {brt.entry} {
}

// -----

// expected-error @+1 {{'builtin.module' op expects 'brt.config' to be a dictionary, but got "none"}}
module attributes {brt.config = "none"} {
}
