//===- Passes.td - Checks between stages ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PIPELINES_TD
#define BRT_PASSES_PIPELINES_TD

include "mlir/Pass/PassBase.td"

def FitMemoryPass : Pass<"brt-fit-memory", "mlir::ModuleOp"> {
  let summary = "Choose what to compute again so that memory is enough";
  let description = [{
    Finds for each entry point how many bytes of tensors may be in use at once for
    all that it needs to fit into `budget`: its parameters, the optimizer's state,
    the carry, inputs, outputs, its arena, and 16 MiB for code, the runtime and
    stacks. It goes down to a plan of the arena
    for each number that it tries. An entry point that does not fit as it is gets
    the number as the attribute `brt.tensor_limit`, for --brt-recompute behind it.

    A remark says what an entry point takes. If none of the plans fits, an error
    names the least budget that one of them would.

    ```mlir
    // --brt-fit-memory=budget=1KB
    // error: expects a memory budget of at least 16,777,280 bytes for 1 lane of
    // 'forward', but got 1,000
    func.func @forward(%x: tensor<?x8xf32> {brt.input = "x"}) -> (tensor<?x8xf32> {brt.output = "y"}) attributes {brt.entry} {
      %0 = math.exp %x : tensor<?x8xf32>
      return %0 : tensor<?x8xf32>
    }
    ```

    Requires: level `cell`, recurrences split.
    Ensures:  level `cell`; nothing but attributes is changed.
    Numerics: bit-exact.
  }];
  let options = [
    Option<"budget", "budget", "std::string", /*default=*/"\"\"",
           "Bytes, in units of KB, MB, GB, KiB, MiB or GiB">,
    Option<"lanes", "lanes", "int64_t", /*default=*/"1",
           "Lanes for which the budget holds">,
    Option<"fuseAttention", "fuse-attention", "bool", /*default=*/"true",
           "Whether attention will be one launch">];
}

def VerifyLevelPass : Pass<"brt-verify-level"> {
  let summary = "Check that only ops of a level are left";
  let description = [{
    `--brt-verify-level=cell` is short for `--brt-verify-level=level=cell`. Every
    op that may not stand at the level is an error at its place.

    ```mlir
    // --brt-verify-level=cell: 'brt.model' op expects to be of another level
    // than 'cell'
    brt.model @tiny {
      brt.embedding
      brt.transformer_layer
      brt.head
    }
    ```

    Requires: the name of a level.
    Ensures:  IR is not changed.
    Numerics: bit-exact.
  }];
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"cell\"",
           "The level: one of the names that --brt-compile-to lists">];
}

#endif // BRT_PASSES_PIPELINES_TD
