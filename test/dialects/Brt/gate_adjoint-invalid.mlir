// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Its gradients are that of the result.
func.func @gate_adjoint_c1(%c: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.gate_adjoint' op expects kind to be 'fixed', 'full' or 'lstm', but got 'residual', whose gradients are that of the result}}
  %0:3 = brt.gate_adjoint residual %c, %c, %c (%c : tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return
}

// -----

// Half an LSTM.
func.func @gate_adjoint_c2(%c: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.gate_adjoint' op expects a 'lstm' gate to have 2 activations, but got 1}}
  %0:3 = brt.gate_adjoint lstm %c, %c, %c (%c : tensor<?x8x16xf32>) : tensor<?x8x16xf32>
  return
}

// -----

// A parameter of another width.
func.func @gate_adjoint_c2_b(%c: tensor<?x8x16xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{'brt.gate_adjoint' op expects activation to have shape [16], but got 'tensor<8xf32>'}}
  %0:3 = brt.gate_adjoint fixed %c, %c, %c (%b : tensor<8xf32>) : tensor<?x8x16xf32>
  return
}
