// RUN: brt-opt %s --verify-diagnostics --split-input-file

// A scale of another width.
func.func @norm_c1(%x: tensor<?x8x16xf32>, %g: tensor<8xf32>) {
  // expected-error @+1 {{'brt.norm' op expects scale to have shape [16], but got 'tensor<8xf32>'}}
  %0 = brt.norm rms %x, %g : tensor<?x8x16xf32>, tensor<8xf32>
  return
}

// -----

// A bias of another width.
func.func @norm_c1_b(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{'brt.norm' op expects bias to have shape [16], but got 'tensor<8xf32>'}}
  %0 = brt.norm layer %x, %g bias(%b : tensor<8xf32>) : tensor<?x8x16xf32>, tensor<16xf32>
  return
}

// -----

// No axis to take a mean over.
func.func @norm_c1_c(%x: tensor<f32>, %g: tensor<f32>) {
  // expected-error @+1 {{'brt.norm' op expects input to have a last axis, but got 'tensor<f32>'}}
  %0 = brt.norm rms %x, %g : tensor<f32>, tensor<f32>
  return
}

// -----

// An RMS norm has no bias.
func.func @norm_c2(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>) {
  // expected-error @+1 {{'brt.norm' op expects a bias to go with kind 'layer', but got 'rms'}}
  %0 = brt.norm rms %x, %g bias(%g : tensor<16xf32>) : tensor<?x8x16xf32>, tensor<16xf32>
  return
}

// -----

// No guard against zero.
func.func @norm_c3(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>) {
  // expected-error @+1 {{'brt.norm' op expects epsilon to be positive and finite, but got 0.000000e+00}}
  %0 = brt.norm rms %x, %g {epsilon = 0.0 : f64} : tensor<?x8x16xf32>, tensor<16xf32>
  return
}

// -----

// Not a number.
func.func @norm_c3_b(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>) {
  // expected-error @+1 {{'brt.norm' op expects epsilon to be positive and finite, but got nan}}
  %0 = brt.norm rms %x, %g {epsilon = 0x7FF8000000000000 : f64} : tensor<?x8x16xf32>, tensor<16xf32>
  return
}

// -----

// An f64 scale of f32 activations.
func.func @norm_c4(%x: tensor<?x8x16xf32>, %g: tensor<16xf64>) {
  // expected-error @+1 {{'brt.norm' op expects scale to have elements of type 'f32', but got 'tensor<16xf64>'}}
  %0 = brt.norm rms %x, %g : tensor<?x8x16xf32>, tensor<16xf64>
  return
}

// -----

// A bf16 bias of f32 activations.
func.func @norm_c4_b(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>, %b: tensor<16xbf16>) {
  // expected-error @+1 {{'brt.norm' op expects bias to have elements of type 'f32', but got 'tensor<16xbf16>'}}
  %0 = brt.norm layer %x, %g bias(%b : tensor<16xbf16>) : tensor<?x8x16xf32>, tensor<16xf32>
  return
}
