//===- Dropout.h - Masks that seed, step and site decide --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_REFERENCE_DROPOUT_H
#define BRT_LIB_REFERENCE_DROPOUT_H

#include "Philox.h"
#include "brt/dialects/Brt/Brt.h"

namespace brt::reference {

/// The mask of one site in one step.
struct DropoutMask {
  uint64_t seed, step, site;
  double rate;

  /// What element `number` is multiplied by.
  double operator()(uint64_t number) const {
    PhiloxWords words = philox({uint32_t(number), uint32_t(number >> 32),
                                uint32_t(step), uint32_t(site)},
                               seed);
    return words[0] < DropoutOp::getThreshold(rate) ? 0 : 1 / (1 - rate);
  }
};

} // namespace brt::reference

#endif // BRT_LIB_REFERENCE_DROPOUT_H
