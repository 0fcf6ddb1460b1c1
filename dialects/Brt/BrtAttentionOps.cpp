//===- BrtAttentionOps.cpp - Heads, positions and attention ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace brt;

/// A model's window is at most this too.
static constexpr int64_t kMaxWindow = int64_t(1) << 24;

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

LogicalResult SplitHeadsOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location> location,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &inferred) {
  RankedTensorType input = getTensorType(adaptor.getInput());
  // Generic syntax may leave it out; the verifier then says so.
  int64_t heads = adaptor.getHeadsAttr() ? adaptor.getHeads() : 1;
  // (C1)
  if (input.getRank() != 3 || heads < 1 || input.getDimSize(2) % heads != 0)
    return emitOptionalError(location,
                             "'brt.split_heads' op expects input to have rank "
                             "3 and a last extent that 'heads' divides, but "
                             "got ",
                             input, " and ", heads);
  SmallVector<int64_t> shape(input.getShape());
  shape.back() /= heads;
  shape.insert(shape.begin() + 2, heads);
  inferred.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult SplitHeadsOp::verify() { return verifyInferable(*this); }

LogicalResult MergeHeadsOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location> location,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &inferred) {
  // (C1)
  if (adaptor.getInputs().empty())
    return emitOptionalError(
        location, "'brt.merge_heads' op expects an operand, but got none");
  RankedTensorType input = getTensorType(adaptor.getInputs().front());
  if (input.getRank() != 4)
    return emitOptionalError(location,
                             "'brt.merge_heads' op expects operands to be "
                             "[B, n, H, D], but got ",
                             input);
  // (C2): extents are bounded, so the product of two is exact.
  int64_t features = input.getDimSize(2) * input.getDimSize(3);
  int64_t count = adaptor.getInputs().size();
  if (features >= kExtentLimit / count)
    return emitOptionalError(location,
                             "'brt.merge_heads' op expects features to be less "
                             "than 2^31, but got ",
                             count, " operands of ", input);
  features *= count;
  inferred.push_back(RankedTensorType::get(
      {input.getDimSize(0), input.getDimSize(1), features},
      input.getElementType()));
  return success();
}

LogicalResult MergeHeadsOp::verify() { return verifyInferable(*this); }

LogicalResult UnitNormalizeOp::verify() {
  // (C1)
  return verifyPositive(*this, "epsilon", getEpsilon().convertToDouble());
}

LogicalResult RotaryOp::verify() {
  RankedTensorType type = getInput().getType();
  // (C1)
  if (failed(verifyRank(*this, "input", getInput(), 4)))
    return failure();
  if (type.getDimSize(3) % 2 != 0)
    return emitOpError("expects the last extent of input to be even, but got ")
           << type;
  // (C2)
  if (getPositions() && failed(verifyShape(*this, "positions", getPositions(),
                                           type.getShape().take_front())))
    return failure();
  // (C3)
  return verifyOffset(*this, "first", getFirst());
}

//===----------------------------------------------------------------------===//
// Relative bias
//===----------------------------------------------------------------------===//

int64_t RelativeBiasOp::getBucket(int64_t distance) {
  int64_t n = std::max<int64_t>(distance, 0);
  if (n < kExactBuckets)
    return n;
  // The epsilon is the official code's guard against rounding below an integer.
  double growth = std::log(static_cast<double>(n) / kExactBuckets +
                           std::numeric_limits<float>::epsilon()) /
                  std::log(static_cast<double>(kMaxDistance) / kExactBuckets);
  int64_t beyond = static_cast<int64_t>(growth * (kBuckets - kExactBuckets));
  return std::min(kBuckets - 1, kExactBuckets + beyond);
}

/// What brt.relative_bias expects but for (C3), for it and its adjoint. `table`
/// is the type of the result, [H, R].
template <typename OpT>
static LogicalResult verifyRelativeBias(OpT op, RankedTensorType table) {
  int64_t heads = table.getDimSize(0);
  // (C5)
  if (failed(verifyOffset(op, "first_distance", op.getFirstDistance())))
    return failure();
  // (C6)
  for (auto [index, parameter] : llvm::enumerate(op.getParameters()))
    if (failed(verifyElement(op, "parameter " + std::to_string(index),
                             parameter, table.getElementType())))
      return failure();

  auto expectCount = [&](size_t count) -> LogicalResult {
    // (C2)
    if (op.getParameters().size() == count)
      return success();
    return op.emitOpError("expects kind '")
           << stringifyEnum(op.getKind()) << "' to have " << count
           << " parameters, but got " << op.getParameters().size();
  };
  auto expectShape = [&](unsigned index, ArrayRef<int64_t> shape) {
    return verifyShape(op, "parameter " + std::to_string(index),
                       op.getParameters()[index], shape);
  };

  switch (op.getKind()) {
  case PositionBias::T5:
    return failure(failed(expectCount(1)) ||
                   failed(expectShape(0, {heads, RelativeBiasOp::kBuckets})));
  case PositionBias::Fourier: {
    if (failed(expectCount(1)) ||
        failed(verifyRank(op, "parameter 0", op.getParameters()[0], 2)))
      return failure();
    int64_t columns = getTensorType(op.getParameters()[0]).getDimSize(1);
    if (failed(expectShape(0, {heads, columns})))
      return failure();
    // (C4)
    if (columns % 2 != 0)
      return op.emitOpError("expects parameter 0 to have an even number of "
                            "columns, but got ")
             << columns;
    if (!op.getMaxKeys())
      return op.emitOpError(
          "expects kind 'fourier' to have 'max_keys', but got "
          "none");
    return failure(failed(verifyPositive(op, "max_keys", *op.getMaxKeys())) ||
                   failed(verifyOffset(op, "max_keys", *op.getMaxKeys())));
  }
  case PositionBias::ALiBi: {
    if (failed(expectCount(2)) || failed(expectShape(0, {1})))
      return failure();
    RankedTensorType bound = getTensorType(op.getParameters()[1]);
    if (bound.getRank() == 1 && bound.getDimSize(0) == 1)
      return success();
    return expectShape(1, {heads});
  }
  case PositionBias::NN: {
    if (failed(expectCount(3)) ||
        failed(verifyRank(op, "parameter 0", op.getParameters()[0], 1)))
      return failure();
    int64_t hidden = getTensorType(op.getParameters()[0]).getDimSize(0);
    return failure(failed(expectShape(1, {hidden})) ||
                   failed(expectShape(2, {heads, hidden})));
  }
  case PositionBias::None:
  case PositionBias::Rotary:
    break;
  }
  // (C1)
  return op.emitOpError(
             "expects kind to be 't5', 'fourier', 'alibi' or 'nn', but "
             "got '")
         << stringifyEnum(op.getKind()) << "'";
}

LogicalResult RelativeBiasOp::verify() {
  // (C3)
  if (failed(verifyRank(*this, "result", getResult(), 2)))
    return failure();
  return verifyRelativeBias(*this, getResult().getType());
}

LogicalResult RelativeBiasAdjointOp::verify() {
  // (C2)
  if (failed(verifyRank(*this, "gradient", getGradient(), 2)))
    return failure();
  // (C1)
  if (failed(verifyRelativeBias(*this, getGradient().getType())))
    return failure();
  // (C3)
  if (getParameters().getTypes() == getResultTypes())
    return success();
  return emitOpError(
             "expects results to have the types of parameters, but got ")
         << getResultTypes();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

RankedTensorType brt::getLogSumExpType(RankedTensorType query) {
  Type element = query.getElementType();
  if (element.isBF16())
    element = Float32Type::get(query.getContext());
  return RankedTensorType::get(
      {query.getDimSize(0), query.getDimSize(2), query.getDimSize(1)}, element);
}

/// What attention and its adjoint expect of queries, keys, temperature, scale
/// and log-sum-exp.
template <typename OpT>
static LogicalResult verifyAttention(OpT op) {
  if (failed(verifyRank(op, "query", op.getQuery(), 4)) ||
      failed(verifyRank(op, "key", op.getKey(), 4)))
    return failure();
  ArrayRef<int64_t> query = op.getQuery().getType().getShape();
  int64_t keys = op.getKey().getType().getDimSize(1);
  if (failed(verifyShape(op, "key", op.getKey(),
                         {query[0], keys, query[2], query[3]})))
    return failure();
  if (op.getTemperature() &&
      failed(verifyShape(op, "temperature", op.getTemperature(), query[2])))
    return failure();
  Type element = op.getQuery().getType().getElementType();
  if (failed(verifyElement(op, "key", op.getKey(), element)) ||
      failed(
          verifyParameter(op, "temperature", op.getTemperature(), element)) ||
      failed(verifyPositive(op, "scale", op.getScale().convertToDouble())))
    return failure();
  RankedTensorType wanted = getLogSumExpType(op.getQuery().getType());
  if (!op.getLogSumExp() || op.getLogSumExp().getType() == wanted)
    return success();
  return op.emitOpError("expects log_sum_exp to have type ")
         << wanted << ", but got " << op.getLogSumExp().getType();
}

/// What brt.window_attention expects, for it and its adjoint.
template <typename OpT>
static LogicalResult verifyWindowAttention(OpT op) {
  // (C5)
  if (op.getWindow() < 1 || op.getWindow() > kMaxWindow)
    return op.emitOpError("expects window to be between 1 and ")
           << kMaxWindow << ", but got " << op.getWindow();
  // (C1), (C2), (C7) to (C10)
  if (failed(verifyAttention(op)))
    return failure();
  RankedTensorType query = op.getQuery().getType();
  int64_t heads = query.getDimSize(2);
  if (op.getSink() && failed(verifyShape(op, "sink", op.getSink(), heads)))
    return failure();
  if (failed(
          verifyParameter(op, "sink", op.getSink(), query.getElementType())) ||
      failed(verifyParameter(op, "bias", op.getBias(), query.getElementType())))
    return failure();
  // (C3)
  if (op.getBias()) {
    if (failed(verifyRank(op, "bias", op.getBias(), 2)) ||
        failed(verifyShape(op, "bias", op.getBias(),
                           {heads, getTensorType(op.getBias()).getDimSize(1)})))
      return failure();
    int64_t wanted = op.getCausal() ? op.getWindow() : 3 * op.getWindow() - 1;
    int64_t distances = getTensorType(op.getBias()).getDimSize(1);
    if (distances < wanted)
      return op.emitOpError("expects bias to have at least ")
             << wanted << " distances, but got " << distances;
  }
  // (C11)
  if (!op.getSeed() != !op.getStep() || (op.getSeed() && op.getPositions()))
    return op.emitOpError("expects draw to have a seed and a step, and to go "
                          "without positions, but got operands ")
           << op->getOperandTypes();
  // (C12)
  if (failed(verifyDropout(op, "dropout_rate", op.getDropoutRate(),
                           "dropout_site", op.getDropoutSite())))
    return failure();
  // (C4)
  if (op.getPositions())
    return verifyShape(op, "positions", op.getPositions(),
                       query.getShape().take_front());
  // (C6)
  int64_t keys = op.getKey().getType().getDimSize(1);
  if (keys < query.getDimSize(1))
    return op.emitOpError("expects at least as many keys as queries, but got ")
           << keys << " keys and " << query.getDimSize(1) << " queries";
  return success();
}

LogicalResult WindowAttentionOp::verify() {
  return verifyWindowAttention(*this);
}

LogicalResult StateAttentionOp::verify() {
  // (C1) to (C6)
  return verifyAttention(*this);
}

//===----------------------------------------------------------------------===//
// Adjoints of attention
//===----------------------------------------------------------------------===//

LogicalResult WindowAttentionAdjointOp::inferReturnTypes(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<Type> &inferred) {
  for (Value operand :
       {adaptor.getQuery(), adaptor.getKey(), adaptor.getValue(),
        adaptor.getTemperature(), adaptor.getBias(), adaptor.getSink()})
    if (operand)
      inferred.push_back(operand.getType());
  return success();
}

LogicalResult WindowAttentionAdjointOp::verify() {
  // (C1), (C2)
  return verifyWindowAttention(*this);
}

LogicalResult StateAttentionAdjointOp::inferReturnTypes(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<Type> &inferred) {
  for (Value operand : {adaptor.getQuery(), adaptor.getKey(),
                        adaptor.getValue(), adaptor.getTemperature()})
    if (operand)
      inferred.push_back(operand.getType());
  return success();
}

LogicalResult StateAttentionAdjointOp::verify() {
  // (C1), (C2)
  return verifyAttention(*this);
}
