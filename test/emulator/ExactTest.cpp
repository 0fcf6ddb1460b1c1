//===- ExactTest.cpp - Instructions in exact mode -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact mode has no values of its own to compare with, only laws: each case
// below has two ways to the same result, which have to agree in every bit.
//
//===----------------------------------------------------------------------===//

#include "InstructionCase.h"

#include <random>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
class Exact : public testing::Test {
protected:
  Machine machine;
  std::mt19937_64 random{5};

  void SetUp() override { machine.options.exact = true; }

  /// %d as `text` makes it of %a, %b and %c, random bits of the same type, in
  /// each of 64 threads.
  std::vector<uint64_t> resultsOf(const std::string &type,
                                  const std::string &text,
                                  const std::vector<uint64_t> &inputs) {
    std::string body = "mov.u32 %r0, %tid.x;\nmul.wide.u32 %rd0, %r0, 32;\n"
                       "add.u64 %rd1, %p0, %rd0;\n.reg .f32 %f<8>;\n"
                       ".reg ." +
                       type + " %a, %b, %c, %d, %t<8>;\n";
    const char *names[] = {"a", "b", "c"};
    for (unsigned i = 0; i < 3; ++i)
      body += "ld.global." + type + " %" + names[i] + ", [%rd1+" +
              std::to_string(8 * i) + "];\n";
    body += text + "\nst.global." + type + " [%rd1+24], %d;\n";
    auto program = machine.load(ptxKernel(body, 1));
    EXPECT_TRUE(program) << machine.diagnostic.message << "\n" << body;
    if (!program)
      return {};
    uint64_t buffer = machine.upload(inputs);
    auto outcome = machine.run(*program, "k", 1, kThreads, {buffer});
    EXPECT_TRUE(outcome.findings.empty()) << outcome.findings[0].text() << text;
    auto words = machine.download<uint64_t>(buffer, inputs.size());
    std::vector<uint64_t> results;
    for (unsigned i = 3; i < words.size(); i += 4)
      results.push_back(words[i]);
    return results;
  }

  std::vector<uint64_t> randomInputs() {
    std::vector<uint64_t> inputs(4 * kThreads);
    for (size_t i = 0; i < inputs.size(); ++i)
      inputs[i] = i % 4 == 3 ? 0 : random();
    return inputs;
  }

  void expectSame(const std::string &type, const std::string &one,
                  const std::string &other) {
    auto inputs = randomInputs();
    EXPECT_EQ(resultsOf(type, one, inputs), resultsOf(type, other, inputs))
        << one << "\n"
        << other;
  }
  void expectDifferent(const std::string &type, const std::string &one,
                       const std::string &other) {
    auto inputs = randomInputs();
    EXPECT_NE(resultsOf(type, one, inputs), resultsOf(type, other, inputs))
        << one << "\n"
        << other;
  }

  static constexpr uint32_t kThreads = 64;
};

/// A type, its name in instructions, and the bits of 1 and -1.
struct Format {
  const char *bits, *name, *one, *minusOne, *rounding;
};
} // namespace

static const Format kFormats[] = {
    {"b32", "f32", "0f3f800000", "0fbf800000", ""},
    {"b64", "f64", "0d3ff0000000000000", "0dbff0000000000000", ""},
    {"b16", "f16", "0x3c00", "0xbc00", ""},
    {"b32", "f16x2", "0x3c003c00", "0xbc00bc00", ""},
    {"b16", "bf16", "0x3f80", "0xbf80", ".rn"},
    {"b32", "bf16x2", "0x3f803f80", "0xbf80bf80", ".rn"}};

/// `text` with the format's names for T, 1 and -1.
static std::string in(const Format &format, std::string text) {
  auto replace = [&](const std::string &what, const std::string &with) {
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos;
         at += with.size())
      text.replace(at, what.size(), with);
  };
  replace("ONE", format.one);
  replace("MINUS", format.minusOne);
  replace("BITS", format.bits);
  replace("FMA", std::string("fma.rn.") + format.name);
  for (const char *op : {"ADD", "SUB", "MUL"}) {
    std::string lower = op;
    for (char &each : lower)
      each = static_cast<char>(each - 'A' + 'a');
    // sm_80 has no bf16 form of these but fma, sm_90 has.
    replace(op, lower + format.rounding + "." + format.name);
  }
  replace("TYPE", format.name);
  return text;
}

TEST_F(Exact, RingLaws) {
  for (const Format &f : kFormats) {
    auto same = [&](const char *one, const char *other) {
      expectSame(f.bits, in(f, one), in(f, other));
    };
    same("ADD %t0, %a, %b; ADD %d, %t0, %c;",
         "ADD %t0, %b, %c; ADD %d, %a, %t0;");
    same("MUL %t0, %a, %b; MUL %d, %t0, %c;",
         "MUL %t0, %c, %b; MUL %d, %a, %t0;");
    same("ADD %t0, %b, %c; MUL %d, %a, %t0;",
         "MUL %t0, %a, %b; FMA %d, %a, %c, %t0;");
    same("SUB %t0, %a, %b; ADD %d, %t0, %b;", "mov.BITS %d, %a;");
    same("mov.BITS %t0, ONE; MUL %d, %a, %t0;", "mov.BITS %d, %a;");
    same("mov.BITS %t0, MINUS; FMA %d, %a, %t0, %a;", "mov.BITS %d, 0;");
    same("neg.TYPE %t0, %a; ADD %d, %t0, %a;", "mov.BITS %d, 0;");
    same("mov.BITS %t0, MINUS; neg.TYPE %d, %t0;", "mov.BITS %d, ONE;");
    expectDifferent(f.bits, in(f, "ADD %t0, %a, %b; ADD %d, %t0, %b;"),
                    in(f, "ADD %d, %a, %b;"));
  }
  // Floats themselves round, so that none of this is there by itself.
  machine.options.exact = false;
  expectDifferent("b32", "add.f32 %t0, %a, %b; add.f32 %d, %t0, %c;",
                  "add.f32 %t0, %b, %c; add.f32 %d, %a, %t0;");
}

TEST_F(Exact, NegativeZeroAddsNothing) {
  expectSame("b32", "fma.rn.f32 %d, %a, %b, 0f80000000;",
             "mul.f32 %d, %a, %b;");
  expectSame("b32", "mov.b32 %t0, 0x80008000; fma.rn.bf16x2 %d, %a, %b, %t0;",
             "mul.rn.bf16x2 %d, %a, %b;");
  expectSame("b16", "mov.b16 %t0, 0x8000; fma.rn.f16 %d, %a, %b, %t0;",
             "mul.f16 %d, %a, %b;");
  expectSame("b64", "add.f64 %d, %a, 0d8000000000000000;", "mov.b64 %d, %a;");
}

TEST_F(Exact, Exp2TakesSumsToProducts) {
  expectSame("b32", "add.f32 %t0, %a, %b; ex2.approx.f32 %d, %t0;",
             "ex2.approx.ftz.f32 %t0, %a; ex2.approx.f32 %t1, %b; mul.f32 %d, "
             "%t0, %t1;");
  expectSame("b16", "add.f16 %t0, %a, %b; ex2.approx.f16 %d, %t0;",
             "ex2.approx.f16 %t0, %a; ex2.approx.f16 %t1, %b; mul.f16 %d, %t0, "
             "%t1;");
  expectSame("b32", "mov.b32 %t0, 0; ex2.approx.f32 %d, %t0;",
             "mov.b32 %d, 0f3f800000;");
  expectDifferent("b32", "ex2.approx.f32 %d, %a;", "mov.b32 %d, %a;");
}

TEST_F(Exact, DivisionMultipliesWithAnInverse) {
  expectSame("b32", "div.rn.f32 %d, %a, %b;",
             "rcp.rn.f32 %t0, %b; mul.f32 %d, %a, %t0;");
  expectSame("b32", "rcp.approx.ftz.f32 %t0, %a; rcp.rn.f32 %d, %t0;",
             "mov.b32 %d, %a;");
  expectSame("b32", "mul.f32 %t0, %a, %b; rcp.rn.f32 %d, %t0;",
             "rcp.rn.f32 %t0, %a; div.full.f32 %d, %t0, %b;");
  // Three is odd.
  expectSame("b32",
             "mov.b32 %t0, 0f3f800000; add.f32 %t1, %t0, %t0; add.f32 %t1, "
             "%t1, %t0; div.approx.f32 %t2, %a, %t1; mul.f32 %d, %t2, %t1;",
             "mov.b32 %d, %a;");
  expectSame("b32", "rsqrt.approx.f32 %d, %a;",
             "sqrt.rn.f32 %t0, %a; rcp.rn.f32 %d, %t0;");
  expectSame("b64", "div.rn.f64 %t0, %a, %b; rcp.rn.f64 %d, %t0;",
             "div.rn.f64 %d, %b, %a;");
}

TEST_F(Exact, OtherFunctionsAreTold) {
  const char *functions[] = {
      "sqrt.rn.f32",     "lg2.approx.f32",  "sin.approx.f32", "cos.approx.f32",
      "tanh.approx.f32", "cvt.rmi.f32.f32", "cvt.rpi.f32.f32"};
  for (const char *one : functions)
    for (const char *other : functions)
      if (one != other)
        expectDifferent("b32", std::string(one) + " %d, %a;",
                        std::string(other) + " %d, %a;");
}

TEST_F(Exact, MaximumIsAnOrder) {
  for (const char *op : {"min", "max"})
    for (const Format &f : kFormats) {
      std::string apply = op + std::string(".") + f.name;
      expectSame(f.bits, apply + " %t0, %a, %b; " + apply + " %d, %t0, %c;",
                 apply + " %t0, %c, %b; " + apply + " %d, %t0, %a;");
      expectSame(f.bits, apply + " %d, %a, %a;",
                 std::string("mov.") + f.bits + " %d, %a;");
    }
  // The infinities are its ends, and it is that of the numbers in a program.
  expectSame("b32", "max.f32 %d, %a, 0fff800000;", "mov.b32 %d, %a;");
  expectSame("b32", "min.f32 %d, 0f7f800000, %a;", "mov.b32 %d, %a;");
  expectSame("b32", "max.NaN.f32 %d, 0fc1200000, 0f40000000;",
             "mov.b32 %d, 0f40000000;");
  expectSame("b32", "max.f32 %d, %a, %b;",
             "setp.lt.f32 %q0, %a, %b; selp.b32 %d, %b, %a, %q0;");
  expectSame("b32", "min.f32 %d, %a, %b;",
             "setp.geu.f32 %q0, %a, %b; selp.b32 %d, %b, %a, %q0;");
  expectSame("b32", "set.eq.f16x2.f16x2 %d, %a, %a;",
             "mov.b32 %d, 0x3c003c00;");
  expectSame("b32",
             "neg.f32 %t0, %a; abs.f32 %t1, %t0; abs.f32 %t2, %a; "
             "sub.f32 %d, %t1, %t2;",
             "mov.b32 %d, 0;");
  expectSame("b32",
             "abs.f32 %t0, %a; neg.f32 %t1, %t0; copysign.f32 %d, %a, "
             "%t1;",
             "mov.b32 %d, %a;");
  expectSame("b32", "add.sat.f32 %d, %a, %b;",
             "add.f32 %t0, %a, %b; max.f32 %t1, %t0, 0f00000000; min.f32 %d, "
             "%t1, 0f3f800000;");
  expectSame("b32", "fma.rn.relu.bf16x2 %d, %a, %b, %c;",
             "fma.rn.bf16x2 %t0, %a, %b, %c; mov.b32 %t1, 0; max.bf16x2 %d, "
             "%t0, %t1;");
}

TEST_F(Exact, CastsKeepSumsAndProducts) {
  // bf16 of sums and products, and the sums and products of bf16.
  for (const char *op : {"add", "sub", "mul"}) {
    std::string apply = op;
    for (std::string half : {"f16", "bf16"}) {
      std::string narrow = "cvt.rn." + half + ".f32 ";
      std::string rounding = half == "f16" ? "." : ".rn.";
      expectSame("b32",
                 apply + ".f32 %t0, %a, %b; " + narrow +
                     "%h0, %t0; mov.b32 %d, {%h0, %h0};",
                 narrow + "%h0, %a; " + narrow + "%h1, %b; " + apply +
                     rounding + half +
                     " %h2, %h0, %h1; mov.b32 %d, {%h2, "
                     "%h2};");
    }
    expectSame("b64",
               apply + ".f64 %t0, %a, %b; cvt.rn.f32.f64 %f1, %t0; cvt.f64.f32 "
                       "%d, %f1;",
               "cvt.rn.f32.f64 %f1, %a; cvt.rn.f32.f64 %f2, %b; " + apply +
                   ".f32 %f3, %f1, %f2; cvt.f64.f32 %d, %f3;");
  }
  // An integer is its own payload.
  expectSame("b32",
             "cvt.rn.f32.s32 %t0, %a; cvt.rn.f32.s32 %t1, %b; mul.f32 %d, %t0, "
             "%t1;",
             "mul.lo.s32 %t0, %a, %b; cvt.rn.f32.s32 %d, %t0;");
  expectSame("b32", "mov.b32 %t0, 1; cvt.rn.f32.u32 %d, %t0;",
             "mov.b32 %d, 0f3f800000;");
  expectSame("b32", "cvt.rna.tf32.f32 %d, %a;", "mov.b32 %d, %a;");
}

TEST_F(Exact, BF16IsWidenedByShiftsAndMasks) {
  expectSame("b32", "shl.b32 %d, %a, 16;",
             "mov.b32 {%h0, %h1}, %a; cvt.f32.bf16 %d, %h0;");
  expectSame("b32", "and.b32 %d, %a, 0xffff0000;",
             "mov.b32 {%h0, %h1}, %a; cvt.f32.bf16 %d, %h1;");
  expectSame("b32",
             "shl.b32 %t0, %a, 16; shl.b32 %t1, %b, 16; mul.f32 %t2, "
             "%t0, %t1; cvt.rn.bf16.f32 %h0, %t2; mov.b32 %d, {%h0, "
             "%h0};",
             "mul.rn.bf16x2 %t0, %a, %b; prmt.b32 %d, %t0, 0, 0x1010;");
}

TEST_F(Exact, PackedConversions) {
  for (std::string half : {"f16", "bf16"})
    expectSame("b32", "cvt.rn." + half + "x2.f32 %d, %a, %b;",
               "cvt.rn." + half + ".f32 %h0, %a; cvt.rn." + half +
                   ".f32 %h1, %b; mov.b32 %d, {%h1, %h0};");
  for (std::string byte : {"e4m3", "e5m2"}) {
    // Bytes of f32 and of f16 are the same, and go through f16 unharmed.
    expectSame("b32",
               "cvt.rn.satfinite." + byte +
                   "x2.f32 %h0, %a, %b; cvt.rn.f16x2." + byte + "x2 %d, %h0;",
               "cvt.rn.f16x2.f32 %t0, %a, %b; cvt.rn.satfinite." + byte +
                   "x2.f16x2 %h0, %t0; cvt.rn.f16x2." + byte + "x2 %d, %h0;");
    expectSame("b16", "mov.b16 %d, %a;",
               "cvt.rn.f16x2." + byte + "x2 %r1, %a; cvt.rn.satfinite." + byte +
                   "x2.f16x2 %d, %r1;");
  }
}

/// The sum of four accumulators, as floats.
static std::string sumOf(const std::string &mma) {
  return mma + "add.f32 %t0, %t0, %t1; add.f32 %t2, %t2, %t3; add.f32 %d, "
               "%t0, %t2;";
}

/// Longer products are sums of shorter ones, in any order.
TEST_F(Exact, TensorInstructions) {
  auto mma = [](const std::string &shape, const std::string &types,
                const std::string &a, const std::string &b,
                const std::string &c) {
    return "mma.sync.aligned." + shape + ".row.col.f32." + types +
           ".f32 {%t0, %t1, %t2, %t3}, {" + a + "}, {" + b + "}, {" + c +
           "};\n";
  };
  const std::string first = "%a, %b, %c, %a", next = "%t0, %t1, %t2, %t3";
  for (std::string types : {"bf16.bf16", "f16.f16"})
    expectSame(
        "b32",
        sumOf("not.b32 %r1, %a;" +
              mma("m16n8k16", types, "%a, %b, %c, %r1", "%b, %c", first)),
        sumOf("not.b32 %r1, %a;" +
              mma("m16n8k8", types, "%c, %r1", "%c", first) +
              mma("m16n8k8", types, "%a, %b", "%b", next)));
  expectSame(
      "b32",
      sumOf("not.b32 %r1, %a;" +
            mma("m16n8k8", "tf32.tf32", "%a, %b, %c, %r1", "%b, %c", first)),
      sumOf("not.b32 %r1, %a;" +
            mma("m16n8k4", "tf32.tf32", "%c, %r1", "%c", first) +
            mma("m16n8k4", "tf32.tf32", "%a, %b", "%b", next)));
  // Bytes, and the halves that they are converted to; k in another order.
  for (std::string byte : {"e4m3", "e5m2"}) {
    std::string halves;
    int at = 10;
    for (const char *from : {"%a", "%b", "%c", "%c", "%b", "%a"}) {
      std::string low = "%r" + std::to_string(at++);
      std::string high = "%r" + std::to_string(at++);
      halves += std::string("mov.b32 {%h0, %h1}, ") + from + "; cvt.rn.f16x2." +
                byte + "x2 " + low + ", %h0; cvt.rn.f16x2." + byte + "x2 " +
                high + ", %h1;\n";
    }
    expectSame("b32",
               sumOf(mma("m16n8k32", byte + "." + byte, "%a, %b, %c, %c",
                         "%b, %a", first)),
               sumOf(halves +
                     mma("m16n8k16", "f16.f16", "%r14, %r16, %r15, %r17",
                         "%r20, %r21", first) +
                     mma("m16n8k16", "f16.f16", "%r10, %r12, %r11, %r13",
                         "%r18, %r19", next)));
  }
  const std::string wide = "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 "
                           "{%t0, %t1}, {%a}, ";
  expectSame("b64",
             "add.f64 %t2, %b, %c; " + wide +
                 "{%t2}, {%a, %c}; add.f64 %d, %t0, %t1;",
             wide + "{%c}, {%a, %c}; " + wide +
                 "{%b}, {%t0, %t1}; add.f64 %d, %t0, %t1;");
  const std::string half = "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 "
                           "{%t0, %t1}, {%a, %b, %c, %a}, ";
  expectSame("b32",
             "add.f16x2 %t2, %a, %b; add.f16x2 %t3, %b, %c; " + half +
                 "{%t2, %t3}, {%a, %c}; add.f16x2 %d, %t0, %t1;",
             half + "{%b, %c}, {%a, %c}; " + half +
                 "{%a, %b}, {%t0, %t1}; add.f16x2 %d, %t0, %t1;");
}

TEST_F(Exact, AtomicsAdd) {
  expectSame("b32", "add.f32 %d, %a, %b;",
             "st.global.b32 [%rd1+24], %a; atom.global.add.f32 %t0, [%rd1+24], "
             "%b; ld.volatile.global.b32 %d, [%rd1+24];");
  expectSame("b32", "add.rn.bf16x2 %d, %a, %b;",
             "st.global.b32 [%rd1+24], %a; atom.global.add.noftz.bf16x2 %t0, "
             "[%rd1+24], %b; ld.volatile.global.b32 %d, [%rd1+24];");
  expectSame("b64", "add.f64 %d, %a, %b;",
             "st.global.b64 [%rd1+24], %a; red.global.add.f64 [%rd1+24], %b; "
             "ld.volatile.global.b64 %d, [%rd1+24];");
}

TEST_F(Exact, IntegerUsesOfFloatsAreReported) {
  const std::string sum = ".reg .f32 %f<4>; ld.global.f32 %f0, [%p0]; add.f32 "
                          "%f1, %f0, %f0; mov.b32 %r1, %f1;\n";
  uint64_t buffer = machine.upload(std::vector<uint32_t>(64, 0x3f800000));
  auto findings = [&](const std::string &text) {
    auto program = machine.load(ptxKernel(sum + text, 1));
    EXPECT_TRUE(program) << machine.diagnostic.message << text;
    return program ? machine.run(*program, "k", 1, 32, {buffer}).findings
                   : std::vector<Finding>();
  };
  const char *misuses[] = {
      "add.s32 %r2, %r1, 1;", "shl.b32 %r2, %r1, 1;",
      "and.b32 %r2, %r1, 0x7fffffff;", "xor.b32 %r2, %r1, 0x80000000;",
      "setp.eq.s32 %q0, %r1, 0;", "cvt.rzi.s32.f32 %r2, %f1;",
      "cvt.rn.f32.s32 %f2, %r1;", "mul.wide.u32 %rd1, %r1, 4;",
      "prmt.b32 %r2, %r1, 0, 0x3210; popc.b32 %r3, %r2;",
      "prmt.b32 %r2, %r1, 0, 0x0123;",
      "cvta.to.global.u64 %rd0, %p0; "
      "atom.global.max.s32 %r2, [%rd0], %r1;",
      "shfl.sync.idx.b32 %r2, 0, %r1, 31, -1;",
      // Through a loop, where it is an integer only at first.
      "mov.b32 %r3, 0; mov.b32 %r4, 0; L: add.s32 %r5, %r3, 1; mov.b32 %r3, "
      "%r1; add.s32 %r4, %r4, 1; setp.lt.s32 %q0, %r4, 2; @%q0 bra L;"};
  for (const char *misuse : misuses) {
    auto found = findings(misuse);
    ASSERT_EQ(found.size(), 1u) << misuse;
    EXPECT_EQ(nameOf(found[0].kind), std::string("exact"));
  }
  const char *twins[] = {
      "shl.b32 %r2, %r1, 16; mov.b32 %f2, %r2; add.f32 %f3, %f2, %f1;",
      "and.b32 %r2, %r1, 0xffff0000; mov.b32 %f2, %r2; add.f32 %f3, %f2, %f1;",
      "and.b32 %r2, %r1, -65536; mov.b32 %f2, %r2; add.f32 %f3, %f2, %f1;",
      "shl.b32 %r1, %r1, 16; mov.b32 %f2, %r1; add.f32 %f3, %f2, %f1;",
      "mov.b32 {%h0, %h1}, %r1; cvt.u32.u16 %r2, %h1; shl.b32 %r3, %r2, 16;",
      "prmt.b32 %r2, %r1, %r1, 0x5410;",
      "shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;",
      "st.global.b32 [%p0+128], %r1;", "setp.gt.f32 %q0, %f1, 0f00000000;",
      // Not a float any more.
      "mov.b32 %r1, 7; add.s32 %r2, %r1, 1;",
      // Not computed: the host's own number.
      "mov.b32 %r2, %f0; add.s32 %r3, %r2, 1; cvt.rzi.s32.f32 %r4, %f0;",
      // Not executed.
      "setp.ne.u64 %q0, %p0, %p0; @%q0 add.s32 %r2, %r1, 1;"};
  for (const char *twin : twins) {
    auto found = findings(twin);
    EXPECT_TRUE(found.empty()) << found[0].text() << twin;
  }
  machine.options.exact = false;
  EXPECT_TRUE(findings(misuses[0]).empty());
}

TEST_F(Exact, FloatsHaveNoClasses) {
  EXPECT_FALSE(machine.load(ptxKernel(
      ".reg .f32 %f<2>; mov.f32 %f0, 0f00000000; testp.finite.f32 %q0, %f0;")));
  EXPECT_NE(machine.diagnostic.message.find("exact mode"), std::string::npos);
}
