//===- ChecksTest.cpp - Planted errors and their correct twins ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each check has a program in which it must fire and one, as close to it as can
// be, in which it must not. docs/emulator.md lists the pairs.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
class Checks : public testing::Test {
protected:
  Machine machine;
  uint64_t buffer = 0; // 256 bytes, written

  void SetUp() override {
    buffer = machine.upload(std::vector<uint32_t>(64, 7));
  }

  /// Findings of `body`, whose %p0 is the buffer, in one block.
  std::vector<Finding> findings(const std::string &body, uint32_t threads = 64,
                                const std::string &before = "",
                                uint32_t blocks = 1) {
    auto program = machine.load(ptxKernel(body, 1, before));
    EXPECT_TRUE(program) << machine.diagnostic.message << " at line "
                         << machine.diagnostic.where.line;
    if (!program)
      return {};
    return machine.run(*program, "k", blocks, threads, {buffer}).findings;
  }

  void expectFinding(FindingKind kind, const std::string &body,
                     uint32_t threads = 64, const std::string &before = "",
                     uint32_t blocks = 1) {
    auto found = findings(body, threads, before, blocks);
    ASSERT_FALSE(found.empty()) << body;
    EXPECT_EQ(nameOf(found[0].kind), std::string(nameOf(kind))) << body;
    EXPECT_NE(found[0].site.line, 0u);
  }

  void expectClean(const std::string &body, uint32_t threads = 64,
                   const std::string &before = "", uint32_t blocks = 1) {
    auto found = findings(body, threads, before, blocks);
    EXPECT_TRUE(found.empty()) << found[0].text() << body;
  }
};

/// %rd0 = %p0 + 4 * tid, %r0 = tid, %rd1 = s + 4 * tid.
const char *const kIndex = R"(
  mov.u32 %r0, %tid.x;
  mul.wide.u32 %rd9, %r0, 4;
  add.u64 %rd0, %p0, %rd9;
)";
const char *const kSharedIndex = R"(
  .shared .align 16 .b8 s[512];
  mov.u32 %r0, %tid.x;
  shl.b32 %r9, %r0, 2;
  mov.u32 %r8, s;
  add.u32 %r1, %r8, %r9;
)";
} // namespace

TEST_F(Checks, GlobalBounds) {
  expectClean(std::string(kIndex) + "ld.global.u32 %r1, [%rd0];");
  expectFinding(FindingKind::OutOfBounds,
                std::string(kIndex) + "ld.global.u32 %r1, [%rd0+4];");
  expectFinding(FindingKind::OutOfBounds,
                std::string(kIndex) + "st.global.u32 [%rd0+-4], %r0;");
  expectFinding(FindingKind::OutOfBounds,
                "mov.u64 %rd0, 0; ld.global.u32 %r1, [%rd0];");
  expectFinding(FindingKind::OutOfBounds,
                "mov.u64 %rd0, 0; ld.u32 %r1, [%rd0];");
  // A lane that is switched off makes no access.
  expectClean(std::string(kIndex) +
              "setp.lt.u32 %q0, %r0, 63; @%q0 ld.global.u32 %r1, [%rd0+4];");
}

TEST_F(Checks, SharedBounds) {
  expectClean(std::string(kSharedIndex) + "st.shared.u32 [%r1+256], %r0;");
  expectFinding(FindingKind::OutOfBounds,
                std::string(kSharedIndex) + "st.shared.u32 [%r1+260], %r0;");
  expectFinding(FindingKind::OutOfBounds,
                std::string(kSharedIndex) +
                    "cvt.u64.u32 %rd1, %r1; cvta.shared.u64 %rd2, %rd1; "
                    "st.u32 [%rd2+260], %r0;");
}

TEST_F(Checks, LocalConstantAndParameterBounds) {
  std::string local = ".local .align 8 .b8 mine[16]; mov.u64 %rd0, mine; ";
  expectClean(local + "st.local.u32 [%rd0+12], 1;");
  expectFinding(FindingKind::OutOfBounds, local + "st.local.u32 [%rd0+16], 1;");
  expectFinding(FindingKind::OutOfBounds,
                local + "cvta.local.u64 %rd1, %rd0; st.u32 [%rd1+16], 1;");

  std::string table = ".const .align 4 .b32 table[2] = {1, 2};";
  expectClean("mov.u64 %rd0, table; ld.const.u32 %r0, [%rd0+4];", 1, table);
  expectFinding(FindingKind::OutOfBounds,
                "mov.u64 %rd0, table; ld.const.u32 %r0, [%rd0+8];", 1, table);
  expectFinding(FindingKind::OutOfBounds,
                "mov.u64 %rd0, table; st.u32 [%rd0], 5;", 1, table);

  expectClean("mov.b64 %rd0, p0; cvta.param.u64 %rd1, %rd0; ld.u64 %rd2, "
              "[%rd1];");
  expectFinding(FindingKind::OutOfBounds,
                "mov.b64 %rd0, p0; cvta.param.u64 %rd1, %rd0; ld.u64 %rd2, "
                "[%rd1+8];");
}

TEST_F(Checks, Alignment) {
  expectClean("ld.global.v4.u32 {%r0,%r1,%r2,%r3}, [%p0+16];");
  expectFinding(FindingKind::Misaligned,
                "ld.global.v4.u32 {%r0,%r1,%r2,%r3}, [%p0+8];");
  expectFinding(FindingKind::Misaligned,
                std::string(kSharedIndex) + "st.shared.u32 [%r1+2], %r0;");
}

TEST_F(Checks, UseAfterFree) {
  expectClean("ld.global.u32 %r0, [%p0];");
  machine.memory.release(buffer);
  expectFinding(FindingKind::UseAfterFree, "ld.global.u32 %r0, [%p0];");
}

TEST_F(Checks, ManyLaunchesLeaveNothingBehind) {
  // More than the mappings a Linux process may have (65530), were they kept.
  auto program = machine.load(ptxKernel("ld.global.u32 %r0, [%p0];"));
  for (int i = 0; i < 70000; ++i) {
    uint64_t scratch = machine.allocate(64);
    ASSERT_NE(scratch, 0u);
    machine.memory.release(scratch);
    if (i % 1000 == 0) {
      ASSERT_TRUE(machine.run(*program, "k", 1, 1, {buffer}).findings.empty());
    }
  }
  EXPECT_EQ(machine.memory.usedBytes(), 4096u);
}

TEST_F(Checks, UninitialisedMemory) {
  std::string shared = std::string(kSharedIndex) + "st.shared.u32 [%r1], %r0; ";
  expectClean(shared + "ld.shared.u32 %r2, [%r1];");
  expectFinding(FindingKind::Uninitialised, shared + "ld.shared.u32 %r2, "
                                                     "[%r1+256];");
  std::string local = ".local .align 8 .b8 mine[16]; mov.u64 %rd0, mine; "
                      "st.local.u16 [%rd0], %h0; ";
  expectClean("mov.u16 %h0, 1; " + local + "ld.local.u16 %h1, [%rd0];");
  expectFinding(FindingKind::Uninitialised,
                "mov.u16 %h0, 1; " + local + "ld.local.u32 %r1, [%rd0];");
  buffer = machine.allocate(64);
  expectClean("st.global.u32 [%p0], 3; ld.global.u32 %r0, [%p0];", 1);
  expectFinding(FindingKind::Uninitialised,
                "st.global.u32 [%p0], 3; ld.global.u32 %r0, [%p0+4];", 1);
}

TEST_F(Checks, UninitialisedRegisters) {
  std::string store = "st.global.u32 [%p0], %r1;";
  expectClean("mov.u32 %r0, 1; add.u32 %r1, %r0, 1;" + store, 1);
  expectFinding(FindingKind::Uninitialised, "add.u32 %r1, %r0, 1;" + store, 1);
  // Compilers compute with undefined values that nobody looks at.
  expectClean("add.u32 %r1, %r0, 1; mul.lo.u32 %r1, %r1, %r1;", 1);
  // Written on one path only: wrong for the lanes that took the other.
  std::string branch = std::string(kIndex) +
                       "setp.lt.u32 %q0, %r0, 5; @%q0 bra L1; mov.u32 %r2, 1; "
                       "L1: ";
  std::string own = "st.global.u32 [%rd0], %r3;";
  expectFinding(FindingKind::Uninitialised,
                branch + "add.u32 %r3, %r2, 1; " + own);
  expectClean(branch + "add.u32 %r3, %r2, 1; @!%q0 " + own);
  expectFinding(FindingKind::Uninitialised,
                branch + "mov.u32 %r3, %r2; " + own);
  expectFinding(FindingKind::Uninitialised,
                branch + "add.u32 %r3, %r2, 1; setp.eq.u32 %q1, %r3, 1;");
  // Of two values only the one that is chosen counts.
  expectClean(branch + "selp.b32 %r3, %r0, %r2, %q0; " + own);
  expectFinding(FindingKind::Uninitialised,
                branch + "selp.b32 %r3, %r2, %r0, %q0; " + own);
  // Both operands have to be there; a register may be its own operand.
  expectFinding(FindingKind::Uninitialised,
                branch + "add.u32 %r3, %r0, 1; add.u32 %r3, %r2, %r3; " + own);
}

TEST_F(Checks, SharedRaceAcrossWarps) {
  std::string write = std::string(kSharedIndex) + "st.shared.u32 [%r1], %r0; ";
  std::string read = "xor.b32 %r2, %r9, 128; add.u32 %r2, %r2, %r8; "
                     "ld.shared.u32 %r3, [%r2];";
  // The other warp's word may not be there yet: shown as a race or, if it comes
  // first, as a read of nothing.
  machine.options.setChecks("race");
  expectFinding(FindingKind::Race, write + read);
  expectClean(write + "bar.sync 0; " + read);
  expectFinding(FindingKind::Race,
                write + "bar.sync 0; " + read + "st.shared.u32 [%r1], %r3;");
  expectClean(write + "bar.sync 0; " + read +
              "bar.sync 0; st.shared.u32 [%r1], %r3;");
  // Half of the block uses a barrier of its own.
  expectClean(write + "bar.sync 3, 64; " + read);
}

TEST_F(Checks, SharedRaceInsideAWarp) {
  std::string write = std::string(kSharedIndex) + "st.shared.u32 [%r1], %r0; ";
  std::string read = "xor.b32 %r2, %r9, 4; add.u32 %r2, %r2, %r8; "
                     "ld.shared.u32 %r3, [%r2];";
  expectFinding(FindingKind::Race, write + read, 32);
  expectClean(write + "bar.warp.sync -1; " + read, 32);
  // All lanes write one word: harmless if they agree.
  expectClean(std::string(kSharedIndex) + "st.shared.u32 [%r8], 5;", 32);
  expectFinding(FindingKind::Race,
                std::string(kSharedIndex) + "st.shared.u32 [%r8], %r0;", 32);
}

TEST_F(Checks, AtomicsAndFlagsDoNotRace) {
  std::string zero = std::string(kSharedIndex) +
                     "setp.eq.u32 %q0, %r0, 0; @%q0 st.shared.u32 [%r8], 0; ";
  expectClean(zero + "bar.sync 0; atom.shared.add.u32 %r2, [%r8], 1;");
  expectFinding(FindingKind::Race,
                zero + "bar.sync 0; atom.shared.add.u32 %r2, [%r8], 1; "
                       "ld.shared.u32 %r3, [%r8];");
  // Warp 0 publishes a word with a fence and a volatile flag; warp 1 waits.
  std::string publish = zero + R"(
    bar.sync 0;
    setp.lt.u32 %q1, %r0, 32;
    @!%q1 bra WAIT;
    setp.ne.u32 %q2, %r0, 0;
    @%q2 bra DONE;
    st.shared.u32 [%r8+64], 9;
    FENCE
    st.volatile.shared.u32 [%r8], 1;
    bra DONE;
  WAIT:
    ld.volatile.shared.u32 %r4, [%r8];
    setp.eq.u32 %q3, %r4, 0;
    @%q3 bra WAIT;
    FENCE
    ld.shared.u32 %r5, [%r8+64];
  DONE:
  )";
  auto with = [&](const std::string &fence) {
    std::string text = publish;
    for (size_t at; (at = text.find("FENCE")) != std::string::npos;)
      text.replace(at, 5, fence);
    return text;
  };
  expectClean(with("membar.cta;"));
  expectClean(with("fence.acq_rel.cta;"));
  expectFinding(FindingKind::Race, with(""));
}

TEST_F(Checks, GlobalRaces) {
  std::string write = std::string(kIndex) + "st.global.u32 [%rd0], %r0; ";
  std::string read = "xor.b32 %r2, %r0, 32; mul.wide.u32 %rd3, %r2, 4; "
                     "add.u64 %rd3, %rd3, %p0; ld.global.u32 %r3, [%rd3];";
  expectClean(write + "bar.sync 0; " + read);
  expectFinding(FindingKind::Race, write + read);
  // A block's barrier orders nothing for other blocks.
  expectFinding(FindingKind::Race,
                write + "bar.sync 0; " + read +
                    "add.u32 %r4, %r3, %ctaid.x; bar.sync "
                    "0; st.global.u32 [%rd0], %r4;",
                64, "", 2);
  // Every block to a word of its own; every thread by an atomic.
  expectClean("mov.u32 %r1, %ctaid.x; mul.wide.u32 %rd0, %r1, 4; add.u64 %rd0, "
              "%rd0, %p0; st.global.u32 [%rd0], %r1;",
              1, "", 8);
  expectClean("red.global.add.u32 [%p0], 1;", 64, "", 4);
  // Block 0 hands a word to block 1 with release and acquire, or without.
  auto hand = [](const std::string &store, const std::string &load,
                 const std::string &fence) {
    return "mov.u32 %r1, %ctaid.x; setp.ne.u32 %q0, %r1, 0; @%q0 bra WAIT; "
           "st.global.u32 [%p0+8], 9; " +
           fence + store + " [%p0], 8; bra DONE; WAIT: " + load +
           " %r2, [%p0]; setp.ne.u32 %q1, %r2, 8; @%q1 bra WAIT; " + fence +
           "ld.global.u32 %r3, [%p0+8]; DONE:";
  };
  auto fresh = [&] { buffer = machine.upload(std::vector<uint32_t>(64, 7)); };
  expectClean(
      hand("st.release.gpu.global.u32", "ld.acquire.gpu.global.u32", ""), 1, "",
      2);
  fresh();
  expectFinding(
      FindingKind::Race,
      hand("st.relaxed.gpu.global.u32", "ld.relaxed.gpu.global.u32", ""), 1, "",
      2);
  fresh();
  expectClean(
      hand("st.volatile.global.u32", "ld.volatile.global.u32", "membar.gl; "),
      1, "", 2);
}

TEST_F(Checks, AsynchronousCopies) {
  std::string copy = std::string(kSharedIndex) + R"(
    mul.wide.u32 %rd1, %r0, 4;
    add.u64 %rd2, %p0, %rd1;
    cp.async.ca.shared.global [%r1], [%rd2], 4;
    cp.async.commit_group;
  )";
  std::string own = "ld.shared.u32 %r3, [%r1];";
  std::string other = "xor.b32 %r2, %r9, 128; add.u32 %r2, %r2, %r8; "
                      "ld.shared.u32 %r3, [%r2];";
  expectClean(copy + "cp.async.wait_group 0; " + own);
  expectFinding(FindingKind::Race, copy + own);
  expectFinding(FindingKind::Race, copy + "cp.async.wait_group 1; " + own);
  machine.options.setChecks("race"); // or the other's copy is not even begun
  expectFinding(FindingKind::Race, copy + "cp.async.wait_group 0; " + other);
  machine.options.setChecks("all");
  expectClean(copy + "cp.async.wait_all; bar.sync 0; " + other);
  for (const char *form :
       {"cp.async.ca.shared.global.L2::128B [%r1], [%rd2], 8;",
        "cp.async.cg.shared.global.L2::128B [%r1], [%rd2], "
        "16;"})
    expectClean(std::string(kSharedIndex) +
                    "mul.wide.u32 %rd1, %r0, 4; add.u64 %rd2, %p0, %rd1; " +
                    form + " cp.async.wait_all; ld.shared.u32 %r3, [%r1];",
                1);
  // The source must be there, but not where nothing is read.
  expectFinding(FindingKind::OutOfBounds,
                std::string(kSharedIndex) +
                    "cp.async.ca.shared.global [%r1], [%p0+256], 4;");
  expectClean(std::string(kSharedIndex) +
              "cp.async.ca.shared.global [%r1], [%p0+256], 4, 0; "
              "cp.async.wait_all; ld.shared.u32 %r3, [%r1];");
}

TEST_F(Checks, BarrierDivergence) {
  std::string halves = std::string(kIndex) + "and.b32 %r1, %r0, 16; "
                                             "setp.eq.u32 %q0, %r1, 0; ";
  expectClean(halves + "@%q0 bra L1; mov.u32 %r2, 1; L1: bar.sync 0;");
  expectFinding(FindingKind::BarrierDivergence,
                halves + "@%q0 bra L1; bar.sync 0; bra L2; L1: bar.sync 0; "
                         "L2: bar.sync 0;");
  // Lanes that left do not count.
  expectClean(halves + "@%q0 exit; bar.sync 0;");
  // A shuffle that asks for lanes which wait at the barrier.
  expectFinding(FindingKind::BarrierDivergence,
                halves + "@%q0 bra L1; shfl.sync.idx.b32 %r3, %r0, 0, 31, -1; "
                         "L1: bar.sync 0;");
  expectFinding(FindingKind::BarrierDivergence,
                "bar.sync 1, 32; bar.sync 1, 33;", 32);
}

TEST_F(Checks, Deadlock) {
  std::string warps = std::string(kIndex) + "setp.lt.u32 %q0, %r0, 32; ";
  expectClean(warps + "@%q0 bra L1; bar.arrive 1, 64; bra L2; L1: bar.sync 1, "
                      "64; L2:");
  expectFinding(FindingKind::Deadlock, warps + "@!%q0 bra L2; bar.sync 1, 64; "
                                               "L2:");
  // A loop that waits for a flag which nobody sets.
  std::string wait = "WAIT: ld.volatile.global.u32 %r4, [%p0]; "
                     "setp.ne.u32 %q3, %r4, 8; @%q3 bra WAIT;";
  expectFinding(FindingKind::Deadlock, wait, 32, "", 3);
  expectClean(warps +
              "@%q0 bra L1; st.volatile.global.u32 [%p0], 8; L1: " + wait);
}

TEST_F(Checks, TrapAndSourceLines) {
  expectFinding(FindingKind::Trap, "trap;", 1);
  expectFinding(FindingKind::Trap, "brkpt;", 1);
  auto found = findings(".loc 1 42 3\n ld.global.u32 %r1, [%p0+512];", 1,
                        ".file 1 \"saxpy.cu\"");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].site.source, "saxpy.cu:42");
  EXPECT_NE(found[0].json().find("\"source\":\"saxpy.cu:42\""),
            std::string::npos);
}

TEST_F(Checks, ChoiceOfChecks) {
  std::string bad = "ld.global.u32 %r1, [%p0+512]; ld.global.u32 %r2, "
                    "[%p0+516];\n st.global.u32 [%p0], %r3;";
  EXPECT_EQ(findings(bad, 1).size(), 1u);
  machine.options.stopAtFirst = false;
  EXPECT_EQ(findings(bad, 1).size(), 2u); // one for each line
  machine.options.setChecks("uninitialised");
  EXPECT_EQ(findings(bad, 1).size(), 1u);
  machine.options.setChecks("none");
  EXPECT_TRUE(findings(bad, 1).empty());
  machine.options.setChecks("all");
  machine.options.suppressions = {{"out-of-bounds", "*", 0}};
  EXPECT_EQ(findings(bad, 1).size(), 1u);
  EXPECT_FALSE(machine.options.setChecks("races"));
}

TEST_F(Checks, SeedReplaysTheSchedule) {
  std::string race =
      std::string(kSharedIndex) + "st.shared.u32 [%r8], %r0; bar.sync 0; ";
  machine.options.replay = true;
  machine.options.seed = 5;
  std::string first = findings(race, 128)[0].text();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(findings(race, 128)[0].text(), first);
}
