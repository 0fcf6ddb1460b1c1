// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --emit-bytecode | brt-opt | FileCheck %s --strict-whitespace

// CHECK-LABEL: func.func @features(
// CHECK:      %{{.+}} = brt.dropout %{{[^ ]+}} draw(%{{[^ ]+}}, %{{[^ ]+}}) {rate = 5.000000e-02 : f64, site = 3 : i64} : tensor<?x8x16xbf16>
func.func @features(%x: tensor<?x8x16xbf16>, %seed: i64, %step: i64) -> tensor<?x8x16xbf16> {
  %0 = brt.dropout %x draw(%seed, %step) {rate = 0.05 : f64, site = 3 : i64} : tensor<?x8x16xbf16>
  return %0 : tensor<?x8x16xbf16>
}

// Nothing is dropped.
// CHECK-LABEL: func.func @none(
// CHECK:      %{{.+}} = brt.dropout %{{[^ ]+}} draw(%[[S:.+]], %[[S]]) {rate = 0.000000e+00 : f64, site = 2147483647 : i64} : tensor<2x1x1xf64>
func.func @none(%x: tensor<2x1x1xf64>, %seed: i64) -> tensor<2x1x1xf64> {
  %0 = brt.dropout %x draw(%seed, %seed) {rate = 0.0 : f64, site = 2147483647 : i64} : tensor<2x1x1xf64>
  return %0 : tensor<2x1x1xf64>
}
