//===- AtomicOps.cpp - atom and red ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.13.5-6. Lanes of a warp act one after the other; against other
// blocks, which run on other host threads, the host's own atomics are used.
//
//===----------------------------------------------------------------------===//

#include "exec/ExactRing.h"
#include "exec/FloatFormats.h"
#include "exec/Memory.h"

#include <algorithm>

using namespace brt::emu;

namespace {
// New value from the old one, the operand and, for cas, the second operand.
struct Add {
  template <class T>
  static T apply(T old, T b, T) {
    return old + b;
  }
};
struct And {
  template <class T>
  static T apply(T old, T b, T) {
    return old & b;
  }
};
struct Or {
  template <class T>
  static T apply(T old, T b, T) {
    return old | b;
  }
};
struct Xor {
  template <class T>
  static T apply(T old, T b, T) {
    return old ^ b;
  }
};
struct Exchange {
  template <class T>
  static T apply(T, T b, T) {
    return b;
  }
};
struct CompareAndSwap {
  template <class T>
  static T apply(T old, T b, T c) {
    return old == b ? c : old;
  }
};
struct Increment {
  template <class T>
  static T apply(T old, T b, T) {
    return old >= b ? 0 : old + 1;
  }
};
struct Decrement {
  template <class T>
  static T apply(T old, T b, T) {
    return old == 0 || old > b ? b : old - 1;
  }
};
template <bool max, bool isSigned>
struct Extremum {
  template <class T>
  static T apply(T old, T b, T) {
    using S = std::conditional_t<isSigned, std::make_signed_t<T>, T>;
    bool keep = max ? static_cast<S>(old) > static_cast<S>(b)
                    : static_cast<S>(old) < static_cast<S>(b);
    return keep ? old : b;
  }
};
/// f32: on global memory subnormals are flushed, on shared they are not.
template <bool flush>
struct AddSingle {
  static uint32_t apply(uint32_t old, uint32_t b, uint32_t) {
    float x = bitsAs<float>(old), y = bitsAs<float>(b);
    float sum =
        flush ? flushSubnormal(flushSubnormal(x) + flushSubnormal(y)) : x + y;
    return bitsAs<uint32_t>(canonical(sum));
  }
};
struct AddDouble {
  static uint64_t apply(uint64_t old, uint64_t b, uint64_t) {
    return bitsAs<uint64_t>(bitsAs<double>(old) + bitsAs<double>(b));
  }
};
struct AddF16x2 {
  static uint32_t apply(uint32_t old, uint32_t b, uint32_t) {
    return half(old, b) | half(old >> 16, b >> 16) << 16;
  }
  static uint32_t half(uint32_t x, uint32_t y) {
    return encode(double(floatFromF16(static_cast<uint16_t>(x))) +
                      floatFromF16(static_cast<uint16_t>(y)),
                  kF16);
  }
};
struct AddBF16x2 {
  static uint32_t apply(uint32_t old, uint32_t b, uint32_t) {
    return half(old, b) | half(old >> 16, b >> 16) << 16;
  }
  static uint32_t half(uint32_t x, uint32_t y) {
    return encode(addToOdd(floatFromBF16(static_cast<uint16_t>(x)),
                           floatFromBF16(static_cast<uint16_t>(y))),
                  kBF16);
  }
};
/// In exact mode.
template <class Ring>
struct AddInRing {
  using Bits = typename Ring::Bits;
  static Bits apply(Bits old, Bits b, Bits) {
    return Ring::unembed(Ring::embed(old) + Ring::embed(b));
  }
};
template <class Ring>
struct AddPairInRing {
  static uint32_t apply(uint32_t old, uint32_t b, uint32_t) {
    return half(old, b) | half(old >> 16, b >> 16) << 16;
  }
  static uint32_t half(uint32_t x, uint32_t y) {
    return AddInRing<Ring>::apply(static_cast<uint16_t>(x),
                                  static_cast<uint16_t>(y), 0);
  }
};
} // namespace

/// Applies Op at `host`; returns the value before.
template <class T, class Op>
static T updateGlobal(uint8_t *host, T b, T c, bool &changed) {
  T *cell = reinterpret_cast<T *>(host);
  T old = __atomic_load_n(cell, __ATOMIC_RELAXED);
  T wanted = Op::apply(old, b, c);
  while (!__atomic_compare_exchange_n(cell, &old, wanted, false,
                                      __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
    wanted = Op::apply(old, b, c);
  changed |= wanted != old;
  return old;
}

/// Shared memory is only touched by the host thread that runs the block.
template <class T, class Op>
static T updateShared(uint8_t *host, T b, T c, bool &changed) {
  T *cell = reinterpret_cast<T *>(host);
  T old = *cell, wanted = Op::apply(old, b, c);
  *cell = wanted;
  changed |= wanted != old;
  return old;
}

/// regs: result, operand, second operand. `aux` says whether there is a result.
template <class T, class Global, class Shared>
static const Inst *runAtomic(const Inst *inst, Warp &warp) {
  const MemoryOp &op = inst->info<MemoryOp>();
  Resolved where;
  resolve(inst, warp, op, AccessKind::Atomic, where);
  if (warp.stopped())
    return nullptr;
  for (uint32_t left = where.lanes; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    bool shared = where.shared >> lane & 1;
    noteAccess(inst, warp, where, lane, sizeof(T), op, true, false);
    // Another block, on another host thread, may see the new value at once:
    // what it releases has to be there before, what it acquires comes after.
    noteStrong(warp, where, lane, op, false, true);
    T b = warp.reg<T>(op.regs[1])[lane], c = warp.reg<T>(op.regs[2])[lane];
    bool &changed = warp.worker->changedMemory;
    T old = shared ? updateShared<T, Shared>(where.host[lane], b, c, changed)
                   : updateGlobal<T, Global>(where.host[lane], b, c, changed);
    noteStrong(warp, where, lane, op, true, false);
    if (inst->aux)
      warp.reg<T>(op.regs[0])[lane] = old;
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

template <class T, class Op>
static constexpr Handler kAtomic = runAtomic<T, Op, Op>;

template <class Op>
static Handler bySize(Type type) {
  return sizeOf(type) == 4   ? kAtomic<uint32_t, Op>
         : sizeOf(type) == 8 ? kAtomic<uint64_t, Op>
                             : nullptr;
}

static bool isSignedType(Type type) {
  return type == Type::S32 || type == Type::S64;
}

static bool isBits(Type type) { return type == Type::B32 || type == Type::B64; }

static Handler exactAdd(Type type) {
  switch (type) {
  case Type::F32:
    return kAtomic<uint32_t, AddInRing<RingF32>>;
  case Type::F64:
    return kAtomic<uint64_t, AddInRing<RingF64>>;
  case Type::F16x2:
    return kAtomic<uint32_t, AddPairInRing<RingF16>>;
  case Type::BF16x2:
    return kAtomic<uint32_t, AddPairInRing<RingBF16>>;
  default:
    return nullptr;
  }
}

static Handler atomicHandler(const std::string &op, Type type, bool exact) {
  if (exact && isFloatType(type))
    return op == "add" ? exactAdd(type) : nullptr;
  bool plain = type == Type::U32 || type == Type::U64 || isSignedType(type);
  if (op == "add") {
    if (type == Type::F32)
      return runAtomic<uint32_t, AddSingle<true>, AddSingle<false>>;
    if (type == Type::F64)
      return kAtomic<uint64_t, AddDouble>;
    if (type == Type::F16x2)
      return kAtomic<uint32_t, AddF16x2>;
    if (type == Type::BF16x2)
      return kAtomic<uint32_t, AddBF16x2>;
    return plain ? bySize<Add>(type) : nullptr;
  }
  if (op == "min" && plain)
    return isSignedType(type) ? bySize<Extremum<false, true>>(type)
                              : bySize<Extremum<false, false>>(type);
  if (op == "max" && plain)
    return isSignedType(type) ? bySize<Extremum<true, true>>(type)
                              : bySize<Extremum<true, false>>(type);
  if (op == "inc" && type == Type::U32)
    return bySize<Increment>(type);
  if (op == "dec" && type == Type::U32)
    return bySize<Decrement>(type);
  if (op == "exch" && (plain || isBits(type)))
    return bySize<Exchange>(type);
  if (op == "cas" && (plain || isBits(type)))
    return bySize<CompareAndSwap>(type);
  if (op == "and" && isBits(type))
    return bySize<And>(type);
  if (op == "or" && isBits(type))
    return bySize<Or>(type);
  if (op == "xor" && isBits(type))
    return bySize<Xor>(type);
  return nullptr;
}

static bool translateAtomic(Translator &t) {
  bool hasResult = t.inst().opcode == "atom";
  auto *op = t.keep<MemoryOp>();
  takeSpace(t, op->space);
  takeOrdering(t, *op);
  takeCacheHints(t);
  t.take("noftz");
  op->strong = true;
  const char *name = t.takeOneOf(
      {"add", "min", "max", "inc", "dec", "exch", "cas", "and", "or", "xor"});
  Type type = t.takeType();
  Handler handler = name ? atomicHandler(name, type, t.program.exact) : nullptr;
  bool local = op->space == Space::Local || op->space == Space::Const ||
               op->space == Space::Param;
  if (!handler || local)
    return t.unsupported();
  bool isCas = std::string(name) == "cas";
  size_t first = hasResult ? 1 : 0;
  if (!t.expectOperands(first + 2 + isCas))
    return false;
  op->bytes = sizeOf(type);
  if (!translateAddress(t, t.operand(first), *op))
    return false;
  op->regs[1] = t.source(t.operand(first + 1), type);
  op->regs[2] = isCas ? t.source(t.operand(first + 2), type) : op->regs[1];
  if (hasResult)
    op->regs[0] = t.target(t.operand(0), type);
  Inst &made = t.emit(handler);
  made.imm = reinterpret_cast<uint64_t>(op);
  made.aux = hasResult;
  return true;
}

void brt::emu::addAtomicOps(OpcodeTable &table) {
  table["atom"] = table["red"] = translateAtomic;
}
