// RUN: brt-opt %s --verify-diagnostics --split-input-file

// A negative spread.
func.func @random_c1(%s: i64) {
  // expected-error @+1 {{'brt.random' op expects stddev to be finite and not negative, but got -1.000000e+00}}
  %0 = brt.random normal %s {mean = 0.0 : f64, stddev = -1.0 : f64, stream = 0 : i64} : tensor<4xf32>
  return
}

// -----

// An infinite spread.
func.func @random_c1_b(%s: i64) {
  // expected-error @+1 {{'brt.random' op expects stddev to be finite and not negative, but got INF}}
  %0 = brt.random normal %s {mean = 0.0 : f64, stddev = 0x7FF0000000000000 : f64, stream = 0 : i64} : tensor<4xf32>
  return
}

// -----

// A mean that is no number.
func.func @random_c1_c(%s: i64) {
  // expected-error @+1 {{'brt.random' op expects mean to be finite, but got nan}}
  %0 = brt.random normal %s {mean = 0x7FF8000000000000 : f64, stddev = 1.0 : f64, stream = 0 : i64} : tensor<4xf32>
  return
}
