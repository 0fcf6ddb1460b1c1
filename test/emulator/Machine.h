//===- Machine.h - A small device for tests -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_EMULATOR_MACHINE_H
#define BRT_TEST_EMULATOR_MACHINE_H

#include "exec/Grid.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace brt::emu::test {

/// Appends the instruction forms of a module that is run to the file that
/// BRT_TEST_FORMS names, for check-census.
inline void noteForms(const Module &module) {
  const char *path = std::getenv("BRT_TEST_FORMS");
  if (!path)
    return;
  std::ofstream file(path, std::ios::app);
  for (const auto &function : module.functions)
    for (const Instruction &inst : function->body)
      file << inst.spelling() << '\n';
}

/// Device memory and options, without a driver around them.
class Machine {
public:
  Machine() {
    memory.reserve();
    options.seed = 1;
  }

  /// Null after a diagnostic, which is then in `diagnostic`.
  std::unique_ptr<Program> load(const std::string &ptx) {
    return loadProgram(ptx, memory, diagnostic, options.exact);
  }

  template <class T>
  uint64_t upload(const std::vector<T> &values) {
    uint64_t address = memory.allocate(values.size() * sizeof(T));
    std::memcpy(reinterpret_cast<void *>(address), values.data(),
                values.size() * sizeof(T));
    memory.markInitialised(address, values.size() * sizeof(T));
    return address;
  }
  uint64_t allocate(uint64_t bytes) { return memory.allocate(bytes); }

  template <class T>
  std::vector<T> download(uint64_t address, size_t count) {
    std::vector<T> values(count);
    std::memcpy(values.data(), reinterpret_cast<void *>(address),
                count * sizeof(T));
    return values;
  }

  /// Runs a kernel whose parameters are all 8 bytes wide.
  LaunchOutcome run(const Program &program, const std::string &kernel,
                    uint32_t blocks, uint32_t threads,
                    const std::vector<uint64_t> &arguments,
                    uint32_t dynamicShared = 0) {
    LaunchConfig config;
    config.program = &program;
    config.kernel = program.findEntry(kernel);
    config.grid[0] = blocks;
    config.block[0] = threads;
    config.cluster[0] = cluster;
    config.explicitCluster = cluster > 1;
    config.dynamicShared = dynamicShared;
    noteForms(*program.module);
    config.parameters.resize(config.kernel->parameterBytes);
    std::memcpy(config.parameters.data(), arguments.data(),
                std::min(config.parameters.size(),
                         arguments.size() * sizeof(uint64_t)));
    return runLaunch(config, options, memory);
  }

  DeviceMemory memory;
  Options options;
  Diagnostic diagnostic;
  uint32_t cluster = 1; // blocks of each
};

/// A module with the usual head.
inline std::string ptxModule(const std::string &body,
                             const std::string &target = "sm_80") {
  return ".version 8.8\n.target " + target + "\n.address_size 64\n" + body;
}

/// A kernel `k` of `parameters` 8-byte parameters p0, p1, … that it finds in
/// %p0, %p1, …; the thread index is in %tid.x.
inline std::string ptxKernel(const std::string &body, unsigned parameters = 1,
                             const std::string &before = "") {
  std::string list, loads, declared;
  for (unsigned i = 0; i < parameters; ++i) {
    std::string n = std::to_string(i);
    list += (i ? ", " : "") + std::string(".param .u64 p") + n;
    loads += "  ld.param.u64 %p" + n + ", [p" + n + "];\n";
  }
  return ptxModule(before + "\n.visible .entry k(" + list +
                   ")\n{\n  .reg .b64 %p<8>;\n  .reg .b32 %r<64>;\n  .reg .b64 "
                   "%rd<64>;\n  .reg .b16 %h<64>;\n  .reg .pred %q<16>;\n" +
                   loads + body + "\n  ret;\n}\n");
}

} // namespace brt::emu::test

#endif // BRT_TEST_EMULATOR_MACHINE_H
