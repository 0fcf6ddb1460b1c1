//===- Calls.h - What a call carries --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_CALLS_H
#define BRT_EMULATOR_EXEC_CALLS_H

#include "exec/Block.h"
#include "exec/Translator.h"

namespace brt::emu {

/// A call's operands, as places in the caller's local memory.
struct CallInfo {
  struct Piece {
    uint32_t at = 0, bytes = 0;
  };
  const Code *callee = nullptr; // null for an indirect call
  std::vector<Piece> arguments, results;
};

/// At a return: the callee's results to the caller's variables, for the lanes
/// of the current path.
void copyResults(Warp &warp, const Frame &callee);

/// vprintf, __assertfail, malloc, free (DeviceCalls.cpp); null for any other
/// name.
Handler builtinFunction(const std::string &name);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_CALLS_H
