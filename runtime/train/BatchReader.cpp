//===- BatchReader.cpp - Read documents while steps run -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/BatchReader.h"

using namespace brt::rt;

/// Batches to have ready: enough to sit out a slow disk now and then.
static constexpr size_t kAhead = 4;

BatchReader::BatchReader(DocumentLanes lanes)
    : lanes(std::move(lanes)), thread([this] { readAhead(); }) {}

BatchReader::~BatchReader() {
  {
    std::lock_guard lock(mutex);
    ends = true;
  }
  changed.notify_all();
  thread.join();
}

void BatchReader::readAhead() {
  bool failed = false;
  while (!failed) {
    PlacedBatch placed;
    Result<bool> read = lanes.next(placed.batch);
    placed.place = lanes.getPlace();
    failed = !read.ok();

    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ends || queue.size() < kAhead; });
    if (ends)
      return;
    if (failed)
      queue.emplace_back(read.status());
    else
      queue.emplace_back(std::move(placed));
    changed.notify_all();
  }
}

Result<PlacedBatch> BatchReader::next() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return !queue.empty(); });
  // An error stays, so that who asks again does not wait for ever.
  if (!queue.front().ok())
    return queue.front();
  Result<PlacedBatch> batch = std::move(queue.front());
  queue.pop_front();
  changed.notify_all();
  return batch;
}
