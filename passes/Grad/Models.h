//===- Models.h - Adjoints of upstream ops ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_GRAD_MODELS_H
#define BRT_PASSES_GRAD_MODELS_H

#include "brt/dialects/Brt/Brt.h"

namespace brt {

void registerArithModels(mlir::DialectRegistry &registry);
void registerMathModels(mlir::DialectRegistry &registry);
void registerTensorModels(mlir::DialectRegistry &registry);
void registerLinalgModels(mlir::DialectRegistry &registry);

/// An op of one result: calls `adjoint` with the result's gradient.
template <typename OpT,
          void (*adjoint)(OpT, mlir::OpBuilder &, mlir::Value, Gradients &)>
struct DifferentiableModel : DifferentiableOpInterface::ExternalModel<
                                 DifferentiableModel<OpT, adjoint>, OpT> {
  llvm::LogicalResult emitAdjoint(mlir::Operation *op, mlir::OpBuilder &builder,
                                  Gradients &gradients) const {
    adjoint(llvm::cast<OpT>(op), builder, gradients.get(op->getResult(0)),
            gradients);
    return llvm::success();
  }
};

} // namespace brt

#endif // BRT_PASSES_GRAD_MODELS_H
