//===- WarpTest.cpp - Exchange within a warp, barriers, control flow ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expected values are worked out from PTX ISA 9.7.9.6, 9.7.12 and 9.7.13.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <functional>
#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

/// What each thread leaves in %r1; %r0 is its index.
static std::vector<uint32_t> perThread(const std::string &body,
                                       uint32_t threads = 32) {
  Machine machine;
  auto program = machine.load(ptxKernel(
      "mov.u32 %r0, %tid.x; mul.wide.u32 %rd0, %r0, 4; add.u64 %rd1, %p0, "
      "%rd0;\n" +
      body + "\nst.global.u32 [%rd1], %r1;"));
  EXPECT_TRUE(program) << machine.diagnostic.message << " line "
                       << machine.diagnostic.where.line;
  if (!program)
    return std::vector<uint32_t>(threads);
  uint64_t out = machine.allocate(threads * sizeof(uint32_t));
  LaunchOutcome outcome = machine.run(*program, "k", 1, threads, {out});
  EXPECT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
  return machine.download<uint32_t>(out, threads);
}

static void expectPerThread(const std::string &body, uint32_t threads,
                            const std::function<uint32_t(uint32_t)> &expected) {
  auto got = perThread(body, threads);
  for (uint32_t i = 0; i < threads; ++i)
    EXPECT_EQ(got[i], expected(i)) << "thread " << i << " of " << body;
}

TEST(Warp, Shuffles) {
  expectPerThread("shfl.sync.up.b32 %r1, %r0, 3, 0, -1;", 32,
                  [](uint32_t i) { return i < 3 ? i : i - 3; });
  expectPerThread("shfl.sync.down.b32 %r1|%q0, %r0, 4, 31, -1; @!%q0 mov.u32 "
                  "%r1, 99;",
                  32, [](uint32_t i) { return i + 4 < 32 ? i + 4 : 99; });
  expectPerThread("shfl.sync.bfly.b32 %r1, %r0, 5, 31, -1;", 32,
                  [](uint32_t i) { return i ^ 5; });
  // Segments of eight lanes: segment mask 0x18 in bits 8 to 12.
  expectPerThread("shfl.sync.idx.b32 %r1, %r0, 2, 0x181f, -1;", 32,
                  [](uint32_t i) { return (i & 24) + 2; });
  expectPerThread("shfl.sync.up.b32 %r1, %r0, 1, 0x1800, -1;", 32,
                  [](uint32_t i) { return i % 8 ? i - 1 : i; });
  // Half a warp on its own, and a partial warp.
  expectPerThread("mov.u32 %r1, 7; setp.lt.u32 %q0, %r0, 16; @%q0 "
                  "shfl.sync.bfly.b32 %r1, %r0, 1, 31, 0xffff;",
                  32, [](uint32_t i) { return i < 16 ? i ^ 1 : 7; });
  expectPerThread("shfl.sync.bfly.b32 %r1, %r0, 1, 31, -1;", 8,
                  [](uint32_t i) { return i ^ 1; });
}

TEST(Warp, VotesAndMatches) {
  std::string odd = "and.b32 %r2, %r0, 1; setp.ne.u32 %q0, %r2, 0; ";
  expectPerThread(odd + "vote.sync.ballot.b32 %r1, %q0, -1;", 32,
                  [](uint32_t) { return 0xaaaaaaaa; });
  expectPerThread(odd + "vote.sync.any.pred %q1, %q0, -1; selp.u32 %r1, 1, 0, "
                        "%q1;",
                  32, [](uint32_t) { return 1; });
  expectPerThread(odd + "vote.sync.all.pred %q1, %q0, -1; selp.u32 %r1, 1, 0, "
                        "%q1;",
                  32, [](uint32_t) { return 0; });
  // Zero outside the lanes that vote; an empty ballot.
  expectPerThread("mov.u32 %r1, 0; setp.lt.u32 %q0, %r0, 4; @%q0 "
                  "vote.sync.ballot.b32 %r1, %q0, 15;",
                  32, [](uint32_t i) { return i < 4 ? 15 : 0; });
  expectPerThread("setp.gt.u32 %q0, %r0, 99; vote.sync.ballot.b32 %r1, %q0, "
                  "-1;",
                  32, [](uint32_t) { return 0; });
  expectPerThread("and.b32 %r2, %r0, 3; match.any.sync.b32 %r1, %r2, -1;", 32,
                  [](uint32_t i) { return 0x11111111u << (i & 3); });
  // Only the upper half differs.
  expectPerThread(
      "mov.u32 %r8, 1; and.b32 %r2, %r0, 3; mov.b64 %rd2, {%r8, %r2}; "
      "match.any.sync.b64 %r1, %rd2, -1;",
      32, [](uint32_t i) { return 0x11111111u << (i & 3); });
  expectPerThread("mov.u32 %r2, 5; match.all.sync.b32 %r1|%q0, %r2, -1;", 32,
                  [](uint32_t) { return 0xffffffff; });
  expectPerThread("match.all.sync.b32 %r1|%q0, %r0, -1; @!%q0 add.u32 %r1, "
                  "%r1, 3;",
                  32, [](uint32_t) { return 3; });
}

TEST(Warp, ReductionsAndMasks) {
  expectPerThread("redux.sync.add.s32 %r1, %r0, -1;", 32,
                  [](uint32_t) { return 31 * 16; });
  expectPerThread("sub.s32 %r2, %r0, 5; redux.sync.min.s32 %r1, %r2, -1;", 32,
                  [](uint32_t) { return static_cast<uint32_t>(-5); });
  expectPerThread("sub.s32 %r2, %r0, 5; redux.sync.max.u32 %r1, %r2, -1;", 32,
                  [](uint32_t) { return 0xffffffff; });
  expectPerThread("sub.s32 %r2, %r0, 40; redux.sync.max.s32 %r1, %r2, -1;", 32,
                  [](uint32_t) { return static_cast<uint32_t>(-9); });
  expectPerThread("redux.sync.or.b32 %r1, %r0, -1;", 32,
                  [](uint32_t) { return 31; });
  expectPerThread("activemask.b32 %r1;", 10, [](uint32_t) { return 0x3ff; });
  expectPerThread("mov.u32 %r1, %lanemask_lt;", 32,
                  [](uint32_t i) { return (1u << i) - 1; });
  expectPerThread("elect.sync %r1|%q0, -1; @%q0 add.u32 %r1, %r1, 50;", 32,
                  [](uint32_t i) { return i ? 0 : 50; });
}

TEST(Warp, BlockBarriers) {
  std::string odd = "and.b32 %r2, %r0, 1; setp.ne.u32 %q0, %r2, 0; ";
  expectPerThread(odd + "bar.red.popc.u32 %r1, 0, %q0;", 96,
                  [](uint32_t) { return 48; });
  expectPerThread(odd + "bar.red.or.pred %q1, 0, %q0; selp.u32 %r1, 1, 0, %q1;",
                  64, [](uint32_t) { return 1; });
  expectPerThread(odd + "barrier.red.and.pred %q1, 1, 64, !%q0; selp.u32 %r1, "
                        "1, 0, %q1;",
                  64, [](uint32_t) { return 0; });
  expectPerThread(odd + "bar.red.and.pred %q1, 0, %q0; selp.u32 %r1, 1, 0, "
                        "%q1;",
                  64, [](uint32_t) { return 0; });
  // Without an effect that can be seen here.
  for (const char *text :
       {"barrier.sync 1;", "barrier.sync 1, 64;", "fence.sc.cta;",
        "fence.sc.gpu;", "fence.sc.sys;", "fence.proxy.async.shared::cta;",
        "fence.mbarrier_init.release.cluster;", "fence.acq_rel.gpu;",
        "membar.sys;", "nanosleep.u32 20;", "prefetch.global.L2 [%p0];"})
    expectPerThread(std::string(text) + " mov.u32 %r1, %r0;", 64,
                    [](uint32_t i) { return i; });
  // A value through shared memory to the next warp, several times over.
  expectPerThread(R"(
      .shared .b32 s[64];
      mov.u32 %r1, %r0; mov.u32 %r5, s; mov.u32 %r6, 0;
      shl.b32 %r3, %r0, 2; add.u32 %r3, %r3, %r5;
      xor.b32 %r4, %r0, 33; shl.b32 %r4, %r4, 2; add.u32 %r4, %r4, %r5;
    L: st.shared.u32 [%r3], %r1;
      bar.sync 0;
      ld.shared.u32 %r1, [%r4];
      bar.sync 0;
      add.u32 %r6, %r6, 1;
      setp.lt.u32 %q0, %r6, 5;
      @%q0 bra L;)",
                  64, [](uint32_t i) { return i ^ 33; });
}

TEST(Warp, ControlFlow) {
  // Lanes leave a loop one by one and meet again.
  expectPerThread("mov.u32 %r1, 0; L: setp.ge.u32 %q0, %r1, %r0; @%q0 bra D; "
                  "add.u32 %r1, %r1, 1; bra L; D: activemask.b32 %r2; "
                  "setp.eq.u32 %q1, %r2, -1; @!%q1 add.u32 %r1, %r1, 1000;",
                  32, [](uint32_t i) { return i; });
  expectPerThread("and.b32 %r2, %r0, 3; T: .branchtargets A, B, C, A; brx.idx "
                  "%r2, T; A: mov.u32 %r1, 10; bra D; B: mov.u32 %r1, 11; bra "
                  "D; C: mov.u32 %r1, 12; D:",
                  32, [](uint32_t i) { return i % 4 % 3 + 10; });
  // A label of a nested scope may be used again.
  expectPerThread("mov.u32 %r1, 0; { L: add.u32 %r1, %r1, 1; setp.lt.u32 %q0, "
                  "%r1, 3; @%q0 bra L; } { .reg .pred %q0; L: add.u32 %r1, "
                  "%r1, 1; setp.lt.u32 %q0, %r1, 7; @%q0 bra L; }",
                  32, [](uint32_t) { return 7; });
}

TEST(Warp, FunctionCalls) {
  const char *body = R"(
.func (.param .b32 r) twice(.param .b32 x)
{ .reg .b32 %a; ld.param.b32 %a, [x]; shl.b32 %a, %a, 1; st.param.b32 [r], %a;
  ret; }
.visible .entry k(.param .u64 p0)
{ .reg .b32 %r<4>; .reg .b64 %rd<4>; .reg .pred %q;
  ld.param.u64 %rd0, [p0];
  mov.u32 %r0, %tid.x;
  mov.u32 %r1, 5;
  setp.lt.u32 %q, %r0, 7;
  @!%q bra L;
  { .param .b32 a; .param .b32 b;
    st.param.b32 [a], %r0; call.uni (b), twice, (a); ld.param.b32 %r1, [b]; }
L: mul.wide.u32 %rd1, %r0, 4; add.u64 %rd0, %rd0, %rd1;
  st.global.u32 [%rd0], %r1; ret; })";
  Machine machine;
  auto program = machine.load(ptxModule(body));
  ASSERT_TRUE(program) << machine.diagnostic.message;
  uint64_t out = machine.allocate(32 * sizeof(uint32_t));
  EXPECT_TRUE(machine.run(*program, "k", 1, 32, {out}).findings.empty());
  auto got = machine.download<uint32_t>(out, 32);
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], i < 7 ? 2 * i : 5);
}
