//===- Lowering.h - From the cell level to LLVM -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PIPELINES_LOWERING_H
#define BRT_PASSES_PIPELINES_LOWERING_H

#include <cstdint>
#include <optional>
#include <string>

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace brt {

/// How attention is computed: as one launch in tiles of up to so many queries
/// and keys, and at least so many of keys in a window, or unfused, which is
/// what fused code is compared with.
struct AttentionOptions {
  bool fuse = true;
  int64_t queries = 24;
  int64_t keys = 128;
  int64_t windowTiles = 8;
};

/// What the code is made for. The default is AVX2.
struct LoweringOptions {
  int64_t vectorBytes = 32;
  int64_t vectorRegisters = 16;
  /// Whether it has AVX512_BF16: dot products and conversions of bf16.
  bool hasBF16 = false;
  AttentionOptions attention;
};

/// What an entry point may take of memory, as --brt-fit-memory reads it, and
/// for how many lanes.
struct MemoryBudget {
  std::string bytes;
  int64_t lanes = 1;
};

/// The level `cell` to the level `kernel`: structured ops and fused kernels on
/// buffers, equal ones shared, called by the entry points. Independent of the
/// target.
void buildBufferPipeline(mlir::OpPassManager &manager,
                         bool fuseAttention = true,
                         const std::optional<MemoryBudget> &budget = {});

/// The part of it that gives buffers places in arenas, from graphs whose
/// recurrences are split and that have what they compute again.
void buildArenaPipeline(mlir::OpPassManager &manager, bool fuseAttention);

/// The level `kernel` to the level `tile`, in sizes for the target.
void buildTilePipeline(mlir::OpPassManager &manager,
                       const LoweringOptions &options);

/// The level `tile` to loops of vectors, the level `target`.
void buildVectorPipeline(mlir::OpPassManager &manager,
                         const LoweringOptions &options);

/// The level `target` to the LLVM dialect, entry points with the interface of
/// brt-c/Program.h.
void buildLLVMPipeline(mlir::OpPassManager &manager,
                       const LoweringOptions &options);

/// Adds what these pipelines need: the dialects of their levels, bufferization
/// of upstream ops, inlining of functions, conversions to LLVM.
void registerLoweringInterfaces(mlir::DialectRegistry &registry);

} // namespace brt

#endif // BRT_PASSES_PIPELINES_LOWERING_H
