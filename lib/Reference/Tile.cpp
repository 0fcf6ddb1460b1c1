//===- Tile.cpp - Evaluate tiles of buffers -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Tile/Tile.h"
#include "Interpreter.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <map>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Calls `body` with each index of a tile and that of its element in the view,
/// which can lie outside of it.
template <typename OpT, typename T>
static void
forEachElement(OpT op, RankedTensorType tile, const Frame<T> &frame,
               function_ref<void(ArrayRef<int64_t>, ArrayRef<int64_t>)> body) {
  SmallVector<int64_t> begin =
      frame.getIntegers(getAsOpFoldResult(op.getIndices()));
  for (auto [n, axis] : llvm::enumerate(op.getAxes()))
    begin[axis] *= tile.getDimSize(n);
  forEachIndex(tile.getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> place(begin);
    for (auto [n, axis] : llvm::enumerate(op.getAxes()))
      place[axis] += index[n];
    body(index, place);
  });
}

/// The same for a tile whose diagonals are elements of the view.
template <typename OpT, typename T>
static void forEachOnDiagonals(
    OpT op, RankedTensorType tile, const Frame<T> &frame,
    function_ref<void(ArrayRef<int64_t>, ArrayRef<int64_t>)> body) {
  SmallVector<int64_t> begin =
      frame.getIntegers(getAsOpFoldResult(op.getIndices()));
  forEachIndex(tile.getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> place(begin);
    place.back() += index[0] - index[1];
    body(index, place);
  });
}

/// The elements that `forEach` names, padding where they are not in the view.
template <typename OpT, typename T, typename ForEach>
static LogicalResult loadTile(OpT op, Frame<T> &frame, ForEach forEach) {
  const Buffer &view = frame[op.getView()].getBuffer();
  RankedTensorType type = op.getResult().getType();
  auto result =
      Tensor<T>::ofReals(type.getShape(), T(op.getPadding().convertToDouble()));
  forEach(op, type, frame,
          [&](ArrayRef<int64_t> index, ArrayRef<int64_t> place) {
            if (view.contains(place))
              result.copyElement(getOffset(type.getShape(), index),
                                 view.load<T>(place), 0);
          });
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
static LogicalResult evaluate(tile::LoadOp op, Frame<T> &frame) {
  return loadTile(op, frame, forEachElement<tile::LoadOp, T>);
}

template <typename T>
static LogicalResult evaluate(tile::LoadToeplitzOp op, Frame<T> &frame) {
  return loadTile(op, frame, forEachOnDiagonals<tile::LoadToeplitzOp, T>);
}

template <typename T>
static LogicalResult evaluate(tile::StoreOp op, Frame<T> &frame) {
  const Buffer &view = frame[op.getView()].getBuffer();
  const Tensor<T> &tile = frame[op.getTile()];
  auto scalar = Tensor<T>::ofReals({});
  forEachElement(op, op.getTile().getType(), frame,
                 [&](ArrayRef<int64_t> index, ArrayRef<int64_t> place) {
                   if (!view.contains(place))
                     return;
                   scalar.copyElement(0, tile,
                                      getOffset(tile.getShape(), index));
                   view.store(place, scalar);
                 });
  return success();
}

template <typename T>
static LogicalResult evaluate(tile::AddToeplitzOp op, Frame<T> &frame) {
  const Buffer &view = frame[op.getView()].getBuffer();
  const Tensor<T> &tile = frame[op.getTile()];
  // By the place of the diagonal in the view.
  std::map<SmallVector<int64_t>, T> sums;
  forEachOnDiagonals(op, op.getTile().getType(), frame,
                     [&](ArrayRef<int64_t> index, ArrayRef<int64_t> place) {
                       sums[SmallVector<int64_t>(place)] +=
                           tile(index[0], index[1]);
                     });
  for (const auto &[place, sum] : sums) {
    if (!view.contains(place))
      continue;
    Tensor<T> element = view.load<T>(place);
    element() += sum;
    view.store(place, element);
  }
  return success();
}

template <typename T>
void reference::addTile(Registry<T> &registry) {
  registry.template add<tile::AddToeplitzOp>(evaluate<T>);
  registry.template add<tile::LoadOp>(evaluate<T>);
  registry.template add<tile::LoadToeplitzOp>(evaluate<T>);
  registry.template add<tile::StoreOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addTile);
