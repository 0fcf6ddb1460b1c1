// REQUIRES: brt-run
// What the options do to numbers, in the reference evaluator. Gradient descent
// without momentum at a rate of 1: w = w - gradient.

// DEFINE: %{sgd} = optimizer=sgd beta1=0 schedule=constant max-learning-rate=1 warmup-steps=0
// DEFINE: %{write} = %python %S/../../tools/brt-run/Inputs/write-safetensors.py
// DEFINE: %{print} = %python %S/../../tools/brt-run/Inputs/print-safetensors.py
// DEFINE: %{w} = w F64 2 1,1 m/w F64 2 0,0 seed I64 "" 0

// A gradient of norm 5 is scaled to 1, one of norm 0.5 is not.
// RUN: brt-opt %s --brt-add-optimizer="%{sgd} clip-norm=1" -o %t.clip.mlir
// RUN: %{write} %t.in %{w} step I64 "" 0 loss F64 "" 1 count I64 "" 1 g F64 2 3,4
// RUN: brt-run --reference %t.clip.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=CLIP
// CLIP-DAG: gradient_norm F64 [] 5
// CLIP-DAG: w F64 [2] 0.4 0.2
// RUN: %{write} %t.in %{w} step I64 "" 0 loss F64 "" 1 count I64 "" 1 g F64 2 0.3,0.4
// RUN: brt-run --reference %t.clip.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=SMALL
// SMALL-DAG: gradient_norm F64 [] 0.5
// SMALL-DAG: w F64 [2] 0.7 0.6

// The mean of four tokens.
// RUN: brt-opt %s --brt-add-optimizer="%{sgd} loss-normalization=mean" -o %t.mean.mlir
// RUN: %{write} %t.in %{w} step I64 "" 0 loss F64 "" 1 count I64 "" 4 g F64 2 3,4
// RUN: brt-run --reference %t.mean.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=MEAN
// MEAN-DAG: gradient_norm F64 [] 1.25
// MEAN-DAG: w F64 [2] 0.25 0

// The first call of two begins the sums anew, the second uses and keeps them.
// RUN: brt-opt %s --brt-add-optimizer="%{sgd} accumulate-steps=2" -o %t.accumulate.mlir
// RUN: %{write} %t.in %{w} step I64 "" 2 loss F64 "" 1 count I64 "" 4 g F64 2 3,4 \
// RUN:   gradient/w F64 2 9,9 accumulated/loss_sum F64 "" 9 accumulated/token_count I64 "" 9
// RUN: brt-run --reference %t.accumulate.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=FIRST
// FIRST-DAG: accumulated/loss_sum F64 [] 1
// FIRST-DAG: accumulated/token_count I64 [] 4
// FIRST-DAG: gradient/w F64 [2] 3 4
// FIRST-DAG: updated BOOL [] 0
// FIRST-DAG: {{^}}w F64 [2] 1 1
// RUN: %{write} %t.in %{w} step I64 "" 3 loss F64 "" 1 count I64 "" 4 g F64 2 3,4 \
// RUN:   gradient/w F64 2 1,1 accumulated/loss_sum F64 "" 2 accumulated/token_count I64 "" 3
// RUN: brt-run --reference %t.accumulate.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=SECOND
// SECOND-DAG: accumulated/loss_sum F64 [] 3
// SECOND-DAG: accumulated/token_count I64 [] 7
// SECOND-DAG: updated BOOL [] 1
// SECOND-DAG: {{^}}w F64 [2] -3 -4

// A loss above four times its mean is out of line; the mean takes four times.
// RUN: brt-opt %s --brt-add-optimizer="%{sgd} loss-guard" -o %t.guard.mlir
// RUN: %{write} %t.in %{w} step I64 "" 30 loss F64 "" 9 count I64 "" 1 g F64 2 3,4 \
// RUN:   guard/loss F64 "" 1 guard/gradient_norm F64 "" 5 guard/count F64 "" 20
// RUN: brt-run --reference %t.guard.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=SPIKE
// SPIKE-DAG: guard/count F64 [] 21
// SPIKE-DAG: guard/loss F64 [] 1.03
// SPIKE-DAG: updated BOOL [] 0
// SPIKE-DAG: {{^}}w F64 [2] 1 1

// Before guard-after values there is no line to be out of.
// RUN: %{write} %t.in %{w} step I64 "" 30 loss F64 "" 9 count I64 "" 1 g F64 2 3,4 \
// RUN:   guard/loss F64 "" 1 guard/gradient_norm F64 "" 5 guard/count F64 "" 19
// RUN: brt-run --reference %t.guard.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=EARLY
// EARLY-DAG: updated BOOL [] 1
// EARLY-DAG: {{^}}w F64 [2] -2 -3

// A NaN changes nothing at all.
// RUN: %{write} %t.in %{w} step I64 "" 30 loss F64 "" 1 count I64 "" 1 g F64 2 nan,4 \
// RUN:   guard/loss F64 "" 1 guard/gradient_norm F64 "" 5 guard/count F64 "" 7
// RUN: brt-run --reference %t.guard.mlir --entry=train_step --inputs %t.in --out %t.out
// RUN: %{print} %t.out | FileCheck %s --check-prefix=NAN
// NAN-DAG: guard/count F64 [] 7
// NAN-DAG: guard/loss F64 [] 1
// NAN-DAG: m/w F64 [2] 0 0
// NAN-DAG: updated BOOL [] 0
// NAN-DAG: {{^}}w F64 [2] 1 1
func.func @gradient(
    %w: tensor<2xf64> {brt.parameter = "w"},
    %loss: tensor<f64> {brt.input = "loss"},
    %count: tensor<i64> {brt.input = "count"},
    %g: tensor<2xf64> {brt.input = "g"})
    -> (tensor<f64> {brt.output = "loss_sum"},
        tensor<i64> {brt.output = "token_count"},
        tensor<2xf64> {brt.gradient = "w"}) attributes {brt.entry} {
  return %loss, %count, %g : tensor<f64>, tensor<i64>, tensor<2xf64>
}
