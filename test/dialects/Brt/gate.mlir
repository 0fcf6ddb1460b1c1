// RUN: brt-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @fixed
// CHECK: brt.gate fixed %{{.+}}, %{{.+}} (%{{.+}} : tensor<16xf32>) : tensor<?x8x16xf32>
func.func @fixed(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<16xf32>) -> tensor<?x8x16xf32> {
  %0 = brt.gate fixed %c, %y (%b : tensor<16xf32>) : tensor<?x8x16xf32>
  return %0 : tensor<?x8x16xf32>
}
