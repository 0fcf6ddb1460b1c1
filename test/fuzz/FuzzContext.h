//===- FuzzContext.h - A context for many inputs ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_FUZZ_FUZZCONTEXT_H
#define BRT_TEST_FUZZ_FUZZCONTEXT_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include <memory>

namespace brt {

/// Returns a context whose diagnostics go nowhere. Making one costs more than
/// reading most inputs, and one kept for ever would grow with every type it has
/// seen: each serves some inputs.
inline mlir::MLIRContext *
getFuzzContext(void (*registerDialects)(mlir::DialectRegistry &)) {
  constexpr unsigned kInputs = 500;
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned used = 0;
  if (!context || ++used == kInputs) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context = std::make_unique<mlir::MLIRContext>(
        registry, mlir::MLIRContext::Threading::DISABLED);
    context->getDiagEngine().registerHandler(
        [](mlir::Diagnostic &) { return mlir::success(); });
    used = 0;
  }
  return context.get();
}

} // namespace brt

#endif // BRT_TEST_FUZZ_FUZZCONTEXT_H
