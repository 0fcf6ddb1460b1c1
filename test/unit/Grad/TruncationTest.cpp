//===- TruncationTest.cpp - Where backpropagation ends --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Differentiated.h"

using namespace mlir;
using namespace brt::reference;

/// A model of window 4 whose parameters do not depend on the segment.
static std::string getModel(int64_t segment, StringRef layer = "") {
  return ("brt.model @m segment = " + Twine(segment) +
          ", window = 4, width = 8, heads = 2, head_width = 4, "
          "activation = swish, ffn = 10, precision = f64 {\n"
          "  brt.embedding vocabulary = 7\n"
          "  brt.transformer_layer\n"
          "  brt.recurrent_layer states = 3" +
          layer +
          "\n  brt.transformer_layer\n"
          "  brt.head loss_mask = input\n}")
      .str();
}

static const std::pair<Role, std::string> kStart = {Role::Input,
                                                    "start_of_sequence"};
static const std::pair<Role, std::string> kInitialState = {
    Role::Gradient, "transformer1/recurrent_initial_state"};

static void setFlags(NamedTensors &arguments, int64_t first, int64_t second) {
  arguments[kStart] = integers({2}, {first, second});
}

/// Columns [begin, end) of an input [2, n].
static Tensor<double> getColumns(const Tensor<double> &tensor, int64_t begin,
                                 int64_t end) {
  return Tensor<double>::gather(
      tensor, {2, end - begin}, [&](ArrayRef<int64_t> index) {
        return index[0] * tensor.getExtent(1) + begin + index[1];
      });
}

namespace {
/// brt-spec 15, item 11: the learned initial state gets gradient from lanes
/// that start a document, and from them only.
TEST(Truncation, InitialStateGetsGradientFromFlaggedLanes) {
  Differentiated model(getModel(8));
  ASSERT_TRUE(model.isValid());
  Tensor<double> gradients[4];
  for (int flags = 0; flags < 4; ++flags) {
    setFlags(model.arguments, flags & 1, flags >> 1);
    gradients[flags] = model.run("gradient", model.arguments)[kInitialState];
  }
  auto zero = Tensor<double>::ofReals(gradients[0].getShape());
  expectNear(gradients[0], zero, 0);
  EXPECT_NE(gradients[1].getReals(), zero.getReals());
  EXPECT_NE(gradients[2].getReals(), zero.getReals());
  // Lanes do not know of each other.
  Tensor<double> sum = gradients[1];
  for (auto [x, y] : llvm::zip_equal(sum.getReals(), gradients[2].getReals()))
    x += y;
  expectNear(gradients[3], sum, 1e-12);
}

TEST(Truncation, InitialStateGetsGradientFromAllLanesIfAlwaysCleared) {
  Differentiated model(getModel(8, ", always_clear = true"));
  ASSERT_TRUE(model.isValid());
  setFlags(model.arguments, 0, 0);
  NamedTensors gradients = model.run("gradient", model.arguments);
  EXPECT_GT(getLength({*gradients.find(kInitialState)}), 1e-6);
}

/// A segment of two blocks backpropagates through state, keys and values from
/// the second to the first; two segments of one block do not. The difference is
/// the derivative of the second loss by way of its carry, which finite
/// differences tell.
TEST(Truncation, GradientThroughTheCarryEndsWithTheSegment) {
  Differentiated whole(getModel(8)), half(getModel(4));
  ASSERT_TRUE(whole.isValid() && half.isValid());
  NamedTensors &both = whole.arguments;
  setFlags(both, 1, 0);
  // A half never predicts the first token of the next.
  Tensor<double> &mask = both[{Role::Input, "loss_mask_input"}];
  for (int64_t i = 0; i < 8; ++i)
    mask.integer(0, i) = mask.integer(1, i) = i != 3;

  NamedTensors first = both, second = both;
  for (const char *name : {"tokens", "loss_mask_input"}) {
    const Tensor<double> &input = both[{Role::Input, name}];
    first[{Role::Input, name}] = getColumns(input, 0, 4);
    second[{Role::Input, name}] = getColumns(input, 4, 8);
  }
  setFlags(second, 0, 0);
  auto setCarry = [&](const NamedTensors &parameters) {
    for (auto &[key, tensor] : half.run("forward", parameters))
      if (key.first == Role::Carry)
        second[key] = tensor;
  };
  setCarry(first);
  NamedTensors ofWhole = whole.run("gradient", both);
  NamedTensors ofFirst = half.run("gradient", first);
  NamedTensors ofSecond = half.run("gradient", second);

  NamedTensors direction = whole.getDirection(/*seed=*/2);
  double throughCarry = getDifference([&](double step) {
    setCarry(shift(first, direction, step));
    return half.getLoss(second);
  });
  double truncated =
      getDerivative(ofFirst, direction) + getDerivative(ofSecond, direction);
  double scale = getLength(ofWhole);
  EXPECT_GT(std::abs(throughCarry), 1e-3 * scale);
  EXPECT_NEAR(getDerivative(ofWhole, direction), truncated + throughCarry,
              1e-6 * scale);
}
} // namespace
