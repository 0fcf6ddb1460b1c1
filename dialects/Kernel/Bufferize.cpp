//===- Bufferize.cpp - Kernels on buffers ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace brt::kernel;

namespace {
template <typename OpT>
struct BufferizeKernel
    : DstBufferizableOpInterfaceExternalModel<BufferizeKernel<OpT>, OpT> {
  /// Results are written without a look at what was there.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<OpT>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        operands.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    rewriter.setInsertionPoint(op);
    auto onBuffers =
        cast<OpT>(mlir::clone(rewriter, op, TypeRange(), operands));
    SmallVector<Value> results(
        onBuffers.getInits().take_front(op->getNumResults()));
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};
} // namespace

void brt::kernel::registerBufferizableModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, KernelDialect *) {
    AttentionOp::attachInterface<BufferizeKernel<AttentionOp>>(*context);
    AttentionAdjointOp::attachInterface<BufferizeKernel<AttentionAdjointOp>>(
        *context);
  });
}
