//===- FakeProgram.cpp - A program whose results can be computed ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FakeProgram.h"
#include <cmath>
#include <functional>

using namespace fake;

/// Numbers of the arena of `forward` for each lane.
static constexpr int64_t kArenaFloats = 16;

/// Runs `body` for every lane, on threads as compiled code does.
static void forLanes(int64_t lanes, const std::function<void(int64_t)> &body) {
  auto run = [](int64_t lane, void *context) {
    (*static_cast<const std::function<void(int64_t)> *>(context))(lane);
  };
  brt_parallel_for(lanes, run,
                   const_cast<std::function<void(int64_t)> *>(&body));
}

static void writeLogits(float *logits, float sum, int32_t last, bool valid) {
  int32_t next = getNext(static_cast<int64_t>(sum), last);
  for (int32_t token = 0; token < kVocabulary; ++token)
    logits[token] =
        valid ? -std::abs(static_cast<float>(token - next)) : std::nanf("");
}

/// seed -> table [256], scale [1]
static void init(int64_t, const void *const *arguments, void *const *results,
                 void *) {
  int64_t seed = *static_cast<const int64_t *>(arguments[0]);
  for (int32_t token = 0; token < kVocabulary; ++token)
    static_cast<float *>(results[0])[token] =
        static_cast<float>(getBits(token) * std::log(2.0));
  *static_cast<float *>(results[1]) = static_cast<float>(seed);
}

/// table, scale, state [B, 1], tokens [B, 8], start_of_sequence [B]
/// -> logits [B, 8, 256], token_loss [B, 8], state [B, 1]
static void forward(int64_t lanes, const void *const *arguments,
                    void *const *results, void *arena) {
  auto *table = static_cast<const float *>(arguments[0]);
  float scale = *static_cast<const float *>(arguments[1]);
  brt_kernel_begin(/*kernel=*/0, /*flops=*/kFlops * lanes, /*bytes=*/8 * lanes);
  forLanes(lanes, [&](int64_t lane) {
    auto *tokens = static_cast<const int32_t *>(arguments[3]) + lane * kSegment;
    auto *losses = static_cast<float *>(results[1]) + lane * kSegment;
    float &sum = static_cast<float *>(arena)[lane * kArenaFloats];
    sum = static_cast<const uint8_t *>(arguments[4])[lane]
              ? 0
              : static_cast<const float *>(arguments[2])[lane];
    for (int64_t i = 0; i < kSegment; ++i) {
      sum += static_cast<float>(tokens[i]);
      writeLogits(static_cast<float *>(results[0]) +
                      (lane * kSegment + i) * kVocabulary,
                  sum, tokens[i], true);
      int32_t target = i + 1 < kSegment ? tokens[i + 1] : 0;
      losses[i] = tokens[i] && target ? scale * table[target] : 0;
    }
    static_cast<float *>(results[2])[lane] = sum;
  });
  brt_kernel_end(/*kernel=*/0);
}

/// table, scale, state [B, 1], position [B], tokens [B, n], counts [B],
/// start_of_sequence [B] -> logits [B, n, 256], state [B, 1], position [B].
/// A call that crosses the end of a block has logits that are no numbers.
template <int64_t n>
static void stream(int64_t lanes, const void *const *arguments,
                   void *const *results, void *) {
  forLanes(lanes, [&](int64_t lane) {
    bool start = static_cast<const uint8_t *>(arguments[6])[lane];
    float sum = start ? 0 : static_cast<const float *>(arguments[2])[lane];
    int32_t position =
        start ? 0 : static_cast<const int32_t *>(arguments[3])[lane];
    auto *tokens = static_cast<const int32_t *>(arguments[4]) + lane * n;
    int32_t count = static_cast<const int32_t *>(arguments[5])[lane];
    bool valid = count <= n && position % kBlock + count <= kBlock;
    for (int32_t i = 0; i < n; ++i) {
      sum += i < count ? static_cast<float>(tokens[i]) : 0;
      writeLogits(static_cast<float *>(results[0]) +
                      (lane * n + i) * kVocabulary,
                  sum, tokens[i], valid && i < count);
    }
    static_cast<float *>(results[1])[lane] = sum;
    static_cast<int32_t *>(results[2])[lane] =
        static_cast<int32_t>((position + count) % kSegment);
  });
}

static constexpr char kManifest[] = R"({
  "abi": 5, "name": "fake", "config": {"name": "fake", "segment": 8},
  "kernels": [{"name": "brt_fake_1", "arguments": "memref<?x8xi32>"}],
  "entries": [
    {"name": "init",
     "arguments": [
       {"kind": "input", "name": "seed", "dtype": "I64", "shape": []}],
     "results": [
       {"kind": "parameter", "name": "head/table", "dtype": "F32", "shape": [256]},
       {"kind": "parameter", "name": "head/scale", "dtype": "F32", "shape": [1]}],
     "arena": {"bytes_per_lane": 0, "bytes": 0}},
    {"name": "forward",
     "arguments": [
       {"kind": "parameter", "name": "head/table", "dtype": "F32", "shape": [256]},
       {"kind": "parameter", "name": "head/scale", "dtype": "F32", "shape": [1]},
       {"kind": "carry", "name": "0/state", "dtype": "F32", "shape": [-1, 1]},
       {"kind": "input", "name": "tokens", "dtype": "I32", "shape": [-1, 8]},
       {"kind": "input", "name": "start_of_sequence", "dtype": "BOOL", "shape": [-1]}],
     "results": [
       {"kind": "output", "name": "logits", "dtype": "F32", "shape": [-1, 8, 256]},
       {"kind": "output", "name": "token_loss", "dtype": "F32", "shape": [-1, 8]},
       {"kind": "carry", "name": "0/state", "dtype": "F32", "shape": [-1, 1]}],
     "arena": {"bytes_per_lane": 64, "bytes": 0}},
    {"name": "prefill",
     "arguments": [
       {"kind": "parameter", "name": "head/table", "dtype": "F32", "shape": [256]},
       {"kind": "parameter", "name": "head/scale", "dtype": "F32", "shape": [1]},
       {"kind": "carry", "name": "0/state", "dtype": "F32", "shape": [-1, 1]},
       {"kind": "carry", "name": "position", "dtype": "I32", "shape": [-1]},
       {"kind": "input", "name": "tokens", "dtype": "I32", "shape": [-1, 4]},
       {"kind": "input", "name": "counts", "dtype": "I32", "shape": [-1]},
       {"kind": "input", "name": "start_of_sequence", "dtype": "BOOL", "shape": [-1]}],
     "results": [
       {"kind": "output", "name": "logits", "dtype": "F32", "shape": [-1, 4, 256]},
       {"kind": "carry", "name": "0/state", "dtype": "F32", "shape": [-1, 1]},
       {"kind": "carry", "name": "position", "dtype": "I32", "shape": [-1]}],
     "arena": {"bytes_per_lane": 0, "bytes": 0}},
    {"name": "decode",
     "arguments": [
       {"kind": "parameter", "name": "head/table", "dtype": "F32", "shape": [256]},
       {"kind": "parameter", "name": "head/scale", "dtype": "F32", "shape": [1]},
       {"kind": "carry", "name": "0/state", "dtype": "F32", "shape": [-1, 1]},
       {"kind": "carry", "name": "position", "dtype": "I32", "shape": [-1]},
       {"kind": "input", "name": "tokens", "dtype": "I32", "shape": [-1, 1]},
       {"kind": "input", "name": "counts", "dtype": "I32", "shape": [-1]},
       {"kind": "input", "name": "start_of_sequence", "dtype": "BOOL", "shape": [-1]}],
     "results": [
       {"kind": "output", "name": "logits", "dtype": "F32", "shape": [-1, 1, 256]},
       {"kind": "carry", "name": "0/state", "dtype": "F32", "shape": [-1, 1]},
       {"kind": "carry", "name": "position", "dtype": "I32", "shape": [-1]}],
     "arena": {"bytes_per_lane": 0, "bytes": 0}}]})";

static constexpr brt_entry_fn_t kEntries[] = {init, forward, stream<kBlock>,
                                              stream<1>};
static constexpr brt_variant_t kVariants[] = {{"avx512", kEntries},
                                              {"avx2", kEntries}};

extern "C" const brt_program_t brt_program = {BRT_PROGRAM_ABI, 2, kVariants,
                                              kManifest, sizeof(kManifest) - 1};
