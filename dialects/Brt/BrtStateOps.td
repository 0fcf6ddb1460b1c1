//===- BrtStateOps.td - The recurrence and the carry of lanes -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_STATE_OPS_TD
#define BRT_STATE_OPS_TD

include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/LoopLikeInterface.td"
include "dialects/Brt/BrtAttrs.td"

//===----------------------------------------------------------------------===//
// brt.recurrence, brt.yield
//===----------------------------------------------------------------------===//

def Brt_RecurrenceOp : Brt_Op<"recurrence", [
    AttrSizedOperandSegments, RecursiveMemoryEffects, Brt_Differentiable,
    SingleBlockImplicitTerminator<"YieldOp">,
    DeclareOpInterfaceMethods<LoopLikeOpInterface, [
        "getRegionIterArgs", "getYieldedValuesMutable", "getLoopResults"]>]> {
  let summary = "Recurrence over the blocks of a segment";
  let description = [{
    Cuts each of `sequences` into `blocks` pieces along axis 1 and runs the
    region, the block-recurrent cell, once for each in order. The region's
    arguments are the pieces and the carried values; it yields pieces of the
    results, then the next carried values. The op's results are the pieces put
    together along axis 1, then the last carried values. Values from outside,
    such as parameters, are used directly.

    A `reverse` recurrence, such as an adjoint, runs the blocks from the last to
    the first; pieces keep their places along axis 1.

    Constraints:

    * (C1) `blocks` is positive, less than 2^31.
    * (C2) Each sequence has rank 2 or more and a static axis 1, less than 2^31, that `blocks` divides.
    * (C3) The region's arguments have the types of the pieces, then of the carried values.
    * (C4) The region yields results' pieces, then values of the types carried.
    * (C5) Yielded pieces have rank 2 or more and a static axis 1, less than 2^31.
    * (C6) Results have the types of the yielded pieces put together, then of the carried values.

    Example:

    ```mlir
    func.func @sum(%x: tensor<?x8x16xf32>, %c: tensor<?x2x16xf32>) -> (tensor<?x8x16xf32>, tensor<?x2x16xf32>) {
      %0:2 = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x16xf32>) carry (%s = %c : tensor<?x2x16xf32>) {
        %1 = arith.addf %b, %s : tensor<?x2x16xf32>
        brt.yield %1 : tensor<?x2x16xf32> carry %1 : tensor<?x2x16xf32>
      }
      return %0#0, %0#1 : tensor<?x8x16xf32>, tensor<?x2x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_IntAttr:$blocks,
    UnitAttr:$reverse,
    Variadic<AnyRankedTensor>:$sequences,
    Variadic<AnyRankedTensor>:$inits);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "int64_t":$blocks, "mlir::ValueRange":$sequences,
                   "mlir::ValueRange":$inits,
      "llvm::function_ref<void(mlir::OpBuilder &, mlir::Location, mlir::ValueRange, mlir::ValueRange)>":$body)>];
  let extraClassDeclaration = [{
    mlir::Block::BlockArgListType getPieces() {
      return getBody().getArguments().take_front(getSequences().size());
    }
    mlir::Block::BlockArgListType getCarried() {
      return getBody().getArguments().drop_front(getSequences().size());
    }
    mlir::ResultRange getFinalCarry() {
      return getResults().take_back(getInits().size());
    }
    YieldOp getYield();
    /// `type` with its axis 1 divided, or multiplied, by `blocks`.
    static mlir::RankedTensorType getPieceType(mlir::RankedTensorType type, int64_t blocks);
    static mlir::RankedTensorType getWholeType(mlir::RankedTensorType type, int64_t blocks);
  }];
}

def Brt_YieldOp : Brt_Op<"yield", [
    Pure, Terminator, HasParent<"RecurrenceOp">, AttrSizedOperandSegments]> {
  let summary = "End of the cell: pieces of results, and the next carry";
  let description = [{
    See `brt.recurrence`.

    Example:

    ```mlir
    func.func @count(%c: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %0 = brt.recurrence blocks = 3 carry (%s = %c : tensor<?x4xf32>) {
        %1 = arith.addf %s, %s : tensor<?x4xf32>
        brt.yield carry %1 : tensor<?x4xf32>
      }
      return %0 : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins
    Variadic<AnyRankedTensor>:$pieces, Variadic<AnyRankedTensor>:$carry);
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, mlir::ValueRange(), mlir::ValueRange()); }]>];
  let assemblyFormat = [{
    ($pieces^ `:` type($pieces))? (`carry` $carry^ `:` type($carry))? attr-dict
  }];
}

//===----------------------------------------------------------------------===//
// brt.add_state_ids
//===----------------------------------------------------------------------===//

def Brt_AddStateIdsOp
    : Brt_Op<"add_state_ids", [
        Pure, Brt_Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "Tell the state vectors apart";
  let description = [{
    `result[b, s, :] = input[b, s, :] + ids[s, :]`: a learned vector for each
    state vector, added after the norm (brt-spec 5.2).

    Constraints:

    * (C1) `input` has rank 3; `ids` is [S, E].
    * (C2) `ids` has the element type of `input`, or f32 where that is bf16.

    Example:

    ```mlir
    func.func @ids(%s: tensor<?x8x16xf32>, %i: tensor<8x16xf32>) -> tensor<?x8x16xf32> {
      %0 = brt.add_state_ids %s, %i : tensor<?x8x16xf32>, tensor<8x16xf32>
      return %0 : tensor<?x8x16xf32>
    }
    ```
  }];
  let arguments = (ins Brt_FloatTensor:$input, Brt_ParameterTensor:$ids);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "$input `,` $ids attr-dict `:` type($input) `,` type($ids)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.select_lanes, brt.any_lane
//===----------------------------------------------------------------------===//

def Brt_SelectLanesOp : Brt_Op<"select_lanes", [
    Pure, Brt_Differentiable, AllTypesMatch<["on_false", "result"]>]> {
  let summary = "Choose lane by lane";
  let description = [{
    `result[b, ...] = flags[b] ? on_true[b, ...] : on_false[b, ...]`. Where
    `on_true` lacks the axis of lanes, it stands for every lane: the initial
    state of a document (brt-spec 5.3).

    Constraints:

    * (C1) `flags` is [B].
    * (C2) `on_true` has the type of `on_false`, with or without its axis 0.

    Example:

    ```mlir
    func.func @reset(%start: tensor<?xi1>, %c0: tensor<8x16xf32>, %c: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
      %0 = brt.select_lanes %start, %c0, %c : tensor<?xi1>, tensor<8x16xf32>, tensor<?x8x16xf32>
      return %0 : tensor<?x8x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FlagTensor:$flags, AnyRankedTensor:$on_true, AnyRankedTensor:$on_false);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $flags `,` $on_true `,` $on_false attr-dict
    `:` type($flags) `,` type($on_true) `,` type($on_false)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Brt_AnyLaneOp : Brt_Op<"any_lane", [Pure]> {
  let summary = "Whether a flag is set in any lane";
  let description = [{
    False for no lanes at all.

    Constraints:

    * (C1) `flags` is [B].

    Example:

    ```mlir
    func.func @any(%start: tensor<?xi1>) -> i1 {
      %0 = brt.any_lane %start : tensor<?xi1>
      return %0 : i1
    }
    ```
  }];
  let arguments = (ins Brt_FlagTensor:$flags);
  let results = (outs I1:$result);
  let assemblyFormat = "$flags attr-dict `:` type($flags)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// brt.cache_write
//===----------------------------------------------------------------------===//

def Brt_CacheWriteOp : Brt_Op<"cache_write", [
    Pure, AllTypesMatch<["cache", "result"]>,
    AllTypesMatch<["positions", "counts"]>]> {
  let summary = "Write new keys or values into a cache at each lane's position";
  let description = [{
    `result[b, positions[b] + i, ...] = new[b, i, ...]` for `i < counts[b]`;
    every other element is that of `cache`. What would fall outside of the cache
    is not written.

    Constraints:

    * (C1) `cache` is [B, m, ...] and `rows` is [B, n, ...], equal from axis 2 on.
    * (C2) `positions` and `counts` are [B].
    * (C3) `rows` has the element type of `cache`.

    Example:

    ```mlir
    func.func @write(%c: tensor<?x16x4x8xf32>, %k: tensor<?x1x4x8xf32>, %p: tensor<?xi32>, %n: tensor<?xi32>)
        -> tensor<?x16x4x8xf32> {
      %0 = brt.cache_write %c, %k at %p count %n : tensor<?x16x4x8xf32>, tensor<?x1x4x8xf32>, tensor<?xi32>
      return %0 : tensor<?x16x4x8xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$cache, Brt_FloatTensor:$rows,
    Brt_IndexTensor:$positions, Brt_IndexTensor:$counts);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $cache `,` $rows `at` $positions `count` $counts attr-dict
    `:` type($cache) `,` type($rows) `,` type($positions)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // BRT_STATE_OPS_TD
