//===- Stream.h - Read tokens as they come ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_STREAM_H
#define BRT_RUNTIME_STREAM_H

#include "brt/runtime/Session.h"

namespace brt::rt {

/// Lanes that read any number of tokens at a time, each at its own position,
/// with the same results as whole segments: by blocks through the entry point
/// `prefill`, token by token through `decode`. Letters: B lanes, W tokens of a
/// block, V tokens of the vocabulary.
class Stream {
public:
  /// Errors: Unsupported where the program has no `prefill` and `decode`, as
  /// one of a model that is not causal.
  static Result<Stream> create(const Program &program, int64_t lanes);

  int64_t lanes() const { return carry.lanes(); }
  int64_t block() const { return blockLength; }
  int64_t vocabulary() const { return vocabularySize; }

  /// Lets a lane begin a document with its next token, as all lanes do at
  /// first.
  void restart(int64_t lane) { starts[lane] = 1; }

  /// Reads the tokens that each lane is given, which may be none.
  void read(const Parameters &parameters,
            const std::vector<std::vector<int32_t>> &tokens);

  /// Scores of the token that follows the last one a lane has read, [V]; zeros
  /// before the first.
  const std::vector<double> &getLogits(int64_t lane) const {
    return logits[lane];
  }

private:
  Stream(Call prefill, Call decode, Carry carry)
      : prefill(std::move(prefill)), decode(std::move(decode)),
        carry(std::move(carry)) {}

  /// Reads counts[b] tokens of each lane, from the offsets on.
  void readPart(Call &call, const Parameters &parameters,
                const std::vector<std::vector<int32_t>> &tokens,
                const std::vector<size_t> &offsets,
                const std::vector<int32_t> &counts);

  Call prefill, decode;
  Carry carry;
  int64_t blockLength = 0, vocabularySize = 0;
  DType logitType = DType::F32;
  /// [B]
  std::vector<uint8_t> starts;
  std::vector<std::vector<double>> logits;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_STREAM_H
