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

LogicalResult GateOp::verify() {
  // (C1)
  size_t wanted = getNumActivations(getKind());
  if (getActivations().size() != wanted)
    return emitOpError("expects a '")
           << stringifyEnum(getKind()) << "' gate to have " << wanted
           << " activations, but got " << getActivations().size();
  for (Value activation : getActivations()) {
    ArrayRef<int64_t> shape = getState().getType().getShape();
    // (C2)
    if (getKind() == GateKind::Fixed) {
      if (shape.empty())
        return emitOpError("expects state to have a last axis, but got ")
               << getState().getType();
      if (failed(
              verifyShape(*this, "activation", activation, shape.take_back())))
        return failure();
      // (C4)
      if (failed(verifyParameter(*this, "activation", activation,
                                 getState().getType().getElementType())))
        return failure();
      continue;
    }
    // (C3)
    if (activation.getType() != getState().getType())
      return emitOpError("expects activations to have type ")
             << getState().getType() << ", but got " << activation.getType();
  }
  return success();
}
