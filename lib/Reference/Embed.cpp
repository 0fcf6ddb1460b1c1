//===- Embed.cpp - Evaluate embeddings, positions and state IDs -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// result[b, i, :] = table[tokens[b, i] mod V, :], a floor modulus.
template <typename T>
static LogicalResult evaluate(EmbedOp op, Frame<T> &frame) {
  const Tensor<T> &tokens = frame[op.getTokens()];
  const Tensor<T> &table = frame[op.getTable()];
  int64_t vocabulary = table.getExtent(0), width = table.getExtent(1);
  auto result =
      Tensor<T>::ofReals({tokens.getExtent(0), tokens.getExtent(1), width});
  for (int64_t b = 0; b < tokens.getExtent(0); ++b)
    for (int64_t i = 0; i < tokens.getExtent(1); ++i) {
      int64_t row = tokens.integer(b, i) % vocabulary;
      if (row < 0)
        row += vocabulary;
      for (int64_t e = 0; e < width; ++e)
        result(b, i, e) = table(row, e);
    }
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
static LogicalResult evaluate(AddAbsolutePositionsOp op, Frame<T> &frame) {
  Tensor<T> result = frame[op.getInput()];
  int64_t half = result.getExtent(2) / 2;
  for (int64_t b = 0; b < result.getExtent(0); ++b) {
    int64_t first = op.getPositions() ? frame[op.getPositions()].integer(b) : 0;
    for (int64_t i = 0; i < result.getExtent(1); ++i)
      for (int64_t e = 0; e < half; ++e) {
        double frequency = M_PI * std::pow(10000.0, -double(e) / half);
        double angle = double(first + i) * frequency;
        result(b, i, e) += T(std::cos(angle));
        result(b, i, half + e) += T(std::sin(angle));
      }
  }
  return frame.set(op.getResult(), std::move(result));
}

/// result[b, s, e] = input[b, s, e] + ids[s, e].
template <typename T>
static LogicalResult evaluate(AddStateIdsOp op, Frame<T> &frame) {
  const Tensor<T> &ids = frame[op.getIds()];
  Tensor<T> result = frame[op.getInput()];
  for (auto [n, x] : llvm::enumerate(result.getReals()))
    x += ids.getReals()[n % ids.getSize()];
  return frame.set(op.getResult(), std::move(result));
}

template <typename T>
void reference::addEmbed(Registry<T> &registry) {
  registry.template add<EmbedOp>(evaluate<T>);
  registry.template add<AddAbsolutePositionsOp>(evaluate<T>);
  registry.template add<AddStateIdsOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addEmbed);
