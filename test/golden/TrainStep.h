//===- TrainStep.h - A training step around given gradients -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_GOLDEN_TRAINSTEP_H
#define BRT_TEST_GOLDEN_TRAINSTEP_H

#include "Engine.h"
#include "OptimizerConfig.h"
#include "TensorFiles.h"

namespace brt::golden {

/// A module with the entry `train_step` that --brt-add-optimizer makes, with
/// `options` as on the command line, of parameters like `parameters`. Gradients
/// are its inputs `gradient/<parameter>`; losses are 0, of one token. In f64.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
buildTrainStep(mlir::MLIRContext *context, const FileTensors &parameters,
               llvm::StringRef options);

} // namespace brt::golden

#endif // BRT_TEST_GOLDEN_TRAINSTEP_H
