//===- Segments.h - Read documents a segment at a time ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_SEGMENTS_H
#define BRT_RUNTIME_SEGMENTS_H

#include "brt/runtime/Session.h"

namespace brt::rt {

/// Runs the entry point `forward` on consecutive segments of some lanes, with a
/// carry of its own: training and evaluation use one each. Letters: B lanes, N
/// tokens of a segment, V tokens of the vocabulary.
class SegmentReader {
public:
  /// Errors: Unsupported where the program has no `forward`.
  static Result<SegmentReader> create(const Program &program, int64_t lanes);

  int64_t lanes() const { return carry.lanes(); }
  int64_t segment() const { return segmentLength; }
  int64_t vocabulary() const { return vocabularySize; }

  /// Reads `tokens` [B, N]; a lane with a flag in `starts` [B] begins a
  /// document.
  void read(const Parameters &parameters, const int32_t *tokens,
            const uint8_t *starts);

  /// After read(): the loss of token i + 1 in nats, 0 where there is none.
  double getTokenLoss(int64_t lane, int64_t i) const;
  /// After read(): score of a token as the one that follows token i.
  double getLogit(int64_t lane, int64_t i, int64_t token) const;

  /// What the lanes keep for the next segment.
  Carry &getCarry() { return carry; }

private:
  SegmentReader(Call call, Carry carry)
      : call(std::move(call)), carry(std::move(carry)) {}

  Call call;
  Carry carry;
  int64_t segmentLength = 0, vocabularySize = 0;
  DType lossType = DType::F32, logitType = DType::F32;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_SEGMENTS_H
