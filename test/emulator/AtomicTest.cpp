//===- AtomicTest.cpp - atom, red, and memory widths ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expected values are worked out from PTX ISA 9.7.9 and 9.7.13.
//
//===----------------------------------------------------------------------===//

#include "InstructionCase.h"

using namespace brt::emu;
using namespace brt::emu::test;

/// One thread applies `text` to a word of global memory that holds `before`;
/// returns what the word holds after it.
static uint64_t after(const std::string &text, uint64_t before) {
  Machine machine;
  auto program =
      machine.load(ptxKernel(".reg .f32 %f<2>; .reg .f64 %g<2>; " + text));
  EXPECT_TRUE(program) << machine.diagnostic.message << " in " << text;
  if (!program)
    return 0;
  uint64_t word = machine.upload(std::vector<uint64_t>{before});
  auto outcome = machine.run(*program, "k", 1, 1, {word});
  EXPECT_TRUE(outcome.findings.empty());
  return machine.download<uint64_t>(word, 1)[0];
}

TEST(Atomic, NewValues) {
  EXPECT_EQ(after("atom.global.add.u32 %r0, [%p0], 5;", 7), 12u);
  EXPECT_EQ(after("red.global.add.u64 [%p0], 5;", ~0ull), 4u);
  EXPECT_EQ(after("atom.global.min.s32 %r0, [%p0], -5;", 7), 0xfffffffbu);
  EXPECT_EQ(after("atom.global.min.u32 %r0, [%p0], -5;", 7), 7u);
  EXPECT_EQ(after("atom.global.max.s32 %r0, [%p0], -5;", 7), 7u);
  EXPECT_EQ(after("atom.global.max.u64 %rd0, [%p0], 9;", 7), 9u);
  EXPECT_EQ(after("atom.global.and.b32 %r0, [%p0], 3;", 6), 2u);
  EXPECT_EQ(after("atom.global.or.b32 %r0, [%p0], 3;", 6), 7u);
  EXPECT_EQ(after("atom.global.xor.b32 %r0, [%p0], 3;", 6), 5u);
  EXPECT_EQ(after("atom.global.exch.b32 %r0, [%p0], 3;", 6), 3u);
  EXPECT_EQ(after("atom.global.cas.b32 %r0, [%p0], 6, 3;", 6), 3u);
  EXPECT_EQ(after("atom.global.cas.b64 %rd0, [%p0], 5, 3;", 6), 6u);
  // inc and dec wrap at their operand.
  EXPECT_EQ(after("atom.global.inc.u32 %r0, [%p0], 6;", 5), 6u);
  EXPECT_EQ(after("atom.global.inc.u32 %r0, [%p0], 6;", 6), 0u);
  EXPECT_EQ(after("atom.global.dec.u32 %r0, [%p0], 6;", 0), 6u);
  EXPECT_EQ(after("atom.global.dec.u32 %r0, [%p0], 6;", 9), 6u);
  EXPECT_EQ(after("atom.global.dec.u32 %r0, [%p0], 6;", 4), 3u);
}

TEST(Atomic, FloatingPoint) {
  EXPECT_EQ(after("atom.global.add.f32 %f0, [%p0], 0f40000000;", f32(1)),
            f32(3));
  EXPECT_EQ(
      after("atom.global.add.f64 %g0, [%p0], 0d4000000000000000;", f64(1)),
      f64(3));
  EXPECT_EQ(
      after("atom.global.add.noftz.f16x2 %r0, [%p0], 0x3c004000;", 0x3c003c00),
      0x40004200u);
  EXPECT_EQ(
      after("atom.global.add.noftz.bf16x2 %r0, [%p0], 0x3f804000;", 0x3f803f80),
      0x40004040u);
  // Global memory flushes subnormals, shared memory keeps them.
  EXPECT_EQ(after("atom.global.add.f32 %f0, [%p0], 0f00000001;", 1), 0u);
  EXPECT_EQ(after(".shared .b32 s; st.shared.u32 [s], 1; atom.shared.add.f32 "
                  "%f0, [s], 0f00000001; ld.shared.u32 %r0, [s]; "
                  "st.global.u32 [%p0], %r0;",
                  0),
            2u);
}

TEST(Atomic, OldValueAndModifierOrder) {
  EXPECT_EQ(after("atom.global.gpu.acq_rel.add.u32 %r0, [%p0], 5; "
                  "st.global.u32 [%p0], %r0;",
                  7),
            7u);
  EXPECT_EQ(after("atom.add.release.gpu.s32 %r0, [%p0], 5;", 7), 12u);
  EXPECT_EQ(after("atom.acquire.sys.global.cas.b32 %r0, [%p0], 7, 1;", 7), 1u);
  EXPECT_EQ(after("atom.acquire.sys.global.cas.b64 %rd0, [%p0], 7, 1;", 7), 1u);
  EXPECT_EQ(after("atom.cas.acquire.gpu.b32 %r0, [%p0], 7, 1;", 7), 1u);
  EXPECT_EQ(after("atom.global.acq_rel.gpu.cas.b32 %r0, [%p0], 6, 1;", 7), 7u);
  for (const char *text :
       {"atom.add.u32 %r0, [%p0], 5;",
        "atom.add.acquire.cta.u32 %r0, [%p0], 5;",
        "atom.add.release.gpu.u32 %r0, [%p0], 5;",
        "atom.cta.add.s32 %r0, [%p0], 5;", "atom.sys.add.s32 %r0, [%p0], 5;",
        "atom.global.cta.add.u32 %r0, [%p0], 5;",
        "atom.global.sys.add.u32 %r0, [%p0], 5;",
        "atom.global.add.u64 %rd0, [%p0], 5;",
        "atom.global.gpu.acq_rel.exch.b32 %r0, [%p0], 12;",
        "atom.global.gpu.acq_rel.max.s32 %r0, [%p0], 12;"})
    EXPECT_EQ(after(text, 7), 12u) << text;
  EXPECT_EQ(after("atom.add.f32 %f0, [%p0], 0f40000000;", f32(1)), f32(3));
  EXPECT_EQ(
      after("atom.global.gpu.acq_rel.add.f32 %f0, [%p0], 0f40000000;", f32(1)),
      f32(3));
  EXPECT_EQ(after("atom.add.noftz.f16x2 %r0, [%p0], 0x3c004000;", 0x3c003c00),
            0x40004200u);
  EXPECT_EQ(after("atom.add.noftz.bf16x2 %r0, [%p0], 0x3f804000;", 0x3f803f80),
            0x40004040u);
  std::string shared = ".shared .b32 s; st.shared.u32 [s], 7; ";
  std::string back = " ld.shared.u32 %r0, [s]; st.global.u32 [%p0], %r0;";
  EXPECT_EQ(after(shared + "atom.shared.max.s32 %r1, [s], -5;" + back, 0), 7u);
  EXPECT_EQ(after(shared + "atom.shared.min.u32 %r1, [s], 5;" + back, 0), 5u);
}

TEST(Atomic, EveryThreadCounts) {
  Machine machine;
  auto program = machine.load(ptxKernel("red.global.add.u32 [%p0], 1;"));
  uint64_t word = machine.upload(std::vector<uint32_t>{0});
  machine.run(*program, "k", 64, 100, {word});
  EXPECT_EQ(machine.download<uint32_t>(word, 1)[0], 6400u);
}

TEST(Memory, WidthsAndSigns) {
  EXPECT_EQ(after("ld.global.s8 %r0, [%p0]; st.global.u32 [%p0], %r0;", 0x80),
            0xffffff80u);
  EXPECT_EQ(after("ld.global.u8 %r0, [%p0]; st.global.u32 [%p0], %r0;", 0x1280),
            0x80u);
  EXPECT_EQ(
      after("ld.global.s16 %rd0, [%p0]; st.global.u64 [%p0], %rd0;", 0x8000),
      0xffffffffffff8000u);
  EXPECT_EQ(after("mov.u32 %r0, 0x1234; st.global.u8 [%p0+1], %r0;", 0),
            0x3400u);
  EXPECT_EQ(after("ld.global.v2.u16 {%h0, %h1}, [%p0]; st.global.v2.u16 "
                  "[%p0], {%h1, %h0};",
                  0x00020001),
            0x00010002u);
  EXPECT_EQ(after("ld.global.nc.L1::no_allocate.L2::128B.v2.b32 {%r0, _}, "
                  "[%p0]; st.global.cs.b32 [%p0+4], %r0;",
                  9),
            0x900000009u);
}

TEST(Memory, GenericAddresses) {
  std::string shared = ".shared .align 8 .b64 s; mov.u64 %rd0, s; "
                       "cvta.shared.u64 %rd1, %rd0; ";
  EXPECT_EQ(after(shared + "st.u64 [%rd1], 5; ld.shared.u64 %rd2, [s]; "
                           "st.global.u64 [%p0], %rd2;",
                  0),
            5u);
  EXPECT_EQ(after(shared + "cvta.to.shared.u64 %rd2, %rd1; isspacep.shared "
                           "%q0, %rd1; selp.u64 %rd2, %rd2, 7, %q0; "
                           "st.u64 [%p0], %rd2;",
                  1),
            0u);
  EXPECT_EQ(after("isspacep.global %q0, %p0; selp.u64 %rd2, 4, 7, %q0; st.u64 "
                  "[%p0], %rd2;",
                  1),
            4u);
  EXPECT_EQ(after("cvta.to.global.u64 %rd0, %p0; cvta.global.u64 %rd1, %rd0; "
                  "st.u32 [%rd1], 3;",
                  1),
            3u);
  EXPECT_EQ(after(".local .b32 mine; mov.u64 %rd0, mine; cvta.local.u64 %rd1, "
                  "%rd0; st.u32 [%rd1], 6; cvta.to.local.u64 %rd2, %rd1; "
                  "ld.local.u32 %r0, [%rd2]; st.u32 [%p0], %r0;",
                  1),
            6u);
}

TEST(Memory, SectorsAreCounted) {
  auto sectors = [](const std::string &stride) {
    Machine machine;
    auto program =
        machine.load(ptxKernel("mov.u32 %r0, %tid.x; mad.wide.u32 %rd0, %r0, " +
                               stride + ", %p0; ld.global.u32 %r1, [%rd0];"));
    auto outcome = machine.run(
        *program, "k", 1, 32, {machine.upload(std::vector<uint32_t>(32 * 32))});
    return outcome.counters.memory.sectors;
  };
  EXPECT_EQ(sectors("4"), 4u);    // 128 bytes side by side
  EXPECT_EQ(sectors("8"), 8u);    // every other word
  EXPECT_EQ(sectors("128"), 32u); // one each
  EXPECT_EQ(sectors("0"), 1u);    // all the same
}
