//===- IntegerTest.cpp - Integer and bit instructions ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expected values are worked out from PTX ISA 9.7.1, 9.7.2 and 9.7.8.
//
//===----------------------------------------------------------------------===//

#include "InstructionCase.h"

using namespace brt::emu::test;

static const std::vector<std::string> kUnary32 = {"b32", "b32"},
                                      kBinary32 = {"b32", "b32", "b32"},
                                      kTernary32 = {"b32", "b32", "b32", "b32"},
                                      kBinary64 = {"b64", "b64", "b64"},
                                      kBinary16 = {"b16", "b16", "b16"};

TEST(Integer, AdditionWraps) {
  expectRows("add.s32 %d, %a, %b;", kBinary32,
             {{0x7fffffff, 1, 0x80000000}, {0xffffffff, 1, 0}});
  expectRows("add.s64 %d, %a, %b;", kBinary64, {{~0ull, 2, 1}});
  expectRows("add.s16 %d, %a, %b;", kBinary16, {{0x7fff, 1, 0x8000}});
  expectRows("add.u32 %d, %a, -1;", kUnary32, {{5, 4}});
  expectRows("sub.s32 %d, %a, %b;", kBinary32, {{0, 1, 0xffffffff}});
  expectRows("sub.s64 %d, %a, %b;", kBinary64, {{0, 1, ~0ull}});
  expectRows(
      "add.sat.s32 %d, %a, %b;", kBinary32,
      {{0x7fffffff, 1, 0x7fffffff}, {0x80000000, 0xffffffff, 0x80000000}});
  expectRows("sub.sat.s32 %d, %a, %b;", kBinary32,
             {{0x80000000, 1, 0x80000000}});
  expectRows("sub.s16 %d, %a, %b;", kBinary16, {{0, 1, 0xffff}});
}

TEST(Integer, Products) {
  expectRows("mul.lo.s32 %d, %a, %b;", kBinary32,
             {{0x10000, 0x10000, 0}, {0xffffffff, 7, 0xfffffff9}});
  expectRows("mul.lo.s64 %d, %a, %b;", kBinary64, {{~0ull, 3, ~0ull - 2}});
  expectRows("mul.lo.s16 %d, %a, %b;", kBinary16, {{0xffff, 0xffff, 1}});
  expectRows("mul.lo.u32 %d, %a, %b;", kBinary32,
             {{0xffffffff, 3, 0xfffffffd}});
  expectRows("mad.lo.s64 %d, %a, %b, %c;", {"b64", "b64", "b64", "b64"},
             {{~0ull, 3, 10, 7}});
  expectRows("mul.hi.u32 %d, %a, %b;", kBinary32,
             {{0xffffffff, 0xffffffff, 0xfffffffe}});
  expectRows("mul.hi.s32 %d, %a, %b;", kBinary32,
             {{0xffffffff, 0xffffffff, 0}, {0x80000000, 2, 0xffffffff}});
  expectRows("mul.hi.u64 %d, %a, %b;", kBinary64, {{~0ull, ~0ull, ~0ull - 1}});
  expectRows("mul.hi.s64 %d, %a, %b;", kBinary64, {{~0ull, 5, ~0ull}});
  expectRows("mul.wide.u32 %d, %a, %b;", {"b64", "b32", "b32"},
             {{0xffffffff, 0xffffffff, 0xfffffffe00000001}});
  expectRows("mul.wide.s32 %d, %a, %b;", {"b64", "b32", "b32"},
             {{0xffffffff, 2, ~0ull - 1}});
  expectRows("mul.wide.u16 %d, %a, %b;", {"b32", "b16", "b16"},
             {{0xffff, 0xffff, 0xfffe0001}});
  expectRows("mul.wide.s16 %d, %a, %b;", {"b32", "b16", "b16"},
             {{0xffff, 0xffff, 1}});
  expectRows("mad.lo.s32 %d, %a, %b, %c;", kTernary32, {{3, 4, 5, 17}});
  expectRows("mad.wide.s32 %d, %a, %b, %c;", {"b64", "b32", "b32", "b64"},
             {{0xffffffff, 3, 10, 7}});
  expectRows("mad.hi.u32 %d, %a, %b, %c;", kTernary32, {{0x80000000, 4, 1, 3}});
}

TEST(Integer, DivisionNeverFaults) {
  expectRows("div.s32 %d, %a, %b;", kBinary32,
             {{0xfffffff9, 2, 0xfffffffd},
              {0x80000000, 0xffffffff, 0x80000000},
              {7, 0, 0xffffffff}});
  expectRows("div.u32 %d, %a, %b;", kBinary32, {{0xffffffff, 2, 0x7fffffff}});
  expectRows(
      "rem.s32 %d, %a, %b;", kBinary32,
      {{0xfffffff9, 2, 0xffffffff}, {0x80000000, 0xffffffff, 0}, {7, 0, 7}});
  expectRows("rem.u64 %d, %a, %b;", kBinary64, {{10, 4, 2}});
  expectRows("div.s64 %d, %a, %b;", kBinary64,
             {{1ull << 63, ~0ull, 1ull << 63}});
}

TEST(Integer, SignsAndExtrema) {
  expectRows("abs.s32 %d, %a;", kUnary32,
             {{0xfffffffb, 5}, {0x80000000, 0x80000000}});
  expectRows("neg.s32 %d, %a;", kUnary32, {{5, 0xfffffffb}});
  expectRows("neg.s64 %d, %a;", {"b64", "b64"}, {{5, ~0ull - 4}});
  expectRows("min.s32 %d, %a, %b;", kBinary32, {{0xffffffff, 1, 0xffffffff}});
  expectRows("min.u32 %d, %a, %b;", kBinary32, {{0xffffffff, 1, 1}});
  expectRows("max.s32 %d, %a, %b;", kBinary32, {{0xffffffff, 1, 1}});
  expectRows("max.u64 %d, %a, %b;", kBinary64, {{~0ull, 1, ~0ull}});
  expectRows("sad.s32 %d, %a, %b, %c;", kTernary32, {{0xffffffff, 1, 10, 12}});
  expectRows("sad.u32 %d, %a, %b, %c;", kTernary32, {{1, 4, 10, 13}});
}

TEST(Integer, CarryChains) {
  // A 64-bit sum, difference and product out of 32-bit halves.
  expectRows("{ .reg .b32 l; add.cc.u32 l, %a, %b; addc.u32 %d, 0, 0; }",
             kBinary32, {{0xffffffff, 1, 1}, {1, 1, 0}});
  expectRows("{ .reg .b32 l; sub.cc.u32 l, %a, %b; subc.u32 %d, 5, 0; }",
             kBinary32, {{0, 1, 4}, {1, 1, 5}});
  expectRows("{ .reg .b32 l; mad.lo.cc.u32 l, %a, %b, %c; madc.hi.u32 %d, %a, "
             "%b, 0; }",
             kTernary32, {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}});
  // The middle words of longer ones take the carry and pass it on.
  expectRows("{ .reg .b32 l; add.cc.u32 l, %a, %b; addc.cc.u32 l, %a, %b; "
             "addc.u32 %d, 0, 0; }",
             kBinary32, {{0xffffffff, 0, 0}, {0xffffffff, 1, 1}});
  expectRows("{ .reg .b32 l; sub.cc.u32 l, %a, %b; subc.cc.u32 l, 0, 0; "
             "subc.u32 %d, 5, 0; }",
             kBinary32, {{0, 1, 4}, {1, 1, 5}});
  expectRows("{ .reg .b32 l; mad.lo.cc.u32 l, %a, %b, %c; madc.hi.cc.u32 l, "
             "%a, %b, 0xffffffff; addc.u32 %d, 0, 0; }",
             kTernary32, {{2, 3, 4, 0}, {0xffffffff, 2, 2, 1}});
  expectRows("{ .reg .b32 l; add.cc.u32 l, %a, 1; madc.lo.cc.u32 %d, %a, %b, "
             "%c; }",
             kTernary32, {{0xffffffff, 2, 5, 4}, {3, 2, 5, 11}});
  // The carry survives what lies between.
  expectRows("{ .reg .b32 l; add.cc.u32 l, %a, %b; xor.b32 l, l, 1; addc.u32 "
             "%d, 0, 0; }",
             kBinary32, {{0xffffffff, 1, 1}});
}

TEST(Bits, Logic) {
  expectRows("and.b32 %d, %a, %b;", kBinary32, {{12, 10, 8}});
  expectRows("and.b16 %d, %a, %b;", kBinary16, {{12, 10, 8}});
  expectRows("or.b16 %d, %a, %b;", kBinary16, {{12, 10, 14}});
  expectRows("or.b32 %d, %a, %b;", kBinary32, {{12, 10, 14}});
  expectRows("or.b64 %d, %a, %b;", kBinary64, {{12, 10, 14}});
  expectRows("xor.b16 %d, %a, %b;", kBinary16, {{12, 10, 6}});
  expectRows("not.b32 %d, %a;", kUnary32, {{0, 0xffffffff}});
  expectRows("cnot.b32 %d, %a;", kUnary32, {{0, 1}, {7, 0}});
  expectRows("{ .reg .pred q; setp.lt.s32 q, %a, %b; not.pred %d, q; }",
             {"pred", "b32", "b32"}, {{1, 2, 0}, {2, 1, 1}});
  expectRows("and.pred %d, %a, %b;", {"pred", "pred", "pred"},
             {{1, 1, 1}, {1, 0, 0}});
  expectRows("or.pred %d, %a, %b;", {"pred", "pred", "pred"},
             {{0, 0, 0}, {1, 0, 1}});
  expectRows("mov.pred %d, %a;", {"pred", "pred"}, {{0, 0}, {1, 1}});
  expectRows("xor.pred %d, %a, %b;", {"pred", "pred", "pred"},
             {{1, 1, 0}, {1, 0, 1}});
  // d = (a & b) | c by its truth table.
  expectRows("lop3.b32 %d, %a, %b, %c, 0xEA;", kTernary32,
             {{12, 10, 1, 9}, {0xff, 0, 0xf0, 0xf0}});
}

TEST(Bits, ShiftsClamp) {
  expectRows("shl.b32 %d, %a, %b;", kBinary32,
             {{1, 31, 0x80000000}, {1, 32, 0}, {1, 0xffffffff, 0}});
  expectRows("shr.u32 %d, %a, %b;", kBinary32,
             {{0x80000000, 31, 1}, {0x80000000, 32, 0}});
  expectRows("shr.s32 %d, %a, %b;", kBinary32,
             {{0x80000000, 31, 0xffffffff},
              {0x80000000, 99, 0xffffffff},
              {0x7fffffff, 99, 0}});
  expectRows("shr.b32 %d, %a, %b;", kBinary32, {{0x80000000, 4, 0x08000000}});
  expectRows("shl.b64 %d, %a, %b;", {"b64", "b64", "b32"},
             {{1, 63, 1ull << 63}, {1, 64, 0}});
  expectRows("shr.s64 %d, %a, %b;", {"b64", "b64", "b32"},
             {{1ull << 63, 64, ~0ull}});
  expectRows("shl.b16 %d, %a, %b;", {"b16", "b16", "b32"},
             {{1, 15, 0x8000}, {1, 16, 0}});
  expectRows("shr.u16 %d, %a, %b;", {"b16", "b16", "b32"},
             {{0x8000, 3, 0x1000}, {0x8000, 16, 0}});
  expectRows("shr.s16 %d, %a, %b;", {"b16", "b16", "b32"},
             {{0x8000, 3, 0xf000}});
  expectRows("shf.l.wrap.b32 %d, %a, %b, %c;", kTernary32,
             {{0x80000000, 1, 1, 3}, {0x12345678, 9, 32, 9}});
  expectRows("shf.r.clamp.b32 %d, %a, %b, %c;", kTernary32,
             {{2, 1, 1, 0x80000001}, {2, 7, 40, 7}});
}

TEST(Bits, Counting) {
  expectRows("popc.b32 %d, %a;", kUnary32, {{0xff00ff, 16}, {0, 0}});
  expectRows("popc.b64 %d, %a;", {"b32", "b64"}, {{~0ull, 64}});
  expectRows("clz.b32 %d, %a;", kUnary32, {{0, 32}, {1, 31}});
  expectRows("clz.b64 %d, %a;", {"b32", "b64"}, {{0, 64}, {1, 63}});
  expectRows("brev.b32 %d, %a;", kUnary32, {{1, 0x80000000}, {6, 0x60000000}});
  expectRows("bfind.u32 %d, %a;", kUnary32, {{0, 0xffffffff}, {0x100, 8}});
  expectRows("bfind.shiftamt.u32 %d, %a;", kUnary32,
             {{0, 0xffffffff}, {0x100, 23}});
  expectRows("bfind.s32 %d, %a;", kUnary32,
             {{0xffffffff, 0xffffffff}, {0xfffffff0, 3}});
}

TEST(Bits, Fields) {
  expectRows("bfe.u32 %d, %a, %b, %c;", kTernary32,
             {{0xabcd1234, 8, 8, 0x12},
              {0xabcd1234, 28, 8, 0xa},
              {0xffffffff, 0, 0, 0}});
  expectRows("bfe.s32 %d, %a, %b, %c;", kTernary32,
             {{0x80, 4, 4, 0xfffffff8},
              {0x80000000, 28, 8, 0xfffffff8},
              {0xffffffff, 3, 0, 0}});
  expectRows("bfi.b32 %d, %a, %b, 8, 4;", kBinary32,
             {{0xff, 0, 0xf00}, {0, 0xffffffff, 0xfffff0ff}});
  expectRows("bfi.b64 %d, %a, %b, 60, 8;", kBinary64,
             {{~0ull, 0, 0xf000000000000000}});
  expectRows(
      "bmsk.clamp.b32 %d, %a, %b;", kBinary32,
      {{4, 4, 0xf0}, {28, 8, 0xf0000000}, {32, 1, 0}, {0, 32, 0xffffffff}});
  expectRows("prmt.b32 %d, %a, %b, %c;", kTernary32,
             {{0x33221100, 0x77665544, 0x7654, 0x77665544},
              {0x33221180, 0, 0x8888, 0xffffffff},
              {0x33221100, 0x77665544, 0x0123, 0x00112233}});
  expectRows("dp4a.s32.s32 %d, %a, %b, %c;", kTernary32,
             {{0xff01ff01, 0x01010101, 10, 10}});
  // Bytes do not carry into each other.
  expectRows("vadd4.u32.u32.u32 %d, %a, %b, %c;", kTernary32,
             {{0x01ff80fe, 0x01018001, 9, 0x020000ff}});
  expectRows("dp4a.u32.u32 %d, %a, %b, %c;", kTernary32,
             {{0xff01ff01, 0x01010101, 10, 522}});
}
