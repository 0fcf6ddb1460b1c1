//===- MemoryTest.cpp - ld and st in every form ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.8-12. A load must give what lies in memory, extended as its
// type says; a store must change its bytes and no others.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
/// What a form says: "global.nc.v2.u64".
struct Form {
  std::string text;
  std::string space; // "" is generic
  unsigned count = 1, bytes = 4;
  bool isSigned = false;

  explicit Form(std::string modifiers) : text(std::move(modifiers)) {
    for (size_t at = 0; at <= text.size();) {
      size_t end = std::min(text.find('.', at), text.size());
      std::string word = text.substr(at, end - at);
      at = end + 1;
      if (word == "global" || word == "local" || word == "const" ||
          word == "shared" || word == "shared::cta" || word == "param")
        space = word;
      else if (word == "v2" || word == "v4")
        count = static_cast<unsigned>(word[1] - '0');
    }
    std::string type = text.substr(text.rfind('.') + 1);
    bytes = static_cast<unsigned>(std::stoul(type.substr(1))) / 8;
    isSigned = type[0] == 's';
  }
  std::string reg() const { return bytes < 2 ? "b16" : "b" + bits(); }
  std::string bits() const { return std::to_string(8 * bytes); }
  /// {v0, v1}, or v0.
  std::string list() const {
    std::string names;
    for (unsigned i = 0; i < count; ++i)
      names += (i ? ", %v" : "%v") + std::to_string(i);
    return count == 1 ? names : "{" + names + "}";
  }
};

constexpr unsigned kSlot = 32, kThreads = 4; // bytes of a thread
} // namespace

/// A slot of `space` for each thread, its address in %slot; other spaces than
/// global and generic get a copy of the thread's bytes of %p0.
static std::string slotOf(const std::string &space) {
  std::string text = "mov.u32 %r0, %tid.x;\n"
                     "mul.wide.u32 %rd0, %r0, 32; add.u64 %rd1, %p0, %rd0;\n"
                     ".reg .b64 %slot;\n";
  if (space.empty() || space == "global")
    return text + "mov.u64 %slot, %rd1;\n";
  std::string plain = space == "local" ? "local" : "shared";
  if (plain == "local")
    text += ".local .align 16 .b8 mine[32]; mov.u64 %slot, mine;\n";
  else
    text += ".shared .align 16 .b8 tile[128]; mov.u64 %slot, tile; "
            "add.u64 %slot, %slot, %rd0;\n";
  for (const char *at : {"0", "8", "16", "24"})
    text += std::string("ld.global.b64 %rd2, [%rd1+") + at + "]; st." + plain +
            ".b64 [%slot+" + at + "], %rd2;\n";
  return text;
}

static std::vector<uint8_t> pattern() {
  std::vector<uint8_t> bytes(kSlot * kThreads);
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<uint8_t>(0x80 + 7 * i);
  return bytes;
}

static std::string declare(const Form &form) {
  return ".reg ." + form.reg() + " %v<4>;\n";
}

/// Runs `body` with %p0 the bytes and %p1 room for as many; what is in %p1.
static std::vector<uint8_t> transfer(const std::string &body,
                                     const std::vector<uint8_t> &bytes) {
  Machine machine;
  auto program = machine.load(ptxKernel(body, 2));
  EXPECT_TRUE(program) << machine.diagnostic.message << "\n" << body;
  if (!program)
    return std::vector<uint8_t>(bytes.size());
  uint64_t out = machine.upload(std::vector<uint8_t>(bytes.size()));
  LaunchOutcome outcome =
      machine.run(*program, "k", 1, kThreads, {machine.upload(bytes), out});
  EXPECT_TRUE(outcome.findings.empty()) << outcome.findings[0].text() << "\n"
                                        << body;
  return machine.download<uint8_t>(out, bytes.size());
}

/// Each loaded element leaves 8 bytes, sign or zero extended.
static void expectLoads(const std::string &modifiers) {
  Form form(modifiers);
  std::string body = slotOf(form.space) + declare(form) + "ld." + form.text +
                     " " + form.list() + ", [%slot];\n" +
                     "add.u64 %rd3, %p1, %rd0;\n";
  for (unsigned i = 0; i < form.count; ++i) {
    std::string type = form.isSigned ? "s" : "u";
    std::string from = "%v" + std::to_string(i);
    if (form.bytes == 8)
      body += "mov.b64 %rd4, " + from + ";";
    else if (form.bytes == 1)
      body += "cvt." + type + "64." + type + "16 %rd4, " + from + ";";
    else
      body +=
          "cvt." + type + "64." + type + form.bits() + " %rd4, " + from + ";";
    body += " st.global.b64 [%rd3+" + std::to_string(8 * i) + "], %rd4;\n";
  }
  std::vector<uint8_t> bytes = pattern(), got = transfer(body, bytes);
  for (unsigned thread = 0; thread < kThreads; ++thread)
    for (unsigned i = 0; i < form.count; ++i) {
      const uint8_t *from = &bytes[kSlot * thread + form.bytes * i];
      uint64_t expected =
          form.isSigned && (from[form.bytes - 1] & 0x80) ? ~0ull : 0;
      std::memcpy(&expected, from, form.bytes);
      uint64_t value;
      std::memcpy(&value, &got[kSlot * thread + 8 * i], sizeof value);
      EXPECT_EQ(value, expected) << "ld." << modifiers << " element " << i;
    }
}

/// The slot starts as the pattern; the elements stored are its complement.
static void expectStores(const std::string &modifiers) {
  Form form(modifiers);
  std::string plain = form.space.empty() ? "global" : form.space;
  std::string body = slotOf(form.space) + declare(form);
  for (unsigned i = 0; i < form.count; ++i) {
    std::string v = "%v" + std::to_string(i);
    std::string width = std::to_string(8 * std::max(2u, form.bytes));
    body += "ld." + plain + ".u" + form.bits() + " " + v + ", [%slot+" +
            std::to_string(form.bytes * i) + "]; not.b" + width + " " + v +
            ", " + v + ";\n";
  }
  body += "st." + form.text + " [%slot], " + form.list() +
          ";\nadd.u64 %rd3, %p1, %rd0;\n";
  for (const char *at : {"0", "8", "16", "24"})
    body += "ld." + plain + ".b64 %rd2, [%slot+" + at +
            "]; st.global.b64 [%rd3+" + at + "], %rd2;\n";
  std::vector<uint8_t> expected = pattern(), got = transfer(body, expected);
  for (unsigned thread = 0; thread < kThreads; ++thread)
    for (unsigned i = 0; i < form.count * form.bytes; ++i)
      expected[kSlot * thread + i] ^= 0xff;
  EXPECT_EQ(got, expected) << "st." << modifiers;
}

TEST(Memory, Loads) {
  for (const char *space : {"", "global.", "shared.", "local."})
    for (const char *type : {"b8", "u8", "s8", "b16", "u16", "s16", "b32",
                             "u32", "s32", "f32", "b64", "u64", "s64", "f64"})
      expectLoads(std::string(space) + type);
  for (const char *space : {"global.", "shared.", "local."})
    for (const char *type :
         {"v2.b8", "v4.u8", "v2.b16", "v4.s16", "v2.b32", "v2.u32", "v2.f32",
          "v4.b32", "v4.u32", "v4.f32", "v2.b64", "v2.u64", "v2.f64"})
      expectLoads(std::string(space) + type);
}

TEST(Memory, Stores) {
  for (const char *space : {"", "global.", "shared.", "local.", "shared::cta."})
    for (const char *type : {"b8", "u8", "b16", "u16", "b32", "u32", "s32",
                             "f32", "b64", "u64", "f64"})
      expectStores(std::string(space) + type);
  for (const char *space : {"global.", "shared.", "local."})
    for (const char *type : {"v4.u8", "v4.b16", "v2.b32", "v2.u32", "v2.f32",
                             "v4.b32", "v4.u32", "v4.f32", "v2.b64"})
      expectStores(std::string(space) + type);
}

TEST(Memory, HintsChangeNothing) {
  for (const char *form :
       {"global.L2::128B.u32", "global.L2::128B.v4.u32", "global.cg.s32",
        "global.cs.s32", "global.nc.u32", "global.nc.b32", "global.nc.b64",
        "global.nc.s32", "global.nc.u64", "global.nc.v2.u64",
        "global.nc.v2.b64", "global.nc.v2.f64",
        "global.L1::no_allocate.L2::256B.v4.b32"})
    expectLoads(form);
  for (const char *form : {"global.cs.s32", "global.wt.s32"})
    expectStores(form);
}

TEST(Memory, StrongAccessesMoveTheSameBytes) {
  for (const char *form :
       {"acquire.gpu.b32", "acquire.gpu.u32", "relaxed.gpu.v2.u32",
        "volatile.global.b32", "volatile.global.u32", "volatile.shared.b32",
        "volatile.shared.u32", "acquire.sys.global.u64"})
    expectLoads(form);
  for (const char *form :
       {"relaxed.cta.b32", "relaxed.gpu.b32", "relaxed.gpu.v2.u32",
        "volatile.global.b32", "volatile.global.u32", "volatile.shared.b32",
        "volatile.shared.u32", "release.gpu.global.u32"})
    expectStores(form);
}

TEST(Memory, Constants) {
  std::string table = ".const .align 8 .b8 table[16] = {1, 2, 3, 4, 5, 6, 7, "
                      "8, 9, 10, 11, 12, 13, 14, 15, 16};\n";
  std::string body = "mov.u64 %rd0, table; cvta.const.u64 %rd1, %rd0;\n"
                     "ld.const.b32 %r0, [table+4]; ld.const.f32 %r1, [%rd0];\n"
                     "ld.const.u64 %rd2, [%rd0+8]; ld.u32 %r2, [%rd1+12];\n"
                     "st.global.v2.b32 [%p0], {%r0, %r1};\n"
                     "st.global.b64 [%p0+8], %rd2; st.global.u32 [%p0+16], "
                     "%r2;";
  Machine machine;
  auto program = machine.load(ptxKernel(body, 1, table));
  ASSERT_TRUE(program) << machine.diagnostic.message;
  uint64_t out = machine.upload(std::vector<uint32_t>(5));
  ASSERT_TRUE(machine.run(*program, "k", 1, 1, {out}).findings.empty());
  EXPECT_EQ(machine.download<uint32_t>(out, 5),
            (std::vector<uint32_t>{0x08070605, 0x04030201, 0x0c0b0a09,
                                   0x100f0e0d, 0x100f0e0d}));
}

/// A kernel's parameters, element by element, by ld.param.
TEST(Memory, KernelParameters) {
  for (const char *name : {"u8", "b8", "s8", "u16", "s32", "u32", "b32", "f32",
                           "u64", "b64", "f64", "v2.u8", "v2.b8", "v4.u8",
                           "v2.u16", "v2.u32", "v2.f32", "v2.u64"}) {
    Form form(name);
    std::string body = declare(form) + "ld.param." + name + " " + form.list() +
                       ", [bytes+16];\n";
    std::string plain = form.text.substr(form.text.rfind('.') + 1);
    for (unsigned i = 0; i < form.count; ++i)
      body += "st.global." + plain + " [%rd0+" +
              std::to_string(form.bytes * i) + "], %v" + std::to_string(i) +
              ";\n";
    Machine machine;
    auto program = machine.load(
        ptxModule(".entry k(.param .u64 out, .param .align 8 .b8 bytes[32]) {\n"
                  ".reg .b64 %rd<2>; ld.param.u64 %rd0, [out];\n" +
                  body + "ret; }"));
    ASSERT_TRUE(program) << machine.diagnostic.message << "\n" << body;
    uint64_t out = machine.upload(std::vector<uint64_t>(2));
    std::vector<uint64_t> values = {out, 1, 2, 0x8899aabbccddeeff,
                                    0x0123456789abcdef};
    ASSERT_TRUE(machine.run(*program, "k", 1, 1, values).findings.empty());
    std::vector<uint8_t> got = machine.download<uint8_t>(out, 16);
    EXPECT_EQ(std::memcmp(got.data(), &values[3], form.count * form.bytes), 0)
        << name;
  }
}

/// A function's parameters: what st.param gave, ld.param gets.
TEST(Memory, FunctionParameters) {
  for (const char *type : {"b8", "b16", "b32", "f32", "b64", "f64"}) {
    Form form(type);
    std::string t = type;
    Machine machine;
    auto program = machine.load(ptxModule(
        ".func (.param ." + t + " result) same(.param ." + t + " given) {\n" +
        declare(form) + "ld.param." + t + " %v0, [given]; st.param." + t +
        " [result], %v0; ret; }\n" +
        ".entry k(.param .u64 in, .param .u64 out) {\n.reg .b64 %rd<2>;\n" +
        declare(form) +
        "ld.param.u64 %rd0, [in]; ld.param.u64 %rd1, [out];\nld.global." + t +
        " %v0, [%rd0];\n{ .param ." + t + " given; .param ." + t +
        " result; st.param." + t +
        " [given], %v0; call (result), same, (given);\nld.param." + t +
        " %v1, [result]; }\nst.global." + t + " [%rd1], %v1; ret; }"));
    ASSERT_TRUE(program) << machine.diagnostic.message << " " << type;
    uint64_t in = machine.upload(std::vector<uint64_t>{0x8899aabbccddeeff}),
             out = machine.upload(std::vector<uint64_t>{0});
    auto outcome = machine.run(*program, "k", 1, 1, {in, out});
    ASSERT_TRUE(outcome.findings.empty()) << outcome.findings[0].text();
    EXPECT_EQ(std::memcmp(reinterpret_cast<void *>(in),
                          reinterpret_cast<void *>(out), form.bytes),
              0)
        << type;
  }
}
