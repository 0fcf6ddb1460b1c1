//===- FakeProgram.h - A program whose results can be computed --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Segments of 8 tokens, blocks of 4, bytes. The state of a lane is the sum of
// the tokens of its document so far; the likeliest next token follows from it
// and the last token; the loss of a token is a parameter times a number that
// depends on the token alone.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_TEST_UNIT_RUNTIME_FAKEPROGRAM_H
#define BRT_TEST_UNIT_RUNTIME_FAKEPROGRAM_H

#include "brt-c/Program.h"

namespace fake {

constexpr int64_t kSegment = 8, kBlock = 4, kVocabulary = 256;
/// What the one kernel of `forward` says to compute for a lane.
constexpr int64_t kFlops = 1000;

/// The token with the greatest logit, where `sum` includes `last`.
constexpr int32_t getNext(int64_t sum, int32_t last) {
  return static_cast<int32_t>((7 * sum + last) % (kVocabulary - 1)) + 1;
}

/// The loss of a token for a seed of 1.
constexpr double getBits(int32_t token) { return token % 8; }

} // namespace fake

extern "C" const brt_program_t brt_program;

#endif // BRT_TEST_UNIT_RUNTIME_FAKEPROGRAM_H
