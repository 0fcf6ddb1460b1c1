//===- CacheWrite.cpp - Evaluate brt.cache_write --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult evaluate(CacheWriteOp op, Frame<T> &frame) {
  const Tensor<T> &rows = frame[op.getRows()];
  const Tensor<T> &positions = frame[op.getPositions()];
  const Tensor<T> &counts = frame[op.getCounts()];
  Tensor<T> result = frame[op.getCache()];

  int64_t slots = result.getExtent(1);
  // Elements of one slot, the axes from 2 on.
  int64_t size = getNumElements(result.getShape().drop_front(2));
  for (int64_t b = 0; b < rows.getExtent(0); ++b) {
    int64_t count = std::min(counts.integer(b), rows.getExtent(1));
    for (int64_t i = 0; i < count; ++i) {
      int64_t slot = positions.integer(b) + i;
      if (slot < 0 || slot >= slots)
        continue;
      for (int64_t e = 0; e < size; ++e)
        result.copyElement((b * slots + slot) * size + e, rows,
                           (b * rows.getExtent(1) + i) * size + e);
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addCacheWrite(Registry<T> &registry) {
  registry.template add<CacheWriteOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addCacheWrite);
