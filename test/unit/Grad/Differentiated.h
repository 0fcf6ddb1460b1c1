//===- Differentiated.h - Gradients beside finite differences ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_UNIT_GRAD_DIFFERENTIATED_H
#define BRT_TEST_UNIT_GRAD_DIFFERENTIATED_H

#include "../Reference/Evaluation.h"
#include "brt/Reference/Entry.h"

namespace brt::reference {

/// A module with an entry point and its `gradient`, and random arguments for
/// two lanes.
class Differentiated {
public:
  /// `text` is a model or entry points of the level `cell`. The entry
  /// `training` is `forward` with dropout.
  explicit Differentiated(llvm::StringRef text,
                          llvm::StringRef entry = "forward");

  /// False after an error, which fails the test.
  bool isValid() const { return valid; }

  /// The results of an entry point for `arguments`.
  NamedTensors run(llvm::StringRef entry, const NamedTensors &arguments);

  /// The one output of the entry point that is a single float.
  double getLoss(const NamedTensors &arguments);

  /// A random number for each element of each parameter.
  NamedTensors getDirection(unsigned seed);

  /// Expects the derivatives along random directions to be those of central
  /// differences, to within 1e-6 of the gradient's length.
  void check();

  /// Parameters, carry and inputs. Parameters named `p...` are positive.
  NamedTensors arguments;

private:
  Tensor<double> getRandom(const Port &port, unsigned seed);

  std::string source;
  TestContext test;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  bool valid = false;
};

/// The tensors with `step` times `direction` added.
NamedTensors shift(NamedTensors tensors, const NamedTensors &direction,
                   double step);

/// The sum of products of gradients and the direction.
double getDerivative(const NamedTensors &gradients,
                     const NamedTensors &direction);

/// The length of all gradients together.
double getLength(const NamedTensors &gradients);

/// The central difference of `function` at 0, of the fourth order.
double getDifference(llvm::function_ref<double(double)> function);

} // namespace brt::reference

#endif // BRT_TEST_UNIT_GRAD_DIFFERENTIATED_H
