//===- ModelBuilder.h - Make a brt.model of imported options ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_MODELBUILDER_H
#define BRT_LIB_TRANSLATE_MODELBUILDER_H

#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace brt {

/// What an importer has gathered: the options of each op that differ from the
/// dialect's defaults, and the order of the layers.
struct ModelBuilder {
  /// Any text; characters that would need quotes in IR are replaced.
  std::string name = "model";
  mlir::NamedAttrList model, embedding, recurrent, head;

  /// Appends layers of one kind.
  void addLayers(bool isRecurrent, int64_t count);
  /// Number of layers so far.
  int64_t getNumLayers() const { return numLayers; }
  bool hasRecurrentLayers() const;

  /// Returns a verified module with one `brt.model` at `loc`, or null after an
  /// error.
  mlir::OwningOpRef<mlir::ModuleOp> build(mlir::Location loc);

private:
  struct Run {
    bool isRecurrent;
    int64_t count;
  };
  llvm::SmallVector<Run> runs;
  int64_t numLayers = 0;
};

} // namespace brt

#endif // BRT_LIB_TRANSLATE_MODELBUILDER_H
