//===- VectorizeKernels.cpp - Structured ops to loops of vectors ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LoopPlan.h"
#include "StructuredBuilder.h"
#include "brt/passes/Lowering/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

namespace brt {
#define GEN_PASS_DEF_VECTORIZEKERNELSPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;
using brt::getAxisOfLoop;
using brt::LoopPlan;

/// Widths of the vectors that cover `count` elements: whole ones, and one for
/// the rest.
static SmallVector<int64_t> splitIntoVectors(int64_t count, int64_t width) {
  SmallVector<int64_t> widths(count / width, width);
  if (count % width)
    widths.push_back(count % width);
  return widths;
}

namespace {

/// Emits the loops of one op by its plan.
class LoopEmitter {
public:
  LoopEmitter(RewriterBase &rewriter, linalg::GenericOp op, LoopPlan plan)
      : b(op.getLoc(), rewriter), op(op), plan(std::move(plan)),
        result(op.getDpsInitOperand(0)), ivs(this->plan.extents.size()) {}

  void emit() {
    if (plan.taskLoop < 0)
      return emitOuter(plan.outer);
    emitTasks();
  }

private:
  using Body = function_ref<void()>;
  /// One value for each row and vector of a tile, row by row.
  using Tile = SmallVector<Value>;
  /// What a tile has loaded, by operand, row and column.
  using LoadMap = DenseMap<std::tuple<unsigned, int64_t, int64_t>, Value>;

  Value index(int64_t value) { return b.constantIndex(value); }
  Value extentOf(int64_t loop);
  void loopOver(int64_t loop, Value begin, Value end, int64_t step, Body body);

  void emitTasks();
  void emitOuter(ArrayRef<int64_t> loops);
  void emitColumns();
  void emitRows(ArrayRef<int64_t> widths);
  void emitTile(int64_t rows, ArrayRef<int64_t> widths);
  Tile emitReductions(ArrayRef<int64_t> loops, int64_t rows,
                      ArrayRef<int64_t> widths, Tile accumulators);
  void emitVectorReduction();
  Value emitLanes(ArrayRef<int64_t> widths, Tile accumulators);

  /// The values that the body computes from `accumulators`, for each row and
  /// vector of a tile.
  Tile emitBody(int64_t rows, ArrayRef<int64_t> widths,
                ValueRange accumulators);
  Value emitElement(int64_t row, int64_t column, int64_t width,
                    Value accumulator, LoadMap &loads);

  SmallVector<Value> indicesOf(OpOperand &operand, int64_t row, int64_t column);
  Value load(OpOperand &operand, int64_t row, int64_t column, int64_t width);
  Value loadStrided(Value memref, SmallVector<Value> indices, int64_t axis,
                    int64_t width);
  void store(Value value, int64_t row, int64_t column);
  Value broadcast(Value scalar, int64_t width);
  bool readsResult() {
    return !op.getBody()->getArguments().back().use_empty();
  }

  brt::ScalarBuilder b;
  linalg::GenericOp op;
  LoopPlan plan;
  OpOperand *result;
  /// The current index of each loop, of the first row and column of a tile.
  SmallVector<Value> ivs;
  /// Where the current task's part of the split loop begins.
  Value taskBegin;
};

} // namespace

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

Value LoopEmitter::extentOf(int64_t loop) {
  if (!ShapedType::isDynamic(plan.extents[loop]))
    return index(plan.extents[loop]);
  for (OpOperand &operand : op->getOpOperands()) {
    int64_t axis = getAxisOfLoop(op.getMatchingIndexingMap(&operand), loop);
    if (axis >= 0)
      return memref::DimOp::create(b, operand.get(), axis);
  }
  llvm_unreachable("a loop that walks no operand");
}

void LoopEmitter::loopOver(int64_t loop, Value begin, Value end, int64_t step,
                           Body body) {
  auto forOp = scf::ForOp::create(b, begin, end, index(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  ivs[loop] = forOp.getInductionVar();
  body();
}

/// All tasks in one parallel loop: the outer loops before the split one, then
/// its parts.
void LoopEmitter::emitTasks() {
  SmallVector<int64_t> tasks, rest;
  for (int64_t loop : plan.outer)
    (loop < plan.taskLoop && ShapedType::isDynamic(plan.extents[loop]) ? tasks
                                                                       : rest)
        .push_back(loop);
  Value count = index(plan.taskCount);
  for (int64_t loop : tasks)
    count = b.mul(count, extentOf(loop));

  auto parallel = scf::ParallelOp::create(
      b, ValueRange{index(0)}, ValueRange{count}, ValueRange{index(1)});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(parallel.getBody());
  Value task = parallel.getInductionVars().front();
  Value part = arith::RemUIOp::create(b, task, index(plan.taskCount));
  task = arith::DivUIOp::create(b, task, index(plan.taskCount));
  for (int64_t loop : llvm::reverse(tasks)) {
    Value extent = extentOf(loop);
    ivs[loop] = arith::RemUIOp::create(b, task, extent);
    task = arith::DivUIOp::create(b, task, extent);
  }
  int64_t size = plan.extents[plan.taskLoop] / plan.taskCount;
  taskBegin = b.mul(part, index(size));
  plan.extents[plan.taskLoop] = size;
  emitOuter(rest);
}

void LoopEmitter::emitOuter(ArrayRef<int64_t> loops) {
  if (loops.empty())
    return plan.reducesVector ? emitVectorReduction() : emitColumns();
  int64_t loop = loops.front();
  Value begin = loop == plan.taskLoop ? taskBegin : index(0);
  Value end =
      loop == plan.taskLoop ? b.add(begin, extentOf(loop)) : extentOf(loop);
  loopOver(loop, begin, end, 1, [&] { emitOuter(loops.drop_front()); });
}

/// Walks the vector loop: whole tiles, then what is left.
void LoopEmitter::emitColumns() {
  int64_t loop = plan.vectorLoop, extent = plan.extents[loop];
  Value begin = loop == plan.taskLoop ? taskBegin : index(0);
  int64_t whole = extent / plan.columns() * plan.columns();
  SmallVector<int64_t> widths(plan.vectors, plan.width);
  if (whole > plan.columns()) {
    loopOver(loop, begin, b.add(begin, index(whole)), plan.columns(),
             [&] { emitRows(widths); });
  } else if (whole) {
    ivs[loop] = begin;
    emitRows(widths);
  }
  if (whole == extent)
    return;
  ivs[loop] = b.add(begin, index(whole));
  emitRows(splitIntoVectors(extent - whole, plan.width));
}

/// Walks the row loop, if there is one, in the same way.
void LoopEmitter::emitRows(ArrayRef<int64_t> widths) {
  int64_t loop = plan.rowLoop;
  if (loop < 0)
    return emitTile(1, widths);
  int64_t extent = plan.extents[loop];
  Value begin = loop == plan.taskLoop ? taskBegin : index(0);
  int64_t whole = extent / plan.rows * plan.rows;
  if (whole > plan.rows) {
    loopOver(loop, begin, b.add(begin, index(whole)), plan.rows,
             [&] { emitTile(plan.rows, widths); });
  } else if (whole) {
    ivs[loop] = begin;
    emitTile(plan.rows, widths);
  }
  if (whole == extent)
    return;
  ivs[loop] = b.add(begin, index(whole));
  emitTile(extent - whole, widths);
}

void LoopEmitter::emitTile(int64_t rows, ArrayRef<int64_t> widths) {
  Tile accumulators;
  auto forEach = [&](auto visit) {
    unsigned i = 0;
    for (int64_t row = 0; row < rows; ++row) {
      int64_t column = 0;
      for (int64_t width : widths) {
        visit(i++, row, column, width);
        column += width;
      }
    }
  };
  if (readsResult())
    forEach([&](unsigned, int64_t row, int64_t column, int64_t width) {
      accumulators.push_back(load(*result, row, column, width));
    });
  Tile values =
      emitReductions(plan.reductions, rows, widths, std::move(accumulators));
  forEach([&](unsigned i, int64_t row, int64_t column, int64_t) {
    store(values[i], row, column);
  });
}

LoopEmitter::Tile LoopEmitter::emitReductions(ArrayRef<int64_t> loops,
                                              int64_t rows,
                                              ArrayRef<int64_t> widths,
                                              Tile accumulators) {
  if (loops.empty())
    return emitBody(rows, widths, accumulators);
  int64_t loop = loops.front();
  auto forOp =
      scf::ForOp::create(b, index(0), extentOf(loop), index(1), accumulators);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  ivs[loop] = forOp.getInductionVar();
  Tile next =
      emitReductions(loops.drop_front(), rows, widths,
                     llvm::to_vector(ValueRange(forOp.getRegionIterArgs())));
  scf::YieldOp::create(b, next);
  return llvm::to_vector(ValueRange(forOp.getResults()));
}

//===----------------------------------------------------------------------===//
// Reduction over the vector loop
//===----------------------------------------------------------------------===//

void LoopEmitter::emitVectorReduction() {
  Operation *combiner =
      op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  auto kind = *linalg::getCombinerOpKind(combiner);
  TypedAttr neutral = *arith::getNeutralElement(combiner);
  auto combine = [&](Value x, Value y) {
    IRMapping mapping;
    mapping.map(combiner->getOperand(0), x);
    mapping.map(combiner->getOperand(1), y);
    Operation *clone = b.clone(*combiner, mapping);
    clone->getResult(0).setType(x.getType());
    return clone->getResult(0);
  };
  auto reduce = [&](Value vector) -> Value {
    return vector::ReductionOp::create(b, kind, vector,
                                       arith::FastMathFlags::reassoc);
  };

  // Loops of the other reductions, outermost, go through memory.
  std::function<void(ArrayRef<int64_t>)> emit = [&](ArrayRef<int64_t> loops) {
    if (!loops.empty())
      return loopOver(loops.front(), index(0), extentOf(loops.front()), 1,
                      [&] { emit(loops.drop_front()); });

    int64_t loop = plan.vectorLoop, extent = plan.extents[loop];
    int64_t whole = extent / plan.columns() * plan.columns();
    Value start = arith::ConstantOp::create(b, neutral);
    SmallVector<int64_t> widths(plan.vectors, plan.width);
    Value total = load(*result, 0, 0, 1);
    if (whole) {
      Tile sums(plan.vectors, broadcast(start, plan.width));
      auto forOp = scf::ForOp::create(b, index(0), index(whole),
                                      index(plan.columns()), sums);
      {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(forOp.getBody());
        ivs[loop] = forOp.getInductionVar();
        scf::YieldOp::create(b, emitBody(1, widths, forOp.getRegionIterArgs()));
      }
      Value sum = forOp.getResult(0);
      for (Value other : forOp.getResults().drop_front())
        sum = combine(sum, other);
      total = combine(total, reduce(sum));
    }
    if (whole < extent) {
      ivs[loop] = index(whole);
      SmallVector<int64_t> tail = splitIntoVectors(extent - whole, plan.width);
      Tile starts;
      for (int64_t width : tail)
        starts.push_back(broadcast(start, width));
      for (Value sum : emitBody(1, tail, starts))
        total = combine(total, reduce(sum));
    }
    store(total, 0, 0);
  };
  emit(plan.reductions);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

LoopEmitter::Tile LoopEmitter::emitBody(int64_t rows, ArrayRef<int64_t> widths,
                                        ValueRange accumulators) {
  Tile values;
  LoadMap loads;
  for (int64_t row = 0; row < rows; ++row) {
    int64_t column = 0;
    for (int64_t width : widths) {
      Value accumulator =
          accumulators.empty() ? Value() : accumulators[values.size()];
      values.push_back(emitElement(row, column, width, accumulator, loads));
      column += width;
    }
  }
  return values;
}

/// Clones the body with vectors in the place of scalars; what is the same for
/// a whole vector stays scalar.
Value LoopEmitter::emitElement(int64_t row, int64_t column, int64_t width,
                               Value accumulator, LoadMap &loads) {
  IRMapping mapping;
  Block *body = op.getBody();
  for (OpOperand *input : op.getDpsInputOperands()) {
    BlockArgument argument = body->getArgument(input->getOperandNumber());
    if (argument.use_empty())
      continue;
    AffineMap map = op.getMatchingIndexingMap(input);
    bool usesRow = plan.rowLoop >= 0 && getAxisOfLoop(map, plan.rowLoop) >= 0;
    bool usesColumn = getAxisOfLoop(map, plan.vectorLoop) >= 0;
    // Rows or columns that read the same share one load.
    Value &value = loads[{input->getOperandNumber(), usesRow ? row : 0,
                          usesColumn ? column : 0}];
    if (!value)
      value = load(*input, row, column, width);
    mapping.map(argument, value);
  }
  if (accumulator)
    mapping.map(body->getArguments().back(), accumulator);

  for (Operation &nested : body->without_terminator()) {
    if (auto indexOp = dyn_cast<linalg::IndexOp>(nested)) {
      int64_t loop = indexOp.getDim();
      Value value = ivs[loop];
      if (loop == plan.rowLoop && row)
        value = b.add(value, index(row));
      if (loop == plan.vectorLoop) {
        SmallVector<int64_t> columns =
            llvm::to_vector(llvm::seq<int64_t>(column, column + width));
        value = arith::AddIOp::create(
            b, broadcast(value, width),
            arith::ConstantOp::create(b, b.getIndexVectorAttr(columns)));
      }
      mapping.map(indexOp.getResult(), value);
      continue;
    }
    bool vectorized = llvm::any_of(nested.getOperands(), [&](Value operand) {
      return isa<VectorType>(mapping.lookupOrDefault(operand).getType());
    });
    if (vectorized)
      for (Value operand : nested.getOperands())
        mapping.map(operand,
                    broadcast(mapping.lookupOrDefault(operand), width));
    Operation *clone = b.clone(nested, mapping);
    if (vectorized)
      clone->getResult(0).setType(
          VectorType::get(width, nested.getResult(0).getType()));
  }
  Value yielded = body->getTerminator()->getOperand(0);
  return broadcast(mapping.lookupOrDefault(yielded), width);
}

Value LoopEmitter::broadcast(Value scalar, int64_t width) {
  if (isa<VectorType>(scalar.getType()))
    return scalar;
  return vector::BroadcastOp::create(
      b, VectorType::get(width, scalar.getType()), scalar);
}

SmallVector<Value> LoopEmitter::indicesOf(OpOperand &operand, int64_t row,
                                          int64_t column) {
  SmallVector<Value> indices;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim) {
      indices.push_back(index(0));
      continue;
    }
    int64_t loop = dim.getPosition();
    int64_t shift = loop == plan.rowLoop      ? row
                    : loop == plan.vectorLoop ? column
                                              : 0;
    indices.push_back(shift ? b.add(ivs[loop], index(shift)) : ivs[loop]);
  }
  return indices;
}

/// The elements of an operand along the vector loop, or the only one.
Value LoopEmitter::load(OpOperand &operand, int64_t row, int64_t column,
                        int64_t width) {
  Value memref = operand.get();
  if (!isa<MemRefType>(memref.getType()))
    return memref;
  SmallVector<Value> indices = indicesOf(operand, row, column);
  int64_t axis =
      getAxisOfLoop(op.getMatchingIndexingMap(&operand), plan.vectorLoop);
  if (axis < 0)
    return memref::LoadOp::create(b, memref, indices);
  auto type = cast<MemRefType>(memref.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  if (axis != type.getRank() - 1 || strides.back() != 1)
    return loadStrided(memref, indices, axis, width);
  return vector::LoadOp::create(
      b, VectorType::get(width, type.getElementType()), memref, indices);
}

Value LoopEmitter::loadStrided(Value memref, SmallVector<Value> indices,
                               int64_t axis, int64_t width) {
  Value first = indices[axis];
  SmallVector<Value> elements;
  for (int64_t i = 0; i < width; ++i) {
    indices[axis] = i ? b.add(first, index(i)) : first;
    elements.push_back(memref::LoadOp::create(b, memref, indices));
  }
  return vector::FromElementsOp::create(
      b, VectorType::get(width, elements.front().getType()), elements);
}

void LoopEmitter::store(Value value, int64_t row, int64_t column) {
  Value memref = result->get();
  SmallVector<Value> indices = indicesOf(*result, row, column);
  if (!isa<VectorType>(value.getType())) {
    memref::StoreOp::create(b, value, memref, indices);
    return;
  }
  int64_t axis =
      getAxisOfLoop(op.getMatchingIndexingMap(result), plan.vectorLoop);
  auto type = cast<MemRefType>(memref.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  if (axis == type.getRank() - 1 && strides.back() == 1) {
    vector::StoreOp::create(b, value, memref, indices);
    return;
  }
  Value first = indices[axis];
  for (int64_t i = 0; i < cast<VectorType>(value.getType()).getNumElements();
       ++i) {
    indices[axis] = i ? b.add(first, index(i)) : first;
    Value element = vector::ExtractOp::create(b, value, i);
    memref::StoreOp::create(b, element, memref, indices);
  }
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct VectorizeKernelsPass
    : brt::impl::VectorizeKernelsPassBase<VectorizeKernelsPass> {
  using VectorizeKernelsPassBase::VectorizeKernelsPassBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops) {
      rewriter.setInsertionPoint(op);
      if (!isa<linalg::GenericOp>(op)) {
        FailureOr<linalg::GenericOp> generic =
            linalg::generalizeNamedOp(rewriter, op);
        if (failed(generic)) {
          op.emitOpError("expects to be a structured op that has a generic "
                         "form on buffers");
          return signalPassFailure();
        }
        op = cast<linalg::LinalgOp>(generic->getOperation());
        rewriter.setInsertionPoint(op);
      }
      auto generic = cast<linalg::GenericOp>(op.getOperation());
      FailureOr<LoopPlan> plan =
          brt::planLoops(generic, {vectorBytes, vectorRegisters});
      if (succeeded(plan)) {
        LoopEmitter(rewriter, generic, *plan).emit();
      } else if (failed(linalg::linalgOpToLoops(rewriter, op))) {
        op.emitOpError("expects to be on buffers");
        return signalPassFailure();
      }
      rewriter.eraseOp(op);
    }
  }
};
} // namespace
