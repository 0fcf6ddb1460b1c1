//===- Evaluate.cpp - Walk over the ops of a function ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Calls deeper than this are taken for a recursion without end.
static constexpr int64_t kMaxCallDepth = 256;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

unsigned reference::getIntegerWidth(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
}

/// `value` as a `width`-bit integer, its sign extended; a flag is 0 or 1.
static int64_t wrap(int64_t value, unsigned width) {
  if (width == 1)
    return value & 1;
  unsigned unused = 64 - width;
  return int64_t(uint64_t(value) << unused) >> unused;
}

/// The nearest number of the type, ties to even.
template <typename T>
static T roundTo(Type type, T value) {
  if (type.isF64())
    return value;
  if (type.isF32())
    return float(value);
  const llvm::fltSemantics &semantics =
      cast<FloatType>(type).getFloatSemantics();
  APFloat number(value);
  bool loses;
  number.convert(semantics, APFloat::rmNearestTiesToEven, &loses);
  number.convert(APFloat(value).getSemantics(), APFloat::rmNearestTiesToEven,
                 &loses);
  if constexpr (std::is_same_v<T, float>)
    return number.convertToFloat();
  else
    return number.convertToDouble();
}

//===----------------------------------------------------------------------===//
// Frames
//===----------------------------------------------------------------------===//

static InFlightDiagnostic emitError(Value value) {
  Operation *op = value.getDefiningOp();
  return (op ? op : value.getParentBlock()->getParentOp())->emitOpError();
}

template <typename T>
SmallVector<int64_t>
Frame<T>::getIntegers(ArrayRef<OpFoldResult> numbers) const {
  SmallVector<int64_t> integers;
  for (OpFoldResult number : numbers) {
    if (auto value = dyn_cast<Value>(number))
      integers.push_back((*this)[value].integer());
    else
      integers.push_back(cast<IntegerAttr>(cast<Attribute>(number)).getInt());
  }
  return integers;
}

template <typename T>
FailureOr<SmallVector<int64_t>> Frame<T>::getIndex(Operation *op, Value buffer,
                                                   ValueRange indices) const {
  SmallVector<int64_t> index = getIntegers(getAsOpFoldResult(indices));
  if (!(*this)[buffer].getBuffer().contains(index))
    return op->emitOpError("expects indices below the extents [")
           << (*this)[buffer].getShape() << "], but got [" << index << "]";
  return index;
}

template <typename T>
Tensor<T> Frame<T>::getRounded(Value value, Type element) const {
  Tensor<T> tensor = (*this)[value];
  if (asTyped)
    for (T &x : tensor.getReals())
      x = roundTo(element, x);
  return tensor;
}

template <typename T>
LogicalResult Frame<T>::set(Value value, Tensor<T> tensor) {
  Type type = value.getType();
  ArrayRef<int64_t> shape;
  if (auto tensorType = dyn_cast<RankedTensorType>(type))
    shape = tensorType.getShape();
  else if (auto bufferType = dyn_cast<MemRefType>(type))
    shape = bufferType.getShape();
  if (failed(verifyCompatibleShape(shape, tensor.getShape())))
    return emitError(value)
           << "expects a value of type " << type << ", but got one of shape ["
           << tensor.getShape() << "]";
  if (isa<MemRefType>(type) != tensor.isBuffer())
    return emitError(value)
           << "expects a value of type " << type << ", but got "
           << (tensor.isBuffer() ? "a buffer" : "a tensor");
  if (!tensor.isReal()) {
    unsigned width = getIntegerWidth(type);
    for (int64_t &x : tensor.getIntegers())
      x = wrap(x, width);
  } else if (asTyped) {
    Type element = getElementTypeOrSelf(type);
    for (T &x : tensor.getReals())
      x = roundTo(element, x);
  }
  std::unique_ptr<Tensor<T>> &place = values[value];
  if (place)
    *place = std::move(tensor);
  else
    place = std::make_unique<Tensor<T>>(std::move(tensor));
  return success();
}

/// Elements beyond this are taken for a mistake, not for a tensor of use.
static constexpr int64_t kMaxElements = int64_t(1) << 31;

/// Whether a tensor or buffer can hold the value: numbers of at most 64 bits.
static bool isSupported(Type type) {
  if (isa<RankedTensorType, MemRefType>(type)) {
    auto shaped = cast<ShapedType>(type);
    int64_t size = 1;
    for (int64_t extent : shaped.getShape())
      if (!ShapedType::isDynamic(extent) &&
          llvm::MulOverflow(size, extent, size))
        return false;
    return size <= kMaxElements && isSupported(shaped.getElementType());
  }
  return type.isIndex() ||
         (type.isIntOrFloat() && type.getIntOrFloatBitWidth() <= 64);
}

LogicalResult reference::verifySize(Operation *op, ArrayRef<int64_t> shape) {
  int64_t size = 1;
  for (int64_t extent : shape)
    if (extent < 0 || llvm::MulOverflow(size, extent, size) ||
        size > kMaxElements)
      return op->emitOpError("expects a shape of at most 2^31 elements, but "
                             "got [")
             << shape << "]";
  return success();
}

static LogicalResult verifyTypes(Operation *op, TypeRange types) {
  for (Type type : types)
    if (!isSupported(type))
      return op->emitError("expects numbers of at most 64 bits, or tensors or "
                           "buffers of at most 2^31 of them, but got ")
             << type;
  return success();
}

/// The number of lanes is the only dynamic extent of a brt op.
template <typename T>
static LogicalResult verifyLanes(Operation *op, const Frame<T> &frame) {
  int64_t lanes = -1;
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    for (int64_t axis = 0; type && axis < type.getRank(); ++axis) {
      if (!type.isDynamicDim(axis))
        continue;
      int64_t extent = frame[operand].getExtent(axis);
      if (lanes >= 0 && lanes != extent)
        return op->emitOpError("expects operands of equally many lanes, but "
                               "got ")
               << lanes << " and " << extent;
      lanes = extent;
    }
  }
  return success();
}

/// The tensors of an element-wise op have one shape.
template <typename T>
static LogicalResult verifySameShape(Operation *op, const Frame<T> &frame) {
  const Tensor<T> *first = nullptr;
  for (Value operand : op->getOperands()) {
    if (!isa<RankedTensorType>(operand.getType()))
      continue;
    const Tensor<T> &tensor = frame[operand];
    if (first && tensor.getShape() != first->getShape())
      return op->emitOpError("expects operands of one shape, but got [")
             << first->getShape() << "] and [" << tensor.getShape() << "]";
    first = &tensor;
  }
  return success();
}

/// What checks the extents that the types of operands leave open, if anything.
template <typename T>
static LogicalResult (*getExtentCheck(Operation *op))(Operation *,
                                                      const Frame<T> &) {
  if (!llvm::any_of(op->getOperandTypes(), llvm::IsaPred<RankedTensorType>))
    return nullptr;
  if (isa<BrtDialect>(op->getDialect()))
    return verifyLanes<T>;
  return op->hasTrait<OpTrait::Elementwise>() ? verifySameShape<T> : nullptr;
}

template <typename T>
FailureOr<const typename Frame<T>::Plan *> Frame<T>::getPlan(Block &block) {
  auto known = plans.find(&block);
  if (known != plans.end())
    return known->second.get();
  if (failed(verifyTypes(block.getParentOp(), block.getArgumentTypes())))
    return failure();
  auto plan = std::make_unique<Plan>();
  for (Operation &op : block.without_terminator()) {
    const auto *evaluate = registry.lookup(&op);
    if (!evaluate)
      return op.emitError("expects an op that the reference evaluator knows, "
                          "but got '")
             << op.getName() << "'";
    if (failed(verifyTypes(&op, op.getResultTypes())))
      return failure();
    plan->push_back({&op, evaluate, getExtentCheck<T>(&op)});
  }
  return (plans[&block] = std::move(plan)).get();
}

template <typename T>
FailureOr<Tensors<T>> Frame<T>::run(Block &block,
                                    ArrayRef<Tensor<T>> arguments) {
  FailureOr<const Plan *> plan = getPlan(block);
  if (failed(plan))
    return failure();
  for (auto [value, tensor] : llvm::zip_equal(block.getArguments(), arguments))
    if (failed(set(value, tensor)))
      return failure();
  for (const Step &step : **plan)
    if ((step.verifyExtents && failed(step.verifyExtents(step.op, *this))) ||
        failed((*step.evaluate)(step.op, *this)))
      return failure();
  Tensors<T> results;
  for (Value operand : block.getTerminator()->getOperands())
    results.push_back((*this)[operand]);
  return results;
}

template <typename T>
FailureOr<Tensors<T>> Frame<T>::call(Operation *caller, func::FuncOp callee,
                                     ArrayRef<Tensor<T>> arguments) {
  if (!llvm::hasSingleElement(callee.getBody()))
    return caller->emitError("expects function '")
           << callee.getSymName() << "' to have a body of one block, but got "
           << callee.getBody().getBlocks().size() << " blocks";
  if (depth == kMaxCallDepth)
    return caller->emitOpError("expects calls to end, but got ")
           << kMaxCallDepth << " of them, one in another";
  Frame inner(registry, asTyped, depth + 1);
  return inner.run(callee.getBody().front(), arguments);
}

template class brt::reference::Frame<float>;
template class brt::reference::Frame<double>;

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

template <typename T>
static Registry<T> createRegistry() {
  Registry<T> registry;
  addActivation(registry);
  addActivationAdjoint(registry);
  addArith(registry);
  addCacheWrite(registry);
  addCasts(registry);
  addControlFlow(registry);
  addEmbed(registry);
  addGate(registry);
  addGateAdjoint(registry);
  addGenerate(registry);
  addHeads(registry);
  addIntegers(registry);
  addLinalg(registry);
  addLinear(registry);
  addLogits(registry);
  addLoss(registry);
  addLossAdjoint(registry);
  addMath(registry);
  addMemRef(registry);
  addNorm(registry);
  addNormAdjoint(registry);
  addParameterGradients(registry);
  addRandom(registry);
  addDropout(registry);
  addRecurrence(registry);
  addRelativeBias(registry);
  addRelativeBiasAdjoint(registry);
  addRotary(registry);
  addSelectLanes(registry);
  addShapes(registry);
  addSlices(registry);
  addStateAttention(registry);
  addStateAttentionAdjoint(registry);
  addTile(registry);
  addWindowAttention(registry);
  addWindowAttentionAdjoint(registry);
  return registry;
}

template <typename T>
static FailureOr<Tensors<double>> evaluateIn(func::FuncOp function,
                                             ArrayRef<Tensor<double>> arguments,
                                             bool asTyped) {
  Registry<T> registry = createRegistry<T>();
  Tensors<T> converted;
  for (const Tensor<double> &argument : arguments)
    converted.push_back(argument.convert<T>());
  FailureOr<Tensors<T>> results =
      Frame<T>(registry, asTyped).call(function, function, converted);
  if (failed(results))
    return failure();
  Tensors<double> widened;
  for (const Tensor<T> &result : *results)
    widened.push_back(result.template convert<double>());
  return widened;
}

FailureOr<Tensors<double>>
reference::evaluateFunction(func::FuncOp function,
                            ArrayRef<Tensor<double>> arguments,
                            Arithmetic arithmetic) {
  if (arguments.size() != function.getNumArguments())
    return function.emitError("expects ")
           << function.getNumArguments() << " arguments, but got "
           << arguments.size();
  if (arithmetic == Arithmetic::F32)
    return evaluateIn<float>(function, arguments, /*asTyped=*/false);
  return evaluateIn<double>(function, arguments,
                            arithmetic == Arithmetic::AsTyped);
}

LogicalResult reference::evaluateOnBuffers(func::FuncOp function,
                                           ArrayRef<Buffer> arguments) {
  if (arguments.size() != function.getNumArguments())
    return function.emitError("expects ")
           << function.getNumArguments() << " arguments, but got "
           << arguments.size();
  Registry<double> registry = createRegistry<double>();
  Tensors<double> values;
  for (const Buffer &argument : arguments)
    values.push_back(Tensor<double>::ofBuffer(argument));
  return Frame<double>(registry, /*asTyped=*/true)
      .call(function, function, values);
}
