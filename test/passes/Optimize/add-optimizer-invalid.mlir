// RUN: brt-opt %s --brt-add-optimizer --split-input-file --verify-diagnostics

// expected-error @+1 {{expects an entry point 'gradient', as --brt-differentiate makes it, but got none}}
module {
  func.func @forward(%w: tensor<8xf32> {brt.parameter = "w"}) attributes {brt.entry} {
    return
  }
}

// -----

// expected-error @+1 {{expects a parameter to train, but got none}}
func.func @gradient(%loss: tensor<f32> {brt.input = "loss"}) -> (tensor<f32> {brt.output = "loss_sum"}) attributes {brt.entry} {
  return %loss : tensor<f32>
}

// -----

// expected-error @+1 {{expects a result with brt.gradient = "w", but got none}}
func.func @gradient(%w: tensor<8xf32> {brt.parameter = "w"}, %loss: tensor<f32> {brt.input = "loss"})
    -> (tensor<f32> {brt.output = "loss_sum"}) attributes {brt.entry} {
  return %loss : tensor<f32>
}

// -----

// expected-error @+1 {{expects the gradient of 'w' to be of its type 'tensor<8xf32>', but got 'tensor<8xf64>'}}
func.func @gradient(%w: tensor<8xf32> {brt.parameter = "w"}, %g: tensor<8xf64> {brt.input = "g"})
    -> (tensor<8xf64> {brt.gradient = "w"}) attributes {brt.entry} {
  return %g : tensor<8xf64>
}

// -----

// expected-error @+1 {{expects a result with brt.output = "loss_sum", but got none}}
func.func @gradient(%w: tensor<8xf32> {brt.parameter = "w"})
    -> (tensor<8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  return %w : tensor<8xf32>
}

// -----

// expected-error @+1 {{expects parameter 'w' to be a tensor of static shape of f32 or f64, but got 'tensor<?xf32>'}}
func.func @gradient(%w: tensor<?xf32> {brt.parameter = "w"})
    -> (tensor<?xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  return %w : tensor<?xf32>
}

// -----

// expected-error @+1 {{expects parameters to be the first arguments, but got 'w' as argument 1}}
func.func @gradient(%loss: tensor<f32> {brt.input = "loss"}, %w: tensor<8xf32> {brt.parameter = "w"})
    -> (tensor<8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  return %w : tensor<8xf32>
}

// -----

// expected-error @+1 {{expects the name 'train_step' to be free, but got it defined}}
func.func private @train_step()
func.func @gradient(%w: tensor<8xf32> {brt.parameter = "w"})
    -> (tensor<8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  return %w : tensor<8xf32>
}
