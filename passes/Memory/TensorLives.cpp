//===- TensorLives.cpp - How long tensors are needed ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TensorLives.h"
#include "brt/Analysis/Flops.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace brt;

bool brt::isTensorView(Operation *op) {
  if (auto merge = dyn_cast<MergeHeadsOp>(op))
    return merge->getNumOperands() == 1;
  return isa<tensor::CastOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             tensor::ExtractSliceOp, SplitHeadsOp>(op);
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// How many times the lanes a dynamic extent is: that of axis 0, which may have
/// blocks in it too.
static int64_t getLaneFactor(Value tensor);

static int64_t getIndexFactor(Value index) {
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return *constant;
  Operation *op = index.getDefiningOp();
  if (auto dim = dyn_cast_or_null<tensor::DimOp>(op))
    return getLaneFactor(dim.getSource());
  if (auto quotient = dyn_cast_or_null<arith::DivUIOp>(op))
    return getIndexFactor(quotient.getLhs()) /
           std::max<int64_t>(1, getIndexFactor(quotient.getRhs()));
  if (auto product = dyn_cast_or_null<arith::MulIOp>(op))
    return getIndexFactor(product.getLhs()) * getIndexFactor(product.getRhs());
  return 1;
}

static bool hasLanes(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() > 0 && type.isDynamicDim(0);
}

/// That of what an op reads.
static int64_t getLaneFactor(Operation *op) {
  for (Value operand : op->getOperands())
    if (hasLanes(operand))
      return getLaneFactor(operand);
  return 1;
}

static int64_t getLaneFactor(Value tensor) {
  Operation *op = tensor.getDefiningOp();
  if (!op)
    return 1;
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    int64_t factor = getLaneFactor(collapse.getSrc());
    ReassociationIndices lanes = collapse.getReassociationIndices()[0];
    for (int64_t axis : ArrayRef(lanes).drop_front())
      factor *= collapse.getSrcType().getDimSize(axis);
    return factor;
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return getIndexFactor(expand.getOutputShape().front());
  if (auto empty = dyn_cast<tensor::EmptyOp>(op))
    return getIndexFactor(empty.getDynamicSizes().front());
  return getLaneFactor(op);
}

static int64_t getBytes(Value value, int64_t lanes) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  // Constants and what is filled with one number need no buffer.
  if (!type || !type.getElementType().isIntOrFloat() ||
      isa_and_nonnull<arith::ConstantOp, tensor::EmptyOp, tensor::SplatOp>(
          value.getDefiningOp()))
    return 0;
  int64_t bytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (int64_t extent : type.getShape())
    bytes *= ShapedType::isDynamic(extent) ? lanes : extent;
  return hasLanes(value) ? bytes * getLaneFactor(value) : bytes;
}

//===----------------------------------------------------------------------===//
// Uses
//===----------------------------------------------------------------------===//

TensorLives::TensorLives(func::FuncOp function, int64_t lanes) : lanes(lanes) {
  for (Operation &op : function.getBody().front().without_terminator())
    addOp(&op);
}

std::optional<unsigned> TensorLives::find(Value value) const {
  auto root = roots.find(value);
  return root == roots.end() ? std::nullopt : std::optional(root->second);
}

void TensorLives::addUse(Value value, unsigned user) {
  std::optional<unsigned> tensor = find(value);
  if (!tensor)
    return;
  SmallVector<unsigned> &users = tensors[*tensor].users;
  if (!users.empty() && users.back() == user)
    return;
  users.push_back(user);
  ops[user].operands.push_back(*tensor);
}

void TensorLives::addOp(Operation *op) {
  unsigned number = ops.size();
  bool inPlace = op->hasTrait<OpTrait::Elementwise>() ||
                 isa<ActivationOp, ActivationAdjointOp>(op);
  int64_t flops = countFlops(op) * getLaneFactor(op) * lanes;
  ops.push_back({op, {}, {}, flops, inPlace});
  if (isa<tensor::DimOp>(op))
    return;
  if (isTensorView(op)) {
    Value source = op->getOperand(0);
    if (std::optional<unsigned> tensor = find(source))
      roots[op->getResult(0)] = *tensor;
    // A result is written as soon as it is there.
    if (llvm::any_of(op->getUsers(), llvm::IsaPred<func::ReturnOp>))
      addUse(source, number);
    return;
  }
  op->walk([&](Operation *nested) {
    for (Value operand : nested->getOperands())
      addUse(operand, number);
  });
  for (Value result : op->getResults())
    if (int64_t bytes = getBytes(result, lanes)) {
      roots[result] = tensors.size();
      ops.back().results.push_back(tensors.size());
      tensors.push_back({number, bytes, {}});
    }
}

//===----------------------------------------------------------------------===//
// Estimates
//===----------------------------------------------------------------------===//

std::vector<unsigned>
TensorLives::getTimes(const Recomputed &recomputed) const {
  std::vector<unsigned> times(ops.size(), kNever);
  for (unsigned number = ops.size(); number-- > 0;) {
    unsigned boundary = recomputed[number];
    if (boundary == kNever)
      continue;
    unsigned first = ops.size();
    auto meet = [&](unsigned time) {
      if (time > boundary)
        first = std::min(first, time);
    };
    for (unsigned result : ops[number].results)
      for (unsigned user : tensors[result].users) {
        meet(user);
        meet(times[user]);
      }
    times[number] = first == ops.size() ? kNever : first;
  }
  return times;
}

std::vector<int64_t> TensorLives::getUsage(const Recomputed &recomputed) const {
  std::vector<unsigned> times = getTimes(recomputed);
  std::vector<int64_t> usage(ops.size() + 1);
  std::vector<bool> replaced(ops.size());
  auto addLife = [&](int64_t bytes, unsigned begin, unsigned end) {
    bool gives = end > begin && ops[end].inPlace && !replaced[end] &&
                 !ops[end].results.empty() &&
                 tensors[ops[end].results.front()].bytes == bytes;
    if (gives)
      replaced[end] = true;
    usage[begin] += bytes;
    usage[gives ? end : end + 1] -= bytes;
  };
  for (const Tensor &tensor : tensors) {
    unsigned boundary = recomputed[tensor.maker];
    unsigned last = tensor.maker, lastAgain = kNever;
    auto use = [&](unsigned time) {
      if (boundary == kNever || time <= boundary)
        last = std::max(last, time);
      else
        lastAgain = std::max(lastAgain, time);
    };
    for (unsigned user : tensor.users) {
      use(user);
      use(times[user]);
    }
    addLife(tensor.bytes, tensor.maker, last);
    if (lastAgain != kNever)
      addLife(tensor.bytes, times[tensor.maker], lastAgain);
  }
  for (size_t time = 1; time < usage.size(); ++time)
    usage[time] += usage[time - 1];
  usage.pop_back();
  return usage;
}
