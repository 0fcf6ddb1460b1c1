//===- Packed.h - Two halves in a register ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_PACKED_H
#define BRT_EMULATOR_EXEC_PACKED_H

#include <cstdint>

namespace brt::emu {

/// An op on 16 bits, on both halves of a 32-bit register.
template <class Op>
struct Packed {
  template <class... T>
  static uint32_t apply(T... operands) {
    uint32_t low = Op::apply(static_cast<uint16_t>(operands)...);
    uint32_t high = Op::apply(static_cast<uint16_t>(operands >> 16)...);
    return high << 16 | low;
  }
};

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_PACKED_H
