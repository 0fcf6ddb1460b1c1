//===- SplitRecurrence.h - Write a recurrence anew by its plan --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_SPLITRECURRENCE_H
#define BRT_PASSES_FISSION_SPLITRECURRENCE_H

#include "FissionPlan.h"

namespace brt {

/// Replaces a recurrence by what runs for all blocks at once and a recurrence
/// of the chain, if there is one.
void splitRecurrence(RecurrenceOp loop, const FissionPlan &plan);

} // namespace brt

#endif // BRT_PASSES_FISSION_SPLITRECURRENCE_H
