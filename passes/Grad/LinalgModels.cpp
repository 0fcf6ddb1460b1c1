//===- LinalgModels.cpp - Adjoints of structured ops ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The adjoint of a structured op is, for each operand, a structured op over the
// same loops: it runs the body and the body's adjoint at every point, and sums
// the operand's gradient over the loops that its indexing map leaves out. Named
// ops go by their generic form.
//
// A result is either written once by all loops in parallel, or a sum, a maximum
// or a minimum over the reduction loops. The elements equal to a maximum or
// minimum each take the whole gradient.
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace mlir::linalg;
using namespace brt;

namespace {
/// How the body combines the value of a result with what was there.
enum class Combination {
  Write,   ///< All loops are parallel; the body may read what was there.
  Sum,     ///< What was there plus a term that does not read it.
  Extreme, ///< The larger or the smaller of what was there and a term.
};
} // namespace

//===----------------------------------------------------------------------===//
// What is supported
//===----------------------------------------------------------------------===//

static FailureOr<Combination> getCombination(GenericOp op, unsigned index) {
  if (op.getNumReductionLoops() == 0)
    return Combination::Write;
  BlockArgument before = op.getRegionOutputArgs()[index];
  Operation *combine =
      op.getBlock()->getTerminator()->getOperand(index).getDefiningOp();
  if (combine && before.hasOneUse() && *before.user_begin() == combine) {
    if (isa<arith::AddFOp>(combine))
      return Combination::Sum;
    if (isa<arith::MaximumFOp, arith::MinimumFOp>(combine))
      return Combination::Extreme;
  }
  return op.emitOpError("expects a reduction that is differentiated to be an "
                        "'arith.addf', 'arith.maximumf' or 'arith.minimumf' of "
                        "what was there and a term, but got another body");
}

static LogicalResult verifyDifferentiable(GenericOp op, Gradients &gradients) {
  if (!op.hasPureTensorSemantics())
    return op.emitOpError("expects operands that are differentiated to be "
                          "tensors, but got buffers");
  for (AffineMap map : op.getIndexingMapsArray())
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return op.emitOpError("expects indexing maps of an op that is "
                            "differentiated to name each loop once, but got ")
             << AffineMapAttr::get(map);
  WalkResult result = WalkResult::advance();
  visitUsedValuesDefinedAbove(op->getRegions(), [&](OpOperand *use) {
    if (gradients.wants(use->get()))
      result = WalkResult::interrupt();
  });
  if (result.wasInterrupted())
    return op.emitOpError("expects its body to read values that depend on "
                          "parameters as operands, but got one captured");
  return success();
}

//===----------------------------------------------------------------------===//
// One operand's gradient
//===----------------------------------------------------------------------===//

namespace {
/// Builds the op that computes the gradient of one operand.
class OperandAdjoint {
public:
  /// `results` are those of `op`, or of the named op that it is a form of.
  OperandAdjoint(GenericOp op, ValueRange results,
                 ArrayRef<Combination> combinations, OpOperand &operand,
                 OpBuilder &builder, Gradients &outer)
      : op(op), loc(op.getLoc()), results(results), combinations(combinations),
        operand(operand), builder(builder), outer(outer) {}

  LogicalResult emit();

private:
  void collectInputs();
  void addInput(Value value, AffineMap map);
  void seed(OpBuilder &builder, Gradients &inner);
  LogicalResult buildBody();
  void dropUnusedInputs();

  GenericOp op;
  Location loc;
  ValueRange results;
  ArrayRef<Combination> combinations;
  OpOperand &operand;
  OpBuilder &builder;
  Gradients &outer;
  /// Operands of the new op and their maps, the one written over last. The body
  /// has an argument for each.
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  Block body;
};
} // namespace

void OperandAdjoint::addInput(Value value, AffineMap map) {
  operands.push_back(value);
  maps.push_back(map);
  body.addArgument(getElementTypeOrSelf(value), loc);
}

/// All operands of the op; for each result with a gradient the gradient, and
/// for an extreme also the result; what the gradient is summed up in.
void OperandAdjoint::collectInputs() {
  for (OpOperand &given : op->getOpOperands())
    addInput(given.get(), op.getMatchingIndexingMap(&given));
  for (auto [index, result] : llvm::enumerate(results)) {
    Value gradient = outer.get(result);
    if (!gradient)
      continue;
    AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(index));
    addInput(gradient, map);
    if (combinations[index] == Combination::Extreme)
      addInput(result, map);
  }
  Value zeros = createZerosLike(builder, loc, operand.get());
  // A scalar's gradient is summed up in a tensor of rank 0.
  if (!isa<RankedTensorType>(zeros.getType()))
    zeros = tensor::FromElementsOp::create(
        builder, loc, RankedTensorType::get({}, zeros.getType()), zeros);
  addInput(zeros, op.getMatchingIndexingMap(&operand));
}

/// Starts the gradients of what the body combines with what was there.
void OperandAdjoint::seed(OpBuilder &builder, Gradients &inner) {
  auto next = body.args_begin() + op->getNumOperands();
  for (auto [index, result] : llvm::enumerate(results)) {
    if (!outer.get(result))
      continue;
    Value gradient = *next++;
    Value yielded = body.getTerminator()->getOperand(index);
    if (combinations[index] == Combination::Write) {
      inner.add(builder, yielded, gradient);
      continue;
    }
    Operation *combine = yielded.getDefiningOp();
    Value before =
        body.getArgument(op.getDpsInitOperand(index)->getOperandNumber());
    Value term = combine->getOperand(combine->getOperand(0) == before ? 1 : 0);
    if (combinations[index] == Combination::Extreme) {
      Value isExtreme = arith::CmpFOp::create(
          builder, loc, arith::CmpFPredicate::OEQ, term, *next++);
      gradient =
          arith::SelectOp::create(builder, loc, isExtreme, gradient,
                                  createZerosLike(builder, loc, gradient));
    }
    inner.add(builder, term, gradient);
  }
}

/// The body of the op and its adjoint, which yields the sum with one term more.
LogicalResult OperandAdjoint::buildBody() {
  IRMapping mapping;
  mapping.map(op.getBlock()->getArguments(),
              body.getArguments().take_front(op->getNumOperands()));
  OpBuilder forward(op.getContext());
  forward.setInsertionPointToEnd(&body);
  for (Operation &nested : *op.getBlock())
    forward.clone(nested, mapping);

  Value wanted = body.getArgument(operand.getOperandNumber());
  ActiveValues active = {wanted};
  propagateActive(body, active);
  Gradients inner(active);
  OpBuilder adjoint(body.getTerminator());
  seed(adjoint, inner);
  if (failed(inner.emitAdjoints(adjoint, body)))
    return failure();
  Value sum = body.getArguments().back();
  if (Value gradient = inner.get(wanted))
    sum = arith::AddFOp::create(adjoint, loc, sum, gradient);
  body.getTerminator()->setOperands(sum);
  eraseDeadOps(body);
  return success();
}

/// Keeps of the inputs those that the body reads, and one for each loop whose
/// extent no other tells.
void OperandAdjoint::dropUnusedInputs() {
  llvm::SmallBitVector known(op.getNumLoops());
  auto tells = [&](AffineMap map) {
    bool isNew = false;
    for (AffineExpr expression : map.getResults())
      if (auto loop = dyn_cast<AffineDimExpr>(expression)) {
        isNew |= !known.test(loop.getPosition());
        known.set(loop.getPosition());
      }
    return isNew;
  };
  size_t inputs = operands.size() - 1;
  tells(maps[inputs]);
  for (size_t i = 0; i < inputs; ++i)
    if (!body.getArgument(i).use_empty())
      tells(maps[i]);
  for (size_t i = inputs; i-- > 0;)
    if (body.getArgument(i).use_empty() && !tells(maps[i])) {
      operands.erase(operands.begin() + i);
      maps.erase(maps.begin() + i);
      body.eraseArgument(i);
    }
}

LogicalResult OperandAdjoint::emit() {
  collectInputs();
  if (failed(buildBody()))
    return failure();
  dropUnusedInputs();
  SmallVector<utils::IteratorType> iterators(op.getNumLoops(),
                                             utils::IteratorType::reduction);
  for (AffineExpr expression : maps.back().getResults())
    if (auto loop = dyn_cast<AffineDimExpr>(expression))
      iterators[loop.getPosition()] = utils::IteratorType::parallel;
  Value sum = operands.pop_back_val();
  auto adjoint = GenericOp::create(
      builder, loc, sum.getType(), operands, sum, maps, iterators,
      [&](OpBuilder &inside, Location, ValueRange arguments) {
        for (auto [from, to] : llvm::zip_equal(body.getArguments(), arguments))
          from.replaceAllUsesWith(to);
        Block *target = inside.getInsertionBlock();
        target->getOperations().splice(target->end(), body.getOperations());
      });
  Value gradient = adjoint.getResult(0);
  if (!isa<RankedTensorType>(operand.get().getType()))
    gradient = tensor::ExtractOp::create(builder, loc, gradient, ValueRange());
  outer.add(builder, operand.get(), gradient);
  return success();
}

//===----------------------------------------------------------------------===//
// The op
//===----------------------------------------------------------------------===//

/// What a result starts with passes a sum's gradient on.
static LogicalResult emitInitAdjoint(GenericOp op, Value result, Value init,
                                     Combination combination,
                                     OpBuilder &builder, Gradients &gradients) {
  if (combination == Combination::Extreme)
    return op.emitOpError("expects a maximum or minimum that is differentiated "
                          "to start with a constant, but got a value that "
                          "depends on parameters");
  if (Value gradient = gradients.get(result))
    gradients.add(builder, init, gradient);
  return success();
}

static LogicalResult emitGenericAdjoint(GenericOp op, ValueRange results,
                                        OpBuilder &builder,
                                        Gradients &gradients) {
  if (failed(verifyDifferentiable(op, gradients)))
    return failure();
  SmallVector<Combination> combinations;
  for (unsigned index = 0; index < results.size(); ++index) {
    FailureOr<Combination> combination = getCombination(op, index);
    if (failed(combination))
      return failure();
    combinations.push_back(*combination);
  }
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    if (!gradients.wants(value))
      continue;
    if (op.isDpsInit(&operand)) {
      unsigned index = operand.getOperandNumber() - op.getNumDpsInputs();
      if (combinations[index] != Combination::Write) {
        if (failed(emitInitAdjoint(op, results[index], value,
                                   combinations[index], builder, gradients)))
          return failure();
        continue;
      }
    }
    if (failed(OperandAdjoint(op, results, combinations, operand, builder,
                              gradients)
                   .emit()))
      return failure();
  }
  return success();
}

namespace {
struct GenericModel
    : DifferentiableOpInterface::ExternalModel<GenericModel, GenericOp> {
  LogicalResult emitAdjoint(Operation *op, OpBuilder &builder,
                            Gradients &gradients) const {
    return emitGenericAdjoint(cast<GenericOp>(op), op->getResults(), builder,
                              gradients);
  }
};

/// A named op is left as it is: its adjoint is that of its generic form.
template <typename OpT>
struct NamedModel
    : DifferentiableOpInterface::ExternalModel<NamedModel<OpT>, OpT> {
  LogicalResult emitAdjoint(Operation *op, OpBuilder &builder,
                            Gradients &gradients) const {
    IRRewriter rewriter(op->getContext());
    rewriter.setInsertionPoint(op);
    auto copy = cast<LinalgOp>(rewriter.clone(*op));
    FailureOr<GenericOp> generic = generalizeNamedOp(rewriter, copy);
    if (failed(generic)) {
      copy.erase();
      return op->emitOpError("expects to have a generic form to be "
                             "differentiated, but got none");
    }
    LogicalResult emitted =
        emitGenericAdjoint(*generic, op->getResults(), builder, gradients);
    generic->erase();
    return emitted;
  }
};
} // namespace

template <typename OpT>
static void attachNamed(MLIRContext *context) {
  if constexpr (!std::is_same_v<OpT, GenericOp>)
    OpT::template attachInterface<NamedModel<OpT>>(*context);
}

template <typename... OpTs>
static void attachAll(MLIRContext *context) {
  (attachNamed<OpTs>(context), ...);
}

void brt::registerLinalgModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, LinalgDialect *) {
    GenericOp::attachInterface<GenericModel>(*context);
    attachAll<
#define GET_OP_LIST
#include "mlir/Dialect/Linalg/IR/LinalgStructuredOps.cpp.inc"
        >(context);
  });
}
