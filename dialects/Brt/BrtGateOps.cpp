//===- BrtGateOps.cpp - The gate between old and new state ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;

static size_t getNumActivations(GateKind kind) {
  switch (kind) {
  case GateKind::Fixed:
  case GateKind::Full:
    return 1;
  case GateKind::LSTM:
    return 2;
  case GateKind::Residual:
    return 0;
  }
  llvm_unreachable("all kinds are handled");
}

/// What brt.gate expects, for it and its adjoint.
template <typename OpT>
static LogicalResult verifyGate(OpT op) {
  // (C1)
  size_t wanted = getNumActivations(op.getKind());
  if (op.getActivations().size() != wanted)
    return op.emitOpError("expects a '")
           << stringifyEnum(op.getKind()) << "' gate to have " << wanted
           << " activations, but got " << op.getActivations().size();
  for (Value activation : op.getActivations()) {
    ArrayRef<int64_t> shape = op.getState().getType().getShape();
    // (C2)
    if (op.getKind() == GateKind::Fixed) {
      if (shape.empty())
        return op.emitOpError("expects state to have a last axis, but got ")
               << op.getState().getType();
      if (failed(verifyShape(op, "activation", activation, shape.take_back())))
        return failure();
      // (C4)
      if (failed(verifyParameter(op, "activation", activation,
                                 op.getState().getType().getElementType())))
        return failure();
      continue;
    }
    // (C3)
    if (activation.getType() != op.getState().getType())
      return op.emitOpError("expects activations to have type ")
             << op.getState().getType() << ", but got " << activation.getType();
  }
  return success();
}

LogicalResult GateOp::verify() { return verifyGate(*this); }

LogicalResult GateAdjointOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location>,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &inferred) {
  inferred.push_back(adaptor.getState().getType());
  inferred.push_back(adaptor.getUpdate().getType());
  llvm::append_range(inferred, adaptor.getActivations().getTypes());
  return success();
}

LogicalResult GateAdjointOp::verify() {
  // (C1)
  if (getKind() == GateKind::Residual)
    return emitOpError("expects kind to be 'fixed', 'full' or 'lstm', but got "
                       "'residual', whose gradients are that of the result");
  // (C2)
  return verifyGate(*this);
}
