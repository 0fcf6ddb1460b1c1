//===- MatrixTest.cpp - mma.sync shapes and ldmatrix ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fragments are built here by the tables of PTX ISA 9.7.14.5, element by
// element, not by the rule the emulator uses.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "SmallNumbers.h"

#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
struct Place {
  unsigned row, column;
};

/// A shape under test. `a` and `b` give the place of element i of a lane.
struct Case {
  const char *text; // mma.sync… without operands
  unsigned m, n, k;
  unsigned bits; // of an element
  Place (*a)(unsigned lane, unsigned i);
  Place (*b)(unsigned lane, unsigned i);
  uint32_t (*encode)(int value);
  bool floatSum;
};
} // namespace

static const Case kCases[] = {
    {"m16n8k16.row.col.f32.f16.f16.f32", 16, 8, 16, 16,
     [](unsigned l, unsigned i) {
       bool low = i < 2 || i == 4 || i == 5;
       return Place{l / 4 + (low ? 0u : 8u),
                    l % 4 * 2 + (i & 1) + (i >= 4 ? 8u : 0u)};
     },
     [](unsigned l, unsigned i) {
       return Place{l % 4 * 2 + (i & 1) + (i >= 2 ? 8u : 0u), l / 4};
     },
     asF16, true},
    {"m16n8k16.row.col.f32.bf16.bf16.f32", 16, 8, 16, 16,
     [](unsigned l, unsigned i) {
       bool low = i < 2 || i == 4 || i == 5;
       return Place{l / 4 + (low ? 0u : 8u),
                    l % 4 * 2 + (i & 1) + (i >= 4 ? 8u : 0u)};
     },
     [](unsigned l, unsigned i) {
       return Place{l % 4 * 2 + (i & 1) + (i >= 2 ? 8u : 0u), l / 4};
     },
     asBF16, true},
    {"m16n8k8.row.col.f32.f16.f16.f32", 16, 8, 8, 16,
     [](unsigned l, unsigned i) {
       return Place{l / 4 + (i < 2 ? 0u : 8u), l % 4 * 2 + (i & 1)};
     },
     [](unsigned l, unsigned i) { return Place{l % 4 * 2 + i, l / 4}; }, asF16,
     true},
    {"m16n8k8.row.col.f32.tf32.tf32.f32", 16, 8, 8, 32,
     [](unsigned l, unsigned i) {
       return Place{l / 4 + (i % 2 ? 8u : 0u), l % 4 + (i < 2 ? 0u : 4u)};
     },
     [](unsigned l, unsigned i) { return Place{l % 4 + 4 * i, l / 4}; }, asTF32,
     true},
    {"m16n8k4.row.col.f32.tf32.tf32.f32", 16, 8, 4, 32,
     [](unsigned l, unsigned i) { return Place{l / 4 + 8 * i, l % 4}; },
     [](unsigned l, unsigned) { return Place{l % 4, l / 4}; }, asTF32, true},
    {"m16n8k32.row.col.s32.s8.s8.s32", 16, 8, 32, 8,
     [](unsigned l, unsigned i) {
       bool low = i < 4 || (i >= 8 && i < 12);
       return Place{l / 4 + (low ? 0u : 8u),
                    l % 4 * 4 + (i & 3) + (i >= 8 ? 16u : 0u)};
     },
     [](unsigned l, unsigned i) {
       return Place{l % 4 * 4 + (i & 3) + (i >= 4 ? 16u : 0u), l / 4};
     },
     asS8, false},
    {"m16n8k16.row.col.s32.s8.s8.s32", 16, 8, 16, 8,
     [](unsigned l, unsigned i) {
       return Place{l / 4 + (i < 4 ? 0u : 8u), l % 4 * 4 + (i & 3)};
     },
     [](unsigned l, unsigned i) { return Place{l % 4 * 4 + i, l / 4}; }, asS8,
     false}};

/// The registers of one operand, lane after lane.
static std::vector<uint32_t> fragments(const Case &c, unsigned elements,
                                       Place (*place)(unsigned, unsigned),
                                       int (*value)(unsigned, unsigned)) {
  unsigned per = 32 / c.bits, registers = elements / per;
  std::vector<uint32_t> words(32 * registers);
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < elements; ++i) {
      Place at = place(lane, i);
      words[lane * registers + i / per] |= c.encode(value(at.row, at.column))
                                           << (c.bits * (i % per));
    }
  return words;
}

static std::string loads(const char *stem, unsigned count, unsigned parameter) {
  std::string p = std::to_string(parameter);
  std::string text = "  .reg .b32 %" + std::string(stem) +
                     "<8>;\n  mad.wide.u32 "
                     "%rd" +
                     p + ", %r0, " + std::to_string(4 * count) + ", %p" + p +
                     ";\n";
  for (unsigned i = 0; i < count; ++i)
    text += "  ld.global.b32 %" + std::string(stem) + std::to_string(i) +
            ", [%rd" + p + "+" + std::to_string(4 * i) + "];\n";
  return text;
}

TEST(Matrix, ShapesAgreeWithTheManual) {
  for (const Case &c : kCases) {
    unsigned elementsA = c.m * c.k / 32, elementsB = c.n * c.k / 32;
    auto a = fragments(c, elementsA, c.a, valueA);
    auto b = fragments(c, elementsB, c.b, valueB);
    unsigned countA = static_cast<unsigned>(a.size() / 32),
             countB = static_cast<unsigned>(b.size() / 32);
    std::string one = c.floatSum ? "0f3F800000" : "1";
    std::string body =
        "  mov.u32 %r0, %tid.x;\n" + loads("a", countA, 0) +
        loads("b", countB, 1) + "  .reg .b32 %c<4>;\n  mov.b32 %c0, " + one +
        "; mov.b32 %c1, " + one + "; mov.b32 %c2, " + one + "; mov.b32 %c3, " +
        one + ";\n  mma.sync.aligned." + c.text + " " + registerList("c", 4) +
        ", " + registerList("a", countA) + ", " + registerList("b", countB) +
        ", " + registerList("c", 4) +
        ";\n  mad.wide.u32 %rd5, %r0, 16, %p2;\n"
        "  st.global.v4.b32 [%rd5], " +
        registerList("c", 4) + ";\n";
    Machine machine;
    auto program = machine.load(ptxKernel(body, 3));
    ASSERT_TRUE(program) << machine.diagnostic.message << " in " << c.text;
    uint64_t out = machine.allocate(32 * 4 * sizeof(uint32_t));
    auto outcome = machine.run(*program, "k", 1, 32,
                               {machine.upload(a), machine.upload(b), out});
    ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
    auto words = machine.download<uint32_t>(out, 128);
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned i = 0; i < 4; ++i) {
        unsigned row = lane / 4 + (i < 2 ? 0 : 8), col = lane % 4 * 2 + i % 2;
        int sum = 1;
        for (unsigned k = 0; k < c.k; ++k)
          sum += valueA(row, k) * valueB(k, col);
        float real;
        std::memcpy(&real, &words[lane * 4 + i], sizeof real);
        int got = c.floatSum ? static_cast<int>(real)
                             : static_cast<int>(words[lane * 4 + i]);
        EXPECT_EQ(got, sum) << c.text << " row " << row << " column " << col;
      }
  }
}

TEST(Matrix, HalfAccumulators) {
  // C and D: register 0 holds two columns of row lane/4, register 1 of the row
  // eight further down.
  const Case &c = kCases[0];
  Machine machine;
  auto program = machine.load(ptxKernel(
      "  mov.u32 %r0, %tid.x;\n" + loads("a", 4, 0) + loads("b", 2, 1) +
          "  .reg .b32 %c<2>; mov.b32 %c0, 0x40003c00; mov.b32 %c1, 0;\n"
          "  mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%c0, %c1}, "
          "{%a0, %a1, %a2, %a3}, {%b0, %b1}, {%c0, %c1};\n"
          "  mad.wide.u32 %rd5, %r0, 8, %p2;\n"
          "  st.global.v2.b32 [%rd5], {%c0, %c1};\n",
      3));
  ASSERT_TRUE(program) << machine.diagnostic.message;
  uint64_t out = machine.allocate(32 * 2 * sizeof(uint32_t));
  auto outcome =
      machine.run(*program, "k", 1, 32,
                  {machine.upload(fragments(c, 8, c.a, valueA)),
                   machine.upload(fragments(c, 4, c.b, valueB)), out});
  ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
  auto halves = machine.download<uint16_t>(out, 128);
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < 4; ++i) {
      unsigned row = lane / 4 + 8 * (i / 2), column = lane % 4 * 2 + i % 2;
      int sum = i < 2 ? 1 + static_cast<int>(i) : 0;
      for (unsigned k = 0; k < 16; ++k)
        sum += valueA(row, k) * valueB(k, column);
      EXPECT_EQ(integerOfF16(halves[4 * lane + i]), sum) << lane << " " << i;
    }
}

TEST(Matrix, DoublePrecision) {
  Machine machine;
  auto program = machine.load(ptxKernel(R"(
    .reg .f64 %f<8>;
    mov.u32 %r0, %tid.x;
    mad.wide.u32 %rd0, %r0, 8, %p0; ld.global.f64 %f0, [%rd0];
    mad.wide.u32 %rd1, %r0, 8, %p1; ld.global.f64 %f1, [%rd1];
    mov.f64 %f2, 0d3FF0000000000000; mov.f64 %f3, 0d4000000000000000;
    mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%f4,%f5}, {%f0}, {%f1},
      {%f2,%f3};
    mad.wide.u32 %rd2, %r0, 16, %p2; st.global.v2.f64 [%rd2], {%f4,%f5};)",
                                        3));
  ASSERT_TRUE(program) << machine.diagnostic.message;
  std::vector<double> a(32), b(32);
  for (unsigned lane = 0; lane < 32; ++lane) {
    a[lane] = valueA(lane / 4, lane % 4);
    b[lane] = valueB(lane % 4, lane / 4);
  }
  uint64_t out = machine.allocate(64 * sizeof(double));
  machine.run(*program, "k", 1, 32,
              {machine.upload(a), machine.upload(b), out});
  auto got = machine.download<double>(out, 64);
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < 2; ++i) {
      double sum = 1 + i;
      for (unsigned k = 0; k < 4; ++k)
        sum += valueA(lane / 4, k) * valueB(k, lane % 4 * 2 + i);
      EXPECT_EQ(got[2 * lane + i], sum);
    }
}

/// Loads four 8 x 8 matrices of numbered elements; each lane stores its words.
static std::vector<uint32_t> loadMatrices(const std::string &trans) {
  Machine machine;
  auto program = machine.load(ptxKernel(R"(
    .shared .align 16 .b8 s[512];
    mov.u32 %r0, %tid.x; mov.u32 %r9, s;
    mad.wide.u32 %rd0, %r0, 16, %p0;
    ld.global.v4.u32 {%r1,%r2,%r3,%r4}, [%rd0];
    mad.lo.u32 %r10, %r0, 16, %r9;
    st.shared.v4.u32 [%r10], {%r1,%r2,%r3,%r4};
    bar.sync 0;
    ldmatrix.sync.aligned.m8n8.x4)" + trans +
                                            R"(.shared.b16 {%r5,%r6,%r7,%r8},
      [%r10];
    mad.wide.u32 %rd1, %r0, 16, %p1;
    st.global.v4.u32 [%rd1], {%r5,%r6,%r7,%r8};)",
                                        2));
  EXPECT_TRUE(program) << machine.diagnostic.message;
  std::vector<uint16_t> numbers(256);
  for (unsigned i = 0; i < 256; ++i)
    numbers[i] = static_cast<uint16_t>(i);
  uint64_t out = machine.allocate(512);
  auto outcome =
      machine.run(*program, "k", 1, 32, {machine.upload(numbers), out});
  EXPECT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
  // Rows of 16 bytes side by side: four passes and no conflict.
  EXPECT_EQ(outcome.counters.memory.wavefronts, outcome.counters.memory.ideal);
  return machine.download<uint32_t>(out, 128);
}

TEST(Matrix, Ldmatrix) {
  auto plain = loadMatrices(""), transposed = loadMatrices(".trans");
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned m = 0; m < 4; ++m) {
      unsigned row = lane / 4, column = lane % 4 * 2, base = 64 * m;
      uint32_t low = base + 8 * row + column, high = low + 1;
      EXPECT_EQ(plain[4 * lane + m], high << 16 | low);
      low = base + 8 * column + row;
      high = low + 8;
      EXPECT_EQ(transposed[4 * lane + m], high << 16 | low);
    }
}

TEST(Matrix, Stmatrix) {
  // What ldmatrix of the same rows would give back, and its transpose.
  for (const char *trans : {"", ".trans"}) {
    Machine machine;
    auto program = machine.load(
        ptxKernel(std::string(R"(
    .shared .align 16 .b8 s[512];
    mov.u32 %r0, %tid.x; mov.u32 %r9, s;
    mad.wide.u32 %rd0, %r0, 16, %p0;
    ld.global.v4.u32 {%r1,%r2,%r3,%r4}, [%rd0];
    mad.lo.u32 %r10, %r0, 16, %r9;
    stmatrix.sync.aligned.m8n8.x4)") +
                      trans + R"(.shared.b16 [%r10], {%r1,%r2,%r3,%r4};
    bar.sync 0;
    ld.shared.v4.u32 {%r5,%r6,%r7,%r8}, [%r10];
    mad.wide.u32 %rd1, %r0, 16, %p1;
    st.global.v4.u32 [%rd1], {%r5,%r6,%r7,%r8};)",
                  2));
    ASSERT_TRUE(program) << machine.diagnostic.message;
    // Element (row, column) of matrix m is 64 m + 8 row + column.
    bool transposed = *trans;
    std::vector<uint32_t> words(128);
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned m = 0; m < 4; ++m) {
        unsigned row = lane / 4, column = lane % 4 * 2;
        uint32_t low =
            64 * m + (transposed ? 8 * column + row : 8 * row + column);
        words[4 * lane + m] = low | (low + (transposed ? 8 : 1)) << 16;
      }
    uint64_t out = machine.allocate(512);
    auto outcome =
        machine.run(*program, "k", 1, 32, {machine.upload(words), out});
    ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
    auto elements = machine.download<uint16_t>(out, 256);
    for (unsigned i = 0; i < 256; ++i)
      ASSERT_EQ(elements[i], i) << trans;
  }
}

TEST(Matrix, BankConflictsAreCounted) {
  // Rows 128 bytes apart fall on the same banks: eight passes a matrix.
  Machine machine;
  auto program = machine.load(ptxKernel(R"(
    .shared .align 16 .b8 s[1024];
    mov.u32 %r0, %tid.x; mov.u32 %r9, s;
    mad.lo.u32 %r10, %r0, 32, %r9;
    st.shared.v4.u32 [%r10], {%r0,%r0,%r0,%r0};
    st.shared.v4.u32 [%r10+16], {%r0,%r0,%r0,%r0};
    bar.sync 0;
    and.b32 %r1, %r0, 7; mad.lo.u32 %r2, %r1, 128, %r9;
    ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r5}, [%r2];
    st.global.u32 [%p0], %r5;)"));
  ASSERT_TRUE(program) << machine.diagnostic.message;
  machine.options.setChecks("out-of-bounds");
  auto outcome = machine.run(*program, "k", 1, 32, {machine.allocate(4)});
  for (const auto &[number, line] : outcome.counters.lines)
    if (line.text.rfind("ldmatrix", 0) == 0) {
      EXPECT_EQ(line.memory.wavefronts, 8u);
      EXPECT_EQ(line.memory.ideal, 1u);
    }
}

TEST(Matrix, WrongFragmentsAreRefused) {
  Machine machine;
  EXPECT_FALSE(machine.load(ptxKernel(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r0,%r1,%r2,%r3}, "
      "{%r4,%r5}, {%r6,%r7}, {%r0,%r1,%r2,%r3};")));
  EXPECT_NE(machine.diagnostic.message.find("4 registers"), std::string::npos);
}
