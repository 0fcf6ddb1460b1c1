//===- PlaceToeplitz.cpp - Tiles of diagonals -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The diagonals of a tile lie in scratch in falling order, each once; rows of
// the tile begin one before the other in it.
//
//===----------------------------------------------------------------------===//

#include "TilePlacer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace brt::x86;

Value TilePlacer::allocateDiagonals(RankedTensorType tile) {
  int64_t count = tile.getDimSize(0) + tile.getDimSize(1) - 1;
  return allocateScratch(MemRefType::get({count}, tile.getElementType()));
}

/// Runs `body` on each diagonal: its number in scratch, the indices of its
/// element of `view`, and whether there is one.
void TilePlacer::walkDiagonals(
    Value view, ValueRange indices, RankedTensorType tile,
    function_ref<void(Value, ValueRange, Value)> body) {
  int64_t rows = tile.getDimSize(0), columns = tile.getDimSize(1);
  SmallVector<Value> element = llvm::map_to_vector(
      indices, [&](Value index) { return mapping.lookupOrDefault(index); });
  Value end = memref::DimOp::create(b, view, element.size() - 1);
  Value first = b.add(element.back(), rows - 1);
  b.loop(b.index(0), b.index(rows + columns - 1), 1, [&](Value i) {
    element.back() = b.sub(first, i);
    // Below zero is large.
    Value isInside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                           element.back(), end);
    body(i, element, isInside);
  });
}

void TilePlacer::placeToeplitz(brt::tile::LoadToeplitzOp load) {
  RankedTensorType type = load.getType();
  Value scratch = allocateDiagonals(type);
  Value padding = arith::ConstantOp::create(
      b, b.getFloatAttr(type.getElementType(),
                        load.getPadding().convertToDouble()));
  walkDiagonals(load.getView(), load.getIndices(), type,
                [&](Value i, ValueRange element, Value isInside) {
                  Value number = b.select(
                      isInside,
                      [&] {
                        return IndexBuilder::Values{
                            memref::LoadOp::create(b, load.getView(), element)};
                      },
                      [&] { return IndexBuilder::Values{padding}; })[0];
                  memref::StoreOp::create(b, number, scratch, i);
                });
  int64_t offset = type.getDimSize(0) - 1;
  int64_t strides[] = {-1, 1};
  auto layout = StridedLayoutAttr::get(b.getContext(), offset, strides);
  auto tileType =
      MemRefType::get(type.getShape(), type.getElementType(), layout);
  buffers[load] = memref::ReinterpretCastOp::create(
      b, tileType, scratch, offset, type.getShape(), strides);
  readOnly.insert(buffers[load]);
}

LogicalResult TilePlacer::placeAddToeplitz(brt::tile::AddToeplitzOp add) {
  Value tile = buffers.lookup(add.getTile());
  if (!tile)
    return add.emitOpError("expects a tile that was computed");
  RankedTensorType type = add.getTile().getType();
  Value sums = allocateDiagonals(type);
  Value zero =
      arith::ConstantOp::create(b, b.getZeroAttr(type.getElementType()));
  linalg::FillOp::create(b, zero, sums);

  SmallVector<OpFoldResult> ones(2, b.getIndexAttr(1));
  SmallVector<OpFoldResult> row = {b.getIndexAttr(0), b.getIndexAttr(0)};
  SmallVector<OpFoldResult> sizes = {b.getIndexAttr(1),
                                     b.getIndexAttr(type.getDimSize(1))};
  AffineMap identity = b.getMultiDimIdentityMap(1);
  int64_t rows = type.getDimSize(0);
  b.loop(b.index(0), b.index(rows), 1, [&](Value i) {
    row[0] = i;
    auto rowType =
        cast<MemRefType>(memref::SubViewOp::inferRankReducedResultType(
            type.getDimSize(1), cast<MemRefType>(tile.getType()), row, sizes,
            ones));
    Value from = memref::SubViewOp::create(b, rowType, tile, row, sizes, ones);
    OpFoldResult first = b.sub(b.index(rows - 1), i);
    Value to = memref::SubViewOp::create(b, sums, first, sizes[1], ones[0]);
    linalg::GenericOp::create(
        b, from, to, ArrayRef<AffineMap>{identity, identity},
        utils::IteratorType::parallel,
        [](OpBuilder &builder, Location loc, ValueRange args) {
          Value sum = arith::AddFOp::create(builder, loc, args[1], args[0]);
          linalg::YieldOp::create(builder, loc, sum);
        });
  });
  walkDiagonals(add.getView(), add.getIndices(), type,
                [&](Value i, ValueRange element, Value isInside) {
                  auto branch =
                      scf::IfOp::create(b, isInside, /*withElseRegion=*/false);
                  OpBuilder::InsertionGuard guard(b);
                  b.setInsertionPointToStart(branch.thenBlock());
                  Value old = memref::LoadOp::create(b, add.getView(), element);
                  Value sum = memref::LoadOp::create(b, sums, i);
                  memref::StoreOp::create(b, arith::AddFOp::create(b, old, sum),
                                          add.getView(), element);
                });
  return success();
}
