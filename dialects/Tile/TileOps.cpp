//===- TileOps.cpp - Tiles of values in buffers ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Tile/Tile.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace brt::tile;

#include "brt/dialects/Tile/TileDialect.cpp.inc"
#define GET_OP_CLASSES
#include "brt/dialects/Tile/TileOps.cpp.inc"

void TileDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "brt/dialects/Tile/TileOps.cpp.inc"
      >();
}

/// An index for each axis, and one element type.
static LogicalResult verifyElements(Operation *op, RankedTensorType tile,
                                    MemRefType view, size_t indexCount) {
  if (static_cast<int64_t>(indexCount) != view.getRank())
    return op->emitOpError("expects an index for each of the ")
           << view.getRank() << " axes of the view, but got " << indexCount;
  if (tile.getElementType() != view.getElementType() ||
      !isa<FloatType>(tile.getElementType()))
    return op->emitOpError("expects tile and view to have the same "
                           "floating-point type, but got ")
           << tile.getElementType() << " and " << view.getElementType();
  return success();
}

static LogicalResult verifyAxes(Operation *op, RankedTensorType tile,
                                MemRefType view, ArrayRef<int64_t> axes) {
  bool ascending = llvm::is_sorted(axes, std::less_equal<int64_t>());
  if (static_cast<int64_t>(axes.size()) == tile.getRank() && ascending &&
      llvm::all_of(axes, [&](int64_t axis) {
        return axis >= 0 && axis < view.getRank();
      }))
    return success();
  return op->emitOpError("expects ")
         << tile.getRank() << " ascending axes of the view, but got [" << axes
         << "]";
}

LogicalResult LoadOp::verify() {
  RankedTensorType tile = getResult().getType();
  auto view = cast<MemRefType>(getView().getType());
  // (C1), (C3), (C2)
  return success(
      succeeded(verifyElements(*this, tile, view, getIndices().size())) &&
      succeeded(verifyAxes(*this, tile, view, getAxes())));
}

template <typename OpT>
static LogicalResult verifyToeplitz(OpT op, RankedTensorType tile) {
  // (C2)
  if (tile.getRank() != 2)
    return op.emitOpError("expects a tile of two axes, but got ") << tile;
  // (C1), (C3)
  return verifyElements(op, tile, cast<MemRefType>(op.getView().getType()),
                        op.getIndices().size());
}

LogicalResult LoadToeplitzOp::verify() {
  return verifyToeplitz(*this, getResult().getType());
}

LogicalResult AddToeplitzOp::verify() {
  return verifyToeplitz(*this, getTile().getType());
}

LogicalResult StoreOp::verify() {
  RankedTensorType tile = getTile().getType();
  auto view = cast<MemRefType>(getView().getType());
  // (C1), (C3), (C2)
  return success(
      succeeded(verifyElements(*this, tile, view, getIndices().size())) &&
      succeeded(verifyAxes(*this, tile, view, getAxes())));
}
