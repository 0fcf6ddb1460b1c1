//===- FakeTrainProgram.cpp - A program that trains -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Segments of 8 tokens. What a step computes depends on every bit of what it is
// given: parameters, the optimizer's state, the carry, tokens, step and seed. A
// document that holds "!" has a loss that is not finite.
//
//===----------------------------------------------------------------------===//

#include "brt-c/Program.h"
#include <cmath>
#include <cstring>

static constexpr int64_t kSegment = 8, kVocabulary = 256;

/// seed -> w [256]
static void init(int64_t, const void *const *arguments, void *const *results,
                 void *) {
  auto seed = static_cast<double>(*static_cast<const int64_t *>(arguments[0]));
  for (int64_t i = 0; i < kVocabulary; ++i)
    static_cast<double *>(results[0])[i] =
        std::cos(seed + static_cast<double>(i));
}

/// The losses of a segment and what the lane keeps.
static double readLane(const double *w, const int32_t *tokens, double carry,
                       double *losses) {
  for (int64_t i = 0; i < kSegment; ++i) {
    carry = 0.5 * carry + w[tokens[i]];
    int32_t target = i + 1 < kSegment ? tokens[i + 1] : 0;
    losses[i] = target ? 2 + std::sin(carry + w[target]) : 0;
    if (target == '!')
      losses[i] = std::nan("");
  }
  return carry;
}

/// w, state [B, 1], tokens [B, 8], start_of_sequence [B]
/// -> logits [B, 8, 256], token_loss [B, 8], state [B, 1]
static void forward(int64_t lanes, const void *const *arguments,
                    void *const *results, void *) {
  std::memset(results[0], 0, lanes * kSegment * kVocabulary * sizeof(double));
  for (int64_t lane = 0; lane < lanes; ++lane)
    static_cast<double *>(results[2])[lane] =
        readLane(static_cast<const double *>(arguments[0]),
                 static_cast<const int32_t *>(arguments[2]) + lane * kSegment,
                 static_cast<const uint8_t *>(arguments[3])[lane]
                     ? 0
                     : static_cast<const double *>(arguments[1])[lane],
                 static_cast<double *>(results[1]) + lane * kSegment);
}

/// w, m, state, tokens, start_of_sequence, step, seed
/// -> w, m, state, loss_sum, token_count, gradient_norm, learning_rate
static void trainStep(int64_t lanes, const void *const *arguments,
                      void *const *results, void *) {
  // In place, as brt-c/Program.h says.
  auto *w = static_cast<double *>(const_cast<void *>(arguments[0]));
  auto *m = static_cast<double *>(const_cast<void *>(arguments[1]));
  auto *tokens = static_cast<const int32_t *>(arguments[3]);
  auto step = static_cast<double>(*static_cast<const int64_t *>(arguments[5]));
  auto seed = static_cast<double>(*static_cast<const int64_t *>(arguments[6]));
  double gradient[kVocabulary] = {}, lossSum = 0;
  int64_t count = 0;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    double losses[kSegment];
    double carry = static_cast<const uint8_t *>(arguments[4])[lane]
                       ? 0
                       : static_cast<const double *>(arguments[2])[lane];
    static_cast<double *>(results[2])[lane] =
        readLane(w, tokens + lane * kSegment, carry, losses);
    for (int64_t i = 0; i < kSegment; ++i) {
      lossSum += losses[i];
      count += losses[i] != 0;
      gradient[tokens[lane * kSegment + i]] += losses[i];
    }
  }
  double norm = 0, rate = 0.01 / (1 + step);
  for (int64_t i = 0; i < kVocabulary; ++i) {
    norm += gradient[i] * gradient[i];
    m[i] = 0.9 * m[i] + gradient[i];
    w[i] -= rate * m[i] * std::sin(step + seed);
  }
  *static_cast<double *>(results[3]) = lossSum;
  *static_cast<int64_t *>(results[4]) = count;
  *static_cast<double *>(results[5]) = std::sqrt(norm);
  *static_cast<double *>(results[6]) = rate;
}

static constexpr char kManifest[] = R"({
  "abi": 5, "name": "fake-train", "config": {"name": "fake-train", "segment": 8},
  "entries": [
    {"name": "init",
     "arguments": [
       {"kind": "input", "name": "seed", "dtype": "I64", "shape": []}],
     "results": [
       {"kind": "parameter", "name": "w", "dtype": "F64", "shape": [256]}],
     "arena": {"bytes_per_lane": 0, "bytes": 0}},
    {"name": "forward",
     "arguments": [
       {"kind": "parameter", "name": "w", "dtype": "F64", "shape": [256]},
       {"kind": "carry", "name": "0/state", "dtype": "F64", "shape": [-1, 1]},
       {"kind": "input", "name": "tokens", "dtype": "I32", "shape": [-1, 8]},
       {"kind": "input", "name": "start_of_sequence", "dtype": "BOOL", "shape": [-1]}],
     "results": [
       {"kind": "output", "name": "logits", "dtype": "F64", "shape": [-1, 8, 256]},
       {"kind": "output", "name": "token_loss", "dtype": "F64", "shape": [-1, 8]},
       {"kind": "carry", "name": "0/state", "dtype": "F64", "shape": [-1, 1]}],
     "arena": {"bytes_per_lane": 0, "bytes": 0}},
    {"name": "train_step",
     "arguments": [
       {"kind": "parameter", "name": "w", "dtype": "F64", "shape": [256]},
       {"kind": "optimizer", "name": "m/w", "dtype": "F64", "shape": [256]},
       {"kind": "carry", "name": "0/state", "dtype": "F64", "shape": [-1, 1]},
       {"kind": "input", "name": "tokens", "dtype": "I32", "shape": [-1, 8]},
       {"kind": "input", "name": "start_of_sequence", "dtype": "BOOL", "shape": [-1]},
       {"kind": "input", "name": "step", "dtype": "I64", "shape": []},
       {"kind": "input", "name": "seed", "dtype": "I64", "shape": []}],
     "results": [
       {"kind": "parameter", "name": "w", "dtype": "F64", "shape": [256]},
       {"kind": "optimizer", "name": "m/w", "dtype": "F64", "shape": [256]},
       {"kind": "carry", "name": "0/state", "dtype": "F64", "shape": [-1, 1]},
       {"kind": "output", "name": "loss_sum", "dtype": "F64", "shape": []},
       {"kind": "output", "name": "token_count", "dtype": "I64", "shape": []},
       {"kind": "output", "name": "gradient_norm", "dtype": "F64", "shape": []},
       {"kind": "output", "name": "learning_rate", "dtype": "F64", "shape": []}],
     "arena": {"bytes_per_lane": 0, "bytes": 0}}]})";

static constexpr brt_entry_fn_t kEntries[] = {init, forward, trainStep};
static constexpr brt_variant_t kVariants[] = {{"avx512", kEntries},
                                              {"avx2", kEntries}};

extern "C" const brt_program_t brt_program = {BRT_PROGRAM_ABI, 2, kVariants,
                                              kManifest, sizeof(kManifest) - 1};
