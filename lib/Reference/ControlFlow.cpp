//===- ControlFlow.cpp - Evaluate branches, loops and calls ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

template <typename T>
static LogicalResult setAll(ValueRange values, ArrayRef<Tensor<T>> tensors,
                            Frame<T> &frame) {
  for (auto [value, tensor] : llvm::zip_equal(values, tensors))
    if (failed(frame.set(value, tensor)))
      return failure();
  return success();
}

template <typename T>
static Tensors<T> getAll(ValueRange values, Frame<T> &frame) {
  Tensors<T> tensors;
  for (Value value : values)
    tensors.push_back(frame[value]);
  return tensors;
}

template <typename T>
static LogicalResult evaluate(scf::IfOp op, Frame<T> &frame) {
  Region &region = frame[op.getCondition()].integer() ? op.getThenRegion()
                                                      : op.getElseRegion();
  if (region.empty())
    return success();
  FailureOr<Tensors<T>> yielded = frame.run(region.front(), {});
  if (failed(yielded))
    return failure();
  return setAll<T>(op.getResults(), *yielded, frame);
}

template <typename T>
static LogicalResult evaluate(scf::ForOp op, Frame<T> &frame) {
  int64_t step = frame[op.getStep()].integer();
  if (step <= 0)
    return op.emitOpError("expects a positive step, but got ") << step;
  Tensors<T> carried = getAll(op.getInitArgs(), frame);
  int64_t i = frame[op.getLowerBound()].integer();
  int64_t end = frame[op.getUpperBound()].integer();
  bool overflows = false;
  for (; i < end && !overflows; overflows = llvm::AddOverflow(i, step, i)) {
    Tensors<T> arguments = {Tensor<T>::ofIntegers({}, i)};
    llvm::append_range(arguments, carried);
    FailureOr<Tensors<T>> yielded = frame.run(*op.getBody(), arguments);
    if (failed(yielded))
      return failure();
    carried = std::move(*yielded);
  }
  return setAll<T>(op.getResults(), carried, frame);
}

/// Iterations are independent: here they run from the last to the first.
template <typename T>
static LogicalResult evaluate(scf::ForallOp op, Frame<T> &frame) {
  if (op->getNumResults())
    return op.emitOpError("expects a loop that writes buffers, but got ")
           << op->getNumResults() << " results";
  SmallVector<int64_t> begin = frame.getIntegers(op.getMixedLowerBound());
  SmallVector<int64_t> end = frame.getIntegers(op.getMixedUpperBound());
  SmallVector<int64_t> step = frame.getIntegers(op.getMixedStep());
  SmallVector<int64_t> counts;
  for (auto [b, e, s] : llvm::zip_equal(begin, end, step))
    counts.push_back(e > b ? llvm::divideCeil(e - b, s) : 0);
  bool ok = true;
  forEachIndex(counts, [&](ArrayRef<int64_t> index) {
    Tensors<T> arguments;
    for (auto [axis, i] : llvm::enumerate(index))
      arguments.push_back(Tensor<T>::ofIntegers(
          {}, begin[axis] + (counts[axis] - 1 - i) * step[axis]));
    ok = ok && succeeded(frame.run(*op.getBody(), arguments));
  });
  return success(ok);
}

template <typename T>
static LogicalResult evaluate(scf::WhileOp op, Frame<T> &frame) {
  Tensors<T> carried = getAll(op.getInits(), frame);
  while (true) {
    // The condition, then what the body reads.
    FailureOr<Tensors<T>> before = frame.run(*op.getBeforeBody(), carried);
    if (failed(before))
      return failure();
    ArrayRef<Tensor<T>> passed = ArrayRef(*before).drop_front();
    if (!before->front().integer())
      return setAll<T>(op.getResults(), passed, frame);
    FailureOr<Tensors<T>> yielded = frame.run(*op.getAfterBody(), passed);
    if (failed(yielded))
      return failure();
    carried = std::move(*yielded);
  }
}

template <typename T>
static LogicalResult evaluate(func::CallOp op, Frame<T> &frame) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, op.getCalleeAttr());
  FailureOr<Tensors<T>> results =
      frame.call(op, callee, getAll(op.getOperands(), frame));
  if (failed(results))
    return failure();
  return setAll<T>(op.getResults(), *results, frame);
}

template <typename T>
void reference::addControlFlow(Registry<T> &registry) {
  registry.template add<scf::IfOp>(evaluate<T>);
  registry.template add<scf::ForOp>(evaluate<T>);
  registry.template add<scf::ForallOp>(evaluate<T>);
  registry.template add<scf::WhileOp>(evaluate<T>);
  registry.template add<func::CallOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addControlFlow);
