//===- Summary.cpp - Sizes and costs of a model ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Analysis/Summary.h"
#include "brt/Analysis/Parameters.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace brt;

/// FLOPs of a product with each number of a matrix of parameters.
static constexpr double kFlopsPerProduct = 2;

namespace {
/// Sizes that all costs are made of.
struct Sizes {
  double width, inner, window, keys;

  explicit Sizes(ModelOp model)
      : width(model.getWidth()), inner(model.getHeads() * model.getHeadWidth()),
        window(std::min(model.getWindow(), model.getSegment())),
        // What the state reads: the block and, with a cache, the one before.
        keys(model.getCache() ? 2 * model.getWindow() : model.getSegment()) {}

  /// Multiply-adds of one query over `count` keys: logits and values.
  double attention(double count) const { return 2 * count * inner; }
};
} // namespace

/// Multiply-adds a vector needs in a feed-forward network.
static double getFFNProducts(ModelOp model, double in) {
  double out = model.getWidth(), hidden = model.getFfn();
  double layers = model.getFfnLayers();
  if (layers == 1)
    return in * out;
  double first = in * hidden;
  if (model.getActivation() == ActivationKind::SwiGLU)
    first *= 2;
  return first + (layers - 2) * hidden * hidden + hidden * out;
}

static double getTokenProducts(ModelOp model, const Sizes &sizes,
                               std::optional<double> states) {
  double products = 4 * sizes.width * sizes.inner +
                    sizes.attention(sizes.window) +
                    getFFNProducts(model, sizes.width);
  // A second query, its half of the output projection, and the reading.
  if (states)
    products += 2 * sizes.width * sizes.inner + sizes.attention(*states);
  return products;
}

/// Multiply-adds of the state side of one layer a block.
static double getStateProducts(ModelOp model, RecurrentLayerOp layer,
                               const Sizes &sizes) {
  double states = layer.getStates(), concatenated = 2 * sizes.inner;
  double vector = 4 * sizes.width * sizes.inner + sizes.attention(states) +
                  sizes.attention(sizes.keys);
  double gates = layer.getGate() == GateKind::LSTM   ? 2
                 : layer.getGate() == GateKind::Full ? 1
                                                     : 0;
  Configuration configuration = layer.getConfiguration();
  if (configuration != Configuration::Single)
    vector += (1 + gates) * concatenated * sizes.width;
  if (configuration != Configuration::Skip) {
    double in =
        configuration == Configuration::Dual ? sizes.width : concatenated;
    double hidden = model.getFfnLayers() == 1 ? in : model.getFfn();
    vector += getFFNProducts(model, in) + gates * hidden * sizes.width;
  }
  return states * vector;
}

SmallVector<PartSummary> brt::summarize(ModelOp model) {
  Sizes sizes(model);
  SmallVector<Parameter> parameters = getParameters(model);
  auto countParameters = [&](const std::string &prefix) {
    int64_t count = 0;
    for (const Parameter &parameter : parameters)
      if (StringRef(parameter.name).starts_with(prefix))
        count += parameter.getNumElements();
    return count;
  };

  SmallVector<PartSummary> parts;
  double vocabulary = model.getEmbedding().getVocabulary();
  parts.push_back({"embedding", 1, countParameters("embed/"), 0, 0, 0});

  std::optional<double> broadcastStates;
  SmallVector<Operation *> layers = model.getLayers();
  if (model.getFeedback())
    broadcastStates =
        cast<RecurrentLayerOp>(layers[model.getRecurrentLayers().back()])
            .getStates();
  Operation *previous = nullptr;
  for (auto [index, op] : llvm::enumerate(layers)) {
    if (op == previous) {
      ++parts.back().count;
      continue;
    }
    previous = op;
    PartSummary part;
    part.parameters = countParameters(getLayerPrefix(index) + "/");
    if (model.getCache())
      part.cache = 2 * static_cast<int64_t>(sizes.window * sizes.inner);
    double products;
    if (auto layer = dyn_cast<RecurrentLayerOp>(op)) {
      part.name = ("recurrent_layer " + stringifyEnum(layer.getGate()) + ":" +
                   stringifyEnum(layer.getConfiguration()))
                      .str();
      part.state = layer.getStates() * model.getWidth();
      products = getTokenProducts(model, sizes, layer.getStates()) +
                 getStateProducts(model, layer, sizes) / sizes.window;
    } else {
      part.name = "transformer_layer";
      products = getTokenProducts(model, sizes, broadcastStates);
    }
    part.flops = kFlopsPerProduct * products;
    parts.push_back(part);
  }
  parts.push_back({"head", 1, countParameters("final_layernorm/"),
                   kFlopsPerProduct * vocabulary * sizes.width, 0, 0});
  return parts;
}

/// 1234567 as 1,234,567.
static std::string withCommas(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t i = static_cast<int64_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(i, ",");
  return digits;
}

void brt::printSummary(ModelOp model, raw_ostream &os) {
  auto printRow = [&](StringRef name, StringRef count, int64_t parameters,
                      double flops, int64_t cache, int64_t state) {
    os << llvm::formatv("  {0,-30} {1,5} {2,15} {3,13} {4,13} {5,11}\n", name,
                        count, withCommas(parameters),
                        withCommas(static_cast<int64_t>(flops)),
                        withCommas(cache), withCommas(state));
  };

  os << "model @" << model.getSymName() << "\n";
  os << llvm::formatv("  {0,-30} {1,5} {2,15} {3,13} {4,13} {5,11}\n", "part",
                      "count", "parameters", "FLOPs/token", "cache/lane",
                      "state/lane");
  PartSummary total;
  int64_t embedding = 0;
  for (const PartSummary &part : summarize(model)) {
    printRow(part.name, std::to_string(part.count),
             part.count * part.parameters, part.count * part.flops,
             part.count * part.cache, part.count * part.state);
    if (part.name == "embedding")
      embedding = part.parameters;
    total.parameters += part.count * part.parameters;
    total.flops += part.count * part.flops;
    total.cache += part.count * part.cache;
    total.state += part.count * part.state;
  }
  printRow("total", "", total.parameters, total.flops, total.cache,
           total.state);
  os << "  without the embedding " << withCommas(total.parameters - embedding)
     << " parameters\n";
}
