//===- PropertiesTest.cpp - What holds of every model ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The conformance checklist of brt-spec 15 on small models with random
// parameters.
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"
#include "brt/Reference/Entry.h"
#include "brt/passes/Expand/Passes.h"
#include "mlir/Pass/PassManager.h"
#include <random>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

namespace {
/// A model of window 4 with random parameters, and two lanes.
class Model {
public:
  /// `layers` are ops of the level `model`, `options` end in ", ".
  Model(int64_t segment, StringRef layers, StringRef options = "")
      : segment(segment) {
    module = test.parse(
        ("brt.model @m segment = " + Twine(segment) +
         ", window = 4, width = 8, heads = 2, head_width = 6, " + options +
         "ffn = 12, precision = f64 {\n"
         "  brt.embedding vocabulary = 11\n" +
         layers + "\n  brt.head\n}")
            .str());
    PassManager manager(&test.context);
    manager.addPass(createExpandModelPass());
    EXPECT_TRUE(succeeded(manager.run(*module))) << test.error;
    for (const Port &port : getEntry().arguments)
      if (port.role != Role::Input)
        values[{port.role, port.name}] = getRandom(port);
  }

  /// The results of a segment; the carry becomes that of the next.
  NamedTensors forward(ArrayRef<int64_t> tokens, ArrayRef<int64_t> starts) {
    values[{Role::Input, "tokens"}] = integers({2, segment}, tokens);
    values[{Role::Input, "start_of_sequence"}] = integers({2}, starts);
    FailureOr<NamedTensors> results =
        getEntry().evaluate(values, Arithmetic::F64);
    EXPECT_TRUE(succeeded(results)) << test.error;
    for (const auto &[key, tensor] : *results)
      if (key.first == Role::Carry)
        values[key] = tensor;
    return std::move(*results);
  }

  /// Parameters and carry.
  NamedTensors values;

private:
  EntryPoint getEntry() { return *EntryPoint::find(*module, "forward"); }

  /// The same for the same name, whatever the model.
  static Tensor<double> getRandom(const Port &port) {
    SmallVector<int64_t> shape(port.type.getShape());
    if (port.role == Role::Carry)
      shape[0] = 2;
    auto tensor = Tensor<double>::ofReals(shape);
    std::seed_seq seed(port.name.begin(), port.name.end());
    std::mt19937 random(seed);
    std::uniform_real_distribution<> distribution(-1, 1);
    for (double &x : tensor.getReals())
      x = distribution(random);
    return tensor;
  }

  TestContext test;
  int64_t segment;
  OwningOpRef<ModuleOp> module;
};

SmallVector<int64_t> getTokens(int64_t length, unsigned seed = 1) {
  std::mt19937 random(seed);
  SmallVector<int64_t> tokens;
  for (int64_t n = 0; n < 2 * length; ++n)
    tokens.push_back(1 + random() % 10);
  return tokens;
}

/// Rows [begin, end) of lane b of a tensor [B, n, ...].
Tensor<double> getRows(const Tensor<double> &tensor, int64_t b, int64_t begin,
                       int64_t end) {
  SmallVector<int64_t> shape(tensor.getShape());
  int64_t size = tensor.getSize() / shape[0] / shape[1];
  return Tensor<double>::gather(tensor, {(end - begin) * size},
                                [&](ArrayRef<int64_t> n) {
                                  return (b * shape[1] + begin) * size + n[0];
                                });
}

bool areEqual(const Tensor<double> &x, const Tensor<double> &y) {
  return x.getReals() == y.getReals();
}

const Tensor<double> &getLogits(const NamedTensors &results) {
  return results.at({Role::Output, "logits"});
}

/// Each gate in each configuration.
class EveryCell
    : public testing::TestWithParam<std::tuple<const char *, const char *>> {
protected:
  std::string getLayers() {
    auto [gate, configuration] = GetParam();
    return std::string(
               "  brt.transformer_layer\n  brt.recurrent_layer gate = ") +
           gate + ", configuration = " + configuration + ", states = 3";
  }
};
} // namespace

/// Item 3: one segment of 2N tokens is two of N with the carry between.
TEST_P(EveryCell, SegmentsChain) {
  Model whole(16, getLayers()), halves(8, getLayers());
  SmallVector<int64_t> tokens = getTokens(16), first, second;
  for (int64_t b = 0; b < 2; ++b) {
    first.append(tokens.begin() + 16 * b, tokens.begin() + 16 * b + 8);
    second.append(tokens.begin() + 16 * b + 8, tokens.begin() + 16 * b + 16);
  }
  NamedTensors expected = whole.forward(tokens, {1, 0});
  NamedTensors one = halves.forward(first, {1, 0});
  NamedTensors two = halves.forward(second, {0, 0});
  for (int64_t b = 0; b < 2; ++b) {
    expectNear(getRows(getLogits(one), b, 0, 8),
               getRows(getLogits(expected), b, 0, 8));
    expectNear(getRows(getLogits(two), b, 0, 8),
               getRows(getLogits(expected), b, 8, 16));
  }
  for (const auto &[key, tensor] : expected)
    if (key.first == Role::Carry)
      expectNear(two.at(key), tensor);
}

/// Item 4: a token changes nothing before it.
TEST_P(EveryCell, IsCausal) {
  SmallVector<int64_t> tokens = getTokens(12);
  NamedTensors before = Model(12, getLayers()).forward(tokens, {1, 0});
  for (int64_t p : {0, 3, 4, 9}) {
    SmallVector<int64_t> changed(tokens);
    changed[p] = tokens[p] % 10 + 1;
    NamedTensors after = Model(12, getLayers()).forward(changed, {1, 0});
    EXPECT_TRUE(areEqual(getRows(getLogits(after), 0, 0, p),
                         getRows(getLogits(before), 0, 0, p)))
        << p;
    EXPECT_FALSE(areEqual(getRows(getLogits(after), 0, p, p + 1),
                          getRows(getLogits(before), 0, p, p + 1)))
        << p;
  }
}

/// Item 5: a token of block t changes the state after block t, not before; what
/// lies beyond L W tokens changes by the state alone.
TEST_P(EveryCell, StateLagsByABlock) {
  SmallVector<int64_t> tokens = getTokens(4), changed(tokens);
  changed[2] = tokens[2] % 10 + 1;
  Model one(4, getLayers()), other(4, getLayers());
  NamedTensors incoming = one.values;
  NamedTensors before = one.forward(tokens, {0, 0});
  NamedTensors after = other.forward(changed, {0, 0});
  std::pair<Role, std::string> state = {Role::Carry, "1/state"};
  EXPECT_FALSE(areEqual(before.at(state), incoming.at(state)));
  EXPECT_FALSE(areEqual(before.at(state), after.at(state)));

  // In the same block, the keys and values of both layers equal, another state
  // moves all logits: the block read the state that came in.
  Model moved(4, getLayers());
  moved.values[state] = before.at(state);
  EXPECT_FALSE(
      areEqual(getLogits(moved.forward(tokens, {0, 0})), getLogits(before)));

  // Two layers see 8 tokens back; block 4 is 12 or more tokens after token 2.
  auto getLast = [](StringRef layers, bool change) {
    SmallVector<int64_t> tokens = getTokens(16);
    if (change)
      tokens[2] = tokens[2] % 10 + 1;
    return getRows(getLogits(Model(16, layers).forward(tokens, {1, 0})), 0, 12,
                   16);
  };
  EXPECT_FALSE(
      areEqual(getLast(getLayers(), true), getLast(getLayers(), false)));
  StringRef baseline = "  brt.transformer_layer count = 2";
  EXPECT_TRUE(areEqual(getLast(baseline, true), getLast(baseline, false)));
}

/// Item 6: a reset of lane 0 leaves lane 1 bit-identical, and moves lane 0.
TEST_P(EveryCell, LanesAreIsolated) {
  SmallVector<int64_t> tokens = getTokens(8);
  NamedTensors kept = Model(8, getLayers()).forward(tokens, {0, 0});
  NamedTensors reset = Model(8, getLayers()).forward(tokens, {1, 0});
  for (const auto &[key, tensor] : kept) {
    if (tensor.getRank() < 2)
      continue;
    int64_t rows = tensor.getExtent(1);
    EXPECT_TRUE(areEqual(getRows(reset.at(key), 1, 0, rows),
                         getRows(tensor, 1, 0, rows)))
        << key.second;
  }
  EXPECT_FALSE(areEqual(getRows(getLogits(reset), 0, 0, 8),
                        getRows(getLogits(kept), 0, 0, 8)));
}

INSTANTIATE_TEST_SUITE_P(
    Gates, EveryCell,
    testing::Combine(testing::Values("fixed", "lstm", "full", "residual"),
                     testing::Values("dual", "single", "skip")),
    [](const auto &info) {
      return std::string(std::get<0>(info.param)) + "_" +
             std::get<1>(info.param);
    });

/// Whether the keys of a layer in the first block of a document depend on the
/// learned initial state of the recurrent layer 2.
static bool dependsOnInitialState(int64_t layer, StringRef options) {
  StringRef layers = "  brt.transformer_layer count = 2\n"
                     "  brt.recurrent_layer states = 3";
  Model model(4, layers, options), moved(4, layers, options);
  for (double &x :
       moved.values
           .at({Role::Parameter, "transformer2/recurrent_initial_state"})
           .getReals())
    x += 1;
  std::pair<Role, std::string> keys = {Role::Carry,
                                       std::to_string(layer) + "/keys"};
  SmallVector<int64_t> tokens = getTokens(4);
  return !areEqual(model.forward(tokens, {1, 1}).at(keys),
                   moved.forward(tokens, {1, 1}).at(keys));
}

/// Item 13: the keys of layer 1 come from the output of layer 0, those of layer
/// 2 from that of layer 1, which reads c0 only under feedback.
TEST(Feedback, AllLayersReadTheInitialState) {
  StringRef feedback = "feedback = true, stack_window = 4, ";
  for (int64_t layer : {1, 2}) {
    EXPECT_TRUE(dependsOnInitialState(layer, feedback)) << layer;
    EXPECT_FALSE(dependsOnInitialState(layer, "")) << layer;
  }
  // What is embedded has read nothing.
  EXPECT_FALSE(dependsOnInitialState(0, feedback));
}
