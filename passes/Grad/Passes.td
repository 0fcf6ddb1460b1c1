//===- Passes.td - Differentiation ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_GRAD_TD
#define BRT_PASSES_GRAD_TD

include "mlir/Pass/PassBase.td"

def DifferentiatePass : Pass<"brt-differentiate", "mlir::ModuleOp"> {
  let summary = "Add an entry point that computes gradients of parameters";
  let description = [{
    Copies an entry point and differentiates its one output that is a single
    float, in reverse mode, by every parameter. The new entry point has the same
    arguments; it returns the outputs that are single elements and the carry,
    and for each parameter a result with the attribute `brt.gradient`.

    Every op between a parameter and the output states its adjoint by
    DifferentiableOpInterface. A `brt.recurrence` becomes two, the second
    `reverse`: backpropagation goes through all of its blocks, by the carry.
    Nothing asks for gradients of arguments that are carries or inputs, so it ends
    where the segment does.

    ```mlir
    // before
    func.func @forward(%w: tensor<4x4xf32> {brt.parameter = "w"}, %x: tensor<?x4xf32> {brt.input = "x"})
        -> (tensor<f32> {brt.output = "sum"}) attributes {brt.entry} {
      %0 = brt.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
      %1 = brt.sum_leading %0 : tensor<?x4xf32> -> tensor<f32>
      return %1 : tensor<f32>
    }

    // after, beside it
    func.func @gradient(%w: tensor<4x4xf32> {brt.parameter = "w"}, %x: tensor<?x4xf32> {brt.input = "x"})
        -> (tensor<f32> {brt.output = "sum"}, tensor<4x4xf32> {brt.gradient = "w"}) attributes {brt.entry} {
      %0 = brt.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
      %1 = brt.sum_leading %0 : tensor<?x4xf32> -> tensor<f32>
      %one = arith.constant dense<1.0> : tensor<f32>
      %c0 = arith.constant 0 : index
      %lanes = tensor.dim %0, %c0 : tensor<?x4xf32>
      %2 = tensor.empty(%lanes) : tensor<?x4xf32>
      %3 = linalg.broadcast ins(%one : tensor<f32>) outs(%2 : tensor<?x4xf32>) dimensions = [0, 1]
      %4 = brt.weight_gradient %x, %3 : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<4x4xf32>
      return %1, %4 : tensor<f32>, tensor<4x4xf32>
    }
    ```

    Unless an entry point is named it is `training`, which is there for nothing
    else and is replaced, or `forward` in a module without.

    Requires: level `cell`; the entry point is there, and the new name is free.
    Ensures:  level `cell`; other functions are not changed.
    Numerics: defines those of gradients; sums run in the order that the adjoint
              ops say, terms of a gradient in the reverse order of the uses.
  }];
  let options = [
    Option<"entry", "entry", "std::string", /*default=*/"\"\"",
           "The entry point to differentiate: by default `training`, which is "
           "replaced, or else `forward`">,
    Option<"gradientName", "name", "std::string", /*default=*/"\"gradient\"",
           "The name of the new entry point">];
  let dependentDialects = [
    "brt::BrtDialect", "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
    "mlir::math::MathDialect", "mlir::tensor::TensorDialect"];
}

#endif // BRT_PASSES_GRAD_TD
