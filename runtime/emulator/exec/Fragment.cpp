//===- Fragment.cpp - Matrices spread over the registers of a warp --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fragments become plain arrays by rows, are multiplied, and go back.
//
//===----------------------------------------------------------------------===//

#include "exec/Fragment.h"

#include "exec/Block.h"
#include "exec/ExactRing.h"
#include "exec/FloatFormats.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;

/// The largest fragment of one warp: C of m32n8k16.
static constexpr unsigned kMaxElements = 32 * 16;
/// A tile of the narrowest elements.
static constexpr unsigned kMaxTile = kTileRows * kTileRowBytes;

unsigned Fragment::perRegister() const {
  return paired ? 1 : std::max(1u, 4 / sizeOf(type));
}

unsigned Fragment::registerCount() const {
  return size() / (kLanes * perRegister());
}

/// Tiles lie down first, then across.
static Fragment::Place cornerOf(const Fragment &f, unsigned tile,
                                unsigned width) {
  unsigned down = (f.transposed ? f.columns : f.rows) / kTileRows;
  return {kTileRows * (tile % down), width * (tile / down)};
}

Fragment::Place Fragment::place(unsigned r, unsigned lane, unsigned i) const {
  unsigned per = perRegister(), width = paired ? 8 : 4 * per;
  Place at = cornerOf(*this, paired ? r / 2 : r, width);
  at.row += lane / 4;
  at.column += paired ? 2 * (lane % 4) + r % 2 : per * (lane % 4) + i;
  if (transposed)
    std::swap(at.row, at.column);
  return at;
}

bool brt::emu::wholeWarp(const Inst *inst, Warp &warp) {
  if (warp.active == kAllLanes)
    return true;
  warp.report(inst, FindingKind::BarrierDivergence, warp.active,
              "expects all 32 lanes of the warp to execute the instruction");
  warp.state = WarpState::Faulted;
  return false;
}

// In exact mode sums are payloads; else they stand for themselves, but for
// NaNs.
static void embedRow(uint32_t *row, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    row[i] = RingF32::embed(row[i]);
}
static void embedRow(uint64_t *row, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    row[i] = RingF64::embed(row[i]);
}
template <class T>
static void embedRow(T *, unsigned) {}
static uint32_t valueOfSum(uint32_t payload) {
  return RingF32::unembed(payload);
}
static uint64_t valueOfSum(uint64_t payload) {
  return RingF64::unembed(payload);
}
static float valueOfSum(float sum) { return canonical(sum); }
template <class T>
static T valueOfSum(T sum) {
  return sum;
}
static uint16_t halfOfSum(uint32_t payload) {
  return RingF16::unembed(payload);
}
template <class T>
static uint16_t halfOfSum(T sum) {
  return f16FromFloat(static_cast<float>(sum));
}

/// Columns become rows of `stride`. Of 8 by 8 words, by vectors.
template <unsigned width, class T>
static void transposeTile(const T *tile, T *out, unsigned stride) {
  if constexpr (width == kTileRows && sizeof(T) == sizeof(float)) {
    typedef T Row __attribute__((vector_size(8 * sizeof(T))));
    Row in[8], pairs[8], quads[8];
    std::memcpy(in, tile, sizeof in);
    for (unsigned i = 0; i < 8; i += 2) {
      pairs[i] =
          __builtin_shufflevector(in[i], in[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
      pairs[i + 1] =
          __builtin_shufflevector(in[i], in[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (unsigned i = 0; i < 8; i += i % 2 ? 3 : 1) {
      quads[i] = __builtin_shufflevector(pairs[i], pairs[i + 2], 0, 1, 8, 9, 4,
                                         5, 12, 13);
      quads[i + 2] = __builtin_shufflevector(pairs[i], pairs[i + 2], 2, 3, 10,
                                             11, 6, 7, 14, 15);
    }
    for (unsigned i = 0; i < 4; ++i) {
      Row low = __builtin_shufflevector(quads[i], quads[i + 4], 0, 1, 2, 3, 8,
                                        9, 10, 11);
      Row high = __builtin_shufflevector(quads[i], quads[i + 4], 4, 5, 6, 7, 12,
                                         13, 14, 15);
      std::memcpy(out + i * stride, &low, sizeof low);
      std::memcpy(out + (i + 4) * stride, &high, sizeof high);
    }
  } else {
    for (unsigned column = 0; column < width; ++column)
      for (unsigned row = 0; row < kTileRows; ++row)
        out[column * stride + row] = tile[row * width + column];
  }
}

/// Puts a tile of 8 rows of `width` into a matrix with rows of `stride`.
template <unsigned width, class T>
static void placeTile(const T *tile, bool transposed, Fragment::Place at,
                      unsigned stride, T *out) {
  if (transposed)
    return transposeTile<width>(tile, out + at.column * stride + at.row,
                                stride);
  out += at.row * stride + at.column;
  for (unsigned row = 0; row < kTileRows; ++row)
    std::copy_n(tile + row * width, width, out + row * stride);
}

/// Four neighbours, as a vector.
template <class T>
struct Four {
  typedef T Vector __attribute__((vector_size(4 * sizeof(T))));
  static Vector load(const T *from) {
    Vector result;
    std::memcpy(&result, from, sizeof result);
    return result;
  }
  static void store(Vector value, T *to) {
    for (unsigned i = 0; i < 4; ++i)
      value[i] = valueOfSum(value[i]);
    std::memcpy(to, &value, sizeof value);
  }
};

/// The tile of a pair of registers, by rows of `stride`.
template <class T>
static void joinPair(const T *even, const T *odd, T *out, unsigned stride) {
  for (unsigned row = 0; row < kTileRows; ++row, out += stride) {
    auto first = Four<T>::load(even + 4 * row);
    auto second = Four<T>::load(odd + 4 * row);
    auto low = __builtin_shufflevector(first, second, 0, 4, 1, 5);
    auto high = __builtin_shufflevector(first, second, 2, 6, 3, 7);
    std::memcpy(out, &low, sizeof low);
    std::memcpy(out + 4, &high, sizeof high);
    embedRow(out, 8);
  }
}
template <class T>
static void splitPair(const T *tile, unsigned stride, T *even, T *odd) {
  for (unsigned row = 0; row < kTileRows; ++row, tile += stride) {
    auto low = Four<T>::load(tile), high = Four<T>::load(tile + 4);
    Four<T>::store(__builtin_shufflevector(low, high, 0, 2, 4, 6),
                   even + 4 * row);
    Four<T>::store(__builtin_shufflevector(low, high, 1, 3, 5, 7),
                   odd + 4 * row);
  }
}

/// The fragment by rows.
template <class T>
void brt::emu::gatherFragment(const Fragment &f, Warp &warp, T *out) {
  unsigned registers = f.registerCount();
  if (f.paired) {
    for (unsigned r = 0; r < registers; r += 2) {
      Fragment::Place at = cornerOf(f, r / 2, 8);
      joinPair(warp.reg<T>(f.regs[r]), warp.reg<T>(f.regs[r + 1]),
               out + at.row * f.columns + at.column, f.columns);
    }
    return;
  }
  unsigned width = 4 * f.perRegister();
  T tile[kMaxTile];
  for (unsigned r = 0; r < registers; ++r) {
    decodeTile(warp.reg<uint8_t>(f.regs[r]), f.type, kTileRows * width, tile);
    Fragment::Place at = cornerOf(f, r, width);
    if (width == 8)
      placeTile<8>(tile, f.transposed, at, f.columns, out);
    else if (width == 4)
      placeTile<4>(tile, f.transposed, at, f.columns, out);
    else
      placeTile<16>(tile, f.transposed, at, f.columns, out);
  }
}

/// The other way, for accumulators; copies of the fragment too.
template <class T>
void brt::emu::scatterFragment(const Fragment &f, Warp &warp, const T *values) {
  unsigned registers = f.registerCount();
  constexpr unsigned kWidth = 8;
  if (f.paired) {
    for (unsigned r = 0; r < f.regs.size(); r += 2) {
      Fragment::Place at = cornerOf(f, r % registers / 2, kWidth);
      splitPair(values + at.row * f.columns + at.column, f.columns,
                warp.reg<T>(f.regs[r]), warp.reg<T>(f.regs[r + 1]));
    }
    return;
  }
  // Halves.
  for (unsigned r = 0; r < f.regs.size(); ++r) {
    Fragment::Place at = cornerOf(f, r % registers, kWidth);
    uint16_t *to = warp.reg<uint16_t>(f.regs[r]);
    for (unsigned row = 0; row < kTileRows; ++row)
      for (unsigned i = 0; i < kWidth; ++i)
        to[row * kWidth + i] =
            halfOfSum(values[(at.row + row) * f.columns + at.column + i]);
  }
}

/// c += a * b by rows; m and n are multiples of 8. The order of a sum is not
/// specified; this is one of the allowed.
template <class T>
void brt::emu::accumulate(const T *a, const T *b, T *c, unsigned m, unsigned n,
                          unsigned depth) {
  // As many sums as registers hold.
  constexpr unsigned kHigh = 32 / sizeof(T), kWide = 8;
  for (unsigned row = 0; row < m; row += kHigh)
    for (unsigned first = 0; first < n; first += kWide) {
      T sums[kHigh][kWide];
      for (unsigned r = 0; r < kHigh; ++r)
        std::copy_n(c + (row + r) * n + first, kWide, sums[r]);
      for (unsigned k = 0; k < depth; ++k) {
        const T *right = b + k * n + first;
        for (unsigned r = 0; r < kHigh; ++r) {
          T left = a[(row + r) * depth + k];
          for (unsigned i = 0; i < kWide; ++i)
            if constexpr (std::is_integral_v<T>)
              sums[r][i] += left * right[i];
            else
              sums[r][i] = std::fma(left, right[i], sums[r][i]);
        }
      }
      for (unsigned r = 0; r < kHigh; ++r)
        std::copy_n(sums[r], kWide, c + (row + r) * n + first);
    }
}

template <class T>
static const Inst *runMultiply(const Inst *inst, Warp &warp) {
  if (!warp.gather(inst, kAllLanes))
    return warp.switchPath();
  if (!wholeWarp(inst, warp))
    return nullptr;
  const Multiply &op = inst->info<Multiply>();
  T a[kMaxElements], b[kMaxElements], c[kMaxElements];
  gatherFragment(op.a, warp, a);
  gatherFragment(op.b, warp, b);
  gatherFragment(op.c, warp, c);
  unsigned m = op.d.rows, n = op.d.columns, depth = op.a.columns;
  if constexpr (std::is_same_v<T, int32_t>) {
    // Products of bytes do not overflow; what they are added to may.
    T products[kMaxElements] = {};
    accumulate(a, b, products, m, n, depth);
    for (unsigned i = 0; i < m * n; ++i) {
      int64_t sum = int64_t(c[i]) + products[i];
      if (op.saturate)
        sum = std::min<int64_t>(std::max<int64_t>(sum, INT32_MIN), INT32_MAX);
      c[i] = static_cast<int32_t>(static_cast<uint32_t>(sum));
    }
  } else {
    accumulate(a, b, c, m, n, depth);
  }
  scatterFragment(op.d, warp, c);
  BRT_EMU_NEXT(inst + 1, warp);
}

#define BRT_EMU_FRAGMENTS(T)                                                   \
  template void brt::emu::gatherFragment(const Fragment &, Warp &, T *);       \
  template void brt::emu::scatterFragment(const Fragment &, Warp &,            \
                                          const T *);                          \
  template void brt::emu::accumulate(const T *, const T *, T *, unsigned,      \
                                     unsigned, unsigned);
BRT_EMU_FRAGMENTS(float)
BRT_EMU_FRAGMENTS(int32_t)
BRT_EMU_FRAGMENTS(uint32_t)
#undef BRT_EMU_FRAGMENTS

Handler brt::emu::multiplyHandler(Type element, bool exact) {
  switch (element) {
  case Type::F16:
  case Type::BF16:
  case Type::TF32:
  case Type::E4M3:
  case Type::E5M2:
    return exact ? runMultiply<uint32_t> : runMultiply<float>;
  case Type::S8:
  case Type::U8:
    return runMultiply<int32_t>;
  case Type::F64:
    return exact ? runMultiply<uint64_t> : runMultiply<double>;
  default:
    return nullptr;
  }
}

bool brt::emu::bindFragment(Translator &t, const Operand &operand,
                            Fragment &fragment, unsigned count, bool isTarget) {
  bool vector = operand.kind == Operand::Kind::Vector;
  size_t got = vector ? operand.elements.size() : 1;
  if (got != count)
    return t.fail(operand.where, "expects " + std::to_string(count) +
                                     " registers, but got " +
                                     std::to_string(got));
  Type word = fragment.type == Type::F64 ? Type::B64 : Type::B32;
  for (unsigned i = 0; i < count; ++i) {
    const Operand &each = vector ? operand.elements[i] : operand;
    fragment.regs.push_back(isTarget ? t.target(each, word)
                                     : t.source(each, word));
  }
  return true;
}
