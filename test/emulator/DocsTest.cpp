//===- DocsTest.cpp - The programs that docs/emulator.md shows ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Its table of checks has, for each, a program in which it fires and one in
// which it does not. Both are run here.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <gtest/gtest.h>
#include <set>
#include <sstream>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
struct Example {
  std::string kind, bug, twin;
};
} // namespace

/// Rows `| `kind` | `bug` | `twin` |` of the table.
static std::vector<Example> readExamples() {
  std::ifstream file(std::string(BRT_TEST_SOURCE_DIR) +
                     "/../../docs/emulator.md");
  std::vector<Example> found;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("##", 0) == 0)
      inside = line == "### Planted errors and their twins";
    if (!inside || line.rfind("| `", 0) != 0)
      continue;
    std::istringstream cells(line);
    std::string cell[4];
    for (std::string &each : cell)
      std::getline(cells, each, '|');
    auto code = [](const std::string &text) {
      size_t first = text.find('`') + 1;
      return text.substr(first, text.rfind('`') - first);
    };
    found.push_back({code(cell[1]), code(cell[2]), code(cell[3])});
  }
  return found;
}

static void replaceAll(std::string &text, const std::string &word,
                       const std::string &by) {
  for (size_t at; (at = text.find(word)) != std::string::npos;)
    text.replace(at, word.size(), by);
}

static std::string kernelOf(std::string body) {
  replaceAll(body, "SYNC", "barrier.cluster.arrive; barrier.cluster.wait;");
  replaceAll(body, "PRODUCT",
             "wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 "
             "{%f0, %f1, %f2, %f3}, {%z, %z, %z, %z}, %desc, 1, 1, 1, 0;");
  return ptxKernel(R"(
  .shared .align 8 .b64 b; .shared .align 128 .b8 s[512];
  .reg .pred %lead; .reg .b64 %mine; .reg .b64 %theirs; .reg .b64 %desc;
  .reg .b32 %own; .reg .b32 %other; .reg .b32 %peer; .reg .b32 %bar;
  .reg .b32 %z; .reg .f32 %f<4>; .reg .b32 %block; .reg .b32 %away;
  mov.u32 %r0, %tid.x; setp.eq.u32 %lead, %r0, 0; mov.u32 %block, %ctaid.x;
  mad.wide.u32 %p0, %block, 512, %p0; xor.b32 %away, %r0, 32;
  mad.wide.u32 %mine, %r0, 4, %p0; mad.wide.u32 %theirs, %away, 4, %p0;
  mov.u32 %bar, b; mov.u32 %z, s; shr.u32 %own, %z, 4;
  cvt.u64.u32 %desc, %own; or.b64 %desc, %desc, 0x8000080000;
  mad.lo.u32 %own, %r0, 4, %z; mad.lo.u32 %other, %away, 4, %z;
  xor.b32 %block, %block, 1; mapa.shared::cluster.u32 %peer, %own, %block;
  mov.b32 %z, 0; mov.b32 %f0, 0; mov.b32 %f1, 0; mov.b32 %f2, 0;
  mov.b32 %f3, 0;
)" + body);
}

static std::vector<Finding> findings(const std::string &body, bool exact) {
  Machine machine;
  machine.options.exact = exact;
  machine.cluster = 2;
  auto program = machine.load(kernelOf(body));
  EXPECT_TRUE(program) << machine.diagnostic.message << " in " << body;
  if (!program)
    return {};
  uint64_t buffer = machine.upload(std::vector<uint32_t>(256, 7));
  return machine.run(*program, "k", 2, 128, {buffer}).findings;
}

TEST(Docs, ChecksByExample) {
  std::vector<Example> examples = readExamples();
  std::set<std::string> kinds;
  for (const Example &each : examples) {
    kinds.insert(each.kind);
    bool exact = each.kind == "exact";
    auto found = findings(each.bug, exact);
    ASSERT_FALSE(found.empty()) << each.kind << ": " << each.bug;
    EXPECT_EQ(nameOf(found[0].kind), each.kind)
        << found[0].text() << " in " << each.bug;
    found = findings(each.twin, exact);
    EXPECT_TRUE(found.empty()) << found[0].text() << " in " << each.twin;
  }
  EXPECT_EQ(kinds.size(), kFindingKinds);
}
