//===- Async.h - Copies under way -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_ASYNC_H
#define BRT_EMULATOR_EXEC_ASYNC_H

#include "exec/Translator.h"

namespace brt::emu {

/// Called when a wait at the mbarrier at that offset finds it not complete:
/// something that will complete it, chosen by seed, moves on.
void advanceCopies(Warp &warp, uint32_t barrier);

/// cp.async.mbarrier.arrive, after those words.
bool translateCopyArrive(Translator &t);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_ASYNC_H
