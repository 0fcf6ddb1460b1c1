//===- brt-emu.cpp - Run one PTX kernel without a GPU ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arguments.h"

#include "exec/Cluster.h"
#include "exec/Grid.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

using namespace brt::emu;

/// What the process says to its caller.
enum ExitCode : int {
  kClean = 0,    // ran, nothing found
  kUsage = 1,    // the command line or a file is wrong
  kRefused = 2,  // the PTX is malformed or not supported
  kFindings = 3, // ran, something was found
};

static const char *const kFooter = R"(
Arguments of the kernel come in its own order after the options:
  i32:7 u64:9 f32:0.5    a number (i8 to i64, u8 to u64, f32, f64)
  in:a.npy               a buffer with the contents of a NumPy file
  in:w.safetensors:w1    the same of one tensor of a safetensors file
  out:c.npy:f32[128,64]  a buffer that is written to a file afterwards
  out:r.safetensors:y:f32[64]  the same; several buffers may go to one file
  inout:x.npy            both
  zeros:f32[64]          a buffer of zeros
  fresh:f32[64]          a buffer that nobody has written yet

Example: c = a + b, blocks of 128 threads, with the counters of each line:
  brt-emu add.ptx --kernel add --grid 8 --block 128 --counters \
    in:a.npy in:b.npy out:c.npy:f32[1024] i32:1024

Exit code: 0 nothing found, 1 wrong command line or file, 2 the PTX is malformed
or uses a form that is not supported, 3 the checks found something.

To put the emulator under another program that uses the CUDA driver:
  env $(brt-emu --env) ./program
)";

namespace {
struct CommandLine {
  std::string ptx, kernel, checks = "all", stop = "first", architecture,
                           suppressions, report;
  std::vector<uint32_t> grid = {1}, block = {1}, cluster;
  uint32_t shared = 0;
  uint64_t seed = 0;
  bool counters = false, json = false, cooperative = false, environment = false,
       list = false, exact = false;
  std::vector<std::string> arguments;
};
} // namespace

static int complain(int code, const std::string &text) {
  std::fprintf(stderr, "brt-emu: %s\n", text.c_str());
  return code;
}

static void addOptions(CLI::App &app, CommandLine &line) {
  app.footer(kFooter);
  app.add_option("ptx", line.ptx, "PTX file");
  app.add_option("arguments", line.arguments, "arguments of the kernel");
  app.add_option("-k,--kernel", line.kernel,
                 "name of the kernel; may be left out where there is one");
  app.add_option("-g,--grid", line.grid, "blocks: x, or x,y,z")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("-b,--block", line.block, "threads of a block: x, or x,y,z")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--cluster", line.cluster,
                 "blocks of a cluster: x, or x,y,z (default: what the kernel "
                 "says)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("-s,--shared", line.shared, "dynamic shared memory (bytes)");
  app.add_flag("--cooperative", line.cooperative,
               "allow the blocks to wait for one another");
  app.add_option("--checks", line.checks,
                 "all, none, or a list of out-of-bounds, misaligned, "
                 "use-after-free, uninitialised, race, barrier-divergence, "
                 "deadlock, mbarrier, wgmma, exact");
  app.add_option("--stop", line.stop,
                 "first: at the first finding; never: report each place once");
  app.add_option("--seed", line.seed,
                 "replay a schedule (one host thread); 0 for a fresh one");
  app.add_option("--arch", line.architecture, "sm_80 (default), …, sm_90a");
  app.add_flag("--exact", line.exact,
               "integers in place of floats: equal results mean equal sums and "
               "products, in whatever order");
  app.add_option("--suppress", line.suppressions,
                 "file with a line 'KIND KERNEL [LINE]' per finding to ignore");
  app.add_option("--report", line.report,
                 "append the findings to this file, one JSON object a line");
  app.add_flag("--counters", line.counters, "print counters of the launch");
  app.add_flag("--json", line.json, "print the counters as JSON");
  app.add_flag("--list", line.list, "print the kernels and their parameters");
  app.add_flag("--env", line.environment,
               "print the variables that put the emulator under a program");
}

static bool fillOptions(const CommandLine &line, Options &options,
                        std::string &error) {
  for (const std::string &problem : options.readEnvironment())
    std::fprintf(stderr, "brt-emu: %s\n", problem.c_str());
  error = "--checks: expects names of checks, but got '" + line.checks + "'";
  if (line.checks != "all" && !options.setChecks(line.checks))
    return false;
  error = "--stop: expects first or never, but got '" + line.stop + "'";
  if (line.stop != "first" && line.stop != "never")
    return false;
  if (line.stop == "never")
    options.stopAtFirst = false;
  error = "--arch: expects an architecture such as sm_80, but got '" +
          line.architecture + "'";
  if (!line.architecture.empty() && !options.setArchitecture(line.architecture))
    return false;
  error = "--suppress: cannot read '" + line.suppressions + "'";
  if (!line.suppressions.empty() &&
      !options.loadSuppressions(line.suppressions))
    return false;
  options.exact |= line.exact;
  options.counts = line.counters || line.json;
  if (!line.report.empty())
    options.reportPath = line.report;
  if (line.seed) {
    options.seed = line.seed;
    options.replay = true;
  }
  if (!options.seed)
    options.seed = std::random_device{}();
  return true;
}

static void listKernels(const Module &module) {
  for (const auto &function : module.functions) {
    if (!function->isEntry)
      continue;
    std::printf("%s\n", function->name.c_str());
    for (const auto &parameter : function->parameters)
      std::printf("  %s: %llu bytes\n", parameter->name.c_str(),
                  static_cast<unsigned long long>(parameter->size));
  }
}

/// The kernel by name, or the only one.
static const Code *chooseKernel(const Program &program,
                                const std::string &name) {
  if (!name.empty())
    return program.findEntry(name);
  const Code *only = nullptr;
  for (const Code &code : program.codes) {
    if (code.function->isEntry && only)
      return nullptr;
    if (code.function->isEntry)
      only = &code;
  }
  return only;
}

static bool packArguments(const Code &kernel,
                          const std::vector<Argument> &arguments,
                          std::vector<uint8_t> &block, std::string &error) {
  const auto &formals = kernel.function->parameters;
  if (formals.size() != arguments.size()) {
    error = "expects " + std::to_string(formals.size()) +
            " arguments, but got " + std::to_string(arguments.size());
    return false;
  }
  block.assign(kernel.parameterBytes, 0);
  for (size_t i = 0; i < formals.size(); ++i) {
    const std::vector<uint8_t> &value = arguments[i].value;
    if (value.size() != formals[i]->size) {
      error = "expects argument " + std::to_string(i) + " to have " +
              std::to_string(formals[i]->size) + " bytes, but got " +
              std::to_string(value.size());
      return false;
    }
    std::memcpy(block.data() + kernel.parameterOffsets[i], value.data(),
                value.size());
  }
  return true;
}

static int runKernel(const CommandLine &line, const Options &options,
                     DeviceMemory &memory, const Program &program) {
  const Code *kernel = chooseKernel(program, line.kernel);
  if (!kernel)
    return complain(kUsage, "expects --kernel to name one of the kernels; "
                            "--list prints them");
  std::string error;
  std::vector<Argument> arguments(line.arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i)
    if (!parseArgument(line.arguments[i], memory, arguments[i], error))
      return complain(kUsage, line.arguments[i] + ": " + error);
  LaunchConfig config;
  config.program = &program;
  config.kernel = kernel;
  uint32_t unsaid = line.cluster.empty() ? 0 : 1; // 0: as the kernel says
  for (size_t i = 0; i < 3; ++i) {
    config.grid[i] = i < line.grid.size() ? line.grid[i] : 1;
    config.block[i] = i < line.block.size() ? line.block[i] : 1;
    config.cluster[i] = i < line.cluster.size() ? line.cluster[i] : unsaid;
  }
  constexpr uint64_t kMaxThreads = 1024;
  uint64_t threads =
      uint64_t(config.block[0]) * config.block[1] * config.block[2];
  bool emptyGrid = !config.grid[0] || !config.grid[1] || !config.grid[2];
  if (!threads || threads > kMaxThreads || emptyGrid)
    return complain(kUsage, "expects 1 to 1024 threads in at least one block");
  if (!resolveCluster(*kernel->function, config.grid, true, config.cluster,
                      error))
    return complain(kUsage, error);
  config.explicitCluster =
      !line.cluster.empty() || kernel->function->requiredCluster[0];
  config.dynamicShared = line.shared;
  config.cooperative = line.cooperative;
  if (!packArguments(*kernel, arguments, config.parameters, error))
    return complain(kUsage, error);

  LaunchOutcome outcome = runLaunch(config, options, memory);
  if (line.json)
    std::printf("%s\n", outcome.counters.json().c_str());
  else if (line.counters)
    std::printf("%s", outcome.counters.text().c_str());
  if (!saveArguments(arguments, error))
    return complain(kUsage, error);
  if (outcome.findings.empty())
    return kClean;
  return complain(kFindings, std::to_string(outcome.findings.size()) +
                                 " findings; --seed " +
                                 std::to_string(options.seed) +
                                 " replays the schedule");
}

/// Triton hands ptxas its PTX and the driver what comes back; cubins that it
/// made for a real device stay out of the way in another cache.
static void printEnvironment() {
  const std::string directory = BRT_EMULATOR_CUDA_DIR;
  for (const char *variable : {"LD_LIBRARY_PATH", "TRITON_LIBCUDA_PATH"})
    std::printf("%s=%s\n", variable, directory.c_str());
  for (const char *variable :
       {"TRITON_PTXAS_PATH", "TRITON_PTXAS_BLACKWELL_PATH"})
    std::printf("%s=%s/ptxas\n", variable, directory.c_str());
  std::printf("TRITON_CACHE_DIR=%s/triton-cache\n", directory.c_str());
}

int main(int argc, char **argv) {
  CLI::App app{"Runs one kernel of a PTX file on the CPU, checks every access "
               "and counts what it does.",
               "brt-emu"};
  CommandLine line;
  addOptions(app, line);
  CLI11_PARSE(app, argc, argv);
  if (line.environment) {
    printEnvironment();
    return kClean;
  }
  Options options;
  std::string error;
  if (!fillOptions(line, options, error))
    return complain(kUsage, error);
  std::ifstream file(line.ptx, std::ios::binary);
  if (!file)
    return complain(kUsage, "cannot read the PTX file '" + line.ptx + "'");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  DeviceMemory memory;
  if (!memory.reserve())
    return complain(kUsage, "the host gives no address space");
  Diagnostic diagnostic;
  auto program = loadProgram(text, memory, diagnostic, options.exact);
  if (!program)
    return complain(kRefused, line.ptx + ":" +
                                  std::to_string(diagnostic.where.line) + ":" +
                                  std::to_string(diagnostic.where.column) +
                                  ": error: " + diagnostic.message);
  if (line.list) {
    listKernels(*program->module);
    return kClean;
  }
  return runKernel(line, options, memory, *program);
}
