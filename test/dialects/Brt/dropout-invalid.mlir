// RUN: brt-opt %s --verify-diagnostics --split-input-file

// A sequence without features.
func.func @dropout_c1(%x: tensor<?x8xf32>, %s: i64) {
  // expected-error @+1 {{'brt.dropout' op expects input to have rank 3, but got 'tensor<?x8xf32>'}}
  %0 = brt.dropout %x draw(%s, %s) {rate = 0.05 : f64, site = 3 : i64} : tensor<?x8xf32>
  return
}

// -----

// Nothing would be left.
func.func @dropout_c2(%x: tensor<?x8x16xf32>, %s: i64) {
  // expected-error @+1 {{'brt.dropout' op expects rate to be in [0, 1), but got 1.000000e+00}}
  %0 = brt.dropout %x draw(%s, %s) {rate = 1.0 : f64, site = 3 : i64} : tensor<?x8x16xf32>
  return
}

// -----

// A rate that is no number.
func.func @dropout_c2_b(%x: tensor<?x8x16xf32>, %s: i64) {
  // expected-error @+1 {{'brt.dropout' op expects rate to be in [0, 1), but got nan}}
  %0 = brt.dropout %x draw(%s, %s) {rate = 0x7FF8000000000000 : f64, site = 3 : i64} : tensor<?x8x16xf32>
  return
}

// -----

// A negative site.
func.func @dropout_c3(%x: tensor<?x8x16xf32>, %s: i64) {
  // expected-error @+1 {{'brt.dropout' op expects site to be between 0 and 2^31 - 1, but got -1}}
  %0 = brt.dropout %x draw(%s, %s) {rate = 0.05 : f64, site = -1 : i64} : tensor<?x8x16xf32>
  return
}

// -----

// A site beyond 31 bits.
func.func @dropout_c3_b(%x: tensor<?x8x16xf32>, %s: i64) {
  // expected-error @+1 {{'brt.dropout' op expects site to be between 0 and 2^31 - 1, but got 2147483648}}
  %0 = brt.dropout %x draw(%s, %s) {rate = 0.05 : f64, site = 2147483648 : i64} : tensor<?x8x16xf32>
  return
}
