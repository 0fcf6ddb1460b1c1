// REQUIRES: brt-run
// Entry points of the level `cell`: tensors are matched by role and name, results
// have the type of the arithmetic.

// RUN: %python %S/Inputs/write-safetensors.py %t.in scale F32 2 0.5,3 \
// RUN:   x F64 1,2 1,2 carry_in/sum F32 1,2 10,20
// RUN: brt-run --reference %s --entry=step --inputs %t.in --out %t.f64
// RUN: %python %S/Inputs/print-safetensors.py %t.f64 | FileCheck %s --check-prefix=F64
// F64:      carry_out/sum F64 [1, 2] 10.5 26
// F64-NEXT: count I32 [] 7
// F64-NEXT: third F64 [] 0.333333

// RUN: brt-run --reference %s --entry=step --inputs %t.in --precision=f32 --out %t.f32
// RUN: %python %S/Inputs/print-safetensors.py %t.f32 | FileCheck %s --check-prefix=F32
// F32:      carry_out/sum F32 [1, 2] 10.5 26
// F32:      third F32 [] 0.333333

// RUN: brt-run --reference %s --entry=step --inputs %t.in --precision=as-typed --out %t.typed
// RUN: %python %S/Inputs/print-safetensors.py %t.typed | FileCheck %s --check-prefix=TYPED
// TYPED:      carry_out/sum F32 [1, 2] 10.5 26
// TYPED:      third BF16 [] 0.333984

// The carry of two lanes from nothing.
// RUN: %python %S/Inputs/write-safetensors.py %t.two scale F32 2 0.5,3 x F32 2,2 1,2,3,4
// RUN: brt-run --reference %s --entry=step --inputs %t.two --zero-carry --out %t.zero
// RUN: %python %S/Inputs/print-safetensors.py %t.zero | FileCheck %s --check-prefix=ZERO
// ZERO: carry_out/sum F64 [2, 2] 0.5 6 1.5 12

func.func @step(
    %scale: tensor<2xf32> {brt.parameter = "scale"},
    %sum: tensor<?x2xf32> {brt.carry = "sum"},
    %x: tensor<?x2xf32> {brt.input = "x"})
    -> (tensor<?x2xf32> {brt.carry = "sum"}, tensor<i32> {brt.output = "count"},
        tensor<bf16> {brt.output = "third"}) attributes {brt.entry} {
  %0 = linalg.generic {
      indexing_maps = [affine_map<(b, e) -> (b, e)>, affine_map<(b, e) -> (e)>,
                       affine_map<(b, e) -> (b, e)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale : tensor<?x2xf32>, tensor<2xf32>) outs(%sum : tensor<?x2xf32>) {
  ^bb0(%a: f32, %s: f32, %c: f32):
    %1 = arith.mulf %a, %s : f32
    %2 = arith.addf %1, %c : f32
    linalg.yield %2 : f32
  } -> tensor<?x2xf32>
  %count = arith.constant dense<7> : tensor<i32>
  %one = arith.constant dense<1.0> : tensor<bf16>
  %three = arith.constant dense<3.0> : tensor<bf16>
  %third = arith.divf %one, %three : tensor<bf16>
  return %0, %count, %third : tensor<?x2xf32>, tensor<i32>, tensor<bf16>
}
