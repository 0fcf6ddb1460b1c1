//===- MaskedLogits.h - Logits that stand for something ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_LOWERING_MASKEDLOGITS_H
#define BRT_PASSES_LOWERING_MASKEDLOGITS_H

namespace brt {

/// The logit that stands for "no key": its weight goes to a zero value
/// (brt-spec 3.2).
inline constexpr double kVirtualLogit = -1000.0;

/// A masked logit, and what it is told by.
inline constexpr double kMaskedLogit = -1e30;
inline constexpr double kMaskedBelow = -1e29;

} // namespace brt

#endif // BRT_PASSES_LOWERING_MASKEDLOGITS_H
