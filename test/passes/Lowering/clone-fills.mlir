// RUN: brt-opt %s --brt-clone-fills | FileCheck %s

// What is written into is filled where it is written, also in a loop; what is
// only read stays.
// CHECK-LABEL: func.func @shared
// CHECK-SAME:    (%[[X:.+]]: tensor<8xf32>, %[[N:.+]]: index)
// CHECK:         %[[Z:.+]] = linalg.fill
// CHECK:         %[[Z0:.+]] = linalg.fill
// CHECK:         %[[A:.+]] = linalg.add ins(%[[X]], %[[Z]] : {{.*}}) outs(%[[Z0]]
// CHECK:         %[[E:.+]] = tensor.empty() : tensor<8xf32>
// CHECK:         %[[Z1:.+]] = linalg.fill ins(%{{.+}} : f32) outs(%[[E]]
// CHECK:         scf.for {{.*}} iter_args(%[[C:.+]] = %[[Z1]])
// CHECK:           %[[Z2:.+]] = linalg.fill
// CHECK:           linalg.add ins(%[[C]], %[[X]] : {{.*}}) outs(%[[Z2]]
func.func @shared(%x: tensor<8xf32>, %n: index) -> (tensor<8xf32>, tensor<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %a = linalg.add ins(%x, %z : tensor<8xf32>, tensor<8xf32>) outs(%z : tensor<8xf32>) -> tensor<8xf32>
  %b = scf.for %i = %c0 to %n step %c1 iter_args(%c = %z) -> tensor<8xf32> {
    %0 = linalg.add ins(%c, %x : tensor<8xf32>, tensor<8xf32>) outs(%z : tensor<8xf32>) -> tensor<8xf32>
    scf.yield %0 : tensor<8xf32>
  }
  return %a, %b : tensor<8xf32>, tensor<8xf32>
}

// So with a constant of one number.
// CHECK-LABEL: func.func @constant
// CHECK-SAME:    (%[[X:.+]]: tensor<8xf32>)
// CHECK:         %[[C:.+]] = arith.constant dense<2.0{{.*}}> : tensor<8xf32>
// CHECK:         %[[N:.+]] = arith.constant 2.0{{.*}} : f32
// CHECK:         %[[F:.+]] = linalg.fill ins(%[[N]]
// CHECK:         linalg.add ins(%[[X]], %[[C]] : {{.*}}) outs(%[[F]]
func.func @constant(%x: tensor<8xf32>) -> tensor<8xf32> {
  %c = arith.constant dense<2.0> : tensor<8xf32>
  %a = linalg.add ins(%x, %c : tensor<8xf32>, tensor<8xf32>) outs(%c : tensor<8xf32>) -> tensor<8xf32>
  return %a : tensor<8xf32>
}

// A tensor that is not filled anew is not copied.
// CHECK-LABEL: func.func @given
// CHECK-COUNT-1: linalg.fill
// CHECK-NOT:   linalg.fill
func.func @given(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0.0 : f32
  %z = linalg.fill ins(%zero : f32) outs(%x : tensor<8xf32>) -> tensor<8xf32>
  %a = linalg.add ins(%z, %z : tensor<8xf32>, tensor<8xf32>) outs(%z : tensor<8xf32>) -> tensor<8xf32>
  return %a, %z : tensor<8xf32>, tensor<8xf32>
}
