//===- FloatTest.cpp - Floating-point instructions ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expected values are worked out from PTX ISA 9.7.3 to 9.7.5.
//
//===----------------------------------------------------------------------===//

#include "InstructionCase.h"

#include <cfloat>
#include <cmath>

using namespace brt::emu::test;

static const std::vector<std::string> kUnary = {"f32", "f32"},
                                      kBinary = {"f32", "f32", "f32"},
                                      kTernary = {"f32", "f32", "f32", "f32"},
                                      kDouble = {"f64", "f64", "f64"},
                                      kHalf = {"b16", "b16", "b16"},
                                      kPair = {"b32", "b32", "b32"};
static constexpr uint64_t kSubnormal = 1, kNegZero = 0x80000000;

TEST(Float, AdditionRoundsAndKeepsSubnormals) {
  expectRows("add.f32 %d, %a, %b;", kBinary,
             {{f32(1), f32(0x1p-24f), f32(1)},
              {f32(1), f32(0x1.8p-23f), f32(1 + 0x1p-22f)},
              {kSubnormal, kSubnormal, 2},
              {kInf32, kNegInf32, kNaN},
              {kAnyNaN32, f32(1), kNaN}});
  expectRows("add.ftz.f32 %d, %a, %b;", kBinary,
             {{kSubnormal, kNegZero | 1, 0},
              {0x80000001, 0x80000001, kNegZero},
              {f32(1), kSubnormal, f32(1)}});
  expectRows("add.sat.f32 %d, %a, %b;", kBinary,
             {{f32(1), f32(1), f32(1)},
              {f32(-1), f32(0.5f), 0},
              {kAnyNaN32, f32(1), 0}});
  expectRows("sub.f32 %d, %a, %b;", kBinary, {{f32(1), f32(3), f32(-2)}});
  expectRows("add.rn.f32 %d, %a, %b;", kBinary,
             {{f32(1), f32(0x1p-24f), f32(1)}});
  expectRows("sub.rn.f32 %d, %a, %b;", kBinary, {{f32(1), f32(3), f32(-2)}});
  expectRows("mul.rn.f32 %d, %a, %b;", kBinary,
             {{f32(1 + 0x1p-23f), f32(1 + 0x1p-23f), f32(1 + 0x1p-22f)}});
  expectRows("mul.rn.ftz.f32 %d, %a, %b;", kBinary,
             {{kSubnormal, f32(0x1p30f), 0},
              {f32(0x1p-100f), f32(-0x1p-40f), kNegZero}});
  expectRows("fma.rn.ftz.f32 %d, %a, %b, %c;", kTernary,
             {{kSubnormal, f32(0x1p30f), f32(1), f32(1)},
              {f32(3), f32(2), f32(1), f32(7)}});
  expectRows("add.rn.f64 %d, %a, %b;", kDouble,
             {{f64(1), f64(0x1p-53), f64(1)}});
  expectRows("sub.f64 %d, %a, %b;", kDouble, {{f64(1), f64(3), f64(-2)}});
  expectRows("mul.f64 %d, %a, %b;", kDouble, {{f64(-2), f64(3), f64(-6)}});
  expectRows("mul.rn.f64 %d, %a, %b;", kDouble,
             {{f64(1 + 0x1p-52), f64(1 + 0x1p-52), f64(1 + 0x1p-51)}});
  expectRows("neg.f64 %d, %a;", {"f64", "f64"}, {{f64(0), f64(-0.0)}});
  expectRows("abs.f64 %d, %a;", {"f64", "f64"}, {{f64(-0.0), 0}});
  expectRows("add.f64 %d, %a, %b;", kDouble, {{f64(1), f64(2), f64(3)}});
}

TEST(Float, DirectedRounding) {
  uint64_t above = f32(std::nextafterf(1, 2)), one = f32(1);
  uint64_t tiny = f32(0x1p-40f), minusOne = f32(-1);
  expectRows(
      "add.rp.f32 %d, %a, %b;", kBinary,
      {{one, tiny, above}, {minusOne, tiny, f32(std::nextafterf(-1, 0))}});
  expectRows("add.rm.f32 %d, %a, %b;", kBinary,
             {{one, tiny, one}, {one, minusOne, kNegZero}});
  expectRows("add.rz.f32 %d, %a, %b;", kBinary,
             {{one, f32(-0x1p-40f), f32(std::nextafterf(1, 0))},
              {f32(FLT_MAX), f32(FLT_MAX), f32(FLT_MAX)}});
  expectRows("fma.rm.f32 %d, %a, %b, %c;", kTernary,
             {{f32(1 + 0x1p-23f), f32(1 + 0x1p-23f), 0, f32(1 + 0x1p-22f)}});
  expectRows("fma.rp.f32 %d, %a, %b, %c;", kTernary,
             {{f32(1 + 0x1p-23f), f32(1 + 0x1p-23f), 0, f32(1 + 0x1.8p-22f)}});
  expectRows("fma.rz.f32 %d, %a, %b, %c;", kTernary,
             {{f32(1 + 0x1p-23f), f32(-1 - 0x1p-23f), 0, f32(-1 - 0x1p-22f)}});
  expectRows("div.rm.f32 %d, %a, %b;", kBinary,
             {{one, f32(3), f32(0x1.555554p-2f)}});
  expectRows("div.rp.f32 %d, %a, %b;", kBinary,
             {{one, f32(3), f32(0x1.555556p-2f)}});
  expectRows("sqrt.rz.f32 %d, %a;", kUnary, {{f32(2), f32(0x1.6a09e6p0f)}});
  expectRows("mul.rz.f32 %d, %a, %b;", kBinary,
             {{f32(0x1p-100f), f32(0x1p-100f), 0}});
  expectRows("mul.rp.f32 %d, %a, %b;", kBinary,
             {{f32(0x1p-100f), f32(0x1p-100f), kSubnormal}});
}

TEST(Float, FmaRoundsOnce) {
  expectRows("fma.rn.f32 %d, %a, %b, %c;", kTernary,
             {{f32(1 + 0x1p-12f), f32(1 + 0x1p-12f), f32(-1 - 0x1p-11f),
               f32(0x1p-24f)},
              {kInf32, 0, f32(1), kNaN}});
  expectRows("mul.f32 %d, %a, %b;", kBinary,
             {{f32(0.1f), f32(10), f32(1)}, {f32(FLT_MAX), f32(2), kInf32}});
  expectRows(
      "fma.rn.f64 %d, %a, %b, %c;", {"f64", "f64", "f64", "f64"},
      {{f64(1 + 0x1p-52), f64(1 + 0x1p-52), f64(-1 - 0x1p-51), f64(0x1p-104)}});
}

TEST(Float, ExtremaAndNaN) {
  expectRows("min.f32 %d, %a, %b;", kBinary,
             {{kAnyNaN32, f32(1), f32(1)},
              {f32(1), kAnyNaN32, f32(1)},
              {kAnyNaN32, kAnyNaN32, kNaN},
              {0, kNegZero, kNegZero},
              {kNegZero, 0, kNegZero}});
  expectRows("max.f32 %d, %a, %b;", kBinary,
             {{0, kNegZero, 0}, {kNegZero, 0, 0}, {f32(-1), f32(2), f32(2)}});
  expectRows("max.NaN.f32 %d, %a, %b;", kBinary,
             {{kAnyNaN32, f32(1), kNaN}, {f32(3), f32(1), f32(3)}});
  expectRows("min.f64 %d, %a, %b;", kDouble,
             {{f64(NAN), f64(1), f64(1)}, {f64(0.0), f64(-0.0), f64(-0.0)}});
}

TEST(Float, SignsDivisionAndRoots) {
  expectRows("neg.f32 %d, %a;", kUnary, {{0, kNegZero}, {f32(2), f32(-2)}});
  expectRows("abs.f32 %d, %a;", kUnary, {{kNegZero, 0}, {f32(-2), f32(2)}});
  expectRows("abs.ftz.f32 %d, %a;", kUnary, {{0x80000001, 0}});
  expectRows("copysign.f32 %d, %a, %b;", kBinary, {{f32(-1), f32(3), f32(-3)}});
  expectRows(
      "div.rn.f32 %d, %a, %b;", kBinary,
      {{f32(1), 0, kInf32}, {0, 0, kNaN}, {f32(1), f32(3), f32(1.0f / 3)}});
  expectRows("div.approx.f32 %d, %a, %b;", kBinary,
             {{f32(6), f32(3), f32(2)}, {f32(1), kInf32, 0}});
  expectRows("sqrt.approx.f32 %d, %a;", kUnary,
             {{f32(9), f32(3)}, {kNegZero, kNegZero}, {f32(-1), kNaN}});
  expectRows("sqrt.approx.ftz.f32 %d, %a;", kUnary,
             {{f32(9), f32(3)}, {kSubnormal, 0}});
  expectRows("sqrt.rn.f64 %d, %a;", {"f64", "f64"}, {{f64(9), f64(3)}});
  expectRows("rcp.rn.f64 %d, %a;", {"f64", "f64"},
             {{f64(4), f64(0.25)}, {f64(-0.0), f64(-HUGE_VAL)}});
  expectRows("div.full.f32 %d, %a, %b;", kBinary, {{f32(6), f32(3), f32(2)}});
  expectRows("sqrt.rn.f32 %d, %a;", kUnary,
             {{f32(-1), kNaN}, {kNegZero, kNegZero}, {f32(9), f32(3)}});
  expectRows("rcp.rn.f32 %d, %a;", kUnary, {{kNegZero, kNegInf32}});
  expectRows("rcp.approx.ftz.f32 %d, %a;", kUnary,
             {{kSubnormal, kInf32}, {kInf32, 0}});
  expectRows("div.rn.f64 %d, %a, %b;", kDouble, {{f64(1), f64(4), f64(0.25)}});
}

TEST(Float, Transcendentals) {
  expectRows("ex2.approx.f32 %d, %a;", kUnary,
             {{f32(3), f32(8)},
              {kNegInf32, 0},
              {kInf32, kInf32},
              {f32(-149), kSubnormal},
              {kAnyNaN32, kNaN}});
  expectRows("ex2.approx.ftz.f32 %d, %a;", kUnary, {{f32(-149), 0}});
  expectRows("lg2.approx.f32 %d, %a;", kUnary,
             {{f32(8), f32(3)}, {kNegZero, kNegInf32}, {f32(-1), kNaN}});
  expectRows(
      "rsqrt.approx.f32 %d, %a;", kUnary,
      {{f32(4), f32(0.5f)}, {kNegZero, kNegInf32}, {0, kInf32}, {kInf32, 0}});
  expectRows("rsqrt.approx.ftz.f32 %d, %a;", kUnary,
             {{f32(4), f32(0.5f)}, {kSubnormal, kInf32}});
  // The approximations of f64 have the upper half of the result at least.
  for (auto [text, argument, result] :
       {std::tuple{"rcp.approx.ftz.f64", 4.0, 0.25},
        std::tuple{"rsqrt.approx.f64", 16.0, 0.25}})
    expectRows(std::string("{ .reg .f64 x; ") + text +
                   " x, %a; { .reg .b32 l; mov.b64 {l, %d}, x; } }",
               {"b32", "f64"}, {{f64(argument), f64(result) >> 32}});
  expectRows("sin.approx.f32 %d, %a;", kUnary,
             {{kNegZero, kNegZero}, {kInf32, kNaN}});
  expectRows("cos.approx.f32 %d, %a;", kUnary, {{0, f32(1)}});
  expectRows("tanh.approx.f32 %d, %a;", kUnary,
             {{kInf32, f32(1)}, {kNegInf32, f32(-1)}});
}

TEST(Float, Comparisons) {
  const std::vector<std::string> types = {"pred", "f32", "f32"};
  expectRows("setp.eq.f32 %d, %a, %b;", types,
             {{0, kNegZero, 1}, {kAnyNaN32, kAnyNaN32, 0}});
  expectRows("setp.ne.f32 %d, %a, %b;", types,
             {{f32(1), f32(2), 1}, {kAnyNaN32, f32(1), 0}});
  expectRows("setp.neu.f32 %d, %a, %b;", types,
             {{kAnyNaN32, f32(1), 1}, {f32(1), f32(1), 0}});
  expectRows("setp.ltu.f32 %d, %a, %b;", types,
             {{kAnyNaN32, f32(1), 1}, {f32(2), f32(1), 0}});
  expectRows("setp.geu.f32 %d, %a, %b;", types, {{f32(2), kAnyNaN32, 1}});
  expectRows("setp.num.f32 %d, %a, %b;", types,
             {{f32(2), kAnyNaN32, 0}, {f32(2), f32(1), 1}});
  expectRows("setp.nan.f32 %d, %a, %b;", types, {{f32(2), kAnyNaN32, 1}});
  expectRows("setp.eq.ftz.f32 %d, %a, %b;", types, {{kSubnormal, 0, 1}});
  expectRows("setp.lt.u32 %d, %a, %b;", {"pred", "b32", "b32"},
             {{1, 0xffffffff, 1}});
  expectRows("setp.lt.s32 %d, %a, %b;", {"pred", "b32", "b32"},
             {{1, 0xffffffff, 0}});
  // The second destination takes the complement; both are combined with %c.
  expectRows("{ .reg .pred q; setp.lt.and.s32 q|%d, %a, %b, %c; }",
             {"pred", "b32", "b32", "pred"},
             {{1, 2, 1, 0}, {2, 1, 1, 1}, {2, 1, 0, 0}});
  expectRows("set.eq.f16.f16 %d, %a, %b;", kHalf,
             {{0x3c00, 0x3c00, 0x3c00}, {0x3c00, 0x4000, 0}});
  expectRows("set.nan.f16x2.f16x2 %d, %a, %b;", kPair,
             {{0x7e003c00, 0x3c003c00, 0x3c000000}});
  expectRows("testp.subnormal.f32 %d, %a;", {"pred", "f32"},
             {{kSubnormal, 1}, {0, 0}});
}

TEST(Float, Halves) {
  // 0x3c00 is 1, 0x7bff is the largest, 0x0001 the smallest f16.
  expectRows("add.f16 %d, %a, %b;", kHalf,
             {{0x3c00, 0x3c00, 0x4000},
              {0x7bff, 0x7bff, 0x7c00},
              {1, 1, 2},
              {0x7e01, 0x3c00, 0x7fff}});
  expectRows("sub.f16 %d, %a, %b;", kHalf, {{0x3c00, 0x4000, 0xbc00}});
  expectRows("add.bf16 %d, %a, %b;", kHalf, {{0x3f80, 0x3f80, 0x4000}});
  expectRows("add.bf16x2 %d, %a, %b;", kPair,
             {{0x3f804000, 0x3f803f80, 0x40004040}});
  expectRows("mul.bf16x2 %d, %a, %b;", kPair,
             {{0x40404000, 0x40003f80, 0x40c04000}});
  expectRows("fma.rn.bf16 %d, %a, %b, %c;", {"b16", "b16", "b16", "b16"},
             {{0x4000, 0x4040, 0x3f80, 0x40e0}});
  expectRows("fma.rn.f16x2 %d, %a, %b, %c;", {"b32", "b32", "b32", "b32"},
             {{0x3c004000, 0x40004200, 0x3c003c00, 0x42004700}});
  expectRows("max.f16x2 %d, %a, %b;", kPair,
             {{0x3c008000, 0x40000000, 0x40000000},
              {0x7e003c00, 0x3c007e00, 0x3c003c00}});
  expectRows("min.f16x2 %d, %a, %b;", kPair,
             {{0x3c008000, 0x40000000, 0x3c008000}});
  expectRows("mul.f16 %d, %a, %b;", kHalf, {{0x4200, 0x4400, 0x4a00}});
  // 1 + 2^-11 is half a unit up: to even; with 2^-24 more it rounds up.
  expectRows(
      "fma.rn.f16 %d, %a, %b, %c;", {"b16", "b16", "b16", "b16"},
      {{0x1000, 0x3c00, 0x3c00, 0x3c00}, {0x1001, 0x3c00, 0x3c00, 0x3c01}});
  expectRows("add.sat.f16x2 %d, %a, %b;", kPair,
             {{0x3c00bc00, 0x3c003800, 0x3c000000}});
  expectRows("fma.rn.bf16x2 %d, %a, %b, %c;", {"b32", "b32", "b32", "b32"},
             {{0x3f804000, 0x40004000, 0x3f803f80, 0x404040a0}});
  expectRows("fma.rn.relu.bf16x2 %d, %a, %b, %c;", {"b32", "b32", "b32", "b32"},
             {{0xbf804000, 0x40004000, 0x3f803f80, 0x000040a0}});
  expectRows("min.bf16x2 %d, %a, %b;", kPair,
             {{0x3f807fff, 0x40004000, 0x3f804000}});
  expectRows("neg.bf16x2 %d, %a;", {"b32", "b32"}, {{0x3f80bf80, 0xbf803f80}});
  expectRows("abs.f16 %d, %a;", {"b16", "b16"}, {{0xbc00, 0x3c00}});
}
