//===- LaneWiseOpInterface.td - Ops that treat each lane alike ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_LANEWISEOPINTERFACE_TD
#define BRT_PASSES_FISSION_LANEWISEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def LaneWiseOpInterface : OpInterface<"LaneWiseOpInterface"> {
  let cppNamespace = "::brt";
  let description = [{
    An op that computes each lane, axis 0 of its results, from the same lane of
    its operands, and every lane alike. It can run on any number of lanes: the
    blocks of a recurrence can be lanes to it. Element-wise ops of upstream need
    not say so.
  }];
  let methods = [
    InterfaceMethod<"Whether this op is lane-wise, which may depend on its attributes.",
      "bool", "isLaneWise", (ins), /*methodBody=*/"", "return true;">,
    InterfaceMethod<[{
        Whether axis 0 of an operand is lanes. Other operands, such as
        parameters, are the same for all lanes.
      }],
      "bool", "hasLanes", (ins "::mlir::OpOperand &":$operand)>,
    InterfaceMethod<[{
        Whether a result has no axis of lanes, but is a sum over them, such as
        the gradient of a parameter.
      }],
      "bool", "sumsLanes", (ins "unsigned":$result),
      /*methodBody=*/"", "return false;">,
    InterfaceMethod<[{
        The op on `factor` times as many lanes; `operands` are in the places of
        its own.
      }],
      "::mlir::Operation *", "cloneWithLanes",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands,
           "int64_t":$factor), /*methodBody=*/"",
      "return ::brt::cloneWithMoreLanes($_op, builder, operands, factor);">];
}

#endif // BRT_PASSES_FISSION_LANEWISEOPINTERFACE_TD
