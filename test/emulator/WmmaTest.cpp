//===- WmmaTest.cpp - wmma from memory to memory --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.14.4. How a fragment lies in the registers is nobody's business:
// matrices go in and come out through wmma.load and wmma.store.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "SmallNumbers.h"

#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
/// d = a b + c for 16 x 16 matrices, `shape` m16n16k16.
struct Case {
  const char *a, *b, *c, *d; // modifiers of load and store after the shape
  const char *multiply;      // layouts, shape and types of wmma.mma
  const char *layoutB, *layoutD;
  unsigned bytes, registersA; // of an element; of A and of B
  uint32_t (*encode)(int value);
  bool floatSum;
  const char *space; // ".global" or none: then addresses are generic
};
} // namespace

static constexpr unsigned kSide = 16;

static int valueC(unsigned row, unsigned column) {
  return static_cast<int>(row + 20 * column);
}

static const Case kCases[] = {
    {"f16", "f16", "f32", "f32", "row.col.m16n16k16.f32.f32", "col", "row", 2,
     8, asF16, true, ""},
    {"f16", "f16", "f32", "f32", "row.col.m16n16k16.f32.f32", "col", "col", 2,
     8, asF16, true, ".global"},
    {"f16", "f16", "f32", "f32", "row.col.m16n16k16.f32.f32", "col", "row", 2,
     8, asF16, true, ".global"},
    {"f16", "f16", "f32", "f32", "row.col.m16n16k16.f32.f32", "col", "col", 2,
     8, asF16, true, ""},
    {"bf16", "bf16", "f32", "f32", "row.row.m16n16k16.f32.bf16.bf16.f32", "row",
     "row", 2, 4, asBF16, true, ""},
    {"s8", "s8", "s32", "s32", "row.col.m16n16k16.s32.s8.s8.s32", "col", "row",
     1, 2, asS8, false, ""},
    {"s8", "s8", "s32", "s32", "row.col.m16n16k16.s32.s8.s8.s32", "col", "row",
     1, 2, asS8, false, ".global"}};

static std::string kernelOf(const Case &c) {
  std::string shape = ".m16n16k16" + std::string(c.space) + ".";
  auto load = [&](const char *role, const char *layout, const char *type,
                  unsigned count, const char *parameter) {
    return "wmma.load." + std::string(role) + ".sync.aligned." + layout +
           shape + type + " " + registerList(role, count) + ", [" + parameter +
           "], %r0;\n";
  };
  return ".reg .b32 %a<8>; .reg .b32 %b<8>; .reg .b32 %c<8>; .reg .b32 %d<8>;\n"
         "mov.u32 %r0, 16;\n" +
         load("a", "row", c.a, c.registersA, "%p0") +
         load("b", c.layoutB, c.b, c.registersA, "%p1") +
         load("c", "row", c.c, 8, "%p2") + "wmma.mma.sync.aligned." +
         c.multiply + " " + registerList("d", 8) + ", " +
         registerList("a", c.registersA) + ", " +
         registerList("b", c.registersA) + ", " + registerList("c", 8) +
         ";\nwmma.store.d.sync.aligned." + c.layoutD + shape + c.d +
         " [%p3], " + registerList("d", 8) + ", %r0;\n";
}

TEST(Wmma, MatricesAgree) {
  for (const Case &c : kCases) {
    std::vector<uint8_t> a(kSide * kSide * c.bytes), b(a.size());
    std::vector<uint32_t> sums(kSide * kSide);
    bool columnB = std::string(c.layoutB) == "col";
    for (unsigned i = 0; i < kSide; ++i)
      for (unsigned j = 0; j < kSide; ++j) {
        uint32_t left = c.encode(valueA(i, j));
        uint32_t right = c.encode(columnB ? valueB(j, i) : valueB(i, j));
        float real = static_cast<float>(valueC(i, j));
        std::memcpy(&a[(kSide * i + j) * c.bytes], &left, c.bytes);
        std::memcpy(&b[(kSide * i + j) * c.bytes], &right, c.bytes);
        sums[kSide * i + j] = static_cast<uint32_t>(valueC(i, j));
        if (c.floatSum)
          std::memcpy(&sums[kSide * i + j], &real, sizeof real);
      }
    Machine machine;
    auto program = machine.load(ptxKernel(kernelOf(c), 4));
    ASSERT_TRUE(program) << machine.diagnostic.message << "\n" << kernelOf(c);
    uint64_t out = machine.allocate(sums.size() * sizeof(uint32_t));
    auto outcome = machine.run(
        *program, "k", 1, 32,
        {machine.upload(a), machine.upload(b), machine.upload(sums), out});
    ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
    // Loads and stores of fragments have a shape too, but multiply nothing.
    EXPECT_EQ(outcome.counters.tensorMultiplyAdds, kSide * kSide * kSide);
    auto got = machine.download<uint32_t>(out, sums.size());
    bool columnD = std::string(c.layoutD) == "col";
    for (unsigned i = 0; i < kSide; ++i)
      for (unsigned j = 0; j < kSide; ++j) {
        int expected = valueC(i, j);
        for (unsigned k = 0; k < kSide; ++k)
          expected += valueA(i, k) * valueB(k, j);
        uint32_t word = got[columnD ? kSide * j + i : kSide * i + j];
        float real;
        std::memcpy(&real, &word, sizeof real);
        int value =
            c.floatSum ? static_cast<int>(real) : static_cast<int>(word);
        ASSERT_EQ(value, expected) << c.multiply << " " << i << ", " << j;
      }
  }
}
