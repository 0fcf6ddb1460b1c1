//===- CompareTest.cpp - setp over all types ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.5: every comparison of every type, against its definition.
//
//===----------------------------------------------------------------------===//

#include "InstructionCase.h"

#include <cmath>
#include <functional>

using namespace brt::emu::test;

namespace {
/// How two values relate.
enum Relation : unsigned { Less = 1, Equal = 2, Greater = 4, Unordered = 8 };

struct Comparison {
  const char *name;
  unsigned holds; // Relations
};
const Comparison kOrdered[] = {{"eq", Equal},   {"ne", Less | Greater},
                               {"lt", Less},    {"le", Less | Equal},
                               {"gt", Greater}, {"ge", Greater | Equal}};
const Comparison kFloatOnly[] = {
    {"equ", Equal | Unordered},      {"neu", Less | Greater | Unordered},
    {"ltu", Less | Unordered},       {"leu", Less | Equal | Unordered},
    {"gtu", Greater | Unordered},    {"geu", Greater | Equal | Unordered},
    {"num", Less | Equal | Greater}, {"nan", Unordered}};

/// A type under test: the register that holds it and values in rising order;
/// two neighbours may be the same number.
struct TypeCase {
  const char *name, *reg;
  std::vector<std::pair<uint64_t, double>> values; // bits, number
};
} // namespace

static Relation relationOf(double a, double b) {
  return a < b ? Less : a == b ? Equal : a > b ? Greater : Unordered;
}

static void expectComparison(const TypeCase &type, const Comparison &compare) {
  std::vector<Row> rows;
  for (auto [a, x] : type.values)
    for (auto [b, y] : type.values)
      rows.push_back({a, b, (compare.holds & relationOf(x, y)) != 0});
  expectRows(std::string("setp.") + compare.name + "." + type.name +
                 " %d, %a, %b;",
             {"pred", type.reg, type.reg}, rows);
}

TEST(Compare, Integers) {
  const TypeCase types[] = {
      {"s16", "b16", {{0x8000, -32768}, {0xffff, -1}, {1, 1}}},
      {"u16", "b16", {{0, 0}, {0x7fff, 32767}, {0x8000, 32768}}},
      {"s32", "b32", {{0x80000000, -0x1p31}, {0xffffffff, -1}, {7, 7}}},
      {"u32", "b32", {{0, 0}, {7, 7}, {0x80000000, 0x1p31}}},
      {"s64",
       "b64",
       {{1ull << 63, -0x1p63}, {~0ull, -1}, {1ull << 32, 0x1p32}}},
      {"u64", "b64", {{7, 7}, {1ull << 32, 0x1p32}, {1ull << 63, 0x1p63}}}};
  for (const TypeCase &type : types)
    for (const Comparison &compare : kOrdered)
      expectComparison(type, compare);
  // Bits are equal or not.
  const TypeCase bits[] = {{"b16", "b16", {{1, 1}, {0x8000, 2}}},
                           {"b32", "b32", {{1, 1}, {0x80000000, 2}}},
                           {"b64", "b64", {{1, 1}, {1ull << 63, 2}}}};
  for (const TypeCase &type : bits)
    for (const Comparison &compare : {kOrdered[0], kOrdered[1]})
      expectComparison(type, compare);
}

TEST(Compare, Floats) {
  const double nan = std::nan("");
  const TypeCase types[] = {
      {"f32",
       "f32",
       {{kNegInf32, -INFINITY},
        {f32(-0.0f), 0},
        {0, 0},
        {1, 0x1p-149},
        {kAnyNaN32, nan}}},
      {"f64",
       "f64",
       {{f64(-1.5), -1.5},
        {f64(-0.0), 0},
        {0, 0},
        {f64(1e300), 1e300},
        {f64(nan), nan}}},
      {"f16",
       "b16",
       {{0xfc00, -INFINITY}, {0x8000, 0}, {0, 0}, {1, 0x1p-24}, {0x7e00, nan}}},
      {"bf16",
       "b16",
       {{0xbf80, -1}, {0x8000, 0}, {0, 0}, {0x3f80, 1}, {0x7fc0, nan}}}};
  for (const TypeCase &type : types) {
    for (const Comparison &compare : kOrdered)
      expectComparison(type, compare);
    for (const Comparison &compare : kFloatOnly)
      expectComparison(type, compare);
  }
}
