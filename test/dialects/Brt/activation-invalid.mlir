// RUN: brt-opt %s --verify-diagnostics --split-input-file

// SwiGLU has two inputs.
func.func @activation_c1(%x: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.activation' op expects kind to be an activation of one input, but got 'swiglu', which is a 'swish' times a second projection}}
  %0 = brt.activation swiglu %x : tensor<?x8x16xf32>
  return
}

// -----

// No axis to sum over.
func.func @activation_c2(%x: tensor<f32>) {
  // expected-error @+1 {{'brt.activation' op expects input to have a last axis, but got 'tensor<f32>'}}
  %0 = brt.activation softmax %x : tensor<f32>
  return
}
