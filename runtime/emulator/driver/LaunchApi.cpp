//===- LaunchApi.cpp - Launching kernels ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"
#include "exec/Cluster.h"

#include <cstdio>
#include <cstring>

using namespace brt::emu;
using namespace brt::emu::abi;
/// The two configurations: what the caller passes, what a launch needs.
using CallerConfig = brt::emu::abi::LaunchConfig;
using GridConfig = brt::emu::LaunchConfig;

static Result resultOf(Fault fault) {
  switch (fault) {
  case Fault::None:
    return Success;
  case Fault::IllegalAddress:
    return ErrorIllegalAddress;
  case Fault::MisalignedAddress:
    return ErrorMisalignedAddress;
  case Fault::Assertion:
    return ErrorAssert;
  case Fault::LaunchFailure:
    break;
  }
  return ErrorLaunchFailed;
}

/// Limits of PTX and of the function (`.maxntid`, `.reqntid`).
static Result checkShape(const CallerConfig &config,
                         const LoadedFunction &function) {
  constexpr uint64_t kMaxThreads = 1024, kMaxZ = 64, kMaxGridYZ = 65535;
  uint64_t threads = uint64_t(config.blockX) * config.blockY * config.blockZ;
  if (!threads || threads > kMaxThreads || config.blockZ > kMaxZ ||
      !config.gridX || !config.gridY || !config.gridZ ||
      config.gridX > 0x7fffffff || config.gridY > kMaxGridYZ ||
      config.gridZ > kMaxGridYZ)
    return ErrorInvalidValue;
  const Function &source = *function.code->function;
  const uint32_t *most = source.maxThreads, *exact = source.requiredThreads;
  if (most[0] && threads > uint64_t(most[0]) * most[1] * most[2])
    return ErrorInvalidValue;
  if (exact[0] && (config.blockX != exact[0] || config.blockY != exact[1] ||
                   config.blockZ != exact[2]))
    return ErrorInvalidValue;
  return config.sharedBytes > function.dynamicSharedLimit() ? ErrorInvalidValue
                                                            : Success;
}

/// Copies the parameters from one pointer each, or from a packed buffer.
static Result gatherParameters(const Code &code, void **pointers, void **extra,
                               std::vector<uint8_t> &out) {
  out.assign(code.parameterBytes, 0);
  if (pointers) {
    const auto &formals = code.function->parameters;
    for (size_t i = 0; i < formals.size(); ++i)
      std::memcpy(out.data() + code.parameterOffsets[i], pointers[i],
                  formals[i]->size);
    return Success;
  }
  if (!extra)
    return code.parameterBytes ? ErrorInvalidValue : Success;
  const void *buffer = nullptr;
  size_t size = 0;
  for (; reinterpret_cast<uintptr_t>(*extra) != kLaunchParamEnd; extra += 2) {
    uintptr_t kind = reinterpret_cast<uintptr_t>(extra[0]);
    if (kind == kLaunchParamBufferPointer)
      buffer = extra[1];
    else if (kind == kLaunchParamBufferSize)
      size = *static_cast<size_t *>(extra[1]);
    else
      return ErrorInvalidValue;
  }
  // The last parameter's padding need not be there.
  if (!buffer || size < code.parameterBytes)
    return ErrorInvalidValue;
  std::memcpy(out.data(), buffer, code.parameterBytes);
  return Success;
}

static const LaunchAttribute *findAttribute(const CallerConfig &config,
                                            LaunchAttributeId id) {
  for (uint32_t i = 0; i < config.attributeCount; ++i)
    if (config.attributes[i].id == id)
      return &config.attributes[i];
  return nullptr;
}

Result brt::emu::resolveClusters(const CallerConfig &config,
                                 const LoadedFunction &function,
                                 GridConfig &grid) {
  const Function &kernel = *function.code->function;
  const LaunchAttribute *asked = findAttribute(config, LaunchClusterDimension);
  for (int i = 0; i < 3; ++i)
    grid.cluster[i] = asked ? asked->value.clusterDimension[i] : 0;
  const uint32_t extents[] = {config.gridX, config.gridY, config.gridZ};
  std::string error;
  if (!resolveCluster(kernel, extents, function.moreThanPortable, grid.cluster,
                      error)) {
    std::fprintf(stderr, "brt-emu: launch of '%s': %s\n", kernel.name.c_str(),
                 error.c_str());
    return ErrorInvalidClusterSize;
  }
  grid.explicitCluster = asked || kernel.requiredCluster[0];
  bool isOne = grid.cluster[0] * grid.cluster[1] * grid.cluster[2] == 1;
  return isOne || Driver::get().hasClusters()
             ? Success
             : notSupported("clusters before sm_90 (BRT_EMU_ARCH)");
}

static void writeCounters(const std::string &path,
                          const CounterSummary &counters) {
  if (path == "-") {
    std::fprintf(stderr, "%s", counters.text().c_str());
    return;
  }
  if (std::FILE *file = std::fopen(path.c_str(), "a")) {
    std::fprintf(file, "%s\n", counters.json().c_str());
    std::fclose(file);
  }
}

/// Runs a launch on its task's thread.
static Result carryOut(const LoadedFunction *function, GridConfig grid) {
  Driver &driver = Driver::get();
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    // A graph may outlive the module of its kernels.
    if (!driver.functions.count(const_cast<LoadedFunction *>(function)))
      return ErrorInvalidHandle;
  }
  if (grid.cooperative) {
    // { u32 size; u32 barrier } of cooperative groups' grid.sync().
    constexpr uint64_t kWorkspaceBytes = 64;
    grid.gridSyncWorkspace = driver.memory.allocate(kWorkspaceBytes);
    if (!grid.gridSyncWorkspace)
      return ErrorOutOfMemory;
    driver.memory.markInitialised(grid.gridSyncWorkspace, kWorkspaceBytes);
  }
  LaunchOutcome outcome =
      runLaunch(grid, driver.options, driver.memory, &driver.queue);
  if (grid.cooperative)
    driver.memory.release(grid.gridSyncWorkspace);
  if (driver.options.counts)
    writeCounters(driver.options.countersPath, outcome.counters);
  if (!outcome.findings.empty())
    std::fprintf(stderr, "brt-emu: BRT_EMU_SEED=%llu replays this schedule\n",
                 static_cast<unsigned long long>(driver.options.seed));
  return resultOf(outcome.fault);
}

Result brt::emu::makeLaunch(const CallerConfig &config,
                            LoadedFunction *function, void **pointers,
                            void **extra, bool cooperative, Work &work,
                            std::vector<uint8_t> &arguments) {
  Driver &driver = Driver::get();
  Result result = checkContext();
  if (result != Success)
    return result;
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!driver.functions.count(function))
      return ErrorInvalidHandle;
  }
  GridConfig grid;
  if ((result = checkShape(config, *function)) != Success ||
      (result = resolveClusters(config, *function, grid)) != Success)
    return result;
  if (const LaunchAttribute *asked = findAttribute(config, LaunchCooperative))
    cooperative = asked->value.cooperative;

  grid.program = function->module->program.get();
  grid.kernel = function->code;
  grid.grid[0] = config.gridX;
  grid.grid[1] = config.gridY;
  grid.grid[2] = config.gridZ;
  grid.block[0] = config.blockX;
  grid.block[1] = config.blockY;
  grid.block[2] = config.blockZ;
  grid.dynamicShared = config.sharedBytes;
  grid.cooperative = cooperative;
  result = gatherParameters(*function->code, pointers, extra, arguments);
  grid.parameters = arguments;
  work = [function, grid = std::move(grid)] {
    return carryOut(function, grid);
  };
  return result;
}

static Result launch(const CallerConfig &config, LoadedFunction *function,
                     void **pointers, void **extra, bool cooperative) {
  Work work;
  std::vector<uint8_t> arguments;
  Result result = makeLaunch(config, function, pointers, extra, cooperative,
                             work, arguments);
  return result != Success ? result
                           : submit(static_cast<Stream *>(config.stream),
                                    GraphNodeType::Kernel, std::move(work));
}

BRT_CUDA_API cuLaunchKernel(LoadedFunction *function, unsigned gridX,
                            unsigned gridY, unsigned gridZ, unsigned blockX,
                            unsigned blockY, unsigned blockZ,
                            unsigned sharedBytes, Stream *stream,
                            void **parameters, void **extra) {
  CallerConfig config{gridX,  gridY,       gridZ,  blockX,  blockY,
                      blockZ, sharedBytes, stream, nullptr, 0};
  return launch(config, function, parameters, extra, false);
}

BRT_CUDA_API cuLaunchKernelEx(const CallerConfig *config,
                              LoadedFunction *function, void **parameters,
                              void **extra) {
  if (!config)
    return ErrorInvalidValue;
  return launch(*config, function, parameters, extra, false);
}

BRT_CUDA_API cuLaunchCooperativeKernel(LoadedFunction *function, unsigned gridX,
                                       unsigned gridY, unsigned gridZ,
                                       unsigned blockX, unsigned blockY,
                                       unsigned blockZ, unsigned sharedBytes,
                                       Stream *stream, void **parameters) {
  CallerConfig config{gridX,  gridY,       gridZ,  blockX,  blockY,
                      blockZ, sharedBytes, stream, nullptr, 0};
  return launch(config, function, parameters, nullptr, true);
}

BRT_CUDA_API cuLaunchHostFunc(Stream *stream, void (*function)(void *),
                              void *data) {
  return submit(stream, GraphNodeType::Host, [function, data] {
    function(data);
    return Success;
  });
}
