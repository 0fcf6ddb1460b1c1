//===- Recurrence.cpp - Evaluate brt.recurrence ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Interpreter.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Piece t of a sequence cut along axis 1 into pieces of `length`.
template <typename T>
static Tensor<T> getPiece(const Tensor<T> &sequence, int64_t t,
                          int64_t length) {
  SmallVector<int64_t> shape(sequence.getShape());
  shape[1] = length;
  SmallVector<int64_t> from;
  return Tensor<T>::gather(sequence, shape, [&](ArrayRef<int64_t> index) {
    from.assign(index.begin(), index.end());
    from[1] += t * length;
    return getOffset(sequence.getShape(), from);
  });
}

/// The pieces put together along axis 1.
template <typename T>
static Tensor<T> joinPieces(ArrayRef<Tensor<T>> pieces) {
  SmallVector<int64_t> shape(pieces.front().getShape());
  int64_t length = shape[1];
  shape[1] *= pieces.size();
  auto result = Tensor<T>::ofKind(pieces.front(), shape);
  SmallVector<int64_t> to;
  int64_t begin = 0;
  for (const Tensor<T> &piece : pieces) {
    int64_t from = 0;
    forEachIndex(piece.getShape(), [&](ArrayRef<int64_t> index) {
      to.assign(index.begin(), index.end());
      to[1] += begin;
      result.copyElement(getOffset(shape, to), piece, from++);
    });
    begin += length;
  }
  return result;
}

template <typename T>
static LogicalResult evaluate(RecurrenceOp op, Frame<T> &frame) {
  int64_t blocks = op.getBlocks();
  size_t pieceCount = op.getNumResults() - op.getInits().size();
  Tensors<T> carry;
  for (Value init : op.getInits())
    carry.push_back(frame[init]);
  SmallVector<Tensors<T>> pieces(pieceCount);

  for (int64_t step = 0; step < blocks; ++step) {
    int64_t t = op.getReverse() ? blocks - 1 - step : step;
    Tensors<T> arguments;
    for (Value value : op.getSequences()) {
      const Tensor<T> &sequence = frame[value];
      arguments.push_back(
          getPiece(sequence, t, sequence.getExtent(1) / blocks));
    }
    llvm::append_range(arguments, carry);
    FailureOr<Tensors<T>> yielded = frame.run(op.getBody().front(), arguments);
    if (failed(yielded))
      return failure();
    for (size_t i = 0; i < pieceCount; ++i) {
      pieces[i].push_back(std::move((*yielded)[i]));
      if (pieces[i].back().getShape() != pieces[i].front().getShape())
        return op.emitOpError("expects every block to yield a piece of shape [")
               << pieces[i].front().getShape() << "], but got ["
               << pieces[i].back().getShape() << "] from block " << t;
    }
    carry.assign(yielded->begin() + pieceCount, yielded->end());
  }

  // Each piece is put where its block is.
  if (op.getReverse())
    for (Tensors<T> &parts : pieces)
      std::reverse(parts.begin(), parts.end());
  for (auto [result, parts] : llvm::zip(op.getResults(), pieces))
    if (failed(frame.set(result, joinPieces<T>(parts))))
      return failure();
  for (auto [result, tensor] : llvm::zip_equal(op.getFinalCarry(), carry))
    if (failed(frame.set(result, tensor)))
      return failure();
  return success();
}

template <typename T>
void reference::addRecurrence(Registry<T> &registry) {
  registry.template add<RecurrenceOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addRecurrence);
