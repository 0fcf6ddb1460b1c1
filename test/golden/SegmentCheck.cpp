//===- SegmentCheck.cpp - Segments against golden vectors -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

void Worst::update(double newError, const Twine &newWhere) {
  if (where.empty() || newError > error) {
    error = newError;
    where = newWhere.str();
  }
}

/// An element as a real number.
static double getElement(const Tensor<double> &tensor, int64_t n) {
  return tensor.isReal() ? tensor.getReals()[n]
                         : double(tensor.getIntegers()[n]);
}

double golden::getRelativeError(const Tensor<double> &got,
                                const Tensor<double> &golden) {
  // A scalar is stored as an array of one element.
  bool scalars = got.getSize() == 1 && golden.getSize() == 1;
  if (!scalars && got.getShape() != golden.getShape())
    return kInfinity;
  double difference = 0, norm = 0;
  for (int64_t n = 0; n < got.getSize(); ++n) {
    double x = getElement(got, n), y = getElement(golden, n);
    difference += (x - y) * (x - y);
    norm += y * y;
  }
  double error = std::sqrt(norm > 0 ? difference / norm : difference);
  return std::isfinite(error) ? error : kInfinity;
}

/// The stored mask is where the token loss may differ from 0.
static double getMaskError(const Tensor<double> &tokenLoss,
                           const Tensor<double> &mask) {
  if (tokenLoss.getShape() != mask.getShape())
    return kInfinity;
  for (int64_t n = 0; n < mask.getSize(); ++n)
    if (!mask.getIntegers()[n] && tokenLoss.getReals()[n] != 0)
      return kInfinity;
  return 0;
}

/// Compares the results of one run.
static LogicalResult compare(Engine &engine, const NamedTensors &got,
                             const NamedTensors &golden, const Twine &run,
                             Worst &worst) {
  for (const auto &[key, tensor] : golden) {
    const auto &[role, name] = key;
    if (name == "loss_mask") {
      worst.update(getMaskError(got.at({Role::Output, "token_loss"}), tensor),
                   run + " loss_mask");
      continue;
    }
    auto it = got.find(key);
    if (it == got.end())
      return engine.find("forward")->function->emitError("expects a result '")
             << name << "', but got none";
    worst.update(getRelativeError(it->second, tensor), run + " " + name);
  }
  return success();
}

FailureOr<Worst> golden::checkSegments(Engine &engine,
                                       const ModelCase &golden) {
  Worst worst;
  NamedTensors carry;
  for (auto [k, segment] : llvm::enumerate(golden.segments)) {
    std::string name = ("segment " + Twine(k)).str();
    FailureOr<NamedTensors> stored = engine.run("forward", segment.arguments);
    if (failed(stored) ||
        failed(compare(engine, *stored, segment.results, name, worst)))
      return failure();
    if (k == 0) {
      carry = std::move(*stored);
      continue;
    }
    // Once more, from the carry that this engine computed.
    NamedTensors arguments = segment.arguments;
    for (auto &[key, tensor] : carry)
      if (key.first == Role::Carry)
        arguments[key] = std::move(tensor);
    FailureOr<NamedTensors> chained = engine.run("forward", arguments);
    if (failed(chained) || failed(compare(engine, *chained, segment.results,
                                          name + " of the chain", worst)))
      return failure();
    carry = std::move(*chained);
  }
  return worst;
}
