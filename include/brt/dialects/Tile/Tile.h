//===- Tile.h - The tile dialect --------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_DIALECTS_TILE_TILE_H
#define BRT_DIALECTS_TILE_TILE_H

#include "brt/dialects/Brt/Defaults.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "brt/dialects/Tile/TileDialect.h.inc"

#define GET_OP_CLASSES
#include "brt/dialects/Tile/TileOps.h.inc"

#endif // BRT_DIALECTS_TILE_TILE_H
