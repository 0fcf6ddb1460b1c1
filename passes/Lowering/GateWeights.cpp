//===- GateWeights.cpp - What a gate keeps and takes ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GateWeights.h"

using namespace mlir;
using namespace brt;

std::pair<Value, Value> brt::getGateWeights(ScalarBuilder &s, GateKind kind,
                                            ValueRange activations) {
  auto sigmoid = [&](unsigned index, double shift) {
    return s.sigmoid(s.add(activations[index], shift));
  };
  if (kind == GateKind::LSTM)
    return {sigmoid(0, 1.0), sigmoid(1, -1.0)};
  Value keep = sigmoid(0, kind == GateKind::Fixed ? 0.0 : 1.0);
  return {keep, s.sub(s.constant(keep.getType(), 1.0), keep)};
}
