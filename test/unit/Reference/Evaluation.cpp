//===- Evaluation.cpp - Evaluate a few lines of IR ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include "brt/InitAll.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

TestContext::TestContext() : context(MLIRContext::Threading::DISABLED) {
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    if (error.empty())
      error = diagnostic.str();
    return success();
  });
}

OwningOpRef<ModuleOp> TestContext::parse(StringRef text) {
  auto module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module) << error << "\n" << text.str();
  return module;
}

Values TestContext::evaluate(StringRef text, ArrayRef<Tensor<double>> arguments,
                             Arithmetic arithmetic) {
  OwningOpRef<ModuleOp> module = parse(text);
  if (!module)
    return {};
  auto function = *module->getOps<func::FuncOp>().begin();
  FailureOr<Values> results = evaluateFunction(function, arguments, arithmetic);
  return succeeded(results) ? std::move(*results) : Values();
}

Tensor<double> reference::reals(ArrayRef<int64_t> shape,
                                ArrayRef<double> elements) {
  auto tensor = Tensor<double>::ofReals(shape);
  EXPECT_EQ(tensor.getSize(), int64_t(elements.size()));
  llvm::copy(elements, tensor.getReals().begin());
  return tensor;
}

Tensor<double> reference::integers(ArrayRef<int64_t> shape,
                                   ArrayRef<int64_t> elements) {
  auto tensor = Tensor<double>::ofIntegers(shape);
  EXPECT_EQ(tensor.getSize(), int64_t(elements.size()));
  llvm::copy(elements, tensor.getIntegers().begin());
  return tensor;
}

void reference::expectNear(const Tensor<double> &got,
                           const Tensor<double> &expected, double tolerance) {
  ASSERT_EQ(got.getShape(), expected.getShape());
  ASSERT_EQ(got.isReal(), expected.isReal());
  for (int64_t n = 0; n < got.getSize(); ++n) {
    if (got.isReal())
      EXPECT_NEAR(got.getReals()[n], expected.getReals()[n], tolerance)
          << "at element " << n;
    else
      EXPECT_EQ(got.getIntegers()[n], expected.getIntegers()[n])
          << "at element " << n;
  }
}
