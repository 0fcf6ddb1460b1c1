//===- Linalg.cpp - Evaluate structured ops -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "Interpreter.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// The extents of the loops, from those of the operands; fails where two
/// operands disagree.
template <typename T>
static FailureOr<SmallVector<int64_t>> getLoopExtents(linalg::LinalgOp op,
                                                      Frame<T> &frame) {
  SmallVector<int64_t> extents(op.getNumLoops(), -1);
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [axis, expression] : llvm::enumerate(map.getResults())) {
      auto loop = dyn_cast<AffineDimExpr>(expression);
      if (!loop)
        continue;
      int64_t &extent = extents[loop.getPosition()];
      int64_t found = frame[operand.get()].getExtent(axis);
      if (extent >= 0 && extent != found)
        return op->emitOpError("expects operands to agree on the extent of "
                               "loop ")
               << loop.getPosition() << ", but got " << extent << " and "
               << found;
      extent = found;
    }
  }
  for (auto [loop, extent] : llvm::enumerate(extents))
    if (extent < 0)
      return op->emitOpError("expects an operand with the extent of loop ")
             << loop << ", but got none";
  return extents;
}

/// Elements of the operands: those of tensors, and those that buffers hold.
template <typename T>
static Tensors<T> readOperands(ValueRange operands, Frame<T> &frame) {
  Tensors<T> tensors;
  for (Value operand : operands) {
    const Tensor<T> &tensor = frame[operand];
    tensors.push_back(tensor.isBuffer() ? tensor.getBuffer().template read<T>()
                                        : tensor);
  }
  return tensors;
}

/// The place of an operand's element at a point of the loops; fails where a map
/// leads out of the operand.
static FailureOr<int64_t> getPlace(Operation *op, AffineMap map,
                                   ArrayRef<int64_t> point,
                                   ArrayRef<int64_t> shape) {
  SmallVector<int64_t> index;
  if (map.isProjectedPermutation())
    for (AffineExpr loop : map.getResults())
      index.push_back(point[cast<AffineDimExpr>(loop).getPosition()]);
  else
    index = map.compose(point);
  for (auto [i, extent] : llvm::zip_equal(index, shape))
    if (i < 0 || i >= extent)
      return op->emitOpError("expects indices below the extents [")
             << shape << "], but got [" << index << "]";
  return getOffset(shape, index);
}

/// Sets the results, or writes them to the buffers that are to hold them.
template <typename T>
static LogicalResult setResults(linalg::LinalgOp op,
                                MutableArrayRef<Tensor<T>> results,
                                Frame<T> &frame) {
  if (op.hasPureBufferSemantics())
    for (auto [init, result] : llvm::zip_equal(op.getDpsInits(), results))
      frame[init].getBuffer().write(result);
  else
    for (auto [value, result] : llvm::zip_equal(op->getResults(), results))
      if (failed(frame.set(value, std::move(result))))
        return failure();
  return success();
}

/// Runs the body at every point of the loops, in row-major order. Results start
/// as the operands they are written over.
template <typename T>
static LogicalResult evaluateStructured(Operation *operation, Frame<T> &frame) {
  auto op = cast<linalg::LinalgOp>(operation);
  FailureOr<SmallVector<int64_t>> extents = getLoopExtents(op, frame);
  if (failed(extents))
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned inputs = op.getNumDpsInputs();
  Tensors<T> operands = readOperands(op->getOperands(), frame);

  Block &body = *op.getBlock();
  bool ok = true;
  forEachIndex(*extents, [&](ArrayRef<int64_t> point) {
    if (!ok)
      return;
    SmallVector<int64_t> places;
    Tensors<T> arguments;
    for (auto [n, tensor] : llvm::enumerate(operands)) {
      FailureOr<int64_t> place =
          getPlace(op, maps[n], point, tensor.getShape());
      ok = succeeded(place);
      if (!ok)
        return;
      places.push_back(*place);
      arguments.push_back(Tensor<T>::ofKind(tensor, {}));
      arguments.back().copyElement(0, tensor, places.back());
    }
    // The body of some ops reads only inputs.
    arguments.resize(body.getNumArguments());
    frame.setPoint(point);
    FailureOr<Tensors<T>> yielded = frame.run(body, arguments);
    ok = succeeded(yielded);
    for (unsigned n = inputs; ok && n < operands.size(); ++n)
      operands[n].copyElement(places[n], (*yielded)[n - inputs], 0);
  });
  if (!ok)
    return failure();
  return setResults<T>(op, MutableArrayRef(operands).drop_front(inputs), frame);
}

/// A sum of products of real numbers, rounded once.
template <typename T>
static LogicalResult evaluate(linalg::ContractOp op, Frame<T> &frame) {
  auto structured = cast<linalg::LinalgOp>(op.getOperation());
  Tensors<T> operands = readOperands(op->getOperands(), frame);
  if (!operands.back().isReal())
    return evaluateStructured(op, frame);
  FailureOr<SmallVector<int64_t>> extents = getLoopExtents(structured, frame);
  if (failed(extents))
    return failure();
  // Elements from one iteration of each loop to the next.
  SmallVector<SmallVector<int64_t>> steps;
  for (auto [map, tensor] :
       llvm::zip_equal(structured.getIndexingMapsArray(), operands)) {
    SmallVector<int64_t> &step = steps.emplace_back(extents->size(), 0);
    int64_t stride = 1;
    for (int64_t axis = tensor.getRank(); axis-- > 0;) {
      step[map.getDimPosition(axis)] = stride;
      stride *= tensor.getExtent(axis);
    }
  }
  forEachIndex(*extents, [&](ArrayRef<int64_t> point) {
    int64_t places[3] = {0, 0, 0};
    for (auto [place, step] : llvm::zip_equal(places, steps))
      for (auto [i, stride] : llvm::zip_equal(point, step))
        place += i * stride;
    operands[2].getReals()[places[2]] +=
        operands[0].getReals()[places[0]] * operands[1].getReals()[places[1]];
  });
  return setResults<T>(structured, MutableArrayRef(operands).drop_front(2),
                       frame);
}

template <typename T>
static LogicalResult evaluate(linalg::IndexOp op, Frame<T> &frame) {
  return frame.set(op.getResult(),
                   Tensor<T>::ofIntegers({}, frame.getPoint()[op.getDim()]));
}

template <typename T, typename... OpTs>
static void addStructured(Registry<T> &registry) {
  (registry.add(OpTs::getOperationName(), evaluateStructured<T>), ...);
}

template <typename T>
void reference::addLinalg(Registry<T> &registry) {
  addStructured<
      T, linalg::GenericOp, linalg::MapOp, linalg::ReduceOp,
      linalg::BroadcastOp, linalg::TransposeOp, linalg::FillOp, linalg::CopyOp,
      linalg::DotOp, linalg::MatvecOp, linalg::VecmatOp, linalg::MatmulOp,
      linalg::BatchMatmulOp, linalg::ElementwiseOp, linalg::AbsOp,
      linalg::AddOp, linalg::CeilOp, linalg::DivOp, linalg::ErfOp,
      linalg::ExpOp, linalg::FloorOp, linalg::LogOp, linalg::MaxOp,
      linalg::MinOp, linalg::MulOp, linalg::NegFOp, linalg::PowFOp,
      linalg::ReciprocalOp, linalg::RoundOp, linalg::RsqrtOp, linalg::SelectOp,
      linalg::SqrtOp, linalg::SquareOp, linalg::SubOp, linalg::TanhOp>(
      registry);
  registry.template add<linalg::ContractOp>(evaluate<T>);
  registry.template add<linalg::IndexOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addLinalg);
