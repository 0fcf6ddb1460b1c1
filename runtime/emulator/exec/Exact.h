//===- Exact.h - Translation in exact mode --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What takes the place of float arithmetic when Program::exact is set.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_EXACT_H
#define BRT_EMULATOR_EXEC_EXACT_H

#include "exec/Convert.h"

namespace brt::emu {

/// add, sub, mul, fma, div, rcp, sqrt, neg, abs, min, max, copysign on any
/// floating-point type.
bool exactArithmetic(Translator &t, Type type);
/// ex2, lg2, sin, cos, tanh, rsqrt.
bool exactFunction(Translator &t);
/// cvt between scalars, at least `to` a float; null where there is none.
Handler exactConversion(Type to, Type from);
/// cvt of two f32 to a packed format; from one packed format to another.
Handler exactPack(Type to, bool relu);
Handler exactRepack(Type to, Type from, bool relu);

/// Floats whose bits an instruction looks at as if they were an integer's: per
/// instruction, the registers. Widening of bf16 by `shl 16` and by `and
/// 0xffff0000` is none, and neither are moves, also of halves.
std::vector<std::vector<uint32_t>>
findIntegerUses(const Function &function, const std::vector<Group> &groups);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_EXACT_H
