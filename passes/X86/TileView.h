//===- TileView.h - A tile where it lies in a buffer ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_X86_TILEVIEW_H
#define BRT_PASSES_X86_TILEVIEW_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace brt::x86 {

/// Builder of index arithmetic.
class IndexBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  /// a / b of numbers that are not negative, rounded down or up.
  mlir::Value div(mlir::Value a, int64_t b);
  mlir::Value ceilDiv(mlir::Value a, int64_t b);

  /// for index = begin; index < end; index += step.
  void loop(mlir::Value begin, mlir::Value end, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);
  /// The values that one of two functions makes.
  using Values = llvm::SmallVector<mlir::Value>;
  Values select(mlir::Value condition, llvm::function_ref<Values()> onTrue,
                llvm::function_ref<Values()> onFalse);
};

/// An axis of a tile: the elements [offset, offset + count) of an axis of a
/// view, count as many of `size` as there are.
struct TileAxis {
  int64_t viewAxis;
  /// Elements of the tile, and of the view's axis; the latter may be dynamic.
  int64_t size, extent;
  /// A number that the elements of the view's axis are a multiple of.
  int64_t factor;
  mlir::Value offset, count;

  /// What tells how many are left behind steps of that size: either they are
  /// that many, or a multiple of it.
  int64_t getRest(int64_t step) const;
  /// Whether no tile reaches behind the end.
  bool isWhole() const;
};

/// A tile that is read or written where it lies.
struct TileView {
  mlir::Value view;
  /// The index along each axis of the view that the tile does not walk; the
  /// offset along those that it does.
  llvm::SmallVector<mlir::Value> base;
  /// The tile's axes.
  llvm::SmallVector<TileAxis> axes;
  /// What numbers are rounded to where they are read, or null.
  mlir::Type rounded = {};

  /// Where the tile with tile indices `indices` lies.
  static TileView create(IndexBuilder &b, mlir::Value view,
                         mlir::ValueRange indices, llvm::ArrayRef<int64_t> axes,
                         llvm::ArrayRef<int64_t> shape);

  /// Indices into the view of an element of a tile of two axes.
  llvm::SmallVector<mlir::Value> at(IndexBuilder &b, unsigned first,
                                    mlir::Value i, unsigned second,
                                    mlir::Value j) const;
  /// The part of the tile from there on, `firstSize` by `secondSize` elements,
  /// as a view with one address, from which constants lead to all of its
  /// elements.
  mlir::Value slice(IndexBuilder &b, unsigned first, mlir::Value i,
                    int64_t firstSize, unsigned second, mlir::Value j,
                    int64_t secondSize) const;
  /// Indices into a slice.
  llvm::SmallVector<mlir::Value> inSlice(IndexBuilder &b, unsigned first,
                                         mlir::Value i, unsigned second,
                                         mlir::Value j) const;
  /// Asks for the cache line of an element that is read, or written, soon. It
  /// may lie behind the end.
  void prefetch(IndexBuilder &b, unsigned first, mlir::Value i, unsigned second,
                mlir::Value j, bool isWrite) const;
  /// Whether elements along an axis lie one beside the other.
  bool isContiguous(unsigned axis) const;
  mlir::Type getElementType() const;
};

} // namespace brt::x86

#endif // BRT_PASSES_X86_TILEVIEW_H
