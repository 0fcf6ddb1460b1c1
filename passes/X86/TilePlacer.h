//===- TilePlacer.h - Where the tiles of a program are ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_X86_TILEPLACER_H
#define BRT_PASSES_X86_TILEPLACER_H

#include "Contraction.h"
#include "brt/dialects/Tile/Tile.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

namespace brt::x86 {

/// Lowers one program: a grid and its body. Each tile has one of three places.
///
/// * Its *destination*: a tile that is loaded, updated by contractions and
///   stored where it was loaded.
/// * Where it *lies*: a loaded tile that only contractions read, rounded or
///   widened or not, or a whole one that is not written.
/// * *Scratch* of the thread, of the tile's static shape: all others. What is
///   behind the end of a buffer is there as the program says.
class TilePlacer {
public:
  TilePlacer(mlir::RewriterBase &rewriter, mlir::scf::ForallOp grid,
             int64_t vectorBytes, int64_t rows, bool hasDotProducts)
      : b(grid.getLoc(), rewriter), grid(grid), vectorBytes(vectorBytes),
        rows(rows), hasDotProducts(hasDotProducts) {}

  llvm::LogicalResult place();

private:
  using Value = mlir::Value;

  // The grid.
  int64_t countProducts();
  int64_t countTaskTiles();

  // Ops of a body.
  llvm::LogicalResult placeBlock(mlir::Block &block);
  llvm::LogicalResult placeOp(mlir::Operation &op);
  void placeLoad(brt::tile::LoadOp load);
  void placeToeplitz(brt::tile::LoadToeplitzOp load);
  llvm::LogicalResult placeAddToeplitz(brt::tile::AddToeplitzOp add);
  llvm::LogicalResult placeStore(brt::tile::StoreOp store);
  llvm::LogicalResult placeFill(brt::tile::StoreOp store);
  llvm::LogicalResult placeGeneric(mlir::linalg::GenericOp op);
  llvm::LogicalResult placeContraction(mlir::linalg::ContractOp op);
  Value packRight(Value tile, Contraction contraction,
                  const RegisterTile &registers, mlir::Operation *op);
  mlir::scf::ForOp getKeptLoop(Value tile);
  Value keepPanels(mlir::scf::ForOp loop, mlir::Operation *around,
                   const Contraction &contraction,
                   const RegisterTile &registers);
  Value findPanels(Value tile, const Contraction &contraction,
                   const RegisterTile &registers, mlir::Operation *op);
  llvm::LogicalResult placeLoop(mlir::scf::ForOp loop);
  llvm::LogicalResult placeIf(mlir::scf::IfOp op);

  // Tiles of diagonals.
  Value allocateDiagonals(mlir::RankedTensorType tile);
  void
  walkDiagonals(Value view, mlir::ValueRange indices,
                mlir::RankedTensorType tile,
                llvm::function_ref<void(Value, mlir::ValueRange, Value)> body);

  // Destinations.
  void placeStoredTiles(mlir::Block &block);
  void placeAt(Value tile, const TileView &view);

  // Scratch.
  Value allocateScratch(mlir::MemRefType type);
  Value allocateTile(Value tile);
  void setScratch(Value tile, Value scratch);
  void initialise(Value tile, Value scratch);
  Value updateInPlace(Value tile, mlir::Operation *op, bool reads);
  void copy(Value from, Value to);
  Value getBox(const TileView &view);
  void fillBehindEnds(Value scratch, const TileView &counts, Value number);

  Value getInitial(Value tile, Value &isFirst);
  TileView getView(Value memref, mlir::ValueRange indices,
                   llvm::ArrayRef<int64_t> axes, mlir::RankedTensorType tile);
  int64_t getWidth(mlir::Type element) {
    return vectorBytes * 8 / element.getIntOrFloatBitWidth();
  }

  IndexBuilder b;
  mlir::scf::ForallOp grid;
  int64_t vectorBytes, rows;
  bool hasDotProducts;
  /// Values that are not tiles.
  mlir::IRMapping mapping;
  /// Where tiles are, as contractions and stores walk them.
  llvm::DenseMap<Value, TileView> tiles;
  /// Tiles as buffers of their static shape, where they have one; and those of
  /// them that are not to be written.
  llvm::DenseMap<Value, Value> buffers;
  llvm::DenseSet<Value> readOnly;
  /// What loops and branches became.
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> placed;
  /// Panels of tiles, by the tile, the axis of their columns and cells.
  llvm::DenseMap<std::tuple<Value, unsigned, mlir::Type>, Value> panels;
  /// The iterations of the grid that are one task.
  mlir::scf::ForOp task;
  /// Where scratch of a thread is allocated.
  mlir::Block *scratchBlock = nullptr;
};

/// Whether a loop may have no iterations: it then leaves what it starts from.
bool mayBeEmpty(mlir::scf::ForOp loop);

/// Whether a tile is only a number that contractions start from.
bool isFoldedFill(mlir::Value tile);

/// The tile whose numbers an op rounds or widens to make `tile`, or null.
mlir::Value getConverted(mlir::Value tile);

/// Whether contractions alone read a tile, or its numbers rounded or widened.
bool isOnlyMultiplied(mlir::Value tile);

/// The narrowest type that holds the numbers of a tile.
mlir::Type getNumberType(mlir::Value tile);

} // namespace brt::x86

#endif // BRT_PASSES_X86_TILEPLACER_H
