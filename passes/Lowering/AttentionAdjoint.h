//===- AttentionAdjoint.h - Gradients that follow from rows -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What adjoints of attention compute without a look at pairs of queries and
// keys, fused or not.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_PASSES_LOWERING_ATTENTIONADJOINT_H
#define BRT_PASSES_LOWERING_ATTENTIONADJOINT_H

#include "StructuredBuilder.h"
#include "brt/dialects/Brt/Brt.h"

namespace brt {

/// [B, H, n] of the compute type `type`: the product over features of
/// `gradient` and `output`, [B, n, H, D].
mlir::Value getDelta(StructuredBuilder &b, mlir::Value gradient,
                     mlir::Value output, mlir::Type type);

/// [H]: `sink` takes from every row what its weight is. `logSumExp` and `delta`
/// are [B, H, n].
mlir::Value getSinkGradient(StructuredBuilder &b, mlir::Value sink,
                            mlir::Value logSumExp, mlir::Value delta,
                            mlir::Type type);

/// [H]: `sum`, the gradient of a temperature as it multiplies logits, times the
/// sign of one that counts by its absolute value.
mlir::Value getTemperatureGradient(StructuredBuilder &b, mlir::Value sum,
                                   mlir::Value temperature, Temperature kind);

} // namespace brt

#endif // BRT_PASSES_LOWERING_ATTENTIONADJOINT_H
