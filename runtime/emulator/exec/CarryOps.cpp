//===- CarryOps.cpp - Extended-precision integer arithmetic ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// add.cc, addc, sub.cc, subc, mad.cc, madc (PTX ISA 9.7.2). Every thread has
// one carry flag, which only these instructions touch.
//
//===----------------------------------------------------------------------===//

#include "exec/Arithmetic.h"

using namespace brt::emu;

namespace {
/// Bits of Inst::aux.
enum : uint32_t { kCarryIn = 1, kCarryOut = 2, kSubtract = 4 };
} // namespace

/// One addition or subtraction; returns the sum and sets `carry`.
template <class T>
static T addWithCarry(T a, T b, bool subtract, bool &carry) {
  if (subtract) {
    // The flag holds the borrow.
    T difference = a - b - T(carry);
    carry = a < b || (a == b && carry);
    return difference;
  }
  T sum = a + b;
  bool first = sum < a;
  T result = sum + T(carry);
  carry = first || result < sum;
  return result;
}

template <class T>
static const Inst *addCarry(const Inst *inst, Warp &warp) {
  const T *a = warp.reg<T>(inst->a), *b = warp.reg<T>(inst->b);
  T *d = warp.reg<T>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(warp.active >> lane & 1))
      continue;
    bool carry = (inst->aux & kCarryIn) && (warp.carry >> lane & 1);
    d[lane] = addWithCarry<T>(a[lane], b[lane], inst->aux & kSubtract, carry);
    if (inst->aux & kCarryOut)
      warp.carry = (warp.carry & ~(1u << lane)) | uint32_t(carry) << lane;
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

namespace {
template <class T, bool high>
struct Product {
  static T apply(T a, T b) {
    __extension__ using Wide =
        std::conditional_t<sizeof(T) == 4, uint64_t, unsigned __int128>;
    Wide wide = Wide(a) * Wide(b);
    return static_cast<T>(high ? wide >> (8 * sizeof(T)) : wide);
  }
};
/// The high half of a signed product.
template <class T>
struct SignedHigh {
  static T apply(T a, T b) {
    T high = Product<T, true>::apply(a, b);
    T sign = T(1) << (8 * sizeof(T) - 1);
    return high - (a & sign ? b : 0) - (b & sign ? a : 0);
  }
};
} // namespace

static Handler productHandler(Type type, bool high) {
  bool isSigned = type == Type::S32 || type == Type::S64;
  if (sizeOf(type) == 4)
    return !high      ? Handler(mapBinary<Product<uint32_t, false>, uint32_t,
                                          uint32_t, uint32_t>)
           : isSigned ? Handler(mapBinary<SignedHigh<uint32_t>, uint32_t,
                                          uint32_t, uint32_t>)
                      : Handler(mapBinary<Product<uint32_t, true>, uint32_t,
                                          uint32_t, uint32_t>);
  return !high ? Handler(mapBinary<Product<uint64_t, false>, uint64_t, uint64_t,
                                   uint64_t>)
         : isSigned ? Handler(mapBinary<SignedHigh<uint64_t>, uint64_t,
                                        uint64_t, uint64_t>)
                    : Handler(mapBinary<Product<uint64_t, true>, uint64_t,
                                        uint64_t, uint64_t>);
}

bool brt::emu::carryArithmetic(Translator &t) {
  const std::string &op = t.inst().opcode;
  uint32_t flags = 0;
  if (op.back() == 'c')
    flags |= kCarryIn;
  if (t.take("cc"))
    flags |= kCarryOut;
  if (op.rfind("sub", 0) == 0)
    flags |= kSubtract;
  bool isMad = op.rfind("mad", 0) == 0;
  bool high = isMad && t.take("hi");
  if (isMad && !high && !t.take("lo"))
    return t.unsupported();
  Type type = t.takeType();
  bool fits = type == Type::U32 || type == Type::S32 || type == Type::U64 ||
              type == Type::S64;
  if (!fits)
    return t.unsupported();
  if (!t.expectOperands(isMad ? 4 : 3))
    return false;

  uint32_t a = t.source(t.operand(1), type), b = t.source(t.operand(2), type);
  if (isMad) {
    uint32_t c = t.source(t.operand(3), type);
    uint32_t wide = t.temporary(sizeOf(type));
    t.emit(productHandler(type, high), wide, a, b);
    a = wide;
    b = c;
  }
  uint32_t d = t.target(t.operand(0), type);
  t.emit(sizeOf(type) == 4 ? addCarry<uint32_t> : addCarry<uint64_t>, d, a, b)
      .aux = flags;
  return true;
}
