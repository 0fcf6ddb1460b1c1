//===- Trainer.h - Steps of training ----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_TRAINER_H
#define BRT_RUNTIME_TRAINER_H

#include "brt/runtime/Documents.h"
#include "brt/runtime/Session.h"

namespace brt::rt {

/// What a step says of itself.
struct StepReport {
  /// Sum of the losses of tokens, in nats, before the update, and their number.
  double lossSum = 0;
  int64_t tokenCount = 0;
  double gradientNorm = 0, learningRate = 0;
  /// Whether the parameters have changed: not in a call that only adds to
  /// gradients, or that the guard has left out.
  bool updated = true;

  /// Mean loss of a token, in nats; 0 without tokens.
  double getLoss() const {
    return tokenCount ? lossSum / static_cast<double>(tokenCount) : 0;
  }
};

/// Runs the entry point `train_step` on consecutive segments of some lanes.
/// Owns all that changes with it: parameters, the optimizer's state and the
/// carry.
class Trainer {
public:
  /// Parameters from `seed`; all other state is zero. Errors: Unsupported where
  /// the program has no `train_step`, or one with an unknown input.
  static Result<Trainer> create(const Program &program, int64_t lanes,
                                int64_t seed);

  int64_t lanes() const { return carry.lanes(); }
  int64_t segment() const { return segmentLength; }
  int64_t seed() const { return seedValue; }

  /// Runs step `step` = 0, 1, ....
  StepReport step(const LaneBatch &batch, int64_t step);

  const Parameters &getParameters() const { return parameters; }

  /// The optimizer's state and the carry, with names `optimizer/…` and
  /// `carry/…`.
  std::vector<TensorView> getState() const;
  /// Replaces all that steps have changed. `state` has the tensors of
  /// getState(). Errors: Mismatch naming the tensor; the trainer is then as it
  /// was.
  Status restore(Parameters newParameters, const SafetensorsFile &state);

private:
  Trainer(Call call, Parameters parameters, Carry carry, int64_t seed)
      : call(std::move(call)), parameters(std::move(parameters)),
        carry(std::move(carry)), seedValue(seed) {}
  double readNumber(std::string_view output) const;

  Call call;
  Parameters parameters;
  TensorSet optimizer;
  Carry carry;
  int64_t seedValue;
  int64_t segmentLength = 0;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_TRAINER_H
