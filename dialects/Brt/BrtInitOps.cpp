//===- BrtInitOps.cpp - Initial values of parameters ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;

LogicalResult RandomOp::verify() {
  // (C1)
  if (!getMean().isFinite())
    return emitOpError("expects mean to be finite, but got ")
           << getMean().convertToDouble();
  double stddev = getStddev().convertToDouble();
  if (!std::isfinite(stddev) || stddev < 0)
    return emitOpError("expects stddev to be finite and not negative, but got ")
           << stddev;
  return success();
}
