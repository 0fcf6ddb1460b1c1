//===- GradientCheck.cpp - Gradients against golden vectors ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include <cmath>

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

namespace {
/// The relative error over several tensors together.
class TotalError {
public:
  void add(const Tensor<double> &got, const Tensor<double> &golden) {
    for (auto [x, y] : llvm::zip_equal(got.getReals(), golden.getReals())) {
      difference += (x - y) * (x - y);
      norm += y * y;
    }
  }
  double get() const {
    return std::sqrt(norm > 0 ? difference / norm : difference);
  }

private:
  double difference = 0, norm = 0;
};
} // namespace

/// Compares the gradients of one segment, of which none is missing or extra.
static LogicalResult compare(const EntryPoint &entry, const NamedTensors &got,
                             const NamedTensors &golden, const Twine &run,
                             WorstGradients &worst) {
  TotalError total;
  for (const Port &port : entry.results) {
    if (port.role != Role::Gradient)
      continue;
    auto it = golden.find({port.role, port.name});
    if (it == golden.end())
      return entry.function->emitError("expects a golden gradient of '")
             << port.name << "', but got none";
    const Tensor<double> &gradient = got.at({port.role, port.name});
    worst.single.update(getRelativeError(gradient, it->second),
                        run + " gradient of " + port.name);
    if (gradient.getSize() == it->second.getSize())
      total.add(gradient, it->second);
  }
  worst.together.update(total.get(), run + " gradients together");
  for (const auto &[key, tensor] : golden)
    if (!got.count(key))
      return entry.function->emitError("expects a gradient of '")
             << key.second << "', but got none";
  return success();
}

FailureOr<WorstGradients> golden::checkGradients(Engine &engine,
                                                 const ModelCase &golden) {
  WorstGradients worst;
  FailureOr<EntryPoint> entry = engine.find("gradient");
  if (failed(entry))
    return failure();
  for (auto [k, segment] : llvm::enumerate(golden.segments)) {
    FailureOr<NamedTensors> got = engine.run("gradient", segment.arguments);
    if (failed(got) || failed(compare(*entry, *got, segment.gradients,
                                      "segment " + Twine(k), worst)))
      return failure();
  }
  return worst;
}
