//===- BenchmarkCases.cpp - What the benchmark runs -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BenchmarkCases.h"

#include "Machine.h"

#include <iterator>

using namespace brt::emu::test;

static constexpr Argument kBuffer{Argument::Kind::Buffer};
static constexpr Argument kTensorMap{Argument::Kind::TensorMap};
static Argument word(uint32_t value) { return {Argument::Kind::Word, value}; }
std::string brt::emu::test::loopOf(const std::string &body, unsigned rounds) {
  std::string text = R"(
  .reg .f32 %f<16>; .reg .b32 %m<16>; .shared .align 16 .b8 s[8192];
  mov.u32 %r0, %tid.x; mov.u32 %r20, %ctaid.x; mad.lo.u32 %r21, %r20, 128, %r0;
  mad.wide.u32 %rd0, %r21, 4, %p0; mad.wide.u32 %rd2, %r21, 16, %p0;
  mov.u32 %r9, s; mad.lo.u32 %r10, %r0, 16, %r9; mad.lo.u32 %r11, %r0, 4, %r9;
  mov.u32 %r1, 0;
  st.shared.v4.u32 [%r10], {%r0, %r0, %r0, %r0}; bar.sync 0;
)";
  for (int i = 0; i < 16; ++i) {
    text += "mov.f32 %f" + std::to_string(i) + ", 0f3F000000;";
    text += "mov.b32 %m" + std::to_string(i) + ", 0x3c003c00;\n";
  }
  text += "L:\n";
  for (int i = 0; i < 64; ++i) {
    std::string one = body;
    for (size_t at; (at = one.find('#')) != std::string::npos;)
      one.replace(at, 1, std::to_string(i % 8));
    text += one + "\n";
  }
  return ptxKernel(text + "add.u32 %r1, %r1, 1; setp.lt.u32 %q0, %r1, " +
                   std::to_string(rounds) + "; @%q0 bra L;\n");
}

static std::string readFile(const std::string &path) {
  std::ifstream file(path);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}
/// Written by MLIR, kept here.
static std::string stored(const char *name) {
  return readFile(std::string(BRT_TEST_SOURCE_DIR) + "/ptx/" + name);
}
/// Written by nvcc, where the toolkit is.
static std::string compiled(const char *name) {
  return readFile(std::string(BRT_TEST_PTX_DIR) + "/" + name);
}

std::vector<Loop> brt::emu::test::handlerLoops() {
  return {
      {"f32 fma", "fma.rn.f32 %f#, %f#, %f8, %f9;", 500, "float"},
      {"integers",
       "mad.lo.s32 %m#, %m#, %m8, %m9; xor.b32 %m#, %m#, %m10; "
       "shl.b32 %m#, %m#, 3; add.s32 %m#, %m#, %m11;",
       200, "integer"},
      {"move", "mov.b32 %m#, %m8;", 500, "move"},
      {"convert", "cvt.rn.f32.s32 %f#, %m8;", 200, "convert"},
      {"ex2", "ex2.approx.f32 %f#, %f8;", 50, "special"},
      {"shuffle", "shfl.sync.bfly.b32 %m#, %m#, 1, 31, -1;", 200, "warp"},
      {"global load", "ld.global.f32 %f#, [%rd0];", 200, "memory"},
      {"global load, 16 bytes",
       "ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%rd2];", 200},
      {"global store", "st.global.f32 [%rd0], %f#;", 200},
      {"shared load", "ld.shared.f32 %f#, [%r11];", 200},
      {"shared store", "st.shared.f32 [%r11], %f#;", 200},
      {"shared atomic", "red.shared.add.u32 [%r11], 1;", 100, "atomic"},
      {"cp.async",
       "cp.async.cg.shared.global [%r10], [%rd2], 16; cp.async.wait_all;", 100,
       "async-copy"},
      {"ldmatrix",
       "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%m0, %m1, %m2, %m3}, [%r10];",
       100},
      {"mma m16n8k16 bf16",
       "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f0, %f1, %f2, "
       "%f3}, {%m0, %m1, %m2, %m3}, {%m4, %m5}, {%f0, %f1, %f2, %f3};",
       50, "tensor"},
      {"mma m16n8k16 f16",
       "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f1, %f2, "
       "%f3}, {%m0, %m1, %m2, %m3}, {%m4, %m5}, {%f0, %f1, %f2, %f3};",
       50}};
}

std::vector<Case> brt::emu::test::foreignKernels() {
  std::string basic = compiled("basic.ptx"), library = compiled("library.ptx"),
              tensor = compiled("tensor.ptx");
  return {{"add (nvcc)",
           basic,
           "addVectors",
           {256, 1},
           {256, 1},
           0,
           {kBuffer, kBuffer, kBuffer, word(1 << 16)}},
          {"reduction (nvcc)",
           basic,
           "reduceSum",
           {16, 1},
           {256, 1},
           0,
           {kBuffer, kBuffer, word(1 << 18)}},
          {"scan (nvcc)",
           basic,
           "scanBlock",
           {64, 1},
           {256, 1},
           1024,
           {kBuffer, kBuffer, word(256)}},
          {"histogram (nvcc)",
           basic,
           "histogram",
           {16, 1},
           {256, 1},
           0,
           {kBuffer, kBuffer, word(1 << 18)}},
          {"GEMM, scalar (nvcc)",
           basic,
           "tiledGemm",
           {8, 8},
           {16, 16},
           0,
           {kBuffer, kBuffer, kBuffer, word(128), word(128), word(128)}},
          {"scan (CUB)",
           library,
           "cubScan",
           {256, 1},
           {128, 1},
           0,
           {kBuffer, kBuffer}},
          {"sort (CUB)",
           library,
           "cubSort",
           {64, 1},
           {128, 1},
           0,
           {kBuffer, kBuffer}},
          {"GEMM, mma.h (nvcc)",
           tensor,
           "wmmaHalf",
           {16, 16},
           {32, 1},
           0,
           {kBuffer, kBuffer, kBuffer, word(256), word(256), word(256)}},
          {"GEMM, mma.sync (nvcc)",
           tensor,
           "tensorGemm",
           {8, 8},
           {128, 1},
           0,
           {kBuffer, kBuffer, kBuffer, word(256), word(256), word(256)}},
          {"GEMM, wgmma (nvcc)",
           compiled("hopper.ptx"),
           "hopperGemm",
           {4, 4},
           {128, 1},
           0,
           {kTensorMap, kTensorMap, kBuffer, word(256), word(256)}},
          {"GEMM (MLIR)",
           stored("gemm.ptx"),
           "gemm",
           {2, 2},
           {128, 1},
           3 * 2 * 64 * 32 * 2,
           std::vector<Argument>(3, kBuffer)},
          {"attention (MLIR)",
           stored("attention.ptx"),
           "fa",
           {4, 1},
           {128, 1},
           40960,
           std::vector<Argument>(4, kBuffer)},
          {"attention backward (MLIR)",
           stored("attention-backward.ptx"),
           "fab",
           {4, 1},
           {128, 1},
           49152,
           std::vector<Argument>(8, kBuffer)}};
}
