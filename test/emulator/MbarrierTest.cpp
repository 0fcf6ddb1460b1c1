//===- MbarrierTest.cpp - mbarrier ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.13.15.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
class MbarrierTest : public testing::Test {
protected:
  /// A barrier %bar for `count` arrivals and a word %own of each thread; what
  /// `body` leaves in %r1 is stored.
  LaunchOutcome run(const std::string &body, uint32_t threads, unsigned count,
                    const std::string &init = "mbarrier.init.shared.b64") {
    std::string text = R"(
  .shared .align 8 .b64 b; .shared .align 16 .b8 s[1024];
  .reg .b64 %st<4>; .reg .b32 %bar; .reg .b32 %own;
  mov.u32 %bar, b; mov.u32 %r0, %tid.x; mov.u32 %r9, s;
  mad.lo.u32 %own, %r0, 4, %r9; mov.u32 %r1, 0;
  setp.ne.u32 %q7, %r0, 0;
  @!%q7 )" + init + " [%bar], " +
                       std::to_string(count) + ";\nbar.sync 0;\n" + body + R"(
  mad.wide.u32 %rd0, %r0, 4, %p0; st.global.u32 [%rd0], %r1;)";
    auto program = machine.load(ptxKernel(text, 2));
    EXPECT_TRUE(program) << machine.diagnostic.message << " line "
                         << machine.diagnostic.where.line << text;
    if (!program)
      return {};
    out = machine.upload(std::vector<uint32_t>(threads));
    std::vector<uint32_t> numbers(256);
    for (uint32_t i = 0; i < 256; ++i)
      numbers[i] = 100 + i;
    LaunchOutcome outcome =
        machine.run(*program, "k", 1, threads, {out, machine.upload(numbers)});
    words = machine.download<uint32_t>(out, threads);
    return outcome;
  }

  void expectClean(const LaunchOutcome &outcome) {
    EXPECT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
  }
  void expectFinding(const LaunchOutcome &outcome, const std::string &kind) {
    ASSERT_FALSE(outcome.findings.empty());
    EXPECT_EQ(nameOf(outcome.findings[0].kind), kind);
  }

  Machine machine;
  uint64_t out = 0;
  std::vector<uint32_t> words;
};

/// Waits for the phase with that parity by `form`.
std::string wait(const std::string &form, const char *parity) {
  return "{ W: " + form + " %q0, [%bar], " + parity + "; @!%q0 bra W; }\n";
}
const char *const kTry = "mbarrier.try_wait.parity.shared::cta.b64";
/// The word of the thread 32 before.
const char *const kReadOther = "ld.shared.u32 %r1, [%own+-128];";
} // namespace

TEST_F(MbarrierTest, ArrivalsOrderMemory) {
  // The first warp writes and arrives, the second one waits and reads.
  std::string write = "setp.ge.u32 %q1, %r0, 32; @%q1 bra R; "
                      "add.u32 %r2, %r0, 7; st.shared.u32 [%own], %r2;\n";
  std::string arrive = "mbarrier.arrive.shared::cta.b64 _, [%bar]; bra D;\nR: ";
  for (const char *form :
       {kTry, "mbarrier.try_wait.parity.shared.b64",
        "mbarrier.test_wait.parity.shared.b64",
        "mbarrier.test_wait.parity.acquire.cta.shared::cta.b64"}) {
    expectClean(
        run(write + arrive + wait(form, "0") + kReadOther + " D:", 64, 32));
    for (uint32_t i = 32; i < 64; ++i)
      EXPECT_EQ(words[i], i - 32 + 7);
  }
  machine.options.setChecks("race");
  expectFinding(run(write + arrive + kReadOther + " D:", 64, 32), "race");
  // Relaxed arrivals order nothing.
  expectFinding(
      run(write +
              "mbarrier.arrive.relaxed.cta.shared::cta.b64 _, [%bar]; "
              "bra D;\nR: " +
              wait(kTry, "0") + kReadOther + " D:",
          64, 32),
      "race");
}

TEST_F(MbarrierTest, PhasesAndParities) {
  // A fresh barrier has its odd phase behind it.
  expectClean(run(wait(kTry, "1") + "mov.u32 %r1, 5;", 1, 1,
                  "mbarrier.init.shared::cta.b64"));
  EXPECT_EQ(words[0], 5u);
  // Three rounds, in which one thread hands a number to the other and back.
  std::string rounds = R"(
    mov.u32 %r2, 0; mov.u32 %r3, 0;
  L: setp.eq.u32 %q1, %r0, 32; @!%q1 bra N;
    st.shared.u32 [%r9], %r2; mbarrier.arrive.shared.b64 %st0, [%bar];
  N: )" + wait(kTry, "%r3") +
                       R"(
    ld.shared.u32 %r4, [%r9]; add.u32 %r1, %r1, %r4;
    bar.sync 0;
    xor.b32 %r3, %r3, 1; add.u32 %r2, %r2, 1; setp.lt.u32 %q2, %r2, 3;
    @%q2 bra L;)";
  expectClean(run(rounds, 33, 1));
  EXPECT_EQ(words[0], 3u);
  // By the state that arriving gave, in both forms of waiting.
  for (const char *form :
       {"mbarrier.test_wait.shared.b64", "mbarrier.try_wait.shared.b64"}) {
    expectClean(run("mbarrier.arrive.shared.b64 %st0, [%bar]; " +
                        wait(form, "%st0") + "mov.u32 %r1, 9;",
                    64, 64));
    EXPECT_EQ(words[63], 9u);
  }
  expectClean(run("mbarrier.arrive.shared.b64 %st0, [%bar]; "
                  "mbarrier.pending_count.b64 %r1, %st0; mbarrier.inval.shared"
                  "::cta.b64 [%bar]; mbarrier.init.shared.b64 [%bar], 4; "
                  "mbarrier.inval.shared.b64 [%bar];",
                  1, 3));
  EXPECT_EQ(words[0], 3u);
}

TEST_F(MbarrierTest, Transactions) {
  // Bytes may be there before they are expected.
  for (const char *expect :
       {"mbarrier.arrive.expect_tx.shared::cta.b64 _, [%bar], 64;",
        "mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 %st0, [%bar], "
        "64;",
        "mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [%bar], 64; "
        "mbarrier.arrive.shared.b64 _, [%bar];",
        "mbarrier.expect_tx.shared::cta.b64 [%bar], 64; "
        "mbarrier.arrive.shared.b64 _, [%bar];"}) {
    std::string complete = "mbarrier.complete_tx.shared::cta.relaxed.cta.b64 "
                           "[%bar], 64;";
    for (bool early : {false, true}) {
      expectClean(run((early ? complete + expect : expect + complete) +
                          wait(kTry, "0") + "mov.u32 %r1, 3;",
                      1, 1));
      EXPECT_EQ(words[0], 3u);
    }
  }
  expectFinding(run("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%bar], 64; "
                    "mbarrier.complete_tx.shared::cta.relaxed.cta.b64 [%bar], "
                    "60;" +
                        wait(kTry, "0"),
                    1, 1),
                "deadlock");
}

TEST_F(MbarrierTest, CopiesArrive) {
  std::string copy = "mad.wide.u32 %rd1, %r0, 4, %p1; "
                     "cp.async.ca.shared.global [%own], [%rd1], 4;\n";
  std::string other = "xor.b32 %r2, %r0, 33; mad.lo.u32 %r2, %r2, 4, %r9; "
                      "ld.shared.u32 %r1, [%r2];";
  // With .noinc an arrival that init counted, else one of its own: then the
  // thread arrives itself as well.
  for (const char *arrive :
       {"cp.async.mbarrier.arrive.noinc.shared.b64 [%bar];",
        "cp.async.mbarrier.arrive.shared.b64 [%bar]; "
        "mbarrier.arrive.shared.b64 _, [%bar];"}) {
    expectClean(run(copy + arrive + wait(kTry, "0") + other, 64, 64));
    for (uint32_t i = 0; i < 64; ++i)
      EXPECT_EQ(words[i], 100 + (i ^ 33));
  }
  machine.options.setChecks("race");
  expectFinding(run(copy + "mbarrier.arrive.shared.b64 _, [%bar];" +
                        wait(kTry, "0") + other,
                    64, 64),
                "race");
}

TEST_F(MbarrierTest, Misuse) {
  expectFinding(run("@!%q7 mbarrier.init.shared.b64 [%bar], 1;", 1, 1),
                "mbarrier");
  expectFinding(run("mbarrier.arrive.shared.b64 _, [%bar], 2;", 1, 1),
                "mbarrier");
  expectFinding(run("mbarrier.arrive.shared.b64 _, [%r9];", 1, 1), "mbarrier");
  expectFinding(run("mbarrier.inval.shared.b64 [%bar]; "
                    "mbarrier.arrive.shared.b64 _, [%bar];",
                    1, 1),
                "mbarrier");
  expectFinding(run("", 1, 0), "mbarrier");
  expectFinding(
      run("mbarrier.arrive.noComplete.shared.b64 %st0, [%bar], 1;", 1, 1),
      "mbarrier");
  expectClean(run("mbarrier.arrive.noComplete.shared.b64 %st0, [%bar], 1; "
                  "mbarrier.arrive_drop.shared.b64 _, [%bar];" +
                      wait(kTry, "0") +
                      "mbarrier.arrive.shared.b64 _, [%bar];" + wait(kTry, "1"),
                  1, 2));
}
