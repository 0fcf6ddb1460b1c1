//===- Interpreter.h - Dispatch over ops ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_REFERENCE_INTERPRETER_H
#define BRT_LIB_REFERENCE_INTERPRETER_H

#include "brt/Reference/Buffer.h"
#include "brt/Reference/Evaluate.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <memory>

namespace brt::reference {

template <typename T>
class Frame;

template <typename T>
using Tensors = llvm::SmallVector<Tensor<T>>;

/// How each op is evaluated.
template <typename T>
class Registry {
public:
  using Function =
      std::function<llvm::LogicalResult(mlir::Operation *, Frame<T> &)>;

  template <typename OpT>
  void add(llvm::LogicalResult (*evaluate)(OpT, Frame<T> &)) {
    add(OpT::getOperationName(),
        [evaluate](mlir::Operation *op, Frame<T> &frame) {
          return evaluate(llvm::cast<OpT>(op), frame);
        });
  }
  void add(llvm::StringRef name, Function evaluate) {
    functions[name] = std::move(evaluate);
  }

  /// Null for an op without an evaluation.
  const Function *lookup(mlir::Operation *op) const {
    auto it = functions.find(op->getName().getStringRef());
    return it == functions.end() ? nullptr : &it->second;
  }

private:
  llvm::StringMap<Function> functions;
};

/// One activation of a function: the values computed so far.
template <typename T>
class Frame {
public:
  Frame(const Registry<T> &registry, bool asTyped, int64_t depth = 0)
      : registry(registry), asTyped(asTyped), depth(depth) {}

  const Tensor<T> &operator[](mlir::Value value) const {
    return *values.find(value)->second;
  }

  /// The tensor of a value, rounded to an element type where the evaluation is
  /// as typed.
  Tensor<T> getRounded(mlir::Value value, mlir::Type element) const;

  /// Numbers that are attributes or values.
  llvm::SmallVector<int64_t>
  getIntegers(llvm::ArrayRef<mlir::OpFoldResult> numbers) const;

  /// The index of an element of a buffer; fails where it is not in it.
  llvm::FailureOr<llvm::SmallVector<int64_t>>
  getIndex(mlir::Operation *op, mlir::Value buffer,
           mlir::ValueRange indices) const;

  /// Sets a value, rounded to its element type where the evaluation is as
  /// typed. Fails where the tensor has not the value's shape.
  llvm::LogicalResult set(mlir::Value value, Tensor<T> tensor);

  /// Runs a block and returns the operands of its terminator.
  llvm::FailureOr<Tensors<T>> run(mlir::Block &block,
                                  llvm::ArrayRef<Tensor<T>> arguments);

  /// Runs a function in a frame of its own.
  llvm::FailureOr<Tensors<T>> call(mlir::Operation *caller,
                                   mlir::func::FuncOp callee,
                                   llvm::ArrayRef<Tensor<T>> arguments);

  /// The point of the loops of the structured op being evaluated.
  llvm::ArrayRef<int64_t> getPoint() const { return point; }
  void setPoint(llvm::ArrayRef<int64_t> indices) {
    point.assign(indices.begin(), indices.end());
  }

private:
  /// An op of a block, and what is done for it.
  struct Step {
    mlir::Operation *op;
    const typename Registry<T>::Function *evaluate;
    /// Null where types say all about extents.
    llvm::LogicalResult (*verifyExtents)(mlir::Operation *, const Frame &);
  };
  using Plan = std::vector<Step>;

  /// The steps of a block, found once.
  llvm::FailureOr<const Plan *> getPlan(mlir::Block &block);

  const Registry<T> &registry;
  bool asTyped;
  int64_t depth;
  llvm::SmallVector<int64_t> point;
  /// On the heap, as running a block adds those of the blocks in it.
  llvm::DenseMap<mlir::Block *, std::unique_ptr<Plan>> plans;
  /// On the heap, so that a reference to an operand outlives the setting of
  /// results.
  llvm::DenseMap<mlir::Value, std::unique_ptr<Tensor<T>>> values;
};

/// Fails where an extent computed at run time is negative, or the tensor too
/// large.
llvm::LogicalResult verifySize(mlir::Operation *op,
                               llvm::ArrayRef<int64_t> shape);

/// The elements of a constant.
template <typename T>
Tensor<T> readElements(mlir::DenseElementsAttr elements);

/// Bits of an integer, index or floating-point type, or of the elements of a
/// tensor of them.
unsigned getIntegerWidth(mlir::Type type);

/// The element as an unsigned number: its low `width` bits.
inline uint64_t toUnsigned(int64_t x, unsigned width) {
  return width == 64 ? uint64_t(x) : uint64_t(x) & ((uint64_t(1) << width) - 1);
}

/// The element as a signed number: a flag that is set is -1.
inline int64_t toSigned(int64_t x, unsigned width) {
  return width == 1 ? -x : x;
}

// Each adds the ops of the file of the same name.
template <typename T>
void addActivation(Registry<T> &registry);
template <typename T>
void addActivationAdjoint(Registry<T> &registry);
template <typename T>
void addArith(Registry<T> &registry);
template <typename T>
void addCacheWrite(Registry<T> &registry);
template <typename T>
void addCasts(Registry<T> &registry);
template <typename T>
void addControlFlow(Registry<T> &registry);
template <typename T>
void addEmbed(Registry<T> &registry);
template <typename T>
void addGate(Registry<T> &registry);
template <typename T>
void addGateAdjoint(Registry<T> &registry);
template <typename T>
void addGenerate(Registry<T> &registry);
template <typename T>
void addHeads(Registry<T> &registry);
template <typename T>
void addIntegers(Registry<T> &registry);
template <typename T>
void addLinalg(Registry<T> &registry);
template <typename T>
void addLinear(Registry<T> &registry);
template <typename T>
void addLogits(Registry<T> &registry);
template <typename T>
void addLoss(Registry<T> &registry);
template <typename T>
void addLossAdjoint(Registry<T> &registry);
template <typename T>
void addMath(Registry<T> &registry);
template <typename T>
void addMemRef(Registry<T> &registry);
template <typename T>
void addNorm(Registry<T> &registry);
template <typename T>
void addNormAdjoint(Registry<T> &registry);
template <typename T>
void addParameterGradients(Registry<T> &registry);
template <typename T>
void addRandom(Registry<T> &registry);
template <typename T>
void addDropout(Registry<T> &registry);
template <typename T>
void addRecurrence(Registry<T> &registry);
template <typename T>
void addRelativeBias(Registry<T> &registry);
template <typename T>
void addRelativeBiasAdjoint(Registry<T> &registry);
template <typename T>
void addRotary(Registry<T> &registry);
template <typename T>
void addSelectLanes(Registry<T> &registry);
template <typename T>
void addShapes(Registry<T> &registry);
template <typename T>
void addSlices(Registry<T> &registry);
template <typename T>
void addStateAttention(Registry<T> &registry);
template <typename T>
void addStateAttentionAdjoint(Registry<T> &registry);
template <typename T>
void addTile(Registry<T> &registry);
template <typename T>
void addWindowAttention(Registry<T> &registry);
template <typename T>
void addWindowAttentionAdjoint(Registry<T> &registry);

} // namespace brt::reference

/// Instantiates an `add` function for both arithmetics.
#define BRT_REFERENCE_INSTANTIATE(add)                                         \
  template void brt::reference::add(Registry<float> &);                        \
  template void brt::reference::add(Registry<double> &)

#endif // BRT_LIB_REFERENCE_INTERPRETER_H
