//===- TensorFiles.h - Tensors of the evaluator in files --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TOOLS_BRT_RUN_TENSORFILES_H
#define BRT_TOOLS_BRT_RUN_TENSORFILES_H

#include "brt/Reference/Entry.h"
#include "brt/runtime/Safetensors.h"
#include "llvm/Support/Error.h"

namespace brt {

using FileTensors = std::map<std::string, reference::Tensor<double>>;

/// The tensor that a view shows.
llvm::Expected<reference::Tensor<double>>
readTensor(const rt::TensorView &view);

/// The elements as bytes of a type, which is that of a result of an entry
/// point.
std::string getBytes(const reference::Tensor<double> &tensor, rt::DType dtype);

/// Reads every tensor of a safetensors file.
llvm::Expected<FileTensors> readTensors(llvm::StringRef path);

/// Writes the results of an entry point: outputs and parameters by their names,
/// the carry as `carry_out/<name>`, gradients as `grad/<name>`. Real numbers
/// have the type of the arithmetic, others the type of the result.
llvm::Error writeResults(llvm::StringRef path,
                         const reference::EntryPoint &entry,
                         const reference::NamedTensors &results,
                         reference::Arithmetic arithmetic);

} // namespace brt

#endif // BRT_TOOLS_BRT_RUN_TENSORFILES_H
