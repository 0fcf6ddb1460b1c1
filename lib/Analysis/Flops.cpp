//===- Flops.cpp - Floating-point operations of products ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Analysis/Flops.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace brt;

/// Products that a pair of query and key needs for each feature: the logit and
/// the mean of values; and backward, the logit again and four gradients.
static constexpr int64_t kForwardProducts = 2, kAdjointProducts = 5;

static int64_t count(ArrayRef<int64_t> shape) {
  int64_t elements = 1;
  for (int64_t extent : shape)
    elements *= ShapedType::isDynamic(extent) ? 1 : extent;
  return elements;
}

static int64_t count(Value tensor) {
  return count(cast<RankedTensorType>(tensor.getType()).getShape());
}

/// A product of rows `input` with a matrix that makes `columns` of each.
static int64_t countLinear(Value input, int64_t columns) {
  return 2 * count(input) * columns;
}

static int64_t getLastExtent(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape().back();
}

template <typename OpT>
static int64_t countAttention(OpT op, int64_t keys, int64_t products) {
  return 2 * products * count(op.getQuery()) * keys;
}

/// The most keys that a query of a window sees: W, or without a mask two
/// blocks.
template <typename OpT>
static int64_t countVisible(OpT op) {
  int64_t window = op.getWindow();
  return std::min(op.getCausal() ? window : 2 * window,
                  op.getKey().getType().getDimSize(1));
}

int64_t brt::countFlops(Operation *op) {
  return TypeSwitch<Operation *, int64_t>(op)
      .Case([](LinearOp op) {
        return countLinear(op.getInput(), getLastExtent(op.getResult()));
      })
      .Case([](LogitsOp op) {
        return countLinear(op.getInput(), getLastExtent(op.getResult()));
      })
      .Case([](WeightGradientOp op) {
        return countLinear(op.getInput(), getLastExtent(op.getGradient()));
      })
      .Case([](StateAttentionOp op) {
        return countAttention(op, op.getKey().getType().getDimSize(1),
                              kForwardProducts);
      })
      .Case([](WindowAttentionOp op) {
        return countAttention(op, countVisible(op), kForwardProducts);
      })
      .Case([](StateAttentionAdjointOp op) {
        return countAttention(op, op.getKey().getType().getDimSize(1),
                              kAdjointProducts);
      })
      .Case([](WindowAttentionAdjointOp op) {
        return countAttention(op, countVisible(op), kAdjointProducts);
      })
      .Case([](linalg::LinalgOp op) -> int64_t {
        return linalg::isaContractionOpInterface(op)
                   ? 2 * count(op.getStaticLoopRanges())
                   : 0;
      })
      .Default([](Operation *op) {
        int64_t flops = 0;
        for (Region &region : op->getRegions())
          for (Operation &nested : region.getOps())
            flops += countFlops(&nested);
        auto loop = dyn_cast<RecurrenceOp>(op);
        return loop ? loop.getBlocks() * flops : flops;
      });
}
