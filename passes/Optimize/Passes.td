//===- Passes.td - From gradients to a training step ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_OPTIMIZE_TD
#define BRT_PASSES_OPTIMIZE_TD

include "mlir/Pass/PassBase.td"

def AddOptimizerPass : Pass<"brt-add-optimizer", "mlir::ModuleOp"> {
  let summary = "Make the entry `gradient` a training step";
  let description = [{
    Takes the entry point `gradient`, which `--brt-differentiate` makes, and
    puts `train_step` in its place: it also updates the parameters and the state
    of the optimizer, whose arguments and results have the attribute
    `brt.optimizer`. All of that state is zero before the first step.

    ```
    // before
    func.func @gradient(
        %w: tensor<8xf32> {brt.parameter = "w"},
        %tokens: tensor<?x4xi32> {brt.input = "tokens"})
        -> (tensor<f32> {brt.output = "loss_sum"},
            tensor<i64> {brt.output = "token_count"},
            tensor<8xf32> {brt.gradient = "w"}) attributes {brt.entry}

    // after, with optimizer=sgd
    func.func @train_step(
        %w: tensor<8xf32> {brt.parameter = "w"},
        %m: tensor<8xf32> {brt.optimizer = "m/w"},
        %tokens: tensor<?x4xi32> {brt.input = "tokens"},
        %step: tensor<i64> {brt.input = "step"},
        %seed: tensor<i64> {brt.input = "seed"})
        -> (tensor<8xf32> {brt.parameter = "w"},
            tensor<8xf32> {brt.optimizer = "m/w"},
            tensor<f32> {brt.output = "loss_sum"},
            tensor<i64> {brt.output = "token_count"},
            tensor<f64> {brt.output = "gradient_norm"},
            tensor<f64> {brt.output = "learning_rate"}) attributes {brt.entry}
    ```

    `step` counts the calls made before, 0 in the first one. Below, g is the
    gradient, p the parameter, t = `step` and n = t + 1.

    | `optimizer` | state             | update (brt-spec 9.1)                  |
    |-------------|-------------------|----------------------------------------|
    | `adafactor` | `m`, `v`; `v_row` and `v_col` for `v` where the two largest extents are both >= `factored-minimum` | b2 = 1 - n^-`decay-exponent`; v = b2 v + (1 - b2) (g^2 + 1e-30); y = g / sqrt(v); y = y / max(1, RMS(y) / `clipping-threshold`); m = `beta1` m + (1 - `beta1`) lr max(RMS(p), `minimum-scale`) y; p = p - m |
    | `adamw`     | `m`, `v`          | m = `beta1` m + (1 - `beta1`) g; v = `beta2` v + (1 - `beta2`) g^2; p = p - lr ((m / (1 - `beta1`^n)) / (sqrt(v / (1 - `beta2`^n)) + `epsilon`) + `weight-decay` p) |
    | `sgd`       | `m`               | m = `beta1` m + g; p = p - lr (m + `weight-decay` p) |

    The learning rate is `learning-rate` * min(t, W) / W * schedule(max(t, W)),
    with W = `warmup-steps`; 0 means no warm-up. Below, s = max(t, W), H =
    `max-steps`, and hi and lo are `max-learning-rate` and `min-learning-rate`,
    by default as the table says.

    | `schedule`           | value                                    | hi, lo      |
    |----------------------|------------------------------------------|-------------|
    | `rsqrt_decay_std`    | min(hi, 1 / sqrt(max(s, 100)))           | no bound    |
    | `cosine_decay`       | lo + (hi - lo) (1 + cos(pi s / H)) / 2   | 0.01, 0.001 |
    | `cosine_decay_spike` | max(that, `spike-learning-rate` (1 - s / `spike-steps`)) | 0.01, 0.001 |
    | `rsqrt_decay`        | min(hi, lo sqrt(H / max(s, 100)))        | 0.05, 0.001 |
    | `linear_decay`       | lo + (hi - lo) (1 - s / H)               | 0.01, 0.001 |
    | `exponential_decay`  | hi (lo / hi)^(s / H)                     | 0.01, 0.001 |
    | `constant`           | hi                                       | 0.01        |
    | `input`              | the input `learning_rate`, a tensor<f64>, with neither warm-up nor factor | |

    Beyond H the cosine and linear schedules halve every H steps, 2 lo 2^(-s/H),
    or with `decay-after=false` stay at lo.

    What happens to a gradient, in this order:

    1. Over `accumulate-steps` calls gradients are summed, in the state
       `gradient/<parameter>`, and so are losses and token counts. The last of
       these calls updates the parameters; above, t then counts updates.
    2. With `loss-normalization=mean` it is divided by the number of tokens.
    3. `gradient_norm` is the 2-norm of all gradients together.
    4. With a `clip-norm` above 0, gradients of a larger norm are scaled to it.

    With `loss-guard` an update is left out, and changes neither parameters nor
    state, where the mean loss of a token or the gradient norm is not finite,
    or, after `guard-after` finite updates, more than `guard-factor` times its
    running mean. A mean starts as the first value x and goes on as `guard-decay`
    mean + (1 - `guard-decay`) min(x, `guard-factor` mean) with every finite
    one, so that it follows a loss that stays high. Updates that are left out
    count in t.

    With the guard or accumulation, the output `updated` says whether this call
    changed the parameters.

    Requires: an entry `gradient` with the outputs `loss_sum` and `token_count`
              and a gradient for every parameter.
    Ensures:  level `cell`. Every update overwrites its own operand, and old
              values are not read after it.
    Numerics: defines them. Scalars are computed in f64, tensors in the type of
              the parameter. A sum over a tensor goes over the leading axes
              first, in order, for every index of the last axis, then over that.
  }];
  let options = [
    Option<"optimizer", "optimizer", "brt::Optimizer",
           "brt::Optimizer::Adafactor", "The update rule", [{::llvm::cl::values(
      clEnumValN(brt::Optimizer::Adafactor, "adafactor", "Adafactor"),
      clEnumValN(brt::Optimizer::AdamW, "adamw", "AdamW"),
      clEnumValN(brt::Optimizer::SGD, "sgd", "Gradient descent with momentum"))}]>,
    Option<"learningRate", "learning-rate", "double", "1.0",
           "Factor of the schedule">,
    Option<"schedule", "schedule", "brt::Schedule",
           "brt::Schedule::RsqrtDecayStd", "The learning rate by step",
           [{::llvm::cl::values(
      clEnumValN(brt::Schedule::RsqrtDecayStd, "rsqrt_decay_std", "1/sqrt(step)"),
      clEnumValN(brt::Schedule::CosineDecay, "cosine_decay", "Half a cosine"),
      clEnumValN(brt::Schedule::CosineDecaySpike, "cosine_decay_spike", "A steep line at first"),
      clEnumValN(brt::Schedule::RsqrtDecay, "rsqrt_decay", "Bounded 1/sqrt(step)"),
      clEnumValN(brt::Schedule::LinearDecay, "linear_decay", "A line"),
      clEnumValN(brt::Schedule::ExponentialDecay, "exponential_decay", "Geometric"),
      clEnumValN(brt::Schedule::Constant, "constant", "One value"),
      clEnumValN(brt::Schedule::Input, "input", "An input of the step"))}]>,
    Option<"maxLearningRate", "max-learning-rate", "double", "0.0",
           "Highest value of the schedule; 0 for its own">,
    Option<"minLearningRate", "min-learning-rate", "double", "0.0",
           "Lowest value of the schedule; 0 for its own">,
    Option<"warmupSteps", "warmup-steps", "int64_t", "1000",
           "Steps of linear growth from 0">,
    Option<"maxSteps", "max-steps", "int64_t", "100000",
           "Steps that the schedule spans">,
    Option<"decayAfter", "decay-after", "bool", "true",
           "Whether cosine and linear schedules go on halving">,
    Option<"spikeSteps", "spike-steps", "int64_t", "10000",
           "Steps of the line of cosine_decay_spike">,
    Option<"spikeLearningRate", "spike-learning-rate", "double", "0.04",
           "Where the line of cosine_decay_spike starts">,
    Option<"beta1", "beta1", "double", "0.9", "Decay of the momentum">,
    Option<"beta2", "beta2", "double", "0.98",
           "Decay of AdamW's second moment">,
    Option<"epsilon", "epsilon", "double", "1e-8",
           "What AdamW adds to the root of the second moment">,
    Option<"weightDecay", "weight-decay", "double", "0.0",
           "Decay of parameters for each unit of learning rate">,
    ListOption<"noDecay", "no-decay", "std::string",
           "Parts of names of parameters that do not decay">,
    Option<"decayExponent", "decay-exponent", "double", "0.8",
           "How fast Adafactor's second moment slows down">,
    Option<"clippingThreshold", "clipping-threshold", "double", "1.0",
           "Largest RMS of Adafactor's update">,
    Option<"minimumScale", "minimum-scale", "double", "1e-3",
           "Least RMS that Adafactor takes a parameter to have">,
    Option<"factoredMinimum", "factored-minimum", "int64_t", "128",
           "Least extent of the axes that Adafactor factors">,
    Option<"lossNormalization", "loss-normalization", "brt::LossNormalization",
           "brt::LossNormalization::Sum", "What gradients are of",
           [{::llvm::cl::values(
      clEnumValN(brt::LossNormalization::Sum, "sum", "The sum over tokens"),
      clEnumValN(brt::LossNormalization::Mean, "mean", "The mean over tokens"))}]>,
    Option<"clipNorm", "clip-norm", "double", "0.0",
           "Largest norm of all gradients together; 0 for any">,
    Option<"accumulateSteps", "accumulate-steps", "int64_t", "1",
           "Calls whose gradients are summed for an update">,
    Option<"lossGuard", "loss-guard", "bool", "false",
           "Leave out updates with a loss or gradient out of line">,
    Option<"guardFactor", "guard-factor", "double", "4.0",
           "Multiple of the running mean that is out of line">,
    Option<"guardDecay", "guard-decay", "double", "0.99",
           "Decay of the running means">,
    Option<"guardAfter", "guard-after", "int64_t", "20",
           "Finite updates before the multiple counts">];
  let dependentDialects = [
    "brt::BrtDialect", "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
    "mlir::math::MathDialect", "mlir::tensor::TensorDialect"];
}

#endif // BRT_PASSES_OPTIMIZE_TD
