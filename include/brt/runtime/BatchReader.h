//===- BatchReader.h - Read documents while steps run -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_BATCHREADER_H
#define BRT_RUNTIME_BATCHREADER_H

#include "brt/runtime/Documents.h"
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace brt::rt {

/// A batch, and the place that the lanes have come to with it.
struct PlacedBatch {
  LaneBatch batch;
  DocumentLanes::Place place;
};

/// Reads the batches of endless lanes on a thread of its own, a few ahead.
class BatchReader {
public:
  explicit BatchReader(DocumentLanes lanes);
  /// Ends the thread.
  ~BatchReader();
  BatchReader(const BatchReader &) = delete;
  BatchReader &operator=(const BatchReader &) = delete;

  /// The next batch; waits for it. Errors: those of DocumentLanes::next().
  Result<PlacedBatch> next();

private:
  void readAhead();

  DocumentLanes lanes;
  std::mutex mutex;
  /// Notified when `queue` or `ends` has changed.
  std::condition_variable changed;
  std::deque<Result<PlacedBatch>> queue;
  bool ends = false;
  std::thread thread;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_BATCHREADER_H
