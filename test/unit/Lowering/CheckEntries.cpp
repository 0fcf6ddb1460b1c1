//===- CheckEntries.cpp - Entry points against the evaluator --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CheckEntries.h"
#include "CompiledProgram.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace brt;
using namespace brt::test;
using RefTensor = reference::Tensor<double>;

namespace {

/// Random arguments.
class Fill {
public:
  explicit Fill(unsigned seed) : engine(seed) {}

  RefTensor operator()(func::FuncOp function, unsigned index, int64_t lanes) {
    auto type = cast<RankedTensorType>(function.getArgumentTypes()[index]);
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t &extent : shape)
      if (ShapedType::isDynamic(extent))
        extent = lanes;
    auto floatType = dyn_cast<FloatType>(type.getElementType());
    if (floatType) {
      RefTensor tensor = RefTensor::ofReals(shape);
      // Products of parameters are to stay of the order of one.
      bool isParameter =
          function.getArgAttr(index, BrtDialect::getParameterAttrName()) !=
          nullptr;
      std::normal_distribution<double> distribution(0, isParameter ? 0.3 : 1);
      // Second moments are not negative.
      bool isState = function.getArgAttr(
                         index, BrtDialect::getOptimizerAttrName()) != nullptr;
      for (double &x : tensor.getReals()) {
        x = distribution(engine);
        if (isState)
          x = std::abs(x);
      }
      // What the buffer holds is what the evaluator reads.
      return fromBytes(toBytes(tensor, type), type, lanes);
    }
    RefTensor tensor = RefTensor::ofIntegers(shape);
    int64_t least = 0, most = type.getElementType().isInteger(1) ? 1 : 40;
    if (auto range =
            function.getArgAttrOfType<DenseI64ArrayAttr>(index, "test.range"))
      std::tie(least, most) = std::pair(range[0], range[1]);
    for (int64_t &x : tensor.getIntegers())
      x = std::uniform_int_distribution<int64_t>(least, most)(engine);
    return tensor;
  }

private:
  std::mt19937 engine;
};

} // namespace

static void checkEntry(const CompiledProgram &program, unsigned entry,
                       func::FuncOp function, const Tolerance &tolerance,
                       int64_t lanes) {
  Fill fill(17 * entry + lanes);
  SmallVector<RefTensor> arguments;
  CompiledProgram::Buffers buffers;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    arguments.push_back(fill(function, i, lanes));
    buffers.push_back(
        toBytes(arguments.back(),
                cast<RankedTensorType>(function.getArgumentTypes()[i])));
  }
  auto expected =
      reference::evaluateFunction(function, arguments, tolerance.arithmetic);
  ASSERT_TRUE(succeeded(expected)) << function.getName().str();
  SmallVector<double> allowed(expected->size(), tolerance.error);
  if (tolerance.timesAsTyped) {
    auto asTyped = reference::evaluateFunction(function, arguments,
                                               reference::Arithmetic::AsTyped);
    ASSERT_TRUE(succeeded(asTyped)) << function.getName().str();
    for (auto [i, result] : llvm::enumerate(*asTyped))
      allowed[i] =
          std::max(allowed[i], tolerance.timesAsTyped *
                                   getRelativeError(result, (*expected)[i]));
  }
  for (const brt_variant_t *variant : program.getVariants()) {
    setThreadCount(1);
    CompiledProgram::Buffers results =
        program.run(*variant, entry, function, lanes, buffers);
    for (auto [i, bytes] : llvm::enumerate(results)) {
      auto type = cast<RankedTensorType>(function.getResultTypes()[i]);
      double error =
          getRelativeError(fromBytes(bytes, type, lanes), (*expected)[i]);
      EXPECT_LE(error, allowed[i])
          << function.getName().str() << " result " << i << ", " << lanes
          << " lanes, " << variant->isa;
      EXPECT_FALSE(std::isnan(error));
    }
    for (int threads : {2, 3, 7}) {
      setThreadCount(threads);
      EXPECT_EQ(results, program.run(*variant, entry, function, lanes, buffers))
          << function.getName().str() << ", " << threads << " threads";
    }
  }
}

void brt::test::checkEntries(ModuleOp module, const Tolerance &tolerance,
                             ArrayRef<int64_t> laneCounts,
                             const AttentionOptions &attention) {
  std::unique_ptr<CompiledProgram> program =
      CompiledProgram::compile(module, attention);
  ASSERT_TRUE(program);
  for (auto [entry, function] : llvm::enumerate(module.getOps<func::FuncOp>()))
    for (int64_t lanes : laneCounts)
      checkEntry(*program, entry, function, tolerance, lanes);
}
