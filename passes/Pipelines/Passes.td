//===- Passes.td - Checks between stages ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PIPELINES_TD
#define BRT_PASSES_PIPELINES_TD

include "mlir/Pass/PassBase.td"

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
