//===- Vectors.cpp - What tiles are read and written by -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace brt::x86;

static Value getMask(IndexBuilder &b, int64_t width, int64_t count) {
  SmallVector<bool> lanes(width, false);
  std::fill_n(lanes.begin(), count, true);
  return arith::ConstantOp::create(b, b.getBoolVectorAttr(lanes));
}

Value brt::x86::loadVector(IndexBuilder &b, Value memref, ValueRange indices,
                           int64_t width, int64_t count) {
  auto type = VectorType::get(
      width, cast<MemRefType>(memref.getType()).getElementType());
  if (count == width)
    return vector::LoadOp::create(b, type, memref, indices);
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, memref, indices,
                                      getMask(b, width, count), zeros);
}

void brt::x86::storeVector(IndexBuilder &b, Value vector, Value memref,
                           ValueRange indices, int64_t count) {
  int64_t width = cast<VectorType>(vector.getType()).getNumElements();
  if (count == width)
    vector::StoreOp::create(b, vector, memref, indices);
  else
    vector::MaskedStoreOp::create(b, memref, indices, getMask(b, width, count),
                                  vector);
}

void brt::x86::fillTile(IndexBuilder &b, const TileView &tile, Value number,
                        int64_t width) {
  Value vector = vector::BroadcastOp::create(
      b, VectorType::get(width, number.getType()), number);
  const TileAxis &rows = tile.axes[0], &columns = tile.axes[1];
  Value whole = b.mul(b.div(columns.count, width), width);
  b.loop(b.index(0), rows.count, 1, [&](Value row) {
    auto fill = [&](Value column, int64_t count) {
      storeVector(b, vector, tile.view, tile.at(b, 0, row, 1, column), count);
    };
    b.loop(b.index(0), whole, width, [&](Value j) { fill(j, width); });
    if (int64_t rest = columns.getRest(width))
      b.loop(whole, columns.count, rest, [&](Value j) { fill(j, rest); });
  });
}

SmallVector<Value> brt::x86::transpose(IndexBuilder &b,
                                       SmallVector<Value> vectors) {
  int64_t width = vectors.size();
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < width / 2; ++i) {
    low.append({i, width + i});
    high.append({width / 2 + i, width + width / 2 + i});
  }
  for (int64_t done = 1; done < width; done *= 2) {
    SmallVector<Value> next;
    for (int64_t i = 0; i < width / 2; ++i) {
      Value x = vectors[i], y = vectors[i + width / 2];
      next.push_back(vector::ShuffleOp::create(b, x, y, low));
      next.push_back(vector::ShuffleOp::create(b, x, y, high));
    }
    vectors = std::move(next);
  }
  return vectors;
}
