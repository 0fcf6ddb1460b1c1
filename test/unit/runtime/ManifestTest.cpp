//===- ManifestTest.cpp - Manifests that are broken or contradictory ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Manifest.h"
#include <gtest/gtest.h>

using namespace brt::rt;

/// A manifest of one entry point.
static std::string makeManifest(
    const std::string &arguments, const std::string &results,
    const std::string &arena = R"({"bytes_per_lane":64,"bytes":128})") {
  return R"({"abi":5,"name":"m","entries":[{"name":"f","arguments":[)" +
         arguments + R"(],"results":[)" + results + R"(],"arena":)" + arena +
         "}]}";
}

static std::string makePort(const std::string &kind, const std::string &name,
                            const std::string &shape) {
  return R"({"kind":")" + kind + R"(","name":")" + name +
         R"(","dtype":"F32","shape":)" + shape + "}";
}

namespace {
struct BrokenCase {
  const char *name;
  std::string text;
  const char *message;
};

std::ostream &operator<<(std::ostream &os, const BrokenCase &broken) {
  return os << broken.name;
}

class BrokenManifest : public testing::TestWithParam<BrokenCase> {};
} // namespace

TEST_P(BrokenManifest, IsRefused) {
  Status status = Manifest::parse(GetParam().text).status();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find(GetParam().message), std::string::npos)
      << status.message();
}

static const std::string kState = makePort("carry", "s", "[-1,2]");

static const BrokenCase kBroken[] = {
    {"Empty", "", "is not JSON"},
    {"List", "[]", "is not JSON"},
    {"OtherVersion", R"({"abi":1,"entries":[]})", "has version 1"},
    {"NoVersion", R"({"entries":[]})", "has version null"},
    {"NoEntries", R"({"abi":5})", "lacks its entry points"},
    {"NoArguments", R"({"abi":5,"entries":[{"name":"f"}]})", "lacks the"},
    {"FlopsAreText",
     R"({"abi":5,"entries":[{"name":"f","arguments":[],"results":[],)"
     R"("flops":"many"}]})",
     "FLOPs are no number"},
    {"UnknownKind", makeManifest(makePort("gift", "a", "[1]"), ""), "without"},
    {"NoShape", makeManifest(R"({"kind":"input","dtype":"F32"})", ""),
     "without"},
    {"NegativeExtent", makeManifest(makePort("input", "a", "[-2]"), ""),
     "an extent"},
    {"FractionalExtent", makeManifest(makePort("input", "a", "[1.5]"), ""),
     "an extent"},
    {"Huge", makeManifest(makePort("input", "a", "[9999999,9999999]"), ""),
     "'a' is too large"},
    {"Overflow",
     makeManifest(makePort("input", "a", "[4294967296,4294967296]"), ""),
     "'a' is too large"},
    {"OutputAsArgument", makeManifest(makePort("output", "a", "[1]"), ""),
     "'a' is on the wrong side"},
    {"InputAsResult", makeManifest("", makePort("input", "a", "[1]")),
     "'a' is on the wrong side"},
    {"Twice", makeManifest(kState + "," + kState, kState), "'s' comes twice"},
    {"ParameterWithLanes", makeManifest(makePort("parameter", "p", "[-1]"), ""),
     "'p' is a parameter with lanes"},
    {"OptimizerWithLanes",
     makeManifest(makePort("optimizer", "m", "[-1]"),
                  makePort("optimizer", "m", "[-1]")),
     "'m' is optimizer state with lanes"},
    {"OptimizerNotReturned",
     makeManifest(makePort("optimizer", "m", "[1]"), ""),
     "'m' is not returned"},
    {"CarryNotReturned", makeManifest(kState, ""), "'s' is not returned"},
    {"CarryOfOtherShape", makeManifest(kState, makePort("carry", "s", "[-1]")),
     "'s' is not returned as it was given"},
    {"CarryNotGiven", makeManifest("", kState), "'s' is returned, but not"},
    {"ParameterLacks", makeManifest("", makePort("parameter", "p", "[1]")),
     "'p' is a parameter that"},
    {"NoArena", makeManifest("", "", "null"), "an arena whose size"},
    {"NegativeArena",
     makeManifest("", "", R"({"bytes_per_lane":0,"bytes":-64})"),
     "an arena whose size"},
    {"HugeArena",
     makeManifest("", "", R"({"bytes_per_lane":1099511627777,"bytes":0})"),
     "an arena whose size"},
    {"EntryTwice",
     R"({"abi":5,"entries":[{"name":"f","arguments":[],"results":[],)"
     R"("arena":{"bytes_per_lane":0,"bytes":0}},)"
     R"({"name":"f","arguments":[],"results":[],)"
     R"("arena":{"bytes_per_lane":0,"bytes":0}}]})",
     "two entry points 'f'"}};

INSTANTIATE_TEST_SUITE_P(All, BrokenManifest, testing::ValuesIn(kBroken),
                         [](const auto &info) { return info.param.name; });

TEST(Manifest, KnowsItsPorts) {
  Result<Manifest> manifest = Manifest::parse(
      makeManifest(makePort("parameter", "p", "[2,3]") + "," + kState, kState));
  ASSERT_TRUE(manifest.ok()) << manifest.status().message();
  EXPECT_EQ(manifest->findEntry("f"), 0);
  EXPECT_EQ(manifest->entries[0].getArenaBytes(3), 3u * 64 + 128);
  EXPECT_EQ(manifest->findEntry("g"), -1);
  ASSERT_EQ(manifest->getParameters().size(), 1u);
  EXPECT_EQ(manifest->getParameters()[0].getBytes(1), 24u);
  ASSERT_EQ(manifest->entries[0].getCarry().size(), 1u);
  EXPECT_EQ(manifest->entries[0].getCarry()[0].getBytes(5), 40u);
  EXPECT_TRUE(manifest->entries[0].expect(PortKind::Carry, "s", 2).ok());
  EXPECT_FALSE(manifest->entries[0].expect(PortKind::Carry, "s", 1).ok());
}
