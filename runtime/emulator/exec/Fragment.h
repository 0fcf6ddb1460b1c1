//===- Fragment.h - Matrices spread over the registers of a warp ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A 32-bit register of all 32 lanes, read as memory, is a *tile*: 8 rows of 16
// bytes, row after row, of which lane l holds word l % 4 of row l / 4. Every
// fragment of PTX ISA 9.7.14.5 is made of tiles: `ldmatrix` loads one into each
// register; A and accumulators of halves lay them down first, then across; B is
// the transpose of such a matrix. Accumulators of whole words give a lane two
// neighbouring columns in two registers, so a pair of registers is one tile of
// 8 rows of 8 words. For f64 the registers have 64 bits and all else is the
// same. `wmma` leaves the layout to us and gets this one.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_EXEC_FRAGMENT_H
#define BRT_EMULATOR_EXEC_FRAGMENT_H

#include "exec/Warp.h"

namespace brt::emu {

class Translator;

constexpr unsigned kTileRows = 8, kTileRowBytes = 16;

/// A matrix in the registers of a warp.
struct Fragment {
  unsigned rows = 0, columns = 0;
  Type type = Type::F16;
  bool transposed = false; // B
  bool paired = false;     // an accumulator of whole words
  /// Offsets into the frame. More of them than the matrix needs hold it again.
  std::vector<uint32_t> regs;

  /// Elements of a register.
  unsigned perRegister() const;
  /// Registers that hold the matrix once.
  unsigned registerCount() const;
  struct Place {
    unsigned row, column;
  };
  /// Where element `i` of register `r` of a lane stands.
  Place place(unsigned r, unsigned lane, unsigned i) const;
  unsigned size() const { return rows * columns; }
};

/// d = a * b + c by a whole warp.
struct Multiply {
  Fragment a, b, c, d;
  bool saturate = false; // .satfinite, integers
};

/// A wgmma.mma_async of one warp: d = a * b, plus d where `scaleD` holds.
struct WgmmaOp {
  Fragment a, d; // a without registers: in shared memory
  Type typeB = Type::F16;
  unsigned depth = 16;
  uint32_t descriptorA = 0, descriptorB = 0, scaleD = 0; // registers
  bool transA = false, transB = false;
  bool negate = false; // one of the factors
  uint32_t site = 0;
};

/// `count` elements as they lie in registers, to numbers; to payloads in exact
/// mode.
void decodeTile(const uint8_t *from, Type type, unsigned count, float *to);
void decodeTile(const uint8_t *from, Type type, unsigned count, int32_t *to);
void decodeTile(const uint8_t *from, Type type, unsigned count, double *to);
void decodeTile(const uint8_t *from, Type type, unsigned count, uint32_t *to);
void decodeTile(const uint8_t *from, Type type, unsigned count, uint64_t *to);

// For the same types: a fragment by rows, and back; c += a * b by rows, with m
// and n multiples of 8.
template <class T>
void gatherFragment(const Fragment &f, Warp &warp, T *out);
template <class T>
void scatterFragment(const Fragment &f, Warp &warp, const T *values);
template <class T>
void accumulate(const T *a, const T *b, T *c, unsigned m, unsigned n,
                unsigned depth);

/// The handler of a Multiply (Inst::imm) for elements of that type; null where
/// there is no such multiplication.
Handler multiplyHandler(Type element, bool exact);

/// Binds the registers of an operand in braces (or of one register) after
/// checking their number.
bool bindFragment(Translator &t, const Operand &operand, Fragment &fragment,
                  unsigned count, bool isTarget);

/// All lanes of the warp must be there, as fragments are spread over them. If
/// not, reports it and ends the warp.
bool wholeWarp(const Inst *inst, Warp &warp);

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_FRAGMENT_H
