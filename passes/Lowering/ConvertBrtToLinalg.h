//===- ConvertBrtToLinalg.h - Patterns by group of ops ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_LOWERING_CONVERTBRTTOLINALG_H
#define BRT_PASSES_LOWERING_CONVERTBRTTOLINALG_H

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace brt {

/// Adjoints of products, lookups and the loss; of norms, activations and gates;
/// of attention and of its bias.
void populateConvertAdjointPatterns(mlir::RewritePatternSet &patterns);
void populateConvertPointwiseAdjointPatterns(mlir::RewritePatternSet &patterns);
void populateConvertAttentionAdjointPatterns(mlir::RewritePatternSet &patterns);
void populateConvertPositionAdjointPatterns(mlir::RewritePatternSet &patterns);
/// dropout.
void populateConvertDropoutPatterns(mlir::RewritePatternSet &patterns);
/// embed, linear, logits.
void populateConvertLinearPatterns(mlir::RewritePatternSet &patterns);
/// norm, unit_normalize, activation, gate, add_state_ids.
void populateConvertPointwisePatterns(mlir::RewritePatternSet &patterns);
/// split_heads, merge_heads, window_attention, state_attention.
void populateConvertAttentionPatterns(mlir::RewritePatternSet &patterns);
/// window_attention, state_attention: as kernels, in place of structured ops;
/// and their adjoints.
void populateFuseAttentionPatterns(mlir::RewritePatternSet &patterns);
void populateFuseAttentionAdjointPatterns(mlir::RewritePatternSet &patterns);
/// add_absolute_positions, rotary, relative_bias.
void populateConvertPositionPatterns(mlir::RewritePatternSet &patterns);
/// recurrence, select_lanes, any_lane, cache_write.
void populateConvertStatePatterns(mlir::RewritePatternSet &patterns);
/// shift_targets, cross_entropy.
void populateConvertLossPatterns(mlir::RewritePatternSet &patterns);
/// random.
void populateConvertRandomPatterns(mlir::RewritePatternSet &patterns);

} // namespace brt

#endif // BRT_PASSES_LOWERING_CONVERTBRTTOLINALG_H
