//===- WgmmaTest.cpp - wgmma ----------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.15. Matrices are laid into shared memory here by the layouts that
// the manual draws, element by element and with the swizzle as a permutation of
// 16-byte pieces, not by the emulator's formulas.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "SmallNumbers.h"

#include <functional>
#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
struct Case {
  const char *types; // .d.a.b
  unsigned n, k, bytes;
  unsigned swizzle; // bytes: 16 (none), 32, 64, 128
  bool transposed;  // B has its columns side by side
  bool registersA;
  uint32_t (*encode)(int value);
  enum { Float, Half, Integer } sum;
};
constexpr unsigned kRows = 64;
} // namespace

/// A tile in shared memory and the descriptor fields that say how it lies.
struct Tile {
  std::vector<uint8_t> bytes;
  uint32_t leading = 0, stride = 0;
};

/// `rows` x k elements with K side by side: rows in groups of eight, a row of
/// which takes the swizzle's span; or transposed, with the roles exchanged.
static Tile layOut(const Case &c, unsigned rows, bool transposed,
                   const std::function<int(unsigned, unsigned)> &value) {
  Tile tile;
  unsigned span = c.swizzle, per = span / c.bytes;
  // Lines of one span each, in groups of eight; pieces are how many spans lie
  // beside each other.
  unsigned along = transposed ? rows : c.k, across = transposed ? c.k : rows;
  unsigned pieces = (along + per - 1) / per, groups = across / 8;
  uint32_t groupBytes = 8 * span;
  tile.bytes.assign(size_t(pieces) * groups * groupBytes, 0);
  uint32_t pieceBytes = groups * groupBytes;
  for (unsigned line = 0; line < across; ++line)
    for (unsigned i = 0; i < along; ++i) {
      unsigned piece = i / per, within = i % per * c.bytes;
      unsigned chunk = within / 16, phase = line % 8;
      // 128: the line; 64: every two lines; 32: every four.
      unsigned turned = chunk ^ (phase * span / 128 % (span / 16));
      size_t at = piece * pieceBytes + line / 8 * groupBytes + phase * span +
                  turned * 16 + within % 16;
      uint32_t bits = c.encode(transposed ? value(i, line) : value(line, i));
      std::memcpy(&tile.bytes[at], &bits, c.bytes);
    }
  bool none = span == 16;
  // Without a swizzle the two fields change places when transposed.
  tile.stride = none && transposed ? pieceBytes : groupBytes;
  tile.leading = none && transposed ? groupBytes : pieceBytes;
  return tile;
}

static uint64_t descriptorOf(const Case &c, const Tile &tile, uint32_t start) {
  uint64_t mode = c.swizzle == 128  ? 1
                  : c.swizzle == 64 ? 2
                  : c.swizzle == 32 ? 3
                                    : 0;
  return start >> 4 | uint64_t(tile.leading >> 4) << 16 |
         uint64_t(tile.stride >> 4) << 32 | mode << 62;
}

/// Copies both tiles to shared memory, multiplies, and leaves D's registers.
static std::string kernelOf(const Case &c, const Tile &a, const Tile &b,
                            unsigned registers, const std::string &around) {
  uint32_t bytesA = static_cast<uint32_t>(a.bytes.size());
  uint32_t bytesB = static_cast<uint32_t>(b.bytes.size());
  std::string shape = ".m64n" + std::to_string(c.n) + "k" + std::to_string(c.k);
  std::string text = R"(
  .shared .align 1024 .b8 s[65536]; .reg .b32 %d<128>; .reg .b32 %a<4>;
  .reg .b64 %da; .reg .b64 %db;
  mov.u32 %r0, %tid.x; mov.u32 %r9, s; mul.lo.u32 %r1, %r0, 4;
  L: setp.ge.u32 %q0, %r1, )" +
                     std::to_string(bytesA + bytesB) + R"(; @%q0 bra D;
  cvt.u64.u32 %rd0, %r1; add.u64 %rd1, %p0, %rd0; ld.global.u32 %r2, [%rd1];
  add.u32 %r3, %r9, %r1; st.shared.u32 [%r3], %r2; add.u32 %r1, %r1, 512;
  bra L; D:
)";
  text += "fence.proxy.async.shared::cta; bar.sync 0;\n";
  for (unsigned i = 0; i < registers; ++i)
    text += "mov.b32 %d" + std::to_string(i) + ", 0;\n";
  text += "ld.global.b64 %da, [%p2]; ld.global.b64 %db, [%p2+8];\n"
          "mad.wide.u32 %rd3, %r0, 16, %p3; "
          "ld.global.v4.b32 {%a0, %a1, %a2, %a3}, [%rd3];\n"
          "setp.eq.u32 %q1, %r0, 999;\n";
  std::string flags = c.sum == Case::Integer ? "" : ", 1, 1";
  if (c.bytes == 2)
    flags += c.registersA ? "" : ", 0";
  if (c.bytes == 2)
    flags += c.transposed ? ", 1" : ", 0";
  std::string mma = "wgmma.mma_async.sync.aligned" + shape + c.types + " " +
                    registerList("d", registers) + ", " +
                    (c.registersA ? "{%a0, %a1, %a2, %a3}" : "%da") + ", %db, ";
  // d = a b, and then d += a b.
  std::string body = around;
  body.replace(body.find("MMA"), 3,
               mma + "%q1" + flags + ";\n" + mma + "1" + flags + ";\n");
  text += body + "\nmad.wide.u32 %rd4, %r0, " + std::to_string(4 * registers) +
          ", %p1;\n";
  for (unsigned i = 0; i < registers; ++i)
    text += "st.global.b32 [%rd4+" + std::to_string(4 * i) + "], %d" +
            std::to_string(i) + ";\n";
  return ptxKernel(text, 4);
}

static const char *const kProper =
    "wgmma.fence.sync.aligned; MMA wgmma.commit_group.sync.aligned; "
    "wgmma.wait_group.sync.aligned 0;";

/// Runs a case; what the registers hold, thread by thread.
static LaunchOutcome run(Machine &machine, const Case &c,
                         std::vector<uint32_t> &words,
                         const std::string &around = kProper,
                         const std::string &without = "") {
  Tile a = layOut(c, kRows, false, valueA);
  Tile b = layOut(c, c.n, c.transposed,
                  [](unsigned col, unsigned k) { return valueB(k, col); });
  unsigned registers = c.n / (c.sum == Case::Half ? 4 : 2);
  std::string text = kernelOf(c, a, b, registers, around);
  if (!without.empty())
    text.erase(text.find(without), without.size());
  auto program = machine.load(text);
  EXPECT_TRUE(program) << machine.diagnostic.message << " line "
                       << machine.diagnostic.where.line;
  if (!program)
    return {};
  std::vector<uint8_t> both = a.bytes;
  both.insert(both.end(), b.bytes.begin(), b.bytes.end());
  // A by the table of m16n8k16, in 32-bit registers.
  std::vector<uint32_t> fragments(128 * 4);
  unsigned per = 4 / c.bytes;
  for (unsigned thread = 0; thread < 128; ++thread)
    for (unsigned i = 0; i < 4 * per; ++i) {
      unsigned lane = thread % 32, r = i / per;
      unsigned row = 16 * (thread / 32) + lane / 4 + 8 * (r % 2);
      unsigned k = per * (lane % 4) + i % per + 4 * per * (r / 2);
      fragments[4 * thread + r] |= c.encode(valueA(row, k))
                                   << (8 * c.bytes * (i % per));
    }
  uint64_t out = machine.allocate(128 * registers * sizeof(uint32_t));
  std::vector<uint64_t> descriptors = {
      descriptorOf(c, a, 0),
      descriptorOf(c, b, static_cast<uint32_t>(a.bytes.size()))};
  LaunchOutcome outcome =
      machine.run(*program, "k", 1, 128,
                  {machine.upload(both), out, machine.upload(descriptors),
                   machine.upload(fragments)});
  words = machine.download<uint32_t>(out, 128 * registers);
  return outcome;
}

static void expectProduct(const Case &c) {
  Machine machine;
  std::vector<uint32_t> words;
  LaunchOutcome outcome = run(machine, c, words);
  ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
  EXPECT_EQ(outcome.counters.tensorMultiplyAdds,
            uint64_t(2) * 4 * kRows * c.n * c.k);
  for (unsigned thread = 0; thread < 128; ++thread)
    for (unsigned i = 0; i < c.n / 2; ++i) {
      unsigned row = 16 * (thread / 32) + thread % 32 / 4 + 8 * (i / 2 % 2);
      unsigned col = 8 * (i / 4) + 2 * (thread % 4) + i % 2;
      int sum = 0;
      for (unsigned k = 0; k < c.k; ++k)
        sum += 2 * valueA(row, k) * valueB(k, col);
      int got = 0;
      if (c.sum == Case::Half) {
        uint32_t word = words[thread * (c.n / 4) + i / 2];
        got = integerOfF16(static_cast<uint16_t>(word >> 16 * (i % 2)));
      } else {
        uint32_t word = words[thread * (c.n / 2) + i];
        float real;
        std::memcpy(&real, &word, sizeof real);
        got = c.sum == Case::Float ? static_cast<int>(real)
                                   : static_cast<int>(word);
      }
      ASSERT_EQ(got, sum) << c.types << " n " << c.n << " swizzle " << c.swizzle
                          << " transposed " << c.transposed << " row " << row
                          << " column " << col;
    }
}

TEST(Wgmma, TypesAndShapes) {
  const Case cases[] = {
      {".f32.bf16.bf16", 64, 16, 2, 32, false, false, asBF16, Case::Float},
      {".f32.f16.f16", 64, 16, 2, 32, false, false, asF16, Case::Float},
      {".f32.f16.f16", 128, 16, 2, 32, false, false, asF16, Case::Float},
      {".f16.f16.f16", 64, 16, 2, 32, false, false, asF16, Case::Half},
      {".f32.tf32.tf32", 64, 8, 4, 32, false, false, asTF32, Case::Float},
      {".f32.tf32.tf32", 128, 8, 4, 32, false, false, asTF32, Case::Float},
      {".f32.e4m3.e4m3", 64, 32, 1, 32, false, false, asE4M3, Case::Float},
      {".f32.e4m3.e4m3", 128, 32, 1, 32, false, false, asE4M3, Case::Float},
      {".f32.e5m2.e5m2", 64, 32, 1, 32, false, false, asE5M2, Case::Float},
      {".s32.s8.s8", 16, 32, 1, 32, false, false, asS8, Case::Integer},
      {".f32.bf16.bf16", 8, 16, 2, 32, false, true, asBF16, Case::Float},
      {".f32.tf32.tf32", 24, 8, 4, 32, false, true, asTF32, Case::Float},
      {".f32.e4m3.e4m3", 64, 32, 1, 32, false, true, asE4M3, Case::Float}};
  for (const Case &c : cases)
    expectProduct(c);
}

TEST(Wgmma, Layouts) {
  // K of one instruction is 32 bytes: wider spans have room for more.
  for (unsigned swizzle : {16u, 32u, 64u, 128u})
    expectProduct({".f32.bf16.bf16", 64, 16, 2, swizzle, false, false, asBF16,
                   Case::Float});
  for (unsigned swizzle : {16u, 32u, 64u, 128u})
    for (unsigned n : {64u, 128u})
      expectProduct({".f32.bf16.bf16", n, 16, 2, swizzle, true, false, asBF16,
                     Case::Float});
}

TEST(Wgmma, Sequences) {
  const Case c = {".f32.bf16.bf16", 8,          16, 2, 32, false, false,
                  asBF16,           Case::Float};
  auto expect = [&](const char *kind, const std::string &around,
                    const std::string &without = "") {
    Machine machine;
    std::vector<uint32_t> words;
    LaunchOutcome outcome = run(machine, c, words, around, without);
    ASSERT_FALSE(outcome.findings.empty()) << around;
    EXPECT_STREQ(nameOf(outcome.findings[0].kind), kind);
    return;
  };
  std::string commit = "wgmma.commit_group.sync.aligned;";
  std::string fence = "wgmma.fence.sync.aligned;";
  expect("wgmma", "MMA " + commit + " wgmma.wait_group.sync.aligned 0;");
  expect("wgmma",
         fence + " MMA " + commit + " wgmma.wait_group.sync.aligned 1;");
  expect("wgmma", fence + " MMA wgmma.wait_group.sync.aligned 0;" + commit);
  expect("wgmma", fence + " add.f32 %d0, %d0, %d0; MMA " + commit +
                      " wgmma.wait_group.sync.aligned 0;");
  // What is not modelled says so.
  expect("wgmma", "or.b64 %db, %db, 0x2000000000000; " + std::string(kProper));
  // Without fence.proxy.async what was stored may not be there.
  expect("race", kProper, "fence.proxy.async.shared::cta;");
}

TEST(Wgmma, TilesInUse) {
  const Case c = {".f32.bf16.bf16", 8,          16, 2, 32, false, false,
                  asBF16,           Case::Float};
  auto findings = [&](const std::string &around) {
    Machine machine;
    std::vector<uint32_t> words;
    return run(machine, c, words, around).findings;
  };
  auto expectRace = [&](const std::string &around) {
    auto found = findings(around);
    ASSERT_FALSE(found.empty()) << around;
    EXPECT_EQ(found[0].kind, FindingKind::Race) << found[0].text();
  };
  std::string issue = "wgmma.fence.sync.aligned; MMA "
                      "wgmma.commit_group.sync.aligned; ";
  std::string wait = "wgmma.wait_group.sync.aligned 0; ";
  // Thread 0 overwrites A, of which its warp reads the first rows, and B, which
  // all warps read, 2048 bytes behind it.
  std::string toA = "setp.eq.u32 %q2, %r0, 0; @%q2 st.shared.u32 [%r9], 0; ";
  std::string toB =
      "setp.eq.u32 %q2, %r0, 0; @%q2 st.shared.u32 [%r9+2048], 0; ";
  EXPECT_TRUE(findings(issue + wait + toA).empty());
  expectRace(issue + toA + wait);
  EXPECT_TRUE(findings(issue + wait + "bar.sync 0; " + toB).empty());
  expectRace(issue + wait + toB);
  expectRace(issue + "bar.sync 0; " + toB + wait);
  expectRace(issue + "wgmma.wait_group.sync.aligned 1; bar.sync 0; " + toB +
             wait);
}

TEST(Wgmma, RegisterCountsHaveRules) {
  Machine machine;
  auto program = machine.load(ptxKernel("setmaxnreg.dec.sync.aligned.u32 40; "
                                        "setmaxnreg.inc.sync.aligned.u32 "
                                        "232;"));
  ASSERT_TRUE(program);
  EXPECT_TRUE(machine.run(*program, "k", 1, 128, {0}).findings.empty());
  EXPECT_FALSE(machine.load(ptxKernel("setmaxnreg.inc.sync.aligned.u32 100;")));
}
