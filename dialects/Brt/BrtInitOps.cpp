//===- BrtInitOps.cpp - Initial values of parameters ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;

LogicalResult RandomOp::verify() {
  // (C1)
  if (getStddev().isNegative())
    return emitOpError("expects stddev not to be negative, but got ")
           << getStddev().convertToDouble();
  // (C2)
  if (!getResult().getType().hasStaticShape())
    return emitOpError("expects result to have a static shape, but got ")
           << getResult().getType();
  return success();
}
