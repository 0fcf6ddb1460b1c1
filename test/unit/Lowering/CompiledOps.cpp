//===- CompiledOps.cpp - Compiled ops against the evaluator ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CompiledOps.h"
#include "CompiledProgram.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;
using namespace brt::test;

static std::string replace(std::string text, StringRef from, std::string to) {
  for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

void CompiledOps::check(std::string text,
                        std::initializer_list<int64_t> laneCounts, double slack,
                        const AttentionOptions &attention) {
  StringRef type = GetParam().type;
  text = replace(text, "xT>", ("x" + type + ">").str());
  text =
      replace(text, "xP>", type == "bf16" ? "xf32>" : ("x" + type + ">").str());
  text = replace(text, "<T>", ("<" + type + ">").str());
  text = replace(text, ": T", (": " + type).str());
  MLIRContext context;
  OwningOpRef<ModuleOp> module = parseEntryPoints(context, text);
  ASSERT_TRUE(module) << text;
  Tolerance tolerance = GetParam();
  tolerance.error *= slack;
  checkEntries(*module, tolerance, laneCounts, attention);
}

std::string brt::test::nameOf(const testing::TestParamInfo<Tolerance> &info) {
  return info.param.type;
}
