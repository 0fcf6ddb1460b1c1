//===- GateTest.cpp - Gates by hand ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Evaluation.h"
#include <cmath>
#include <limits>

using namespace brt;
using namespace brt::reference;

static const double kInfinity = std::numeric_limits<double>::infinity();

static Tensor<double> evaluateGate(const std::string &kind,
                                   llvm::ArrayRef<Tensor<double>> activations) {
  std::string signature = "%c: tensor<1x1x2xf64>, %y: tensor<1x1x2xf64>";
  std::string names, types;
  Values arguments = {reals({1, 1, 2}, {2, 3}), reals({1, 1, 2}, {5, 7})};
  for (const Tensor<double> &activation : activations) {
    std::string name = "%a" + std::to_string(arguments.size());
    std::string type =
        activation.getRank() == 1 ? "tensor<2xf64>" : "tensor<1x1x2xf64>";
    signature += ", " + name + ": " + type;
    names += (names.empty() ? "" : ", ") + name;
    types += (types.empty() ? "" : ", ") + type;
    arguments.push_back(activation);
  }
  std::string list = names.empty() ? "" : " (" + names + " : " + types + ")";
  TestContext test;
  Values results = test.evaluate(
      "func.func @gate(" + signature +
          ") -> tensor<1x1x2xf64> {\n  %0 = brt.gate " + kind + " %c, %y" +
          list + " : tensor<1x1x2xf64>\n  return %0 : tensor<1x1x2xf64>\n}",
      arguments);
  EXPECT_EQ(test.error, "");
  return results[0];
}

/// Conformance item 9: b -> +inf keeps the state, b -> -inf replaces it.
TEST(Gate, FixedHasBothLimits) {
  expectNear(evaluateGate("fixed", reals({2}, {kInfinity, -kInfinity})),
             reals({1, 1, 2}, {2, 7}));
  expectNear(evaluateGate("fixed", reals({2}, {0, std::log(3)})),
             reals({1, 1, 2}, {3.5, 0.75 * 3 + 0.25 * 7}));
}

/// Conformance item 9: 0.7311 c + 0.2689 y at zero pre-activation.
TEST(Gate, LSTMKeepsMoreThanItTakes) {
  Tensor<double> zero = reals({1, 1, 2}, {0, 0});
  expectNear(
      evaluateGate("lstm", {zero, zero}),
      reals({1, 1, 2}, {0.7311 * 2 + 0.2689 * 5, 0.7311 * 3 + 0.2689 * 7}),
      1e-3);
  // The factors need not add up to one.
  expectNear(evaluateGate("lstm", {reals({1, 1, 2}, {kInfinity, -1}),
                                   reals({1, 1, 2}, {kInfinity, 1})}),
             reals({1, 1, 2}, {7, 5}));
}

TEST(Gate, FullIsConvex) {
  expectNear(evaluateGate("full", reals({1, 1, 2}, {-1, kInfinity})),
             reals({1, 1, 2}, {3.5, 3}));
}

TEST(Gate, ResidualAdds) {
  expectNear(evaluateGate("residual", {}), reals({1, 1, 2}, {7, 10}));
}
