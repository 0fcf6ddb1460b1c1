//===- parser-fuzzer.cpp - Any bytes as the text of a module --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses, verifies and prints, as brt-opt does.
//
//===----------------------------------------------------------------------===//

#include "FuzzContext.h"
#include "brt/InitAll.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

/// MLIR's parser recurses, so that what is nested deep enough ends mlir-opt too
/// (known/nested-regions.mlir): such inputs are left out.
static bool isNestedDeep(llvm::StringRef text) {
  constexpr int kMaxDepth = 100;
  int depth = 0;
  char last = 0;
  for (char c : text) {
    bool isArrow = last == '-' && c == '>';
    last = c;
    if (c == '(' || c == '[' || c == '{' || c == '<')
      ++depth;
    else if (depth > 0 && !isArrow &&
             (c == ')' || c == ']' || c == '}' || c == '>'))
      --depth;
    if (depth > kMaxDepth)
      return true;
  }
  return false;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // MLIR's lexer wants a zero byte behind the text, as a string has it.
  std::string text(reinterpret_cast<const char *>(data), size);
  // Bytecode has a fuzzer of its own.
  if (llvm::StringRef(text).starts_with("ML\xefR") || isNestedDeep(text))
    return -1;
  MLIRContext *context = brt::getFuzzContext(brt::registerAllDialects);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, context);
  if (module)
    module->print(llvm::nulls());
  return 0;
}
