// REQUIRES: brt-run
// What is missing, foreign or of the wrong shape is one clear error.

// RUN: not brt-run --reference %s --entry=stop --out %t 2>&1 | FileCheck %s --check-prefix=ENTRY
// ENTRY: error: expects the entry point to be one of 'step', but got 'stop'

// RUN: not brt-run --reference %s --entry=step --out %t 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: error: expects parameter 'scale' of 'tensor<2xf32>', but got no tensor of that name

// RUN: %python %S/Inputs/write-safetensors.py %t.shape scale F32 3 1,2,3
// RUN: not brt-run --reference %s --entry=step --inputs %t.shape --out %t 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: error: expects parameter 'scale' of 'tensor<2xf32>', but got shape [3]

// RUN: %python %S/Inputs/write-safetensors.py %t.kind scale I32 2 1,2
// RUN: not brt-run --reference %s --entry=step --inputs %t.kind --out %t 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: error: expects parameter 'scale' of 'tensor<2xf32>', but got one of integers

// RUN: %python %S/Inputs/write-safetensors.py %t.extra scale F32 2 1,2 shift F32 1 1
// RUN: not brt-run --reference %s --entry=step --inputs %t.extra --out %t 2>&1 | FileCheck %s --check-prefix=EXTRA
// EXTRA: error: expects the tensors of '{{.+}}' to be arguments of 'step', but got 'shift'; --ignore-extra allows it

// RUN: %python %S/Inputs/write-safetensors.py %t.twice scale F32 2 1,2
// RUN: not brt-run --reference %s --entry=step --inputs %t.twice,%t.twice --out %t 2>&1 | FileCheck %s --check-prefix=TWICE
// TWICE: error: expects one tensor for parameter 'scale', but got 'scale' of '{{.+}}' too

// RUN: %python %S/Inputs/write-safetensors.py %t.lanes scale F32 2 1,2 sum F32 1,2 1,2 x F32 3,2 1,2,3,4,5,6
// RUN: not brt-run --reference %s --entry=step --inputs %t.lanes --out %t 2>&1 | FileCheck %s --check-prefix=LANES
// LANES: error: expects input 'x' of 'tensor<?x2xf32>' to have 1 lanes as the arguments before, but got 3

// RUN: not brt-run --reference %s --entry=step --inputs %t.shape --zero-carry --out %t 2>&1 | FileCheck %s --check-prefix=ZERO
// ZERO: error: expects --lanes to be positive where no input has lanes, but got 0

// RUN: not brt-run --reference %s --entry=step --inputs %s --out %t 2>&1 | FileCheck %s --check-prefix=FILE
// FILE: error: '{{.+}}errors.mlir' is not a safetensors file

// RUN: not brt-run --reference %s --entry=step --set scale=1 --out %t 2>&1 | FileCheck %s --check-prefix=SET
// SET: error: expects --set to name an input that is one integer, as in seed=1, but got 'scale=1'

// RUN: not brt-run --reference %t.none --out %t 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: cannot open input file

// RUN: not brt-run %s --out %t 2>&1 | FileCheck %s --check-prefix=WAY
// WAY: error: expects --reference, but got no way of evaluation

func.func @step(
    %scale: tensor<2xf32> {brt.parameter = "scale"},
    %sum: tensor<?x2xf32> {brt.carry = "sum"},
    %x: tensor<?x2xf32> {brt.input = "x"})
    -> (tensor<?x2xf32> {brt.carry = "sum"}) attributes {brt.entry} {
  %0 = arith.addf %sum, %x : tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
