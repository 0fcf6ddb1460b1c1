//===- Philox.h - Random words and dropout masks in IR ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_LOWERING_PHILOX_H
#define BRT_PASSES_LOWERING_PHILOX_H

#include "StructuredBuilder.h"
#include <array>

namespace brt {

/// Philox4x32-10 at a counter of four words under the i64 `key` (Salmon et al.,
/// SC 2011). Words are i64 below 2^32.
std::array<mlir::Value, 4> emitPhilox(ScalarBuilder &s,
                                      std::array<mlir::Value, 4> counter,
                                      mlir::Value key);

/// The words of `number`, an i64, the lower one first.
std::array<mlir::Value, 2> splitWords(ScalarBuilder &s, mlir::Value number);

/// A loop's index as i64.
mlir::Value loopIndex64(ScalarBuilder &s, int64_t loop);

/// What the mask of a site in a step follows from, as brt.dropout says.
struct DropoutDraw {
  /// As i64; null without dropout.
  mlir::Value seed, step;
  double rate;
  int64_t site;

  /// What element `number`, an i64, is multiplied by.
  mlir::Value emitFactor(ScalarBuilder &s, mlir::Value number,
                         mlir::Type type) const;
};

} // namespace brt

#endif // BRT_PASSES_LOWERING_PHILOX_H
