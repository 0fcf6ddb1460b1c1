//===- DefaultsTest.cpp - Attributes that have a default value ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/InitAll.h"
#include "brt/dialects/Tile/Tile.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;

TEST(Tile, LeavesOutNoDefault) {
  // As an op from bytecode may.
  DialectRegistry registry;
  brt::registerAllDialects(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"(
    func.func @load(%view: memref<64xf32>, %i: index) -> tensor<32xf32> {
      %0 = tile.load %view[%i] axes [0] : memref<64xf32> -> tensor<32xf32>
      return %0 : tensor<32xf32>
    })",
                                                             &context);
  ASSERT_TRUE(module);
  module->walk(
      [](brt::tile::LoadOp op) { op.getProperties().padding = FloatAttr(); });
  std::string message;
  ScopedDiagnosticHandler handler(
      &context, [&](Diagnostic &diagnostic) { message += diagnostic.str(); });
  EXPECT_TRUE(failed(verify(*module)));
  EXPECT_EQ(message, "'tile.load' op expects attribute 'padding' to have a "
                     "value, but got none");
}
