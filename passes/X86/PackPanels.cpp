//===- PackPanels.cpp - The right factor in panels ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace brt::x86;

/// Rows between panels, so that equal rows of all do not fall on the same sets
/// of a cache.
static constexpr int64_t kPanelGap = 1;

MemRefType brt::x86::getPanelsType(const Contraction &contraction,
                                   const RegisterTile &tile) {
  int64_t panels =
      llvm::divideCeil(contraction.getPackedColumns().size, tile.getColumns());
  return MemRefType::get(
      {panels, contraction.depth.size + kPanelGap, tile.getColumns()},
      contraction.cell.type);
}

namespace {

class PanelPacker {
public:
  PanelPacker(IndexBuilder &builder, const Contraction &contraction,
              const RegisterTile &tile, Value panels)
      : b(builder), c(contraction), tile(tile), panels(panels) {}

  void pack();

private:
  void forEachPanel(function_ref<void(Value, int64_t)> body);
  void packRows(Value begin, Value end, bool isCut);
  void packRow(Value k, Value panel, int64_t count, bool isCut);
  void packTransposed(Value panel);
  void packCells(Value panel, Value begin);
  Value getLastColumn() { return b.add(c.getPackedColumns().count, -1); }

  IndexBuilder &b;
  const Contraction &c;
  RegisterTile tile;
  Value panels;
};

} // namespace

void PanelPacker::pack() {
  if (c.rhs.isContiguousAlongOther()) {
    b.loop(b.index(0), c.wholeCells, kPackedRows, [&](Value begin) {
      packRows(begin, b.min(b.add(begin, kPackedRows), c.wholeCells),
               /*isCut=*/false);
    });
    if (c.mayBeCut)
      packRows(c.wholeCells, c.depth.count, /*isCut=*/true);
    return;
  }
  forEachPanel([&](Value panel, int64_t) {
    if (c.rhs.isContiguousAlongDepth())
      packTransposed(panel);
    else
      packCells(panel, b.index(0));
  });
}

/// Rows of the factor from `begin` to `end`, as they lie, to all panels.
void PanelPacker::packRows(Value begin, Value end, bool isCut) {
  forEachPanel([&](Value panel, int64_t count) {
    b.loop(begin, end, 1, [&](Value k) { packRow(k, panel, count, isCut); });
  });
}

/// Calls `body` with each panel and its columns.
void PanelPacker::forEachPanel(function_ref<void(Value, int64_t)> body) {
  int64_t width = tile.getColumns();
  const TileAxis &columns = c.getPackedColumns();
  Value whole = b.div(columns.count, width);
  b.loop(b.index(0), whole, 1, [&](Value panel) { body(panel, width); });
  if (int64_t rest = columns.getRest(width))
    b.loop(whole, b.ceilDiv(columns.count, width), 1,
           [&](Value panel) { body(panel, rest); });
}

/// A row of the factor lies as it does in a panel: copies vectors.
void PanelPacker::packRow(Value k, Value panel, int64_t count, bool isCut) {
  for (int64_t v = 0; v * tile.width < count; ++v) {
    Value column = b.add(b.mul(panel, tile.getColumns()), v * tile.width);
    Value vector =
        c.rhs.loadRow(b, c.cell, k, column, tile.width,
                      std::min(tile.width, count - v * tile.width), isCut);
    storeVector(b, vector, panels, {panel, k, b.index(v * tile.width)},
                tile.width);
  }
}

/// Columns of the factor lie as rows do in a panel: transposes squares. Columns
/// behind the end repeat the last one.
void PanelPacker::packTransposed(Value panel) {
  int64_t width = tile.width;
  Value column = b.mul(panel, tile.getColumns());
  Value whole = b.mul(b.div(c.wholeCells, width), width);
  Value last = getLastColumn();
  b.loop(b.index(0), whole, width, [&](Value k) {
    for (int64_t v = 0; v < tile.vectors; ++v) {
      SmallVector<Value> square;
      for (int64_t i = 0; i < width; ++i) {
        Value from = b.min(b.add(column, v * width + i), last);
        square.push_back(c.rhs.loadColumn(b, c.cell, k, from, width));
      }
      square = transpose(b, std::move(square));
      for (int64_t i = 0; i < width; ++i)
        storeVector(b, square[i], panels,
                    {panel, b.add(k, i), b.index(v * width)}, width);
    }
  });
  if (c.depth.getRest(width) != 0 || c.mayBeCut)
    packCells(panel, whole);
}

/// Any other arrangement, and what is left of the depth behind `begin`.
void PanelPacker::packCells(Value panel, Value begin) {
  Value column = b.mul(panel, tile.getColumns());
  Value last = getLastColumn();
  c.forEachCell(b, begin, [&](Value k, bool isCut) {
    b.loop(b.index(0), b.index(tile.getColumns()), 1, [&](Value j) {
      Value from = b.min(b.add(column, j), last);
      memref::StoreOp::create(b, c.rhs.loadCell(b, c.cell, k, from, isCut),
                              panels, ValueRange{panel, k, j});
    });
  });
}

void brt::x86::packPanels(IndexBuilder &b, const Contraction &contraction,
                          const RegisterTile &tile, Value panels) {
  PanelPacker(b, contraction, tile, panels).pack();
}
