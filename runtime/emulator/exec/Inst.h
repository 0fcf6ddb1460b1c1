//===- Inst.h - Translated instructions -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A PTX function is translated once into an array of `Inst`, each holding the
// address of a handler specialised for opcode and types. A handler works on all
// 32 lanes of a warp and then jumps straight to the next one's handler, so
// there is no central dispatch to mispredict.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_INST_H
#define BRT_EMULATOR_EXEC_INST_H

#include "ptx/Module.h"

#include <cstdint>

namespace brt::emu {

class Warp;
struct Inst;

/// Runs one instruction. Returns what is to run next, or null when the warp has
/// to leave its loop; the warp then knows why and where it goes on.
using Handler = const Inst *(*)(const Inst *, Warp &);

struct Inst {
  Handler run = nullptr;
  /// Byte offsets into the frame's registers.
  uint32_t d = 0, a = 0, b = 0, c = 0;
  /// A constant, or a pointer to what does not fit here.
  uint64_t imm = 0;
  /// Small numbers: counts, flags, indices of counters.
  uint32_t aux = 0, aux2 = 0;
  /// Where it came from, for findings and counters.
  const Instruction *source = nullptr;

  template <class T>
  const T &info() const {
    return *reinterpret_cast<const T *>(imm);
  }
};

/// Ends a handler. With clang the jump is guaranteed to leave no stack frame;
/// other compilers go through the loop in Warp::run.
#if defined(__clang__)
#define BRT_EMU_NEXT(inst, warp)                                               \
  [[clang::musttail]] return (inst)->run((inst), (warp))
#else
#define BRT_EMU_NEXT(inst, warp) return (inst)
#endif

/// Before a loop over the lanes: element i depends on element i alone.
#if defined(__clang__)
#define BRT_EMU_LANES _Pragma("clang loop vectorize(assume_safety)")
#else
#define BRT_EMU_LANES _Pragma("GCC ivdep")
#endif

constexpr unsigned kLanes = 32;
constexpr uint32_t kAllLanes = ~0u;

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_INST_H
