//===- GradientPipeline.cpp - From gradients to what updates use ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GradientPipeline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// Accumulation
//===----------------------------------------------------------------------===//

MicroStep brt::splitStep(UpdateBuilder &b, Value step,
                         const AddOptimizerPassOptions &options) {
  if (options.accumulateSteps == 1)
    return {b.toReal(step), Value(), Value()};
  auto integer = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  };
  Value count = integer(options.accumulateSteps);
  Value call = arith::RemSIOp::create(b, step, count);
  auto is = [&](int64_t value) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, call,
                                 integer(value));
  };
  return {b.toReal(arith::DivSIOp::create(b, step, count)), is(0),
          is(options.accumulateSteps - 1)};
}

SmallVector<StateTensor>
brt::getAccumulationState(ArrayRef<StateTensor> parameters) {
  MLIRContext *context = parameters.front().type.getContext();
  SmallVector<StateTensor> state;
  for (const StateTensor &parameter : parameters)
    state.push_back({"gradient/" + parameter.name, parameter.type});
  state.push_back({"accumulated/loss_sum",
                   RankedTensorType::get({}, Float64Type::get(context))});
  state.push_back({"accumulated/token_count",
                   RankedTensorType::get({}, IntegerType::get(context, 64))});
  return state;
}

void brt::emitAccumulation(UpdateBuilder &b, const MicroStep &step,
                           MutableArrayRef<StateValue> state,
                           StepResults &results) {
  for (auto [sum, gradient] : llvm::zip(state, results.gradients))
    gradient = sum.value =
        b.update(sum.value, {gradient}, [&](ArrayRef<Real> x) {
          return select(step.first, x[0], x[1] + x[0]);
        });

  Value &loss = state[state.size() - 2].value;
  Real lossSum = b.toReal(results.lossSum);
  lossSum = select(step.first, lossSum, b.toReal(loss) + lossSum);
  results.lossSum = loss = b.tensorOf(lossSum.getValue());

  Value &count = state.back().value;
  Value tokens = b.element(results.tokenCount);
  tokens = arith::SelectOp::create(
      b, step.first, tokens,
      arith::AddIOp::create(b, b.element(count), tokens));
  results.tokenCount = count = b.tensorOf(tokens);
}

//===----------------------------------------------------------------------===//
// Normalisation and clipping
//===----------------------------------------------------------------------===//

GradientScale brt::emitGradientScale(UpdateBuilder &b,
                                     const StepResults &results,
                                     const AddOptimizerPassOptions &options) {
  Real squares = b.real(0.0);
  for (Value gradient : results.gradients)
    squares = squares + b.sum({gradient}, [](ArrayRef<Real> x) {
                           return x[0] * x[0];
                         }).to(b.getF64Type());
  GradientScale result = {sqrt(squares), std::nullopt};

  if (options.lossNormalization == LossNormalization::Mean) {
    // A call of padding only has gradients of zero.
    result.scale = 1 / max(b.toReal(results.tokenCount), 1);
    result.norm = result.norm * *result.scale;
  }
  if (options.clipNorm > 0) {
    Real clip = select(result.norm <= options.clipNorm, b.real(1.0),
                       options.clipNorm / result.norm);
    result.scale = result.scale ? *result.scale * clip : clip;
  }
  return result;
}

//===----------------------------------------------------------------------===//
// The guard
//===----------------------------------------------------------------------===//

SmallVector<StateTensor> brt::getGuardState(MLIRContext *context) {
  auto real = RankedTensorType::get({}, Float64Type::get(context));
  return {{"guard/loss", real},
          {"guard/gradient_norm", real},
          {"guard/count", real}};
}

Value brt::emitGuard(UpdateBuilder &b, Real meanLoss, Real norm, Value last,
                     MutableArrayRef<StateValue> state,
                     const AddOptimizerPassOptions &options) {
  auto conjunction = [&](Value left, Value right) -> Value {
    return arith::AndIOp::create(b, left, right);
  };
  Value finite = conjunction(isFinite(meanLoss), isFinite(norm));
  Value counts = last ? conjunction(finite, last) : finite;

  Real count = b.toReal(state[2].value);
  Value early = count <= double(options.guardAfter - 1);
  Value none = count <= 0;
  Value inLine = finite;
  const Real observed[] = {meanLoss, norm};
  for (auto [entry, value] : llvm::zip(state, observed)) {
    Real mean = b.toReal(entry.value);
    Real bound = options.guardFactor * mean;
    inLine =
        conjunction(inLine, arith::OrIOp::create(b, early, value <= bound));
    Real next = select(none, value,
                       options.guardDecay * mean +
                           (1 - options.guardDecay) * min(value, bound));
    entry.value = b.tensorOf(select(counts, next, mean).getValue());
  }
  state[2].value = b.tensorOf(select(counts, count + 1, count).getValue());
  return inLine;
}
