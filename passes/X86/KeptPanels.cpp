//===- KeptPanels.cpp - Panels that loops use again -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops around a loop that load the same right factors in it, or overlapping
// ranges of them, as tiles of queries do with keys, keep panels in slots, tile
// by tile in turn, each with the number of the tile that it holds. Where
// iterations along the last axis of a grid do so, some of them are one task for
// a thread.
//
//===----------------------------------------------------------------------===//

#include "TilePlacer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace brt::x86;

/// Tasks of one lane to aim at: enough for threads to share evenly. Each packs
/// for itself.
static constexpr int64_t kTasks = 16;
/// Most bytes of all slots of a factor, some of the second-level cache.
static constexpr int64_t kSlotBytes = 512 * 1024;

/// The loop whose index numbers the tiles of a right factor that iterations
/// around it have in common, of a loop or of the last axis of the grid; or
/// null.
scf::ForOp TilePlacer::getKeptLoop(Value tile) {
  while (Value from = getConverted(tile))
    tile = from;
  auto load = tile.getDefiningOp<brt::tile::LoadOp>();
  auto loop = load ? dyn_cast<scf::ForOp>(load->getParentOp()) : nullptr;
  if (!loop ||
      llvm::any_of(load.getView().getUsers(), llvm::IsaPred<tile::StoreOp>))
    return {};
  SmallVector<Value> shared = grid.getInductionVars();
  if (loop->getParentOp() == grid)
    shared.pop_back();
  else if (loop->getParentOp()->getParentOp() != grid)
    return {};
  for (Value index : load.getIndices())
    if (index != loop.getInductionVar() && !llvm::is_contained(shared, index) &&
        !getConstantIntValue(index))
      return {};
  return loop;
}

/// How many iterations of the last axis of the grid are one task.
int64_t TilePlacer::countTaskTiles() {
  SmallVector<OpFoldResult> bounds = grid.getMixedUpperBound();
  std::optional<int64_t> tiles = getConstantIntValue(bounds.back());
  bool keeps = false;
  grid.walk([&](linalg::ContractOp op) {
    scf::ForOp loop = getKeptLoop(op.getInputs()[1]);
    keeps |= loop && loop->getParentOp() == grid;
  });
  if (!tiles || !keeps)
    return 1;
  int64_t others = 1;
  for (OpFoldResult bound : ArrayRef(bounds).drop_back())
    others *= getConstantIntValue(bound).value_or(1);
  int64_t parts = std::min<int64_t>(*tiles, llvm::divideCeil(kTasks, others));
  return llvm::divideCeil(*tiles, parts);
}

/// The panels of a tile of `loop`, packed if they are not held.
Value TilePlacer::keepPanels(scf::ForOp loop, Operation *around,
                             const Contraction &contraction,
                             const RegisterTile &registers) {
  MemRefType type = getPanelsType(contraction, registers);
  int64_t bytes =
      type.getNumElements() * type.getElementTypeBitWidth() / CHAR_BIT;
  int64_t slots = std::max<int64_t>(kSlotBytes / bytes, 1), tiles = 1;
  for (const TileAxis &axis : contraction.rhs.view.axes)
    tiles *= ShapedType::isDynamic(axis.extent)
                 ? slots
                 : llvm::divideCeil(axis.extent, axis.size);
  slots = std::min(slots, tiles);
  SmallVector<int64_t> shape(type.getShape());
  shape.insert(shape.begin(), slots);
  Value all = allocateScratch(MemRefType::get(shape, type.getElementType()));
  Value numbers = allocateScratch(MemRefType::get(slots, b.getIndexType()));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(around);
    Value none = b.index(-1);
    b.loop(b.index(0), b.index(slots), 1, [&](Value slot) {
      memref::StoreOp::create(b, none, numbers, slot);
    });
  }
  Value number = mapping.lookup(loop.getInductionVar());
  Value slot = arith::RemUIOp::create(b, number, b.index(slots));
  SmallVector<OpFoldResult> offsets(4, b.getIndexAttr(0)),
      sizes = getAsIndexOpFoldResult(b.getContext(), shape),
      strides(4, b.getIndexAttr(1));
  offsets[0] = slot;
  sizes[0] = strides[0];
  auto slotType =
      cast<MemRefType>(memref::SubViewOp::inferRankReducedResultType(
          type.getShape(), cast<MemRefType>(all.getType()), offsets, sizes,
          strides));
  Value panels =
      memref::SubViewOp::create(b, slotType, all, offsets, sizes, strides);
  Value held = memref::LoadOp::create(b, numbers, slot);
  Value isOther =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ne, held, number);
  auto branch = scf::IfOp::create(b, isOther, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  packPanels(b, contraction, registers, panels);
  memref::StoreOp::create(b, number, numbers, slot);
  return panels;
}
