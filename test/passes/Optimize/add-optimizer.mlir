// RUN: brt-opt %s --brt-add-optimizer --canonicalize --cse --split-input-file | FileCheck %s --check-prefixes=CHECK,ADAFACTOR
// RUN: brt-opt %s --brt-add-optimizer=optimizer=adamw --canonicalize --cse --split-input-file | FileCheck %s --check-prefixes=CHECK,ADAMW
// RUN: brt-opt %s --brt-add-optimizer="optimizer=sgd schedule=constant warmup-steps=0" --canonicalize --cse --split-input-file | FileCheck %s --check-prefixes=CHECK,SGD
// RUN: brt-opt %s --brt-add-optimizer --brt-verify-level=level=cell --split-input-file

// Parameters, state, carry, inputs; then parameters, state, carry, outputs.
// What is not named, such as logits, is left out. Every update is in place.
// CHECK-NOT:         @gradient
// CHECK-LABEL:       func.func @train_step(
// CHECK-SAME:          %[[W:[^:]+]]: tensor<8xf32> {brt.parameter = "w"},
// CHECK-SAME:          %[[M:[^:]+]]: tensor<8xf32> {brt.optimizer = "m/w"},
// ADAFACTOR-SAME:      %[[V:[^:]+]]: tensor<8xf32> {brt.optimizer = "v/w"},
// ADAMW-SAME:          %[[V:[^:]+]]: tensor<8xf32> {brt.optimizer = "v/w"},
// CHECK-SAME:          %[[KEYS:[^:]+]]: tensor<?x4xf32> {brt.carry = "0/keys"},
// CHECK-SAME:          %{{[^:]+}}: tensor<?x4xi32> {brt.input = "tokens"},
// CHECK-SAME:          %[[G:[^:]+]]: tensor<8xf32> {brt.input = "g"},
// CHECK-SAME:          %[[STEP:[^:]+]]: tensor<i64> {brt.input = "step"},
// CHECK-SAME:          %{{[^:]+}}: tensor<i64> {brt.input = "seed"})
// CHECK-SAME:          -> (tensor<8xf32> {brt.parameter = "w"},
// CHECK-SAME:              tensor<8xf32> {brt.optimizer = "m/w"},
// ADAFACTOR-SAME:          tensor<8xf32> {brt.optimizer = "v/w"},
// ADAMW-SAME:              tensor<8xf32> {brt.optimizer = "v/w"},
// CHECK-SAME:              tensor<?x4xf32> {brt.carry = "0/keys"},
// CHECK-SAME:              tensor<f32> {brt.output = "loss_sum"},
// CHECK-SAME:              tensor<i64> {brt.output = "token_count"},
// CHECK-SAME:              tensor<f64> {brt.output = "gradient_norm"},
// CHECK-SAME:              tensor<f64> {brt.output = "learning_rate"})
// CHECK-SAME:          attributes {brt.entry}

// ADAFACTOR:         %[[V1:.+]] = linalg.generic {{.*}} ins(%[[G]] {{.*}} outs(%[[V]]
// ADAFACTOR:         %[[M1:.+]] = linalg.generic {{.*}} ins(%[[G]], %[[V1]] {{.*}} outs(%[[M]]
// ADAFACTOR:         %[[W1:.+]] = linalg.generic {{.*}} ins(%[[M1]] {{.*}} outs(%[[W]]
// ADAFACTOR:         return %[[W1]], %[[M1]], %[[V1]], %[[KEYS]]

// ADAMW:             %[[M1:.+]] = linalg.generic {{.*}} ins(%[[G]] {{.*}} outs(%[[M]]
// ADAMW:             %[[V1:.+]] = linalg.generic {{.*}} ins(%[[G]] {{.*}} outs(%[[V]]
// ADAMW:             %[[W1:.+]] = linalg.generic {{.*}} ins(%[[M1]], %[[V1]] {{.*}} outs(%[[W]]
// ADAMW:             return %[[W1]], %[[M1]], %[[V1]], %[[KEYS]]

// SGD:               %[[RATE:.+]] = arith.truncf %{{.+}} : f64 to f32
// SGD:               %[[M1:.+]] = linalg.generic {{.*}} ins(%[[G]] {{.*}} outs(%[[M]]
// SGD:               %[[W1:.+]] = linalg.generic {{.*}} ins(%[[M1]] {{.*}} outs(%[[W]]
// SGD:                 %[[DELTA:.+]] = arith.mulf %[[RATE]], %{{.+}}
// SGD:                 arith.subf %{{.+}}, %[[DELTA]]
// SGD:               return %[[W1]], %[[M1]], %[[KEYS]]
func.func @gradient(
    %w: tensor<8xf32> {brt.parameter = "w"},
    %keys: tensor<?x4xf32> {brt.carry = "0/keys"},
    %tokens: tensor<?x4xi32> {brt.input = "tokens"},
    %g: tensor<8xf32> {brt.input = "g"})
    -> (tensor<8xf32> {brt.output = "logits"},
        tensor<f32> {brt.output = "loss_sum"},
        tensor<i64> {brt.output = "token_count"},
        tensor<?x4xf32> {brt.carry = "0/keys"},
        tensor<8xf32> {brt.gradient = "w"}) attributes {brt.entry} {
  %loss = arith.constant dense<3.0> : tensor<f32>
  %count = arith.constant dense<4> : tensor<i64>
  return %w, %loss, %count, %keys, %g
    : tensor<8xf32>, tensor<f32>, tensor<i64>, tensor<?x4xf32>, tensor<8xf32>
}

// -----

// Inputs of the gradient that a step has are not added twice.
// CHECK-LABEL:   func.func @train_step(
// CHECK-SAME:      {brt.input = "step"}
// CHECK-SAME:      {brt.input = "seed"}
// CHECK-NOT:       {brt.input = "step"}
// CHECK-NOT:       {brt.input = "seed"}
// CHECK:           {
func.func @gradient(
    %w: tensor<8xf64> {brt.parameter = "w"},
    %step: tensor<i64> {brt.input = "step"},
    %seed: tensor<i64> {brt.input = "seed"})
    -> (tensor<f64> {brt.output = "loss_sum"},
        tensor<i64> {brt.output = "token_count"},
        tensor<8xf64> {brt.gradient = "w"}) attributes {brt.entry} {
  %loss = arith.constant dense<3.0> : tensor<f64>
  return %loss, %step, %w : tensor<f64>, tensor<i64>, tensor<8xf64>
}

// -----

// The two largest axes are factored, the later of equal ones as the largest:
// v_row has lost that axis and v_col the other.
// ADAFACTOR-LABEL: func.func @train_step(
// ADAFACTOR-SAME:    tensor<128xf32> {brt.optimizer = "v_row/tall"}
// ADAFACTOR-SAME:    tensor<130xf32> {brt.optimizer = "v_col/tall"}
// ADAFACTOR-SAME:    tensor<2x128xf32> {brt.optimizer = "v_row/rank3"}
// ADAFACTOR-SAME:    tensor<2x129xf32> {brt.optimizer = "v_col/rank3"}
// ADAFACTOR-SAME:    tensor<128x2xf32> {brt.optimizer = "v_row/square"}
// ADAFACTOR-SAME:    tensor<128x2xf32> {brt.optimizer = "v_col/square"}
// ADAFACTOR-SAME:    tensor<127x130xf32> {brt.optimizer = "v/small"}
// ADAFACTOR-SAME:    -> (
func.func @gradient(
    %tall: tensor<130x128xf32> {brt.parameter = "tall"},
    %rank3: tensor<2x129x128xf32> {brt.parameter = "rank3"},
    %square: tensor<128x128x2xf32> {brt.parameter = "square"},
    %small: tensor<127x130xf32> {brt.parameter = "small"},
    %count: tensor<i64> {brt.input = "count"})
    -> (tensor<f32> {brt.output = "loss_sum"},
        tensor<i64> {brt.output = "token_count"},
        tensor<130x128xf32> {brt.gradient = "tall"},
        tensor<2x129x128xf32> {brt.gradient = "rank3"},
        tensor<128x128x2xf32> {brt.gradient = "square"},
        tensor<127x130xf32> {brt.gradient = "small"}) attributes {brt.entry} {
  %loss = arith.constant dense<3.0> : tensor<f32>
  return %loss, %count, %tall, %rank3, %square, %small
    : tensor<f32>, tensor<i64>, tensor<130x128xf32>, tensor<2x129x128xf32>,
      tensor<128x128x2xf32>, tensor<127x130xf32>
}
