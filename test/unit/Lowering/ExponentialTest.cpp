//===- ExponentialTest.cpp - The exponential of a softmax -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CompiledProgram.h"
#include "brt/runtime/Buffer.h"
#include "mlir/IR/MLIRContext.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

using namespace mlir;
using namespace brt::test;

static constexpr char kText[] = R"(
func.func @exp(%x: tensor<?x65536xf32>) -> tensor<?x65536xf32> {
  %0 = math.exp %x : tensor<?x65536xf32>
  return %0 : tensor<?x65536xf32>
})";
static constexpr size_t kCount = 65536;
/// Numbers from one that is tested to the next; a prime, so that all ends of
/// significands occur. All of them (1) pass too, in half a minute.
static constexpr uint32_t kStep = 97;

static float toFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Keeps the larger distance; that of a NaN is infinite.
static void keepWorst(double &worst, double distance) {
  worst = std::isnan(distance) ? std::numeric_limits<double>::infinity()
                               : std::max(worst, distance);
}

/// From 0 down to where e^x is less than any f32, as arguments of a softmax
/// are: within 2 units of the last place, and zero or as near where the result
/// is not a normal number.
TEST(Exponential, IsWithinTwoUnits) {
  MLIRContext context;
  OwningOpRef<ModuleOp> module = parseEntryPoints(context, kText);
  ASSERT_TRUE(module);
  std::unique_ptr<CompiledProgram> program = CompiledProgram::compile(*module);
  ASSERT_TRUE(program);
  constexpr uint32_t kFirst = 0x80000000, kLast = 0xc2d00000; // -0 and -104
  std::vector<float> x(kCount), y(kCount);
  const void *arguments[] = {x.data()};
  void *results[] = {y.data()};
  brt::rt::Buffer arena(program->getArenaBytes(/*entry=*/0, /*lanes=*/1));
  for (const brt_variant_t *variant : program->getVariants()) {
    double worst = 0, worstTiny = 0;
    for (uint32_t bits = kFirst; bits <= kLast;) {
      for (float &value : x) {
        value = toFloat(std::min(bits, kLast));
        bits += kStep;
      }
      variant->entries[0](/*lanes=*/1, arguments, results, arena.data());
      for (size_t i = 0; i < kCount; ++i) {
        double exact = std::exp(static_cast<double>(x[i]));
        double distance = std::abs(y[i] - exact);
        int exponent;
        std::frexp(exact, &exponent);
        if (exact >= std::numeric_limits<float>::min())
          keepWorst(worst, distance / std::ldexp(1, exponent - 24));
        else
          keepWorst(worstTiny, distance);
      }
    }
    EXPECT_LE(worst, 2) << variant->isa;
    EXPECT_LE(worstTiny, std::numeric_limits<float>::min()) << variant->isa;
  }
}
