//===- BrtGateOps.td - The gate between old and new state -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_GATE_OPS_TD
#define BRT_GATE_OPS_TD

include "dialects/Brt/BrtAttrs.td"

def Brt_GateOp : Brt_Op<"gate", [
    Pure, Brt_Differentiable, AllTypesMatch<["state", "update", "result"]>]> {
  let summary = "Blend the recurrent state with the update of a block";
  let description = [{
    Decides, element by element, how much of `state` outlives the block just
    read and how much of `update` takes its place (brt-spec 6.1).

    | kind | `activations` | `result` |
    |---|---|---|
    | `fixed` | `b` | `g state + (1 - g) update`, `g = sigmoid(b)` |
    | `full` | `a` | `g state + (1 - g) update`, `g = sigmoid(a + 1)` |
    | `lstm` | `f`, `i` | `sigmoid(f + 1) state + sigmoid(i - 1) update` |
    | `residual` | none | `state + update` |

    Constraints:

    * (C1) There are as many `activations` as the table says.
    * (C2) Those of `fixed` hold one number per feature, the last axis of `state`.
    * (C3) Those of `full` and `lstm` have the type of `state`.
    * (C4) Those of `fixed` have the element type of `state`, or f32 where that is bf16.

    Example:

    ```mlir
    func.func @gate(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<16xf32>) -> tensor<?x8x16xf32> {
      %0 = brt.gate fixed %c, %y (%b : tensor<16xf32>) : tensor<?x8x16xf32>
      return %0 : tensor<?x8x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_GateKindAttr:$kind,
    Brt_FloatTensor:$state,
    Brt_FloatTensor:$update,
    Variadic<Brt_FloatTensor>:$activations);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    `` $kind $state `,` $update (` ` `(` $activations^ `:` type($activations) `)`)?
    attr-dict `:` type($state)
  }];
  let hasVerifier = 1;
}

#endif // BRT_GATE_OPS_TD
