//===- ModelTest.cpp - Gradients of whole models --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Smooth models of two blocks, every gate in every configuration and every
// position information, against finite differences in f64. The golden vectors
// have the others.
//
//===----------------------------------------------------------------------===//

#include "Differentiated.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace brt::reference;

static std::string getModel(StringRef layers, StringRef options = "",
                            StringRef head = "") {
  return ("brt.model @m segment = 8, window = 4, width = 8, heads = 2, "
          "head_width = 4, activation = swish, " +
          options +
          "ffn = 10, precision = f64 {\n"
          "  brt.embedding vocabulary = 7\n" +
          layers + "\n  brt.head " + head + "\n}")
      .str();
}

namespace {
class EveryCell
    : public testing::TestWithParam<std::tuple<const char *, const char *>> {};

TEST_P(EveryCell, HasTheGradientOfFiniteDifferences) {
  auto [gate, configuration] = GetParam();
  std::string layer = (Twine("  brt.recurrent_layer states = 3, gate = ") +
                       gate + ", configuration = " + configuration)
                          .str();
  Differentiated(getModel(layer)).check();
  Differentiated(getModel("  brt.transformer_layer\n" + layer)).check();
}

INSTANTIATE_TEST_SUITE_P(
    Gates, EveryCell,
    testing::Combine(testing::Values("fixed", "lstm", "full", "residual"),
                     testing::Values("dual", "single", "skip")));

class EveryOption : public testing::TestWithParam<const char *> {};

TEST_P(EveryOption, HasTheGradientOfFiniteDifferences) {
  Differentiated(getModel("  brt.transformer_layer\n"
                          "  brt.recurrent_layer states = 3",
                          (Twine(GetParam()) + ", ").str()))
      .check();
}

INSTANTIATE_TEST_SUITE_P(
    Options, EveryOption,
    testing::Values("position_bias = t5", "position_bias = none",
                    "position_bias = rotary", "position_bias = fourier",
                    "position_bias = alibi, alibi_bound_per_head = true",
                    "position_bias = nn", "attention_sink = true",
                    "feedback = true, stack_window = 4", "stack_window = 4",
                    "qk_norm = false", "temperature = signed",
                    "norm = layer, norm_bias = true",
                    "ffn_bias = true, attention_output_bias = true",
                    "causal = false", "ffn_layers = 3", "ffn_layers = 1"));

TEST(Model, HasGradientsOfSwiGLU) {
  std::string text = getModel("  brt.recurrent_layer states = 3");
  text.replace(text.find("swish"), 5, "swiglu");
  Differentiated(text).check();
}

TEST(Model, HasGradientsOfTwoRecurrentLayersUnderFeedback) {
  Differentiated(getModel("  brt.recurrent_layer states = 3\n"
                          "  brt.transformer_layer\n"
                          "  brt.recurrent_layer states = 2, gate = lstm",
                          "feedback = true, stack_window = 4, "))
      .check();
}

/// With every mask fixed, as one step of training has it.
TEST(Model, HasGradientsOfDropout) {
  for (const char *options :
       {"dropout = 0.3, attention_dropout = 0.2, ",
        "dropout = 0.0, attention_dropout = 0.4, ",
        "dropout = 0.4, attention_dropout = 0.0, stack_window = 4, "}) {
    std::string text = getModel("  brt.transformer_layer\n"
                                "  brt.recurrent_layer states = 3",
                                options);
    Differentiated training(text, "training");
    training.check();
    // Dropout changes the loss, and another seed changes it again.
    double loss = training.getLoss(training.arguments);
    EXPECT_NE(loss, Differentiated(text).getLoss(training.arguments));
    for (const char *input : {"seed", "step"}) {
      NamedTensors other = training.arguments;
      other.at({Role::Input, input}).getIntegers().front() += 1;
      EXPECT_NE(loss, training.getLoss(other)) << input;
    }
  }
}

/// The cell is a region of upstream ops that nothing in the compiler knows.
TEST(Model, HasGradientsOfACellOfOnesOwn) {
  auto file = llvm::MemoryBuffer::getFile(BRT_SOURCE_DIR
                                          "/examples/own-cell/model.mlir");
  ASSERT_TRUE(bool(file));
  Differentiated((*file)->getBuffer()).check();
}
} // namespace
