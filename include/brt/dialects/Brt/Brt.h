//===- Brt.h - The brt dialect ----------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_DIALECTS_BRT_BRT_H
#define BRT_DIALECTS_BRT_BRT_H

#include "brt/dialects/Brt/BrtOptions.h"
#include "brt/dialects/Brt/Defaults.h"
#include "brt/dialects/Brt/Gradients.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "brt/dialects/Brt/BrtEnums.h.inc"

#include "brt/dialects/Brt/BrtDialect.h.inc"

#include "brt/dialects/Brt/BrtInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "brt/dialects/Brt/BrtAttrs.h.inc"

#define GET_OP_CLASSES
#include "brt/dialects/Brt/BrtOps.h.inc"

#endif // BRT_DIALECTS_BRT_BRT_H
