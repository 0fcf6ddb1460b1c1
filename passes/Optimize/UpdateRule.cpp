//===- UpdateRule.cpp - How a parameter follows its gradient --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "UpdateRule.h"

using namespace mlir;
using namespace brt;

std::unique_ptr<UpdateRule>
UpdateRule::create(const AddOptimizerPassOptions &options) {
  switch (options.optimizer) {
  case Optimizer::Adafactor:
    return createAdafactor(options);
  case Optimizer::AdamW:
    return createAdamW(options);
  case Optimizer::SGD:
    return createSGD(options);
  }
  llvm_unreachable("all optimizers are handled");
}

ElementStep::ElementStep(UpdateBuilder &builder, const StepScalars &scalars,
                         RankedTensorType type)
    : builder(builder), elementType(type.getElementType()),
      applies(scalars.applies) {
  if (scalars.gradientScale)
    scale = number(*scalars.gradientScale);
}

Value ElementStep::update(Value target, ArrayRef<Read> reads,
                          UpdateBuilder::Body body) const {
  return builder.update(target, reads, [&](ArrayRef<Real> elements) {
    Real updated = body(elements);
    return applies ? select(applies, updated, elements.back()) : updated;
  });
}
