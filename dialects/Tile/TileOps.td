//===- TileOps.td - Tiles of values in buffers ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TILE_OPS_TD
#define BRT_TILE_OPS_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let cppNamespace = "::brt::tile";
  let summary = "Tiles of values in buffers";
  let description = [{
    A kernel at the level `tile` is a program over tiles of values: a grid, which
    is an `scf.forall`, and a body that loads tiles, computes, and stores tiles.
    Tiles are tensors of static shape, so that `linalg`, `arith`, `math` and `scf`
    compute with them. This dialect has what upstream lacks: the ops that say
    which tile of a buffer is meant. Nothing in it belongs to a target.

    A tile of a view is named by a tile index along each axis that the tile walks
    and an index along each other axis. There is no address arithmetic, so that
    the same op can become vectors, asynchronous copies with zeros behind the end,
    or a box of a tensor map.
  }];
}

def Tile_HasDefaults : NativeOpTrait<"HasDefaults"> {
  let cppNamespace = "::brt";
}

class Tile_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tile_Dialect, mnemonic, traits # [Tile_HasDefaults]>;

def Tile_Tile : Type<And<[
    CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
    CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">,
    CPred<"!::llvm::cast<::mlir::RankedTensorType>($_self).getEncoding()">]>,
  "tensor of static shape without encoding", "::mlir::RankedTensorType">;

//===----------------------------------------------------------------------===//
// tile.load
//===----------------------------------------------------------------------===//

def Tile_LoadOp : Tile_Op<"load"> {
  let summary = "Read a tile of a view";
  let description = [{
    Axis `i` of the result walks axis `axes[i]` of `view`, from element
    `indices[axes[i]]` times the result's extent on. Along the other axes of the
    view, `indices` are those of elements. What lies behind the end of the view is
    `padding`.

    Constraints:

    * (C1) There is an index for each axis of `view`.
    * (C2) `axes` are as many as the result has, ascending, and axes of `view`.
    * (C3) The result has the element type of `view`, a floating-point type.

    Example:

    ```mlir
    func.func @load(%view: memref<?x100x64xf32>, %lane: index, %i: index) -> tensor<32x64xf32> {
      %c0 = arith.constant 0 : index
      %0 = tile.load %view[%lane, %i, %c0] axes [1, 2] : memref<?x100x64xf32> -> tensor<32x64xf32>
      return %0 : tensor<32x64xf32>
    }
    ```
  }];
  let arguments = (ins
    Arg<AnyStridedMemRef, "", [MemRead]>:$view, Variadic<Index>:$indices,
    DenseI64ArrayAttr:$axes, DefaultValuedAttr<F64Attr, "0.0">:$padding);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = [{
    $view `[` $indices `]` `axes` $axes attr-dict
    `:` type($view) `->` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// tile.load_toeplitz
//===----------------------------------------------------------------------===//

def Tile_LoadToeplitzOp : Tile_Op<"load_toeplitz"> {
  let summary = "Read a tile whose diagonals are elements of a view";
  let description = [{
    Element (i, j) of the result is that of `view` at `indices`, the last of which
    is `i - j` more; `padding` if it is behind either end of the last axis. So a
    bias by distance becomes one of queries and keys.

    Constraints:

    * (C1) There is an index for each axis of `view`.
    * (C2) The result has two axes.
    * (C3) The result has the element type of `view`, a floating-point type.

    Example:

    ```mlir
    func.func @bias(%table: memref<8x512xf32>, %head: index, %distance: index) -> tensor<96x128xf32> {
      %0 = tile.load_toeplitz %table[%head, %distance] : memref<8x512xf32> -> tensor<96x128xf32>
      return %0 : tensor<96x128xf32>
    }
    ```
  }];
  let arguments = (ins
    Arg<AnyStridedMemRef, "", [MemRead]>:$view, Variadic<Index>:$indices,
    DefaultValuedAttr<F64Attr, "0.0">:$padding);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = [{
    $view `[` $indices `]` attr-dict `:` type($view) `->` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// tile.add_toeplitz
//===----------------------------------------------------------------------===//

def Tile_AddToeplitzOp : Tile_Op<"add_toeplitz"> {
  let summary = "Add the diagonals of a tile to elements of a view";
  let description = [{
    The adjoint of `tile.load_toeplitz`: adds element (i, j) of `tile` to that of
    `view` at `indices`, the last of which is `i - j` more; not if it is behind
    either end of the last axis. Each diagonal is summed from its first row on, and
    added once.

    Constraints:

    * (C1) There is an index for each axis of `view`.
    * (C2) `tile` has two axes.
    * (C3) `tile` has the element type of `view`, a floating-point type.

    Example:

    ```mlir
    func.func @gradient(%tile: tensor<96x128xf32>, %table: memref<8x512xf32>, %head: index, %distance: index) {
      tile.add_toeplitz %tile, %table[%head, %distance] : tensor<96x128xf32>, memref<8x512xf32>
      return
    }
    ```
  }];
  let arguments = (ins
    Tile_Tile:$tile, Arg<AnyStridedMemRef, "", [MemRead, MemWrite]>:$view,
    Variadic<Index>:$indices);
  let assemblyFormat = [{
    $tile `,` $view `[` $indices `]` attr-dict `:` type($tile) `,` type($view)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// tile.store
//===----------------------------------------------------------------------===//

def Tile_StoreOp : Tile_Op<"store"> {
  let summary = "Write a tile of a view";
  let description = [{
    Writes `tile` where `tile.load` would read it. What lies behind the end of the
    view is not written.

    Constraints:

    * (C1) There is an index for each axis of `view`.
    * (C2) `axes` are as many as `tile` has, ascending, and axes of `view`.
    * (C3) `tile` has the element type of `view`, a floating-point type.

    Example:

    ```mlir
    func.func @store(%tile: tensor<32x64xf32>, %view: memref<?x100x64xf32>, %lane: index, %i: index) {
      %c0 = arith.constant 0 : index
      tile.store %tile, %view[%lane, %i, %c0] axes [1, 2] : tensor<32x64xf32>, memref<?x100x64xf32>
      return
    }
    ```
  }];
  let arguments = (ins
    Tile_Tile:$tile, Arg<AnyStridedMemRef, "", [MemWrite]>:$view,
    Variadic<Index>:$indices, DenseI64ArrayAttr:$axes);
  let assemblyFormat = [{
    $tile `,` $view `[` $indices `]` `axes` $axes attr-dict
    `:` type($tile) `,` type($view)
  }];
  let hasVerifier = 1;
}

#endif // BRT_TILE_OPS_TD
