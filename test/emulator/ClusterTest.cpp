//===- ClusterTest.cpp - Clusters and their shared memory -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 2.2.2, 9.7.9.23-24, 9.7.13.4. Each check has a program in which it
// fires and one, as close to it as can be, in which it does not.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include "exec/Cluster.h"

#include <gtest/gtest.h>
#include <set>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
class ClusterTest : public testing::Test {
protected:
  /// Two clusters of two blocks unless `machine.cluster` says otherwise. %own
  /// is a word of each thread in shared memory, %peer the same word of the next
  /// block, %bar and %pbar a barrier there, %rank the block's rank. What `body`
  /// leaves in %r1 is in `words`, by block and thread.
  LaunchOutcome run(const std::string &body, uint32_t threads = 32,
                    uint32_t blocks = 4) {
    std::string text = R"(
  .shared .align 8 .b64 b; .shared .align 128 .b8 s[1024];
  .reg .b32 %bar; .reg .b32 %pbar; .reg .b32 %own; .reg .b32 %peer;
  .reg .b32 %rank; .reg .b32 %next; .reg .b32 %t;
  mov.u32 %r0, %tid.x; mov.u32 %rank, %cluster_ctarank;
  mov.u32 %t, %cluster_nctarank; add.u32 %next, %rank, 1;
  rem.u32 %next, %next, %t; mov.u32 %bar, b; mov.u32 %t, s;
  mad.lo.u32 %own, %r0, 4, %t; mapa.shared::cluster.u32 %peer, %own, %next;
  mapa.shared::cluster.u32 %pbar, b, %next; mov.u32 %r1, 0;
  setp.eq.u32 %q7, %r0, 0;
)" + body + R"(
  mov.u32 %t, %ctaid.x; mov.u32 %r60, %ntid.x; mad.lo.u32 %t, %t, %r60, %r0;
  mad.wide.u32 %rd60, %t, 4, %p0; st.global.u32 [%rd60], %r1;)";
    auto program = machine.load(ptxKernel(text, 2));
    EXPECT_TRUE(program) << machine.diagnostic.message << " line "
                         << machine.diagnostic.where.line << text;
    if (!program)
      return {};
    uint64_t out = machine.upload(std::vector<uint32_t>(blocks * threads));
    LaunchOutcome outcome =
        machine.run(*program, "k", blocks, threads, {out, data});
    words = machine.download<uint32_t>(out, blocks * threads);
    return outcome;
  }
  void expectClean(const std::string &body, uint32_t threads = 32) {
    LaunchOutcome outcome = run(body, threads);
    EXPECT_TRUE(outcome.findings.empty()) << outcome.findings[0].text() << body;
  }
  void expectFinding(const char *kind, const std::string &body,
                     uint32_t threads = 32) {
    LaunchOutcome outcome = run(body, threads);
    ASSERT_FALSE(outcome.findings.empty()) << body;
    EXPECT_STREQ(nameOf(outcome.findings[0].kind), kind)
        << outcome.findings[0].text() << body;
    EXPECT_NE(outcome.findings[0].site.line, 0u);
  }
  uint32_t wordOf(uint32_t block, uint32_t thread, uint32_t threads = 32) {
    return words[block * threads + thread];
  }

  void SetUp() override { machine.cluster = 2; }

  Machine machine;
  uint64_t data = 0;
  std::vector<uint32_t> words;
};

const std::string kSync = "barrier.cluster.arrive; barrier.cluster.wait;\n";
/// 100 * block + thread.
const std::string kStoreOwn = "mad.lo.u32 %r2, %ctaid.x, 100, %r0; "
                              "st.shared.u32 [%own], %r2;\n";
const std::string kLoadPeer = "ld.shared::cluster.u32 %r1, [%peer];\n";
/// Barriers of one arrival, known to the whole cluster.
const std::string kInit =
    "@%q7 mbarrier.init.shared::cta.b64 [%bar], 1;\n"
    "fence.mbarrier_init.release.cluster; "
    "barrier.cluster.arrive.relaxed.aligned; barrier.cluster.wait.aligned;\n";
const std::string kWait = "{ W: mbarrier.try_wait.parity.acquire.cluster."
                          "shared::cta.b64 %q0, [%bar], 0; @!%q0 bra W; }\n";
const std::string kExpect =
    "@%q7 mbarrier.arrive.expect_tx.shared::cta.b64 _, [%bar], ";
} // namespace

TEST_F(ClusterTest, SpecialRegisters) {
  struct Row {
    const char *name;
    uint32_t expected[4]; // by block
  };
  for (const Row &row :
       {Row{"%clusterid.x", {0, 0, 1, 1}}, Row{"%clusterid.y", {0, 0, 0, 0}},
        Row{"%nclusterid.x", {2, 2, 2, 2}}, Row{"%nclusterid.z", {1, 1, 1, 1}},
        Row{"%cluster_ctaid.x", {0, 1, 0, 1}},
        Row{"%cluster_nctaid.x", {2, 2, 2, 2}},
        Row{"%cluster_nctaid.y", {1, 1, 1, 1}},
        Row{"%cluster_ctarank", {0, 1, 0, 1}},
        Row{"%cluster_nctarank", {2, 2, 2, 2}}}) {
    expectClean("mov.u32 %r1, " + std::string(row.name) + ";");
    for (uint32_t block = 0; block < 4; ++block)
      EXPECT_EQ(wordOf(block, 0), row.expected[block]) << row.name;
  }
  std::string isExplicit =
      "mov.pred %q0, %is_explicit_cluster; selp.u32 %r1, 1, 0, %q0;";
  expectClean(isExplicit);
  EXPECT_EQ(wordOf(0, 0), 1u);
  machine.cluster = 1;
  expectClean(isExplicit);
  EXPECT_EQ(wordOf(0, 0), 0u);
}

TEST_F(ClusterTest, RemoteMemory) {
  for (const std::string &load :
       {kLoadPeer,
        std::string("cvt.u64.u32 %rd0, %own; cvta.shared::cluster.u64 %rd1, "
                    "%rd0; mapa.u64 %rd2, %rd1, %next; ld.u32 %r1, [%rd2];"),
        std::string("cvt.u64.u32 %rd0, %peer; cvta.shared::cluster.u64 %rd1, "
                    "%rd0; ld.u32 %r1, [%rd1];")}) {
    expectClean(kStoreOwn + kSync + load + kSync);
    for (uint32_t block = 0; block < 4; ++block)
      EXPECT_EQ(wordOf(block, 5), 100 * (block ^ 1) + 5) << load;
  }
  std::string zero = "st.shared.u32 [%own], 0;" + kSync,
              read = kSync + "ld.shared.u32 %r1, [%own];";
  expectClean(zero + "st.shared::cluster.u32 [%peer], 7;" + read);
  EXPECT_EQ(wordOf(2, 3), 7u);
  expectClean(zero +
              "atom.shared::cluster.add.u32 %r2, [%peer], 3; "
              "red.relaxed.cluster.shared::cluster.add.u32 [%peer], 4;" +
              read);
  EXPECT_EQ(wordOf(1, 3), 7u);
  // A block's own rank names its own memory.
  expectClean(kStoreOwn + "mapa.shared::cluster.u32 %t, %own, %rank; "
                          "ld.shared::cluster.u32 %r1, [%t];");
  EXPECT_EQ(wordOf(3, 4), 304u);
}

TEST_F(ClusterTest, RanksOfAddresses) {
  std::string generic = "cvt.u64.u32 %rd0, %own; cvta.shared.u64 %rd1, %rd0; "
                        "mapa.u64 %rd2, %rd1, %next;";
  expectClean(generic + "getctarank.u64 %r1, %rd2;");
  EXPECT_EQ(wordOf(2, 0), 1u);
  expectClean(generic + "getctarank.u64 %r1, %rd1;");
  EXPECT_EQ(wordOf(3, 0), 1u);
  expectClean("getctarank.shared::cluster.u32 %r1, %peer;");
  EXPECT_EQ(wordOf(3, 0), 0u);
  for (auto [test, expected] : {std::pair{"cluster %q0, %rd2", 1u},
                                {"cluster %q0, %rd1", 1u},
                                {"cta %q0, %rd2", 0u},
                                {"cta %q0, %rd1", 1u},
                                {"cluster %q0, %p0", 0u}}) {
    expectClean(generic + "isspacep.shared::" + test +
                "; selp.u32 %r1, 1, 0, %q0;");
    EXPECT_EQ(wordOf(0, 0), expected) << test;
  }
}

TEST_F(ClusterTest, RemoteBounds) {
  std::string before = kStoreOwn + kSync;
  machine.options.stopAtFirst = true;
  // The barrier's eight bytes, then 1024 from the next 128 on.
  expectClean(before +
              "setp.lt.u32 %q0, %r0, 31; "
              "@%q0 ld.shared::cluster.u32 %r1, [%peer+4];" +
              kSync);
  expectFinding("out-of-bounds",
                before + "ld.shared::cluster.u32 %r1, [%peer+1024];" + kSync);
  expectFinding("out-of-bounds",
                before + "st.shared::cluster.u32 [%peer+1024], %r0;" + kSync);
  expectFinding("out-of-bounds", before +
                                     "mapa.shared::cluster.u32 %t, %own, 2; "
                                     "ld.shared::cluster.u32 %r1, [%t];" +
                                     kSync);
  // ld.shared means the block's own.
  expectFinding("out-of-bounds",
                before + "ld.shared.u32 %r1, [%peer];" + kSync);
  expectFinding("uninitialised",
                before + "ld.shared::cluster.u32 %r1, [%peer+128];" + kSync);
  expectFinding("misaligned",
                before + "ld.shared::cluster.u32 %r1, [%peer+2];" + kSync);
}

TEST_F(ClusterTest, RacesAcrossBlocks) {
  machine.options.setChecks("race");
  std::string cta = "bar.sync 0;\n";
  expectClean(kStoreOwn + kSync + kLoadPeer + kSync);
  expectFinding("race", kStoreOwn + cta + kLoadPeer + kSync);
  // Read, then written by the other one.
  std::string overwrite = "st.shared.u32 [%own], %r0;";
  expectClean(kStoreOwn + kSync + kLoadPeer + kSync + overwrite);
  expectFinding("race", kStoreOwn + kSync + kLoadPeer + cta + overwrite);
  // Both write.
  expectFinding("race", "st.shared::cluster.u32 [%peer], %rank;" + kStoreOwn);
  expectClean("st.shared::cluster.u32 [%peer], %rank;" + kSync + kStoreOwn);
  // Atomics do not race with each other, but with plain accesses.
  std::string add = "atom.shared::cluster.add.u32 %r2, [%peer], 1;";
  expectClean("st.shared.u32 [%own], 0;" + kSync + add +
              "atom.shared.add.u32 %r2, [%own], 1;" + kSync);
  expectFinding("race", "st.shared.u32 [%own], 0;" + kSync + add +
                            "ld.shared.u32 %r2, [%own];" + kSync);
  // A relaxed arrival gives what came before a fence, and no more.
  std::string relaxed = "barrier.cluster.arrive.relaxed.aligned; "
                        "barrier.cluster.wait.acquire.aligned;\n";
  expectFinding("race", kStoreOwn + relaxed + kLoadPeer + kSync);
  expectClean(kStoreOwn + "fence.acq_rel.cluster;" + relaxed + kLoadPeer +
              kSync);
}

TEST_F(ClusterTest, FlagsInSharedMemory) {
  // Block 0 stores a word of block 1 and then sets a flag there.
  auto hand = [](const std::string &store, const std::string &load) {
    return "@%q7 st.shared.u32 [%own], 0;" + kSync +
           "setp.ne.u32 %q1, %rank, 0; @%q1 bra R; @!%q7 bra D; "
           "st.shared::cluster.u32 [%peer+128], 9;" +
           store + ".shared::cluster.u32 [%peer], 1; bra D;\nR: @!%q7 bra D; " +
           "L: " + load + ".shared::cta.u32 %r2, [%own]; " +
           "setp.eq.u32 %q2, %r2, 0; @%q2 bra L; "
           "ld.shared.u32 %r1, [%own+128];\nD: " +
           kSync;
  };
  expectClean(hand("st.release.cluster", "ld.acquire.cluster"));
  EXPECT_EQ(wordOf(1, 0), 9u);
  machine.options.setChecks("race");
  expectFinding("race", hand("st.relaxed.cluster", "ld.relaxed.cluster"));
}

TEST_F(ClusterTest, ExitBeforeRemoteAccesses) {
  std::string read = kStoreOwn + kSync + kLoadPeer;
  expectClean(read + kSync);
  expectFinding("use-after-free", read);
  // Whichever comes first, the exit or the access of the other one.
  std::string oneReads =
      kStoreOwn + kSync + "setp.eq.u32 %q0, %rank, 0; @%q0 " + kLoadPeer;
  std::set<std::string> details;
  for (machine.options.seed = 1; machine.options.seed < 9;
       ++machine.options.seed) {
    auto findings = run(oneReads).findings;
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings[0].kind, FindingKind::UseAfterFree);
    details.insert(findings[0].detail.substr(0, 4));
  }
  EXPECT_EQ(details, (std::set<std::string>{"noth", "read"}));
  // Also where the order is known only to the one who reads.
  expectFinding("use-after-free",
                read +
                    "barrier.cluster.arrive.aligned; setp.eq.u32 %q0, %rank, "
                    "0; @%q0 bra E; barrier.cluster.wait.aligned; E:");
}

TEST_F(ClusterTest, BarrierForms) {
  for (const char *arrive : {"", ".release", ".aligned", ".release.aligned"})
    for (const char *wait : {"", ".acquire", ".aligned", ".acquire.aligned"})
      expectClean(kStoreOwn + "barrier.cluster.arrive" + arrive +
                      "; barrier.cluster.wait" + wait + ";" + kLoadPeer + kSync,
                  64);
  // Lanes may come one by one; who has exited counts no more.
  std::string odd = "and.b32 %r3, %r0, 1; setp.eq.u32 %q0, %r3, 0;";
  expectClean(odd + "@%q0 bra A;" + kSync + "bra B; A: " + kSync + " B:");
  expectClean(odd + "@%q0 exit;" + kSync);
  machine.cluster = 1;
  expectClean(kStoreOwn + kSync + "ld.shared.u32 %r1, [%own];");
}

TEST_F(ClusterTest, BarrierMisuse) {
  expectFinding("barrier-divergence", "barrier.cluster.wait;");
  expectFinding("barrier-divergence",
                "barrier.cluster.arrive; barrier.cluster.arrive;");
  std::string half = "setp.lt.u32 %q0, %r0, 16;";
  expectFinding("barrier-divergence",
                half + "@%q0 bra A; barrier.cluster.arrive.aligned; bra B; A: "
                       "barrier.cluster.arrive.aligned; B: "
                       "barrier.cluster.wait.aligned;");
  // One block, or one warp of it, does not come.
  std::string first = "setp.eq.u32 %q0, %rank, 0; @%q0 ";
  expectFinding("deadlock",
                first + "bra L; " + kSync + "bra D; L: bar.sync 1, 64; D:");
  expectFinding("deadlock", first + "bra L; " + kSync + "bra D; L: bra L; D:");
  expectClean(first + "bra L; " + kSync + "bra D; L: " + kSync + "D:");
}

TEST_F(ClusterTest, RemoteMbarriers) {
  std::string store = "add.u32 %r2, %r0, 40; "
                      "st.shared::cluster.u32 [%peer], %r2; bar.sync 0;\n";
  std::string read = kWait + "ld.shared.u32 %r1, [%own];" + kSync;
  for (const char *arrive :
       {"mbarrier.arrive.shared::cluster.b64 _, [%pbar];",
        "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%pbar];",
        "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%pbar], 1;"}) {
    expectClean(kInit + store + "@%q7 " + arrive + read);
    EXPECT_EQ(wordOf(3, 6), 46u);
  }
  std::string arrive = "@%q7 mbarrier.arrive.shared::cluster.b64 _, [%pbar];";
  expectClean(kInit + store +
              "mapa.shared::cluster.u32 %t, %pbar, %rank; @%q7 "
              "mbarrier.arrive.shared::cluster.b64 _, [%t];" +
              kSync + "ld.shared.u32 %r1, [%own];");
  machine.options.setChecks("race");
  expectFinding("race", kInit + store +
                            "@%q7 mbarrier.arrive.relaxed.cluster.shared::"
                            "cluster.b64 _, [%pbar];" +
                            read);
  // Nobody knows that the barrier is there.
  expectFinding("race",
                "@%q7 mbarrier.init.shared::cta.b64 [%bar], 1; bar.sync 0;" +
                    store + arrive + read);
  machine.options.setChecks("mbarrier");
  expectFinding("mbarrier", store + arrive + kSync);
  expectFinding("mbarrier", kInit + "mbarrier.test_wait.parity.shared::cluster."
                                    "b64 %q0, [%pbar], 0;");
}

TEST_F(ClusterTest, AsynchronousStores) {
  std::string store =
      "@%q7 st.async.weak.shared::cluster.mbarrier::complete_tx::bytes";
  std::string before = kInit + kExpect;
  for (uint64_t seed = 1; seed < 6; ++seed) { // early and late
    machine.options.seed = seed;
    expectClean(before + "4;" + store + ".u32 [%peer], 11, [%pbar];" + kWait +
                "@%q7 ld.shared.u32 %r1, [%own];" + kSync);
    EXPECT_EQ(wordOf(1, 0), 11u);
    expectClean(before + "16; mov.u32 %r3, 5; mov.u32 %r4, 6;" + store +
                ".v4.b32 [%peer], {%r3, %r4, %r4, %r4}, [%pbar];" + kWait +
                "setp.lt.u32 %q0, %r0, 4; @%q0 ld.shared.u32 %r1, [%own];" +
                kSync);
    EXPECT_EQ(wordOf(2, 0), 5u);
    EXPECT_EQ(wordOf(2, 3), 6u);
  }
  machine.options.setChecks("race");
  expectFinding("race", before + "4;" + store + ".u32 [%peer], 11, [%pbar];" +
                            "@%q7 ld.shared.u32 %r1, [%own];" + kWait + kSync);
  machine.options.setChecks("all");
  // The barrier has to be in the block that is stored to.
  expectFinding("mbarrier", before + "4;" + store +
                                ".u32 [%peer], 11, [%bar];" + kWait + kSync);
}

TEST_F(ClusterTest, CopiesBetweenBlocks) {
  std::string copy =
      "@%q7 cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::"
      "bytes [%peer+128], [%own], 128, [%pbar];";
  std::string before = kInit + kStoreOwn + kExpect + "128;";
  std::string after = kWait + "ld.shared.u32 %r1, [%own+128];" + kSync;
  std::string fence = "fence.proxy.async.shared::cta; bar.sync 0;";
  for (uint64_t seed = 1; seed < 6; ++seed) {
    machine.options.seed = seed;
    expectClean(before + fence + copy + after);
    for (uint32_t block = 0; block < 4; ++block)
      EXPECT_EQ(wordOf(block, 9), 100 * (block ^ 1) + 9);
  }
  expectFinding("race", before + "bar.sync 0;" + copy + after);
  // The source is in use until the other block has got it.
  machine.options.setChecks("race");
  expectFinding("race",
                before + fence + copy + "st.shared.u32 [%own], 0;" + after);
  expectClean(before + fence + copy + after + "st.shared.u32 [%own], 0;");
  machine.options.setChecks("all");
  expectFinding("uninitialised",
                kInit + kExpect + "128;" + fence + copy + after);
  machine.options.setChecks("race");
  expectFinding("race", before + fence + copy +
                            "ld.shared.u32 %r1, [%own+128];" + kSync);
  machine.options.setChecks("use-after-free");
  expectFinding("use-after-free", before + fence + copy +
                                      "setp.eq.u32 %q0, %rank, 1; @%q0 exit;" +
                                      kWait);
}

TEST_F(ClusterTest, Multicast) {
  std::vector<uint32_t> bytes(64);
  for (uint32_t i = 0; i < 64; ++i)
    bytes[i] = 3 * i + 1;
  data = machine.upload(bytes);
  machine.cluster = 4;
  // Ranks 0 and 1 each fetch a half for the ranks of a mask.
  auto fetch = [](const char *mask, const char *expected) {
    return kInit + kExpect + expected +
           "; setp.lt.u32 %q1, %rank, 2; and.pred %q1, %q1, %q7; "
           "mul.lo.u32 %t, %rank, 128; cvt.u64.u32 %rd0, %t; add.u64 %rd0, "
           "%p1, %rd0; add.u32 %t, %own, %t; mov.u16 %h0, " +
           mask +
           "; @%q1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::"
           "bytes.multicast::cluster [%t], [%rd0], 128, [%bar], %h0;";
  };
  std::string read = kWait + "ld.shared.u32 %r1, [%own];" + kSync;
  for (uint64_t seed = 1; seed < 6; ++seed) {
    machine.options.seed = seed;
    expectClean(fetch("15", "256") + read, 64);
    for (uint32_t block = 0; block < 4; ++block)
      for (uint32_t thread = 0; thread < 64; ++thread)
        EXPECT_EQ(wordOf(block, thread, 64), 3 * thread + 1);
  }
  expectFinding("out-of-bounds", fetch("31", "256") + read, 64);
  // Rank 2 gets nothing, and waits.
  expectFinding("deadlock", fetch("11", "256") + read, 64);
  machine.options.setChecks("race");
  expectFinding("race",
                fetch("15", "256") + "ld.shared.u32 %r1, [%own];" + kSync, 64);
}

TEST_F(ClusterTest, WhatIsNotThereSaysSo) {
  EXPECT_FALSE(machine.load(ptxKernel(
      "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes."
      "inc.u32 [%r0], 1, [%r1];")));
  EXPECT_NE(machine.diagnostic.message.find("red.async"), std::string::npos)
      << machine.diagnostic.message;

  auto problemOf = [&](const std::string &directives, uint32_t asked,
                       uint32_t blocks) {
    auto program = machine.load(
        ptxModule(".visible .entry k() " + directives + " { ret; }"));
    EXPECT_TRUE(program) << machine.diagnostic.message;
    uint32_t grid[] = {blocks, 1, 1};
    uint32_t cluster[] = {asked, asked ? 1u : 0, asked ? 1u : 0};
    std::string error;
    resolveCluster(*program->findEntry("k")->function, grid, false, cluster,
                   error);
    return error;
  };
  EXPECT_EQ(problemOf("", 0, 3), "");
  EXPECT_EQ(problemOf(".reqnctapercluster 2", 0, 4), "");
  EXPECT_EQ(problemOf(".maxclusterrank 2", 2, 4), "");
  EXPECT_NE(problemOf(".maxclusterrank 2", 4, 4), "");
  EXPECT_NE(problemOf(".explicitcluster", 0, 4), "");
  EXPECT_EQ(problemOf(".explicitcluster", 2, 4), "");
  EXPECT_NE(problemOf(".reqnctapercluster 2 .blocksareclusters", 0, 4)
                .find(".blocksareclusters"),
            std::string::npos);
}
