//===- CompiledProgram.h - Compile entry points and run them ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_UNIT_LOWERING_COMPILEDPROGRAM_H
#define BRT_TEST_UNIT_LOWERING_COMPILEDPROGRAM_H

#include "brt-c/Program.h"
#include "brt/Reference/Tensor.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <memory>
#include <string>
#include <vector>

namespace brt::test {

/// The number of threads of brt_parallel_for, which the test program defines.
void setThreadCount(int count);

/// Parses a module whose functions all become entry points. Null after an error
/// on the standard error stream.
mlir::OwningOpRef<mlir::ModuleOp> parseEntryPoints(mlir::MLIRContext &context,
                                                   llvm::StringRef text);

/// A module compiled to a shared object that is loaded.
class CompiledProgram {
public:
  /// Null after an error on the standard error stream.
  static std::unique_ptr<CompiledProgram>
  compile(mlir::ModuleOp module, const AttentionOptions &attention = {});
  ~CompiledProgram();

  /// Variants that this machine runs.
  std::vector<const brt_variant_t *> getVariants() const;
  llvm::StringRef getManifest() const;
  /// Bytes of the arena of an entry point.
  size_t getArenaBytes(unsigned entry, int64_t lanes) const;

  using Buffers = std::vector<std::vector<char>>;
  /// Runs entry point `entry` and returns the bytes of its results. Results are
  /// NaN before, but for those updated in place, which are their arguments; the
  /// arena holds large numbers.
  Buffers run(const brt_variant_t &variant, unsigned entry,
              mlir::func::FuncOp function, int64_t lanes,
              const Buffers &arguments) const;

private:
  CompiledProgram() = default;

  std::string path;
  void *library = nullptr;
  const brt_program_t *program = nullptr;
};

/// The bytes of a tensor of that type, and back.
std::vector<char> toBytes(const reference::Tensor<double> &tensor,
                          mlir::RankedTensorType type);
reference::Tensor<double> fromBytes(const std::vector<char> &bytes,
                                    mlir::RankedTensorType type, int64_t lanes);

/// |x - expected| / |expected|, or |x - expected| where that is all zero.
double getRelativeError(const reference::Tensor<double> &x,
                        const reference::Tensor<double> &expected);

} // namespace brt::test

#endif // BRT_TEST_UNIT_LOWERING_COMPILEDPROGRAM_H
