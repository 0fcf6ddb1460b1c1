//===- UpdateRule.h - How a parameter follows its gradient ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_OPTIMIZE_UPDATERULE_H
#define BRT_PASSES_OPTIMIZE_UPDATERULE_H

#include "UpdateBuilder.h"
#include "brt/passes/Optimize/Passes.h"
#include <memory>
#include <optional>
#include <string>

namespace brt {

/// A tensor of the optimizer's state, such as "m/final_layernorm/scale".
struct StateTensor {
  std::string name;
  mlir::RankedTensorType type;
};

/// What all parameters share in a step. Scalars are f64.
struct StepScalars {
  Real learningRate;
  /// Number of this update: 1, 2, ...
  Real number;
  /// What gradients are multiplied with, if anything.
  std::optional<Real> gradientScale;
  /// Whether the update takes place; null where it always does.
  mlir::Value applies;
};

/// One parameter in a step. `value` and `state` are replaced by the new ones.
struct ParameterStep {
  mlir::Value value;
  mlir::Value gradient;
  llvm::MutableArrayRef<mlir::Value> state;
  bool decays;
};

/// An optimizer, for one parameter at a time.
class UpdateRule {
public:
  static std::unique_ptr<UpdateRule>
  create(const AddOptimizerPassOptions &options);
  virtual ~UpdateRule() = default;

  /// The state of a parameter.
  virtual llvm::SmallVector<StateTensor>
  getState(llvm::StringRef name, mlir::RankedTensorType type) const = 0;

  virtual void emit(UpdateBuilder &builder, const StepScalars &scalars,
                    ParameterStep &step) const = 0;
};

std::unique_ptr<UpdateRule>
createAdafactor(const AddOptimizerPassOptions &options);
std::unique_ptr<UpdateRule> createAdamW(const AddOptimizerPassOptions &options);
std::unique_ptr<UpdateRule> createSGD(const AddOptimizerPassOptions &options);

/// Scalars in the type of the elements of one parameter.
class ElementStep {
public:
  ElementStep(UpdateBuilder &builder, const StepScalars &scalars,
              mlir::RankedTensorType type);

  Real number(Real f64) const { return f64.to(elementType); }
  /// An element of the gradient, scaled.
  Real gradient(Real element) const {
    return scale ? element * *scale : element;
  }
  /// `target` updated in place where the update takes place.
  mlir::Value update(mlir::Value target, llvm::ArrayRef<Read> reads,
                     UpdateBuilder::Body body) const;

private:
  UpdateBuilder &builder;
  mlir::Type elementType;
  std::optional<Real> scale;
  mlir::Value applies;
};

} // namespace brt

#endif // BRT_PASSES_OPTIMIZE_UPDATERULE_H
