//===- MoveOps.cpp - mov, selp, addresses ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Cluster.h"
#include "exec/Lanes.h"
#include "exec/Translator.h"
#include <cstring>

using namespace brt::emu;

template <class T>
static const Inst *runCopy(const Inst *inst, Warp &warp) {
  T *d = warp.reg<T>(inst->d);
  const T *a = warp.reg<T>(inst->a);
  if (warp.active == kAllLanes)
    std::memmove(d, a, kLanes * sizeof(T));
  else
    writeActive(warp.active, a, d);
  BRT_EMU_NEXT(inst + 1, warp);
}

static Handler copyOf(unsigned bytes) {
  return bytes == 2   ? runCopy<uint16_t>
         : bytes == 4 ? runCopy<uint32_t>
                      : runCopy<uint64_t>;
}

/// Fills a temporary, 4 or 8 bytes a lane as `aux` says, with one value.
static void broadcast(const Inst *inst, Warp &warp, uint64_t value) {
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (inst->aux == sizeof(uint32_t))
      warp.reg<uint32_t>(inst->d)[lane] = static_cast<uint32_t>(value);
    else
      warp.reg<uint64_t>(inst->d)[lane] = value;
  }
}

const Inst *brt::emu::runFrameAddress(const Inst *inst, Warp &warp) {
  broadcast(inst, warp, warp.frame->localBase + inst->imm);
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runDynamicShared(const Inst *inst, Warp &warp) {
  broadcast(inst, warp,
            warp.block->launch.config.kernel->dynamicSharedAt + inst->imm);
  BRT_EMU_NEXT(inst + 1, warp);
}

const Inst *brt::emu::runParameterAddress(const Inst *inst, Warp &warp) {
  broadcast(inst, warp, warp.block->launch.parameterBase + inst->imm);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// The low 16 bits of a wider register: `aux` is its width.
const Inst *brt::emu::runNarrow(const Inst *inst, Warp &warp) {
  uint16_t *d = warp.reg<uint16_t>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    d[lane] = static_cast<uint16_t>(inst->aux == sizeof(uint32_t)
                                        ? warp.reg<uint32_t>(inst->a)[lane]
                                        : warp.reg<uint64_t>(inst->a)[lane]);
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *movePredicate(const Inst *inst, Warp &warp) {
  writeMask(warp, inst->d, warp.mask(inst->a));
  BRT_EMU_NEXT(inst + 1, warp);
}

/// mov.b64 {a, b}, c: piece `aux` of Piece size out of Whole.
template <class Whole, class Piece>
static const Inst *extractPiece(const Inst *inst, Warp &warp) {
  const Whole *a = warp.reg<Whole>(inst->a);
  Piece *d = warp.reg<Piece>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1)
      d[lane] = static_cast<Piece>(a[lane] >> inst->aux);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// mov.b64 c, {a, b}: writes the bits of one piece into the whole.
template <class Whole, class Piece>
static const Inst *insertPiece(const Inst *inst, Warp &warp) {
  const Piece *a = warp.reg<Piece>(inst->a);
  Whole *d = warp.reg<Whole>(inst->d);
  Whole hole =
      ~(static_cast<Whole>(static_cast<Piece>(~Piece(0))) << inst->aux);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1)
      d[lane] = (d[lane] & hole) | static_cast<Whole>(a[lane]) << inst->aux;
  BRT_EMU_NEXT(inst + 1, warp);
}

template <template <class, class> class Pick>
static Handler pieceHandler(unsigned whole, unsigned piece) {
  if (whole == 8 && piece == 4)
    return Pick<uint64_t, uint32_t>::handler;
  if (whole == 8 && piece == 2)
    return Pick<uint64_t, uint16_t>::handler;
  if (whole == 4 && piece == 2)
    return Pick<uint32_t, uint16_t>::handler;
  return nullptr;
}

namespace {
template <class Whole, class Piece>
struct Extract {
  static constexpr Handler handler = extractPiece<Whole, Piece>;
};
template <class Whole, class Piece>
struct Insert {
  static constexpr Handler handler = insertPiece<Whole, Piece>;
};
} // namespace

static Type unsignedOf(unsigned bytes) {
  return bytes == 2 ? Type::B16 : bytes == 4 ? Type::B32 : Type::B64;
}

static bool unpack(Translator &t, Type type) {
  const auto &pieces = t.operand(0).elements;
  unsigned piece = sizeOf(type) / static_cast<unsigned>(pieces.size());
  Handler handler = pieceHandler<Extract>(sizeOf(type), piece);
  if (!handler)
    return t.unsupported();
  uint32_t whole = t.source(t.operand(1), type);
  // A piece may be the whole's own register: take all pieces first.
  std::vector<uint32_t> taken;
  for (size_t i = 0; i < pieces.size(); ++i) {
    taken.push_back(t.temporary(piece));
    t.emit(handler, taken.back(), whole).aux =
        static_cast<uint32_t>(8 * piece * i);
  }
  for (size_t i = 0; i < pieces.size(); ++i)
    if (pieces[i].kind != Operand::Kind::Sink)
      t.emit(copyOf(piece), t.target(pieces[i], unsignedOf(piece)), taken[i]);
  return true;
}

static bool pack(Translator &t, Type type) {
  const auto &pieces = t.operand(1).elements;
  unsigned piece = sizeOf(type) / static_cast<unsigned>(pieces.size());
  Handler handler = pieceHandler<Insert>(sizeOf(type), piece);
  if (!handler)
    return t.unsupported();
  uint32_t whole = t.temporary(sizeOf(type));
  for (size_t i = 0; i < pieces.size(); ++i)
    t.emit(handler, whole, t.source(pieces[i], unsignedOf(piece))).aux =
        static_cast<uint32_t>(8 * piece * i);
  t.emit(copyOf(sizeOf(type)), t.target(t.operand(0), type), whole);
  return true;
}

static bool translateMov(Translator &t) {
  Type type = t.takeType();
  if (!t.expectOperands(2))
    return false;
  const Operand &to = t.operand(0), &from = t.operand(1);
  if (type == Type::Pred) {
    uint32_t a = t.predicate(from);
    t.emit(movePredicate, t.predicateTarget(to), a);
  } else if (to.kind == Operand::Kind::Vector) {
    return unpack(t, type);
  } else if (from.kind == Operand::Kind::Vector) {
    return pack(t, type);
  } else {
    unsigned bytes = sizeOf(type);
    if (bytes != 2 && bytes != 4 && bytes != 8)
      return t.unsupported();
    uint32_t a = t.source(from, type);
    t.emit(copyOf(bytes), t.target(to, type), a);
  }
  return true;
}

template <class T>
static const Inst *select(const Inst *inst, Warp &warp) {
  const T *a = warp.reg<T>(inst->a), *b = warp.reg<T>(inst->b);
  T *d = warp.reg<T>(inst->d);
  uint32_t chosen = warp.mask(inst->c), active = warp.active;
  BRT_EMU_LANES
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    T value = chosen >> lane & 1 ? a[lane] : b[lane];
    d[lane] = active >> lane & 1 ? value : d[lane];
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateSelp(Translator &t) {
  Type type = t.takeType();
  unsigned bytes = sizeOf(type);
  if (!t.expectOperands(4))
    return false;
  Handler handler = bytes == 2   ? select<uint16_t>
                    : bytes == 4 ? select<uint32_t>
                    : bytes == 8 ? select<uint64_t>
                                 : nullptr;
  if (!handler)
    return t.unsupported();
  uint32_t a = t.source(t.operand(1), type), b = t.source(t.operand(2), type);
  uint32_t c = t.predicate(t.operand(3));
  t.emit(handler, t.target(t.operand(0), type), a, b, c);
  return true;
}

/// cvta moves an address into or out of a window of the generic space
/// (PTX ISA 9.7.9.22); global, constant and parameter memory are their own.
template <uint64_t window, bool toGeneric>
static const Inst *convertAddress(const Inst *inst, Warp &warp) {
  const uint64_t *a = warp.reg<uint64_t>(inst->a);
  uint64_t *d = warp.reg<uint64_t>(inst->d);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    if (warp.active >> lane & 1)
      d[lane] = toGeneric ? a[lane] | window : a[lane] & ~kWindowMask;
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateCvta(Translator &t) {
  bool to = t.take("to");
  const char *space =
      t.takeOneOf({"global", "shared", "shared::cta", "shared::cluster",
                   "local", "const", "param"});
  if (!space || t.takeType() != Type::U64)
    return t.unsupported();
  if (!t.expectOperands(2))
    return false;
  uint32_t a = t.source(t.operand(1), Type::U64);
  uint32_t d = t.target(t.operand(0), Type::U64);
  Handler handler = runCopy<uint64_t>;
  if (space[0] == 's')
    handler = to ? convertAddress<kSharedWindow, false>
                 : convertAddress<kSharedWindow, true>;
  else if (space[0] == 'l')
    handler = to ? convertAddress<kLocalWindow, false>
                 : convertAddress<kLocalWindow, true>;
  t.emit(handler, d, a);
  return true;
}

/// isspacep (PTX ISA 9.7.9.21).
static const Inst *isInSpace(const Inst *inst, Warp &warp) {
  const uint64_t *a = warp.reg<uint64_t>(inst->a);
  uint32_t result = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane)
    result |= uint32_t((a[lane] & kWindowMask) == inst->imm) << lane;
  writeMask(warp, inst->d, result);
  BRT_EMU_NEXT(inst + 1, warp);
}

/// .shared::cta: in this block's own shared memory.
static const Inst *isInOwnShared(const Inst *inst, Warp &warp) {
  const uint64_t *a = warp.reg<uint64_t>(inst->a);
  uint32_t result = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane)
    result |= uint32_t((a[lane] & kWindowMask) == kSharedWindow &&
                       warp.block->blockAt(a[lane]) == warp.block)
              << lane;
  writeMask(warp, inst->d, result);
  BRT_EMU_NEXT(inst + 1, warp);
}

static bool translateIsspacep(Translator &t) {
  bool own = t.take("shared") || t.take("shared::cta");
  const char *space =
      own ? "" : t.takeOneOf({"global", "shared::cluster", "local"});
  if (!space || !t.expectOperands(2))
    return t.unsupported();
  uint32_t a = t.source(t.operand(1), Type::U64);
  if (own) {
    t.emit(isInOwnShared, t.predicateTarget(t.operand(0)), a);
    return true;
  }
  t.emit(isInSpace, t.predicateTarget(t.operand(0)), a).imm =
      space[0] == 's'   ? kSharedWindow
      : space[0] == 'l' ? kLocalWindow
                        : 0;
  return true;
}

void brt::emu::addMoveOps(OpcodeTable &table) {
  table["mov"] = translateMov;
  table["selp"] = translateSelp;
  table["cvta"] = translateCvta;
  table["isspacep"] = translateIsspacep;
}
