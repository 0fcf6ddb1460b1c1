//===- ConvertTest.cpp - cvt ----------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expected values are worked out from PTX ISA 9.7.9.23.
//
//===----------------------------------------------------------------------===//

#include "InstructionCase.h"

#include <cfloat>
#include <cmath>

using namespace brt::emu::test;

TEST(Convert, Integers) {
  expectRows("cvt.s64.s32 %d, %a;", {"b64", "b32"}, {{0xffffffff, ~0ull}});
  expectRows("cvt.u64.u32 %d, %a;", {"b64", "b32"}, {{0xffffffff, 0xffffffff}});
  expectRows("cvt.u32.u64 %d, %a;", {"b32", "b64"},
             {{0x1234567890, 0x34567890}});
  expectRows("cvt.u16.u64 %d, %a;", {"b16", "b64"}, {{0x1234567890, 0x7890}});
  expectRows("cvt.u16.u32 %d, %a;", {"b16", "b32"}, {{0x12345, 0x2345}});
  expectRows("cvt.u32.u16 %d, %a;", {"b32", "b16"}, {{0xffff, 0xffff}});
  expectRows("cvt.s32.s16 %d, %a;", {"b32", "b16"}, {{0xffff, 0xffffffff}});
  // The source register may be wider: only its low byte counts.
  expectRows("cvt.s32.s8 %d, %a;", {"b32", "b32"}, {{0x1280, 0xffffff80}});
  expectRows("cvt.s16.s8 %d, %a;", {"b16", "b16"}, {{0x12ff, 0xffff}});
  expectRows("cvt.u32.u8 %d, %a;", {"b32", "b64"}, {{0x12ff, 0xff}});
  expectRows("cvt.sat.u8.s32 %d, %a;", {"b32", "b32"},
             {{300, 255}, {0xffffffff, 0}});
  expectRows("cvt.sat.s8.s32 %d, %a;", {"b32", "b32"},
             {{300, 127}, {0xffffff00, 0xffffff80}});
}

TEST(Convert, FloatToIntegerSaturates) {
  expectRows("cvt.rzi.s32.f32 %d, %a;", {"b32", "f32"},
             {{f32(-2.7f), 0xfffffffe},
              {f32(3e9f), 0x7fffffff},
              {f32(-3e9f), 0x80000000},
              {kAnyNaN32, 0}});
  expectRows("cvt.rni.s32.f32 %d, %a;", {"b32", "f32"},
             {{f32(2.5f), 2}, {f32(3.5f), 4}, {f32(-2.5f), 0xfffffffe}});
  expectRows("cvt.rmi.s32.f32 %d, %a;", {"b32", "f32"},
             {{f32(-2.1f), 0xfffffffd}});
  expectRows("cvt.rpi.s32.f32 %d, %a;", {"b32", "f32"}, {{f32(2.1f), 3}});
  expectRows("cvt.rzi.s64.f32 %d, %a;", {"b64", "f32"},
             {{f32(-1.9f), ~0ull}, {f32(-1e30f), 1ull << 63}});
  expectRows("cvt.rni.s32.f64 %d, %a;", {"b32", "f64"},
             {{f64(2.5), 2}, {f64(-3e9), 0x80000000}});
  expectRows("cvt.rzi.u64.f32 %d, %a;", {"b64", "f32"},
             {{f32(-1), 0}, {f32(0x1p63f), 1ull << 63}, {f32(1e30f), ~0ull}});
  expectRows("cvt.rzi.s64.f64 %d, %a;", {"b64", "f64"},
             {{f64(-1e300), 1ull << 63}, {f64(1e300), ~0ull >> 1}});
  expectRows("cvt.rzi.s16.f32 %d, %a;", {"b16", "f32"}, {{f32(1e6f), 0x7fff}});
  expectRows("cvt.rzi.s32.f16 %d, %a;", {"b32", "b16"}, {{0xc500, 0xfffffffb}});
  expectRows("cvt.rni.ftz.s32.f32 %d, %a;", {"b32", "f32"}, {{1, 0}});
}

TEST(Convert, IntegerToFloat) {
  expectRows("cvt.rn.f32.s32 %d, %a;", {"f32", "b32"},
             {{0xffffffff, f32(-1)}, {0x01000001, f32(0x1p24f)}});
  expectRows("cvt.rn.f32.u32 %d, %a;", {"f32", "b32"},
             {{0xffffffff, f32(0x1p32f)}, {7, f32(7)}});
  expectRows("cvt.rn.f32.s64 %d, %a;", {"f32", "b64"},
             {{~0ull, f32(-1)}, {1ull << 63, f32(-0x1p63f)}});
  expectRows("cvt.rn.f64.s32 %d, %a;", {"f64", "b32"},
             {{0x80000000, f64(-0x1p31)}});
  expectRows("cvt.rz.f32.u32 %d, %a;", {"f32", "b32"},
             {{0xffffffff, f32(0x1.fffffep31f)}});
  expectRows("cvt.rn.f32.u64 %d, %a;", {"f32", "b64"},
             {{~0ull, f32(0x1p64f)},
              {0x8000008000000001ull, f32(0x1.000002p63f)},
              {0x8000008000000000ull, f32(0x1p63f)}});
  expectRows("cvt.rn.f64.s64 %d, %a;", {"f64", "b64"},
             {{~0ull, f64(-1)}, {(1ull << 53) + 1, f64(0x1p53)}});
  expectRows("cvt.rn.f16.s32 %d, %a;", {"b16", "b32"},
             {{2049, 0x6800}, {70000, 0x7c00}});
}

TEST(Convert, FloatToFloat) {
  expectRows("cvt.f64.f32 %d, %a;", {"f64", "f32"}, {{f32(0.1f), f64(0.1f)}});
  expectRows("cvt.rn.f32.f64 %d, %a;", {"f32", "f64"},
             {{f64(0.1), f32(0.1f)}, {f64(1e300), kInf32}});
  expectRows(
      "cvt.f32.f16 %d, %a;", {"f32", "b16"},
      {{0x3c00, f32(1)}, {1, f32(0x1p-24f)}, {0x7c00, kInf32}, {0x7e01, kNaN}});
  expectRows("cvt.rn.f16.f32 %d, %a;", {"b16", "f32"},
             {{f32(65519), 0x7bff},
              {f32(65520), 0x7c00},
              {f32(0x1p-25f), 0},
              {f32(0x1.8p-25f), 1},
              {kAnyNaN32, 0x7fff},
              {0, 0},
              {0x80000000, 0x8000}});
  expectRows("cvt.rn.bf16.f32 %d, %a;", {"b16", "f32"},
             {{0x3f808000, 0x3f80},
              {0x3f818000, 0x3f82},
              {0x3f808001, 0x3f81},
              {kAnyNaN32, 0x7fff},
              {0x7f7fffff, 0x7f80}});
  expectRows("cvt.f32.bf16 %d, %a;", {"f32", "b16"}, {{0x3f80, f32(1)}});
  expectRows("cvt.rni.f32.f32 %d, %a;", {"f32", "f32"},
             {{f32(2.5f), f32(2)}, {f32(-0.3f), 0x80000000}});
  expectRows("cvt.rzi.f32.f32 %d, %a;", {"f32", "f32"},
             {{f32(-2.7f), f32(-2)}, {f32(1e30f), f32(1e30f)}});
  expectRows("cvt.rmi.f32.f32 %d, %a;", {"f32", "f32"},
             {{f32(-0.5f), f32(-1)}, {0x80000000, 0x80000000}});
  expectRows("cvt.rpi.f32.f32 %d, %a;", {"f32", "f32"},
             {{f32(0.5f), f32(1)}, {f32(-0.5f), 0x80000000}});
  expectRows("cvt.rmi.ftz.f32.f32 %d, %a;", {"f32", "f32"},
             {{0x80000001, 0x80000000}, {f32(-0.5f), f32(-1)}});
  expectRows("cvt.rpi.ftz.f32.f32 %d, %a;", {"f32", "f32"},
             {{1, 0}, {f32(0.5f), f32(1)}});
  expectRows("cvt.rzi.f64.f64 %d, %a;", {"f64", "f64"}, {{f64(-2.7), f64(-2)}});
  expectRows("cvt.rmi.f64.f64 %d, %a;", {"f64", "f64"}, {{f64(-0.5), f64(-1)}});
  expectRows("cvt.sat.f32.f32 %d, %a;", {"f32", "f32"},
             {{f32(2), f32(1)}, {f32(-2), 0}, {kAnyNaN32, 0}});
  expectRows("cvt.rna.tf32.f32 %d, %a;", {"b32", "f32"},
             {{0x3f801000, 0x3f802000}, {0x3f800fff, 0x3f800000}});
}

TEST(Convert, Packed) {
  // The first source goes to the upper half.
  expectRows("cvt.rn.f16x2.f32 %d, %a, %b;", {"b32", "f32", "f32"},
             {{f32(1), f32(2), 0x3c004000}});
  expectRows(
      "cvt.rn.bf16x2.f32 %d, %a, %b;", {"b32", "f32", "f32"},
      {{f32(1), f32(-2), 0x3f80c000}, {kAnyNaN32, 0x3f808000, 0x7fff3f80}});
  expectRows("cvt.rz.f16x2.f32 %d, %a, %b;", {"b32", "f32", "f32"},
             {{0x3f801fff, f32(65520), 0x3c007bff}});
  expectRows("cvt.rn.satfinite.e4m3x2.f32 %d, %a, %b;", {"b16", "f32", "f32"},
             {{f32(1), f32(1000), 0x387e},
              {f32(-1000), kAnyNaN32, 0xfe7f},
              {f32(0x1p-9f), f32(0x1p-10f), 0x0100}});
  expectRows("cvt.rn.satfinite.e5m2x2.f32 %d, %a, %b;", {"b16", "f32", "f32"},
             {{f32(1), f32(1e9f), 0x3c7b}});
  expectRows("cvt.rn.f16x2.e4m3x2 %d, %a;", {"b32", "b16"},
             {{0x387e, 0x3c005f00}, {0x7f01, 0x7fff1800}});
  expectRows("cvt.rn.f16x2.e5m2x2 %d, %a;", {"b32", "b16"},
             {{0x3c7b, 0x3c007b00}});
}

TEST(Convert, MovesPackAndUnpack) {
  expectRows("mov.b64 %d, {%a, %b};", {"b64", "b32", "b32"},
             {{1, 2, 0x200000001}});
  expectRows("{ .reg .b32 x; mov.b64 {x, %d}, %a; }", {"b32", "b64"},
             {{0x200000001, 2}});
  expectRows("{ .reg .b16 x; mov.b32 {x, _}, %a; mov.b32 %d, {x, x}; }",
             {"b32", "b32"}, {{0x12345678, 0x56785678}});
  // Swaps in place.
  expectRows("{ .reg .b32 x, y; mov.b64 {x, y}, %a; mov.b64 %d, {y, x}; }",
             {"b64", "b64"}, {{0x100000002, 0x200000001}});
  expectRows("mov.b16 %d, %a;", {"b16", "b16"}, {{0x8001, 0x8001}});
  expectRows("mov.s32 %d, -7;", {"b32"}, {{0xfffffff9}});
  for (auto [type, reg] : {std::pair{"b16", "b16"}, std::pair{"u16", "b16"},
                           std::pair{"b32", "b32"}, std::pair{"f64", "f64"}})
    expectRows(std::string("selp.") + type + " %d, %a, %b, %c;",
               {reg, reg, reg, "pred"}, {{1, 2, 1, 1}, {1, 2, 0, 2}});
  expectRows("selp.f32 %d, %a, %b, %c;", {"f32", "f32", "f32", "pred"},
             {{1, 2, 1, 1}, {1, 2, 0, 2}});
  expectRows("mov.f32 %d, 0f3F800000;", {"f32"}, {{f32(1)}});
  expectRows("mov.f64 %d, 0d3FF0000000000000;", {"f64"}, {{f64(1)}});
  expectRows("mov.f32 %d, -1.5;", {"f32"}, {{f32(-1.5f)}});
}
