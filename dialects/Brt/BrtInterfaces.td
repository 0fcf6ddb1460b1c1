//===- BrtInterfaces.td - What passes ask of ops --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_INTERFACES_TD
#define BRT_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Brt_DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::brt";
  let description = [{
    An op that states its own adjoint, for reverse-mode differentiation. Ops of
    the dialect implement it themselves, upstream ops through external models.
    An op without it cannot stand between a parameter and the differentiated
    output.
  }];
  let methods = [
    InterfaceMethod<[{
        Emits the adjoint: reads the gradients of the op's results from
        `gradients` and adds what follows for its operands and for the values
        its regions capture. At least one result has a gradient. New ops go to
        the insertion point of `builder`, and may use operands and results of the
        op. The op may replace itself by one with more results. Fails after an
        error at the op.
      }],
      "::llvm::LogicalResult", "emitAdjoint",
      (ins "::mlir::OpBuilder &":$builder, "::brt::Gradients &":$gradients)>];
}

#endif // BRT_INTERFACES_TD
