//===- TrainStep.h - A training step around given gradients -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_GOLDEN_TRAINSTEP_H
#define BRT_TEST_GOLDEN_TRAINSTEP_H

#include "Engine.h"
#include "TensorFiles.h"

namespace brt::golden {

/// An engine with the entry `train_step` that --brt-add-optimizer makes, with
/// `options` as on the command line, of parameters like `parameters`. Gradients
/// are its inputs `gradient/<parameter>`; losses are 0, of one token.
llvm::Expected<std::unique_ptr<Engine>>
createTrainStep(mlir::MLIRContext *context, const FileTensors &parameters,
                llvm::StringRef options);

/// Sets the input `step`, and `seed` to 0.
void setStep(reference::NamedTensors &arguments, int64_t step);

/// Sets all state of the optimizer to zero.
void clearState(const reference::EntryPoint &entry,
                reference::NamedTensors &arguments);

/// Makes the results of a step, in `results`, arguments of the next.
void carryOver(reference::NamedTensors results,
               reference::NamedTensors &arguments);

} // namespace brt::golden

#endif // BRT_TEST_GOLDEN_TRAINSTEP_H
