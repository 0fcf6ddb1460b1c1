// RUN: brt-opt %s --brt-add-optimizer="optimizer=sgd accumulate-steps=4" --canonicalize --cse | FileCheck %s --check-prefix=ACCUMULATE
// RUN: brt-opt %s --brt-add-optimizer="optimizer=sgd loss-guard" --canonicalize --cse | FileCheck %s --check-prefix=GUARD
// RUN: brt-opt %s --brt-add-optimizer="optimizer=sgd schedule=constant loss-normalization=mean clip-norm=1" --canonicalize --cse | FileCheck %s --check-prefix=CLIP
// RUN: brt-opt %s --brt-add-optimizer="optimizer=sgd schedule=input" --canonicalize --cse | FileCheck %s --check-prefix=INPUT
// RUN: brt-opt %s --brt-add-optimizer="optimizer=adamw weight-decay=0.25 no-decay=scale,bias schedule=input" --canonicalize --cse | FileCheck %s --check-prefix=DECAY

// Gradients are summed over four calls, and only the last one updates.
// ACCUMULATE-LABEL: func.func @train_step(
// ACCUMULATE-SAME:    %[[SUM:[^:]+]]: tensor<8x8xf32> {brt.optimizer = "gradient/kernel"}
// ACCUMULATE-SAME:    {brt.optimizer = "gradient/scale"}
// ACCUMULATE-SAME:    tensor<f64> {brt.optimizer = "accumulated/loss_sum"}
// ACCUMULATE-SAME:    tensor<i64> {brt.optimizer = "accumulated/token_count"}
// ACCUMULATE-SAME:    tensor<i1> {brt.output = "updated"}
// ACCUMULATE-DAG:     %[[THREE:.+]] = arith.constant 3 : i64
// ACCUMULATE-DAG:     %[[FOUR:.+]] = arith.constant 4 : i64
// ACCUMULATE:         %[[CALL:.+]] = arith.remsi %{{.+}}, %[[FOUR]]
// ACCUMULATE:         arith.divsi %{{.+}}, %[[FOUR]]
// ACCUMULATE:         %[[LAST:.+]] = arith.cmpi eq, %[[CALL]], %[[THREE]]
// ACCUMULATE:         linalg.generic {{.*}} outs(%[[SUM]]
// ACCUMULATE:         tensor.from_elements %[[LAST]]
// ACCUMULATE:         linalg.generic
// ACCUMULATE:           arith.select %[[LAST]]

// An update is chosen element by element, so that no NaN gets through.
// GUARD-LABEL: func.func @train_step(
// GUARD-SAME:    tensor<f64> {brt.optimizer = "guard/loss"}
// GUARD-SAME:    tensor<f64> {brt.optimizer = "guard/gradient_norm"}
// GUARD-SAME:    tensor<f64> {brt.optimizer = "guard/count"}
// GUARD-SAME:    tensor<i1> {brt.output = "updated"}
// GUARD:         %[[UPDATED:.+]] = tensor.from_elements %[[OK:.+]] : tensor<i1>
// GUARD:         linalg.generic
// GUARD:           arith.select %[[OK]]
// GUARD:         linalg.generic
// GUARD:           arith.select %[[OK]]

// The norm is one of the gradients of the mean; both factors are one product.
// CLIP-LABEL: func.func @train_step(
// CLIP:         %[[NORM:.+]] = math.sqrt
// CLIP:         %[[MEAN:.+]] = arith.divf %{{.+}}, %{{.+}} : f64
// CLIP:         %[[MEAN_NORM:.+]] = arith.mulf %[[NORM]], %[[MEAN]]
// CLIP:         %[[SMALL:.+]] = arith.cmpf ole, %[[MEAN_NORM]], %[[ONE:.+]] : f64
// CLIP:         %[[RATIO:.+]] = arith.divf %[[ONE]], %[[MEAN_NORM]]
// CLIP:         %[[CLIP:.+]] = arith.select %[[SMALL]], %[[ONE]], %[[RATIO]]
// CLIP:         %[[SCALE:.+]] = arith.mulf %[[MEAN]], %[[CLIP]]
// CLIP:         tensor.from_elements %[[MEAN_NORM]]
// CLIP:         %[[FACTOR:.+]] = arith.truncf %[[SCALE]]
// CLIP:         linalg.generic
// CLIP:           arith.mulf %{{.+}}, %[[FACTOR]]

// INPUT-LABEL: func.func @train_step(
// INPUT-SAME:    %[[RATE:[^:]+]]: tensor<f64> {brt.input = "learning_rate"})
// INPUT:         tensor.extract %[[RATE]]
// INPUT-NOT:     arith.minimumf

// Of the two parameters one decays.
// DECAY-LABEL: func.func @train_step(
// DECAY:         %[[DECAY:.+]] = arith.constant 2.500000e-01 : f32
// DECAY:         tensor<8x8xf32>, tensor<8x8xf32>) outs(
// DECAY:           arith.mulf %{{.+}}, %[[DECAY]] :
// DECAY:         tensor<8xf32>, tensor<8xf32>) outs(
// DECAY-NOT:       %[[DECAY]] :
// DECAY:         return
func.func @gradient(
    %kernel: tensor<8x8xf32> {brt.parameter = "kernel"},
    %scale: tensor<8xf32> {brt.parameter = "scale"},
    %loss: tensor<f32> {brt.input = "loss"},
    %count: tensor<i64> {brt.input = "count"},
    %g: tensor<8x8xf32> {brt.input = "g"}, %h: tensor<8xf32> {brt.input = "h"})
    -> (tensor<f32> {brt.output = "loss_sum"},
        tensor<i64> {brt.output = "token_count"},
        tensor<8x8xf32> {brt.gradient = "kernel"},
        tensor<8xf32> {brt.gradient = "scale"}) attributes {brt.entry} {
  return %loss, %count, %g, %h
    : tensor<f32>, tensor<i64>, tensor<8x8xf32>, tensor<8xf32>
}
