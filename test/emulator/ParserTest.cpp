//===- ParserTest.cpp - What is taken and what is refused -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Machine.h"

#include "ptx/Parser.h"

#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
struct Refusal {
  const char *text;
  uint32_t line, column;
  const char *message;
};
} // namespace

static void expectRefusal(const Refusal &refusal) {
  Machine machine;
  EXPECT_FALSE(machine.load(refusal.text)) << refusal.text;
  EXPECT_EQ(machine.diagnostic.where.line, refusal.line) << refusal.text;
  EXPECT_EQ(machine.diagnostic.where.column, refusal.column) << refusal.text;
  EXPECT_NE(machine.diagnostic.message.find(refusal.message), std::string::npos)
      << machine.diagnostic.message;
}

TEST(Parser, MalformedTextIsLocated) {
  const Refusal cases[] = {
      {"", 1, 1, "'.version' first"},
      {".version 9.0\n.target sm_80\n.address_size 32\n", 3, 15, "64"},
      {".version 9.0\n.target gfx90\n", 2, 9, "sm_80"},
      {".version 9.0\n.target sm_80\n.global .b32 x = {1,\n", 4, 1, "'}'"},
      {".version 9.0\n.target sm_80\n.entry k()\n{\n  bra L;\n}\n", 5, 7,
       "'L'"},
      {".version 9.0\n.target sm_80\n.entry k()\n{\n  add.s32 %r1, 1, 2;\n}", 5,
       11, "register"},
      {".version 9.0\n.target sm_80\n.entry k()\n{ L: L: ret; }", 4, 6, "once"},
      {".version 9.0\n.target sm_80\n.entry k()\n{ mov.b32 %r, 0f12; }", 4, 15,
       "8 hexadecimal digits"},
      {".version 9.0\n.target sm_80\n/* never ends", 3, 1, "'*/'"},
      {".version 9.0\n.target sm_80\n.entry k()\n{ ret", 4, 6, "an operand"}};
  for (const Refusal &refusal : cases)
    expectRefusal(refusal);
}

TEST(Parser, UnsupportedFormsAreRefusedByName) {
  std::string head = ".version 9.0\n.target sm_90a\n.entry k()\n{\n.reg .b32 "
                     "%r<4>; .reg .b64 %rd<4>; .reg .f64 %d<4>; .reg .pred "
                     "%p;\n";
  const std::pair<const char *, const char *> cases[] = {
      {"tex.1d.v4.f32.s32 {%r0,%r1,%r2,%r3}, [%rd0, {%r1}];", "tex.1d.v4"},
      {"txq.width.b32 %r0, [%rd0];", "txq.width"},
      {"mbarrier.init.shared.b32 [%r0], 1;", "mbarrier.init"},
      {"add.rz.f64 %d0, %d1, %d2;", "'.rz'"},
      {"fence.proxy.texture;", "proxy"},
      {"mov.u32 %r0, %pm0;", "%pm0"},
      {"atom.global.add.s16 %r0, [%rd0], 1;", "atom.global.add.s16"},
      {"ld.global.b128 %rd0, [%rd1];", "128 bits"}};
  for (auto [text, name] : cases) {
    std::string ptx = head + "  " + text + "\n}\n";
    Machine machine;
    EXPECT_FALSE(machine.load(ptx)) << text;
    EXPECT_EQ(machine.diagnostic.where.line, 6u) << text;
    EXPECT_NE(machine.diagnostic.message.find(name), std::string::npos)
        << machine.diagnostic.message;
  }
}

TEST(Parser, OperandsMustFit) {
  const Refusal cases[] = {
      {".version 9.0\n.target sm_80\n.entry k()\n{ .reg .b64 %a;\n"
       "add.s32 %a, 1, 2; }",
       5, 9, "32 bits"},
      {".version 9.0\n.target sm_80\n.entry k()\n{ .reg .b32 %a;\n"
       "add.s32 %a, 1; }",
       5, 1, "3 operands"},
      {".version 9.0\n.target sm_80\n.entry k()\n{ .reg .b32 %a;\n"
       "@%a ret; }",
       5, 2, "predicate"},
      {".version 9.0\n.target sm_80\n.entry k(.param .u32 p)\n{ .reg .b64 %a;\n"
       "ld.param.u64 %a, [p]; }",
       5, 18, "4 bytes"}};
  for (const Refusal &refusal : cases)
    expectRefusal(refusal);
}

TEST(Parser, FormsSeenInTheWild) {
  const char *text = R"(// a comment
.version 8.8
.target sm_90a, debug
.address_size 64
.file 1 "a.cu", 12345, 678
.visible .const .align 4 .b8 bytes[4] = {1, 2, 0x3, 04};
.global .align 8 .u64 pointers[2] = {bytes, generic(bytes)+1};
.global .align 4 .f32 numbers[2] = {0f3F800000, -2.5};
.extern .shared .align 16 .b8 dynamic[];
.weak .func (.param .b32 r) f(.param .align 8 .b8 s[24]) .noreturn
{ .reg .b32 %x; mov.b32 %x, 1; st.param.b32 [r+0], %x; ret; }
.visible .entry k(
  .param .u64 .ptr .global .align 16 k_param_0,
  .param .align 64 .b8 k_param_1[128]
) .maxntid 128, 1, 1 .minnctapersm 2
{
  .reg .pred %p<3>; .reg .b32 %r<9>, %q; .reg .b64 %rd<3>;
  .loc 1 12 3, function_name $L__info_string0, inlined_at 1 9 2
  .pragma "nounroll";
  ld.param.b64 %rd1, [k_param_0];
  ld.global.L1::evict_last.v4.b32 {%r1, %r2, _, %r3}, [ %rd1 + 0 ];
  mov.u32 %r4, dynamic+4;
  setp.ne.s32 %p1|%p2, %r1, -0x1;
  { .reg .b32 %r1; mov.u32 %r1, 5U; }
  @!%p1 bra $L_end;
$L_end:
  ret;
}
.section .debug_str { .b8 1, 2 }
)";
  Machine machine;
  machine.options.architecture = 90;
  auto program = machine.load(text);
  ASSERT_TRUE(program) << machine.diagnostic.message << " line "
                       << machine.diagnostic.where.line;
  const Module &module = *program->module;
  EXPECT_EQ(module.versionMajor, 8u);
  EXPECT_EQ(module.target, 90u);
  EXPECT_EQ(module.findFunction("k")->maxThreads[0], 128u);
  EXPECT_EQ(program->findEntry("k")->parameterOffsets[1], 64u);
  uint64_t bytes = program->addressOf.at(module.findVariable("bytes"));
  EXPECT_EQ(*reinterpret_cast<uint32_t *>(bytes), 0x04030201u);
  uint64_t table = program->addressOf.at(module.findVariable("pointers"));
  EXPECT_EQ(reinterpret_cast<uint64_t *>(table)[1], bytes + 1);
  uint64_t numbers = program->addressOf.at(module.findVariable("numbers"));
  EXPECT_EQ(reinterpret_cast<float *>(numbers)[1], -2.5f);
}

TEST(Parser, EveryPrefixOfAModuleIsHandled) {
  // Cut anywhere, the text is either whole or refused; nothing hangs.
  std::string text = ptxKernel("ld.global.v2.u32 {%r0, %r1}, [%p0+4];\n"
                               "@!%q0 add.f32 %r2, 0f3F800000, -1.5e+3;");
  Diagnostic diagnostic;
  for (size_t length = text.find(".visible") + 1; length + 2 < text.size();
       ++length)
    EXPECT_FALSE(parsePtx(text.substr(0, length), diagnostic)) << length;
  EXPECT_TRUE(parsePtx(text, diagnostic));
}
