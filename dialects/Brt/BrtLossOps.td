//===- BrtLossOps.td - Targets, masks and cross entropy -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LOSS_OPS_TD
#define BRT_LOSS_OPS_TD

include "dialects/Brt/BrtAttrs.td"

def Brt_ShiftTargetsOp : Brt_InferredOp<"shift_targets"> {
  let summary = "The next token as target, and which targets count";
  let description = [{
    `targets[b, i] = tokens[b, i + 1]`, 0 at the last position. `mask[b, i]` is
    set where input and target are not 0, padding, and where the input mask, if
    given, is set: at `i`, or with `shift_mask` at `i + 1` (brt-spec 2, item 6).

    Constraints:

    * (C1) `tokens` has rank 2, `input_mask` the same shape.

    Example:

    ```mlir
    func.func @targets(%t: tensor<?x8xi32>) -> (tensor<?x8xi32>, tensor<?x8xi1>) {
      %0, %1 = brt.shift_targets %t : tensor<?x8xi32>
      return %0, %1 : tensor<?x8xi32>, tensor<?x8xi1>
    }
    ```
  }];
  let arguments = (ins
    Brt_IndexTensor:$tokens, Optional<Brt_FlagTensor>:$input_mask, UnitAttr:$shift_mask);
  let results = (outs Brt_IndexTensor:$targets, Brt_FlagTensor:$mask);
  let assemblyFormat = [{
    $tokens (`mask` `(` $input_mask^ `:` type($input_mask) `)`)? attr-dict
    `:` type($tokens)
  }];
  let hasVerifier = 1;
}

def Brt_CrossEntropyOp
    : Brt_InferredOp<"cross_entropy", [Brt_Differentiable]> {
  let summary = "Cross entropy of the targets, in nats";
  let description = [{
    `token_loss[b, i] = ln(sum_v exp(logits[b, i, v])) - logits[b, i, targets[b, i] mod V]`
    where `mask` is set, else 0. `loss_sum` is its sum, lanes first to last and
    positions in order; `token_count` is the number of set flags (brt-spec 2,
    item 5).

    Constraints:

    * (C1) `logits` has rank 3; `targets` and `mask` are its first two axes.

    Example:

    ```mlir
    func.func @loss(%l: tensor<?x8x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>) -> tensor<f32> {
      %0, %sum, %count = brt.cross_entropy %l, %t, %m : tensor<?x8x256xf32>, tensor<?x8xi32>, tensor<?x8xi1>
      return %sum : tensor<f32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$logits, Brt_IndexTensor:$targets, Brt_FlagTensor:$mask);
  let results = (outs
    Brt_FloatTensor:$token_loss, Brt_FloatTensor:$loss_sum, RankedTensorOf<[I64]>:$token_count);
  let assemblyFormat = [{
    $logits `,` $targets `,` $mask attr-dict
    `:` type($logits) `,` type($targets) `,` type($mask)
  }];
  let hasVerifier = 1;
}

#endif // BRT_LOSS_OPS_TD
