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

/// (C1) to (C3) of both ops.
static LogicalResult verifyAccess(Operation *op, RankedTensorType tile,
                                  MemRefType view, size_t indexCount,
                                  ArrayRef<int64_t> axes) {
  if (static_cast<int64_t>(indexCount) != view.getRank())
    return op->emitOpError("expects an index for each of the ")
           << view.getRank() << " axes of the view, but got " << indexCount;
  bool ascending = llvm::is_sorted(axes, std::less_equal<int64_t>());
  if (static_cast<int64_t>(axes.size()) != tile.getRank() || !ascending ||
      llvm::any_of(axes, [&](int64_t axis) {
        return axis < 0 || axis >= view.getRank();
      }))
    return op->emitOpError("expects ")
           << tile.getRank() << " ascending axes of the view, but got [" << axes
           << "]";
  if (tile.getElementType() != view.getElementType() ||
      !isa<FloatType>(tile.getElementType()))
    return op->emitOpError("expects tile and view to have the same "
                           "floating-point type, but got ")
           << tile.getElementType() << " and " << view.getElementType();
  return success();
}

LogicalResult LoadOp::verify() {
  return verifyAccess(*this, getResult().getType(),
                      cast<MemRefType>(getView().getType()),
                      getIndices().size(), getAxes());
}

LogicalResult StoreOp::verify() {
  return verifyAccess(*this, getTile().getType(),
                      cast<MemRefType>(getView().getType()),
                      getIndices().size(), getAxes());
}
