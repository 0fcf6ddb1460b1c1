//===- VerifyLevel.cpp - Check that only ops of a level are left ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Pipelines/Levels.h"
#include "brt/passes/Pipelines/Passes.h"
#include "llvm/ADT/StringExtras.h"

namespace brt {
#define GEN_PASS_DEF_VERIFYLEVELPASS
#include "brt/passes/Pipelines/Passes.h.inc"
} // namespace brt

using namespace mlir;

namespace {
struct VerifyLevelPass : brt::impl::VerifyLevelPassBase<VerifyLevelPass> {
  using VerifyLevelPassBase::VerifyLevelPassBase;

  LogicalResult initializeOptions(
      StringRef options,
      function_ref<LogicalResult(const Twine &)> errorHandler) override {
    if (!options.contains('='))
      return Pass::initializeOptions(("level=" + options).str(), errorHandler);
    return Pass::initializeOptions(options, errorHandler);
  }

  LogicalResult initialize(MLIRContext *context) override {
    wanted = brt::findLevel(level);
    if (wanted)
      return success();
    return emitError(UnknownLoc::get(context), "expects a level to be one of '")
           << llvm::join(
                  llvm::map_range(brt::getLevels(),
                                  [](const brt::Level &l) { return l.name; }),
                  "', '")
           << "', but got '" << level << "'";
  }

  void runOnOperation() override {
    getOperation()->walk([&](Operation *op) {
      if (wanted->isLegal(op))
        return;
      op->emitOpError("expects to be of another level than '")
          << wanted->name << "'";
      signalPassFailure();
    });
    markAllAnalysesPreserved();
  }

  const brt::Level *wanted = nullptr;
};
} // namespace
