// RUN: brt-opt %s --brt-reuse-operands --split-input-file | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func.func @last_use
// CHECK-SAME:    %[[X:[^:]+]]: tensor<4x8xf32>
// CHECK:         %[[E:.+]] = linalg.exp ins(%[[X]] : {{.+}}) outs(%{{.+}} :
// CHECK:         %[[S:.+]] = linalg.generic {{.+}} ins(%[[E]], %[[X]] : {{.+}}) outs(%[[E]] :
func.func @last_use(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.exp ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %2 = arith.addf %a, %b : f32
    linalg.yield %2 : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Read again, of another type, by another map, or nobody's to write to.
// CHECK-LABEL: func.func @negative
// CHECK:         %[[EMPTY:.+]] = tensor.empty() : tensor<8x8xf32>
// CHECK:         %[[A:.+]] = linalg.exp
// CHECK:         linalg.generic {{.+}} ins(%[[A]] : {{.+}}) outs(%[[EMPTY]] :
// CHECK:         %[[B:.+]] = linalg.exp
// CHECK:         linalg.generic {{.+}} ins(%[[B]] : {{.+}}) outs(%[[EMPTY]] :
// CHECK:         linalg.generic {{.+}} ins(%{{.+}} : {{.+}}) outs(%[[EMPTY]] :
// CHECK:         linalg.generic {{.+}} ins(%{{.+}} : {{.+}}) outs(%{{.+}} : tensor<8x8xbf16>)
func.func @negative(%x: tensor<8x8xf32>)
    -> (tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xbf16>, tensor<8x8xf32>) {
  %e = tensor.empty() : tensor<8x8xf32>
  %h = tensor.empty() : tensor<8x8xbf16>
  %a = linalg.exp ins(%x : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %n = arith.negf %in : f32
    linalg.yield %n : f32
  } -> tensor<8x8xf32>
  %b = linalg.exp ins(%a : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%b : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %n = arith.negf %in : f32
    linalg.yield %n : f32
  } -> tensor<8x8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %n = arith.negf %in : f32
    linalg.yield %n : f32
  } -> tensor<8x8xf32>
  %c = linalg.exp ins(%1 : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%c : tensor<8x8xf32>) outs(%h : tensor<8x8xbf16>) {
  ^bb0(%in: f32, %out: bf16):
    %n = arith.truncf %in : f32 to bf16
    linalg.yield %n : bf16
  } -> tensor<8x8xbf16>
  return %0, %1, %2, %3, %b : tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xbf16>, tensor<8x8xf32>
}

// -----

#id = affine_map<(i) -> (i)>

// A carry is written over, in one branch of two; not what others may read, or
// what is read after.
// CHECK-LABEL: func.func @branch
// CHECK-SAME:    %[[C:[^:]+]]: tensor<8xf32> {brt.carry = "c"}, %[[D:[^:]+]]: tensor<8xf32> {brt.carry = "d"}, %[[X:[^:]+]]: tensor<8xf32>
// CHECK:         %[[EMPTY:.+]] = tensor.empty()
// CHECK:         %[[IF:.+]]:3 = scf.if
// CHECK:           linalg.generic {{.+}} ins(%[[C]] : {{.+}}) outs(%[[C]] :
// CHECK:           linalg.generic {{.+}} ins(%[[D]] : {{.+}}) outs(%[[EMPTY]] :
// CHECK:           linalg.generic {{.+}} ins(%[[X]] : {{.+}}) outs(%[[EMPTY]] :
// CHECK:         linalg.exp ins(%[[D]] :
// CHECK:         linalg.generic {{.+}} ins(%[[IF]]#0 : {{.+}}) outs(%[[IF]]#0 :
func.func @branch(%c: tensor<8xf32> {brt.carry = "c"}, %d: tensor<8xf32> {brt.carry = "d"}, %x: tensor<8xf32> {brt.input = "x"}, %condition: i1)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  %e = tensor.empty() : tensor<8xf32>
  %0:3 = scf.if %condition -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
    %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%c : tensor<8xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %n = arith.negf %in : f32
      linalg.yield %n : f32
    } -> tensor<8xf32>
    %4 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%d : tensor<8xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %n = arith.negf %in : f32
      linalg.yield %n : f32
    } -> tensor<8xf32>
    %5 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %n = arith.negf %in : f32
      linalg.yield %n : f32
    } -> tensor<8xf32>
    scf.yield %3, %4, %5 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  } else {
    scf.yield %c, %d, %x : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  }
  %1 = linalg.exp ins(%d : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%0#0 : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %n = arith.negf %in : f32
    linalg.yield %n : f32
  } -> tensor<8xf32>
  return %2, %0#1, %0#2, %1 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}
