//===- EntryRunner.h - Calls of entry points on random tokens ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_PROGRAM_ENTRYRUNNER_H
#define BRT_RUNTIME_PROGRAM_ENTRYRUNNER_H

#include "brt/runtime/Session.h"
#include <functional>

namespace brt::rt {

/// Random tokens but 0, which is padding; equal ones for equal counts.
std::vector<int32_t> drawTokens(int64_t count, int64_t vocabulary);
/// `count` of them for each lane.
std::vector<std::vector<int32_t>> drawLanes(int64_t lanes, int64_t count,
                                            int64_t vocabulary);

/// Names of entry points that an EntryRunner can call.
const std::vector<std::string> &getRunnableEntries();

/// Repeated calls of one entry point, with new parameters and random tokens:
/// `train_step` and `forward` read a segment, `prefill` a block and `decode` a
/// token in every lane.
class EntryRunner {
public:
  /// Errors: Unsupported where the program has no such entry point.
  static Result<EntryRunner> create(const Program &program,
                                    std::string_view entry, int64_t lanes);

  /// Tokens that a call reads, in all lanes.
  int64_t tokens() const { return tokenCount; }
  void run() { call(); }

private:
  EntryRunner(int64_t tokens, std::function<void()> call)
      : tokenCount(tokens), call(std::move(call)) {}
  static Result<EntryRunner> createTrainStep(const Program &program,
                                             int64_t lanes);
  static Result<EntryRunner> createForward(const Program &program,
                                           int64_t lanes);
  static Result<EntryRunner> createStream(const Program &program, bool byBlock,
                                          int64_t lanes);

  int64_t tokenCount;
  std::function<void()> call;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_PROGRAM_ENTRYRUNNER_H
