// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Not an activation of one input.
func.func @activation_adjoint_c1(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{'brt.activation_adjoint' op expects kind to be 'relu', 'swish', 'sigmoid', 'tanh', 'softmax' or 'gelu', but got 'swiglu'}}
  %0 = brt.activation_adjoint swiglu %x, %x : tensor<?x8xf32>
  return
}

// -----

// Nothing to differentiate.
func.func @activation_adjoint_c1_b(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{'brt.activation_adjoint' op expects kind to be 'relu', 'swish', 'sigmoid', 'tanh', 'softmax' or 'gelu', but got 'none'}}
  %0 = brt.activation_adjoint none %x, %x : tensor<?x8xf32>
  return
}

// -----

func.func @activation_adjoint_c2(%x: tensor<f32>) {
  // expected-error @+1 {{'brt.activation_adjoint' op expects input to have a last axis, but got 'tensor<f32>'}}
  %0 = brt.activation_adjoint softmax %x, %x : tensor<f32>
  return
}
