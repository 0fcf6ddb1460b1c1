//===- import-json-fuzzer.cpp - Any bytes as a JSON description -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is read as a model is written again, and reads back as the same model.
//
//===----------------------------------------------------------------------===//

#include "FuzzContext.h"
#include "brt/Translate/Dot.h"
#include "brt/Translate/Json.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

static std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  MLIRContext *context = brt::getFuzzContext(
      [](DialectRegistry &registry) { registry.insert<brt::BrtDialect>(); });
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  OwningOpRef<ModuleOp> module = brt::importJson(text, context);
  if (!module)
    return 0;

  std::string json;
  llvm::raw_string_ostream os(json);
  brt::exportDot(*module->getOps<brt::ModelOp>().begin(), llvm::nulls());
  if (failed(brt::exportJson(*module, os)))
    __builtin_trap();
  OwningOpRef<ModuleOp> again = brt::importJson(json, context);
  if (!again || print(*again) != print(*module))
    __builtin_trap();
  return 0;
}
