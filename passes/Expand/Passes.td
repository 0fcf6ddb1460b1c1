//===- Passes.td - From `model` to `cell` ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_EXPAND_TD
#define BRT_PASSES_EXPAND_TD

include "mlir/Pass/PassBase.td"

def ExpandModelPass : Pass<"brt-expand-model", "mlir::ModuleOp"> {
  let summary = "Write the entry points of a model as explicit graphs";
  let description = [{
    Replaces the one `brt.model` of a module by functions on tensors: `init`,
    `forward`, and for a causal model `prefill` and `decode`. Each argument is a
    parameter, a carry or an input, and each result an output, a carry or a
    parameter, as the attribute `brt.parameter`, `brt.carry`, `brt.input` or
    `brt.output` says with its name. The options of the model stay as the
    module's attribute `brt.config`.

    With `training` there is one more, `training`: `forward` with dropout, for
    which it takes the inputs `step` and `seed`. A model whose rates are 0 has
    neither.

    ```
    // before
    brt.model @tiny segment = 8, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32 {
      brt.embedding vocabulary = 31
      brt.transformer_layer
      brt.head
    }

    // after
    func.func @forward(
        %table: tensor<31x16xf32> {brt.parameter = "embed/embedding"},
        // ...
        %keys: tensor<?x4x2x8xf32> {brt.carry = "0/keys"},
        %values: tensor<?x4x2x8xf32> {brt.carry = "0/values"},
        %tokens: tensor<?x8xi32> {brt.input = "tokens"},
        %start: tensor<?xi1> {brt.input = "start_of_sequence"})
        -> (tensor<?x8x31xf32> {brt.output = "logits"}, ...)
        attributes {brt.entry}
    ```

    Requires: at most one `brt.model`, and no function of an entry point's name.
    Ensures:  level `cell`; no op of the level `model` is left.
    Numerics: defines them.
  }];
  let options = [
    Option<"training", "training", "bool", /*default=*/"false",
           "Add the entry point that training differentiates">];
  let dependentDialects = [
    "brt::BrtDialect", "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::scf::SCFDialect", "mlir::tensor::TensorDialect"];
}

def PrintSummaryPass : Pass<"brt-print-summary", "mlir::ModuleOp"> {
  let summary = "Print parameters, FLOPs a token and sizes of the carry";
  let description = [{
    Prints a table for each `brt.model` on the error stream. FLOPs are those of
    a forward step, a product and a sum counted as two, each token with W keys in
    its window; the cost of the state is spread over the tokens of a block.

    ```mlir
    brt.model @tiny segment = 8, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32 {
      brt.embedding vocabulary = 31
      brt.transformer_layer
      brt.head
    }
    // prints a row for the embedding, the layer, the head and their total
    ```

    Requires: nothing beyond verified IR.
    Ensures:  IR is not changed.
    Numerics: bit-exact.
  }];
}

#endif // BRT_PASSES_EXPAND_TD
