//===- Sampler.cpp - Choose the next token --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Sampler.h"
#include <algorithm>
#include <cmath>

using namespace brt::rt;

Result<Sampler> Sampler::create(const SamplerOptions &options) {
  if (!(options.temperature >= 0) || std::isinf(options.temperature))
    return makeError(StatusCode::InvalidArgument,
                     "expects temperature to be 0 or more, but got {}",
                     options.temperature);
  if (options.topK < 0)
    return makeError(StatusCode::InvalidArgument,
                     "expects top-k to be 0 or more, but got {}", options.topK);
  if (!(options.topP > 0 && options.topP <= 1))
    return makeError(StatusCode::InvalidArgument,
                     "expects top-p to be above 0 and at most 1, but got {}",
                     options.topP);
  return Sampler(options);
}

Result<int32_t> Sampler::sample(const std::vector<double> &logits) {
  std::vector<int32_t> tokens;
  for (size_t token = 1; token < logits.size(); ++token) {
    if (std::isnan(logits[token]))
      return makeError(StatusCode::DataLoss,
                       "the logit of token {} is not a number", token);
    tokens.push_back(static_cast<int32_t>(token));
  }
  std::sort(tokens.begin(), tokens.end(), [&](int32_t a, int32_t b) {
    return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
  });
  if (options.temperature == 0 || options.topK == 1)
    return tokens.front();
  if (options.topK > 0 && static_cast<size_t>(options.topK) < tokens.size())
    tokens.resize(options.topK);

  std::vector<double> weights;
  double sum = 0;
  for (int32_t token : tokens) {
    // The greatest logit may be infinite; it then has all of the probability.
    double below = logits[token] == logits[tokens.front()]
                       ? 0
                       : logits[token] - logits[tokens.front()];
    weights.push_back(std::exp(below / options.temperature));
    sum += weights.back();
  }
  if (options.topP < 1) {
    double kept = 0;
    size_t count = 0;
    while (count < weights.size() && kept < options.topP * sum)
      kept += weights[count++];
    tokens.resize(count);
    sum = kept;
  }

  // The library's distributions differ between implementations, its generator
  // does not.
  double draw = static_cast<double>(generator() >> 11) * 0x1p-53 * sum;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    draw -= weights[i];
    if (draw < 0)
      return tokens[i];
  }
  return tokens.back();
}
