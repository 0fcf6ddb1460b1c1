//===- Benchmark.cpp - Warp-instructions per second -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs kernels on one host thread, without checks and with all of them, and
// prints millions of warp-instructions per second of CPU time: the best of
// several runs. The first lines are loops over one kind of handler, with next
// to nothing around it; the others are kernels of other compilers.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
struct Case {
  const char *name;
  std::string ptx;
  const char *kernel;
  uint32_t grid[2];
  uint32_t threads, shared;
  unsigned buffers; // parameters: device addresses of 1 MiB each
};
} // namespace

/// `body` 64 times in a loop of `rounds`.
static std::string loopOf(const std::string &body, unsigned rounds) {
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

static std::string readFile(const std::string &name) {
  std::ifstream file(std::string(BRT_TEST_SOURCE_DIR) + "/ptx/" + name);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

static double cpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         1e-9 * static_cast<double>(time.tv_nsec);
}

/// Millions of warp-instructions per second.
static double rateOf(const Case &c, const char *checks) {
  constexpr unsigned kRuns = 5;
  constexpr size_t kBufferBytes = 1 << 20;
  Machine machine;
  machine.options.replay = true; // one host thread
  machine.options.setChecks(checks);
  auto program = machine.load(c.ptx);
  if (!program) {
    std::fprintf(stderr, "%s: %s at line %u\n", c.name,
                 machine.diagnostic.message.c_str(),
                 machine.diagnostic.where.line);
    return 0;
  }
  LaunchConfig config;
  config.program = program.get();
  config.kernel = program->findEntry(c.kernel);
  config.grid[0] = c.grid[0];
  config.grid[1] = c.grid[1];
  config.block[0] = c.threads;
  config.dynamicShared = c.shared;
  std::vector<uint64_t> arguments;
  for (unsigned i = 0; i < c.buffers; ++i)
    arguments.push_back(machine.upload(std::vector<uint8_t>(kBufferBytes)));
  config.parameters.resize(config.kernel->parameterBytes);
  std::memcpy(config.parameters.data(), arguments.data(),
              config.parameters.size());
  double best = 0;
  for (unsigned run = 0; run < kRuns; ++run) {
    double start = cpuSeconds();
    LaunchOutcome outcome = runLaunch(config, machine.options, machine.memory);
    double seconds = cpuSeconds() - start;
    if (!outcome.findings.empty())
      return 0;
    double count = static_cast<double>(outcome.counters.warpInstructions);
    best = std::max(best, count / seconds / 1e6);
  }
  return best;
}

int main() {
  const Case cases[] = {
      {"f32 fma",
       loopOf("fma.rn.f32 %f#, %f#, %f8, %f9;", 500),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"integers",
       loopOf("mad.lo.s32 %m#, %m#, %m8, %m9; xor.b32 %m#, %m#, %m10; "
              "shl.b32 %m#, %m#, 3; add.s32 %m#, %m#, %m11;",
              200),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"global load",
       loopOf("ld.global.f32 %f#, [%rd0];", 200),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"global load, 16 bytes",
       loopOf("ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%rd2];", 200),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"global store",
       loopOf("st.global.f32 [%rd0], %f#;", 200),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"shared load",
       loopOf("ld.shared.f32 %f#, [%r11];", 200),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"shared store",
       loopOf("st.shared.f32 [%r11], %f#;", 200),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"ldmatrix",
       loopOf("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%m0, %m1, %m2, %m3}, "
              "[%r10];",
              100),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"mma m16n8k16 bf16",
       loopOf("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f0, %f1, "
              "%f2, %f3}, {%m0, %m1, %m2, %m3}, {%m4, %m5}, {%f0, %f1, %f2, "
              "%f3};",
              50),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"mma m16n8k16 f16",
       loopOf("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f1, "
              "%f2, %f3}, {%m0, %m1, %m2, %m3}, {%m4, %m5}, {%f0, %f1, %f2, "
              "%f3};",
              50),
       "k",
       {8, 1},
       128,
       0,
       1},
      {"GEMM (MLIR)",
       readFile("gemm.ptx"),
       "gemm",
       {2, 2},
       128,
       3 * 2 * 64 * 32 * 2,
       3},
      {"attention (MLIR)",
       readFile("attention.ptx"),
       "fa",
       {4, 1},
       128,
       40960,
       4},
      {"attention backward (MLIR)",
       readFile("attention-backward.ptx"),
       "fab",
       {4, 1},
       128,
       49152,
       8}};
  std::printf("%-28s %12s %12s\n", "M warp-instructions/s", "unchecked",
              "checked");
  for (const Case &c : cases)
    std::printf("%-28s %12.1f %12.1f\n", c.name, rateOf(c, "none"),
                rateOf(c, "all"));
}
