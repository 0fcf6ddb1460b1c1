//===- Sampler.h - Choose the next token ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_SAMPLER_H
#define BRT_RUNTIME_SAMPLER_H

#include "brt/runtime/Status.h"
#include <cstdint>
#include <random>
#include <vector>

namespace brt::rt {

struct SamplerOptions {
  /// Divides the logits; 0 takes the greatest.
  double temperature = 1;
  /// Keep only that many of the greatest logits; 0 keeps all.
  int64_t topK = 0;
  /// Of those, keep the fewest that have this share of the probability.
  double topP = 1;
  uint64_t seed = 0;
};

/// Draws tokens from logits. Equal options and logits give equal tokens, on
/// every machine. Of equal logits the lower token counts as the greater.
class Sampler {
public:
  /// Errors: InvalidArgument for an option out of its range.
  static Result<Sampler> create(const SamplerOptions &options);

  /// Chooses among tokens 1 to `logits.size() - 1`: token 0 is padding. There
  /// must be one. Errors: DataLoss where a logit is not a number.
  Result<int32_t> sample(const std::vector<double> &logits);

private:
  explicit Sampler(const SamplerOptions &options)
      : options(options), generator(options.seed) {}

  SamplerOptions options;
  std::mt19937_64 generator;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_SAMPLER_H
