// RUN: brt-opt %s --verify-diagnostics --split-input-file

// A fixed gate without its parameter.
func.func @gate_c1(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.gate' op expects a 'fixed' gate to have 1 activations, but got 0}}
  %0 = brt.gate fixed %c, %y : tensor<?x8x16xf32>
  return
}

// -----

// A full gate of two.
func.func @gate_c1_b(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.gate' op expects a 'full' gate to have 1 activations, but got 2}}
  %0 = brt.gate full %c, %y (%y, %y : tensor<?x8x16xf32>, tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return
}

// -----

// Half an LSTM.
func.func @gate_c1_c(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.gate' op expects a 'lstm' gate to have 2 activations, but got 1}}
  %0 = brt.gate lstm %c, %y (%y : tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return
}

// -----

// A residual decides nothing.
func.func @gate_c1_d(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.gate' op expects a 'residual' gate to have 0 activations, but got 1}}
  %0 = brt.gate residual %c, %y (%y : tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return
}

// -----

// A parameter of another width.
func.func @gate_c2(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{'brt.gate' op expects activation to have shape [16], but got 'tensor<8xf32>'}}
  %0 = brt.gate fixed %c, %y (%b : tensor<8xf32>) : tensor<?x8x16xf32>
  return
}

// -----

// A state without features.
func.func @gate_c2_b(%c: tensor<f32>) {
  // expected-error @+1 {{'brt.gate' op expects state to have a last axis, but got 'tensor<f32>'}}
  %0 = brt.gate fixed %c, %c (%c : tensor<f32>) : tensor<f32>
  return
}

// -----

// One number a feature where each element has its own.
func.func @gate_c3(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<16xf32>) {
  // expected-error @+1 {{'brt.gate' op expects activations to have type 'tensor<?x8x16xf32>', but got 'tensor<16xf32>'}}
  %0 = brt.gate full %c, %y (%b : tensor<16xf32>) : tensor<?x8x16xf32>
  return
}

// -----

// An f64 parameter of an f32 state.
func.func @gate_c4(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<16xf64>) {
  // expected-error @+1 {{'brt.gate' op expects activation to have elements of type 'f32', but got 'tensor<16xf64>'}}
  %0 = brt.gate fixed %c, %y (%b : tensor<16xf64>) : tensor<?x8x16xf32>
  return
}
