//===- BrtDialect.cpp - Registration of the dialect -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "brt/dialects/Brt/BrtDialect.cpp.inc"
#include "brt/dialects/Brt/BrtEnums.cpp.inc"
#include "brt/dialects/Brt/BrtInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "brt/dialects/Brt/BrtAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "brt/dialects/Brt/BrtOps.cpp.inc"

void brt::BrtDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "brt/dialects/Brt/BrtOps.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "brt/dialects/Brt/BrtAttrs.cpp.inc"
      >();
}
