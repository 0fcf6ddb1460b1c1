//===- Json.h - Models as plain JSON ----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TRANSLATE_JSON_H
#define BRT_TRANSLATE_JSON_H

#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace brt {

struct JsonImportOptions {
  /// The name of the text in locations.
  llvm::StringRef fileName = "-";
  /// Takes the place of the keys `dtype` and `parameter_dtype`.
  std::optional<Precision> precision;
};

/// Reads the plain JSON description of a model: an object whose keys are the
/// options of the model, in the words of the official implementation's test
/// vectors. Returns a verified module with one `brt.model`, or null after an
/// error that says line and column.
mlir::OwningOpRef<mlir::ModuleOp>
importJson(llvm::StringRef text, mlir::MLIRContext *context,
           const JsonImportOptions &options = {});

/// Writes the description that importJson reads. Fails with an error where the
/// model says more than the description can: recurrent layers that differ.
llvm::LogicalResult exportJson(ModelOp model, llvm::raw_ostream &os);

/// Writes the description of the one model in `module`.
llvm::LogicalResult exportJson(mlir::ModuleOp module, llvm::raw_ostream &os);

} // namespace brt

#endif // BRT_TRANSLATE_JSON_H
