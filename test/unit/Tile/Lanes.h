//===- Lanes.h - Programs over tiles on lanes of a GPU ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lowering of the level `tile` that shares nothing with x86: evidence that
// the level holds nothing of a target. It has one layout, written by hand, and
// no claim to speed.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_TEST_UNIT_TILE_LANES_H
#define BRT_TEST_UNIT_TILE_LANES_H

#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace brt::test {

/// Makes a kernel of every function with a program over tiles of `rows` rows:
/// an iteration of the grid is a block of as many lanes, and lane r has row r
/// of each tile, in scalars. Tiles that are only factors of contractions are in
/// shared memory.
llvm::LogicalResult lowerToLanes(mlir::ModuleOp module, int64_t rows);

/// The PTX for sm_80 of a module that lowerToLanes() made; empty after an
/// error.
std::string translateToPtx(mlir::ModuleOp module);

} // namespace brt::test

#endif // BRT_TEST_UNIT_TILE_LANES_H
