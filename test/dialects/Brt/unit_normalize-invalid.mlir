// RUN: brt-opt %s --verify-diagnostics --split-input-file

// A negative guard.
func.func @unit_normalize_c1(%q: tensor<?x8x4x16xf32>) {
  // expected-error @+1 {{'brt.unit_normalize' op expects epsilon to be positive and finite, but got -1.000000e-06}}
  %0 = brt.unit_normalize %q {epsilon = -1.0e-6 : f64} : tensor<?x8x4x16xf32>
  return
}
