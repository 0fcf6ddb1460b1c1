//===- ModuleApi.cpp - Modules, libraries and functions -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"
#include "ptx/ModuleImage.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace brt::emu;
using namespace brt::emu::abi;

namespace {
/// The log buffers of cuModuleLoadDataEx.
struct JitLog {
  char *error = nullptr;
  size_t errorBytes = 0;

  JitLog(unsigned count, const int *options, void **values) {
    for (unsigned i = 0; i < count; ++i) {
      if (options[i] == JitErrorLogBuffer)
        error = static_cast<char *>(values[i]);
      else if (options[i] == JitErrorLogBufferBytes)
        errorBytes = reinterpret_cast<size_t>(values[i]) & 0xffffffff;
    }
  }
  void write(const std::string &text) {
    if (!error || !errorBytes)
      return;
    size_t length = std::min(text.size(), errorBytes - 1);
    std::memcpy(error, text.data(), length);
    error[length] = '\0';
  }
};
} // namespace

static Result refuse(JitLog &log, Result code, const std::string &text) {
  std::fprintf(stderr, "brt-emu: %s\n", text.c_str());
  log.write(text);
  return code;
}

static Result loadImage(LoadedModule **module, const void *image, JitLog log) {
  Result result = checkContext();
  if (result != Success)
    return result;
  if (!module || !image)
    return ErrorInvalidValue;
  Driver &driver = Driver::get();
  std::string text, message;
  switch (ptxOfImage(image, driver.options.architecture, text, message)) {
  case ImageError::None:
    break;
  case ImageError::NoPtx:
    return refuse(log, ErrorNoBinaryForGpu, message + " (see BRT_EMU_ARCH)");
  case ImageError::Malformed:
    return refuse(log, ErrorInvalidImage, message);
  }
  Diagnostic diagnostic;
  auto loaded = std::make_unique<LoadedModule>();
  loaded->program =
      loadProgram(text, driver.memory, diagnostic, driver.options.exact);
  if (!loaded->program)
    return refuse(log, ErrorInvalidPtx,
                  "ptx line " + std::to_string(diagnostic.where.line) +
                      ", column " + std::to_string(diagnostic.where.column) +
                      ": error: " + diagnostic.message);
  if (loaded->program->module->target > driver.options.architecture)
    return refuse(log, ErrorNoBinaryForGpu,
                  "expects PTX for at most sm_" +
                      std::to_string(driver.options.architecture) +
                      ", but got sm_" +
                      std::to_string(loaded->program->module->target) +
                      " (see BRT_EMU_ARCH)");
  std::lock_guard<std::mutex> lock(driver.mutex);
  driver.modules.insert(loaded.get());
  *module = loaded.release();
  return Success;
}

BRT_CUDA_API cuModuleLoadDataEx(LoadedModule **module, const void *image,
                                unsigned count, int *options, void **values) {
  return loadImage(module, image, JitLog(count, options, values));
}

BRT_CUDA_API cuModuleLoadData(LoadedModule **module, const void *image) {
  return loadImage(module, image, JitLog(0, nullptr, nullptr));
}

BRT_CUDA_API cuModuleLoadFatBinary(LoadedModule **module, const void *image) {
  return loadImage(module, image, JitLog(0, nullptr, nullptr));
}

static Result loadFile(LoadedModule **module, const char *path, JitLog log) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return ErrorFileNotFound;
  std::string image((std::istreambuf_iterator<char>(file)), {});
  return loadImage(module, image.c_str(), log);
}

BRT_CUDA_API cuModuleLoad(LoadedModule **module, const char *path) {
  return loadFile(module, path, JitLog(0, nullptr, nullptr));
}

BRT_CUDA_API cuModuleUnload(LoadedModule *module) {
  Driver &driver = Driver::get();
  {
    std::lock_guard<std::mutex> lock(driver.mutex);
    if (!driver.modules.erase(module))
      return ErrorInvalidHandle;
    for (const auto &[name, function] : module->functions)
      driver.functions.erase(function.get());
  }
  driver.queue.runAlone([module] {
    delete module;
    return Success;
  });
  return Success;
}

BRT_CUDA_API cuModuleGetFunction(LoadedFunction **function,
                                 LoadedModule *module, const char *name) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.modules.count(module))
    return ErrorInvalidHandle;
  const Code *code = module->program->findEntry(name);
  if (!code)
    return ErrorNotFound;
  auto &slot = module->functions[name];
  if (!slot) {
    slot = std::make_unique<LoadedFunction>();
    slot->module = module;
    slot->code = code;
    driver.functions.insert(slot.get());
  }
  *function = slot.get();
  return Success;
}

BRT_CUDA_API cuModuleGetGlobal_v2(DevicePointer *address, size_t *bytes,
                                  LoadedModule *module, const char *name) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  if (!driver.modules.count(module))
    return ErrorInvalidHandle;
  const Variable *variable = module->program->module->findVariable(name);
  auto found = module->program->addressOf.find(variable);
  if (!variable || found == module->program->addressOf.end())
    return ErrorNotFound;
  if (address)
    *address = found->second;
  if (bytes)
    *bytes = variable->size;
  return Success;
}

BRT_CUDA_API cuModuleGetLoadingMode(int *mode) {
  constexpr int kEager = 1;
  *mode = kEager;
  return Success;
}

// A library is a module that is loaded at once; its kernels are functions.
BRT_CUDA_API cuLibraryLoadData(LoadedModule **library, const void *image,
                               int *options, void **values, unsigned count,
                               int *, void **, unsigned) {
  return loadImage(library, image, JitLog(count, options, values));
}
BRT_CUDA_API cuLibraryLoadFromFile(LoadedModule **library, const char *path,
                                   int *options, void **values, unsigned count,
                                   int *, void **, unsigned) {
  return loadFile(library, path, JitLog(count, options, values));
}
BRT_CUDA_API cuLibraryUnload(LoadedModule *library) {
  return cuModuleUnload(library);
}
BRT_CUDA_API cuLibraryGetKernel(LoadedFunction **kernel, LoadedModule *library,
                                const char *name) {
  return cuModuleGetFunction(kernel, library, name);
}
BRT_CUDA_API cuLibraryGetModule(LoadedModule **module, LoadedModule *library) {
  *module = library;
  return Success;
}
BRT_CUDA_API cuLibraryGetGlobal(DevicePointer *address, size_t *bytes,
                                LoadedModule *library, const char *name) {
  return cuModuleGetGlobal_v2(address, bytes, library, name);
}
BRT_CUDA_API cuKernelGetFunction(LoadedFunction **function,
                                 LoadedFunction *kernel) {
  *function = kernel;
  return Success;
}

static bool isFunction(LoadedFunction *function) {
  Driver &driver = Driver::get();
  std::lock_guard<std::mutex> lock(driver.mutex);
  return driver.functions.count(function);
}

/// Threads a block of the function may have.
static int threadLimit(const Function &function) {
  constexpr uint32_t kMaxThreads = 1024;
  const uint32_t *limit = function.requiredThreads[0] ? function.requiredThreads
                                                      : function.maxThreads;
  return static_cast<int>(
      limit[0] ? std::min(kMaxThreads, limit[0] * limit[1] * limit[2])
               : kMaxThreads);
}

BRT_CUDA_API cuFuncGetAttribute(int *value, int attribute,
                                LoadedFunction *function) {
  // Registers are not allocated here: what a modest kernel uses.
  constexpr int kRegisters = 32;
  if (!isFunction(function))
    return ErrorInvalidHandle;
  const Driver &driver = Driver::get();
  switch (attribute) {
  case FuncMaxThreadsPerBlock:
    *value = threadLimit(*function->code->function);
    return Success;
  case FuncSharedBytes:
    *value = static_cast<int>(function->code->staticShared);
    return Success;
  case FuncLocalBytes:
    *value = static_cast<int>(function->code->localReserve);
    return Success;
  case FuncRegisters:
    *value = kRegisters;
    return Success;
  case FuncPtxVersion:
    *value = static_cast<int>(function->module->program->module->target);
    return Success;
  case FuncBinaryVersion:
    *value = static_cast<int>(driver.options.architecture);
    return Success;
  case FuncMaxDynamicShared:
    *value = static_cast<int>(function->dynamicSharedLimit());
    return Success;
  case FuncClusterMustBeSet:
    *value = function->code->function->explicitCluster &&
             !function->code->function->requiredCluster[0];
    return Success;
  case FuncRequiredClusterWidth:
  case FuncRequiredClusterHeight:
  case FuncRequiredClusterDepth:
    *value = static_cast<int>(
        function->code->function
            ->requiredCluster[attribute - FuncRequiredClusterWidth]);
    return Success;
  case FuncMoreThanPortable:
    *value = function->moreThanPortable;
    return Success;
  case FuncClusterPolicy:
  case FuncConstBytes:
  case FuncCacheModeCa:
  case FuncPreferredCarveout:
    *value = 0;
    return Success;
  default:
    return ErrorInvalidValue;
  }
}

BRT_CUDA_API cuFuncSetAttribute(LoadedFunction *function, int attribute,
                                int value) {
  if (!isFunction(function))
    return ErrorInvalidHandle;
  if (attribute == FuncPreferredCarveout || attribute == FuncClusterPolicy)
    return Success;
  if (attribute == FuncMoreThanPortable) {
    function->moreThanPortable = value;
    return Success;
  }
  uint32_t room =
      Driver::get().sharedOptInLimit() - function->code->staticShared;
  if (attribute != FuncMaxDynamicShared || value < 0 ||
      static_cast<uint32_t>(value) > room)
    return ErrorInvalidValue;
  function->maxDynamicShared = static_cast<uint32_t>(value);
  return Success;
}

BRT_CUDA_API cuFuncSetCacheConfig(LoadedFunction *function, int) {
  return isFunction(function) ? Success : ErrorInvalidHandle;
}

BRT_CUDA_API cuFuncGetName(const char **name, LoadedFunction *function) {
  if (!isFunction(function))
    return ErrorInvalidHandle;
  *name = function->code->function->name.c_str();
  return Success;
}

BRT_CUDA_API cuFuncGetModule(LoadedModule **module, LoadedFunction *function) {
  if (!isFunction(function))
    return ErrorInvalidHandle;
  *module = function->module;
  return Success;
}

BRT_CUDA_API cuFuncGetParamInfo(LoadedFunction *function, size_t index,
                                size_t *offset, size_t *size) {
  if (!isFunction(function))
    return ErrorInvalidHandle;
  const Code &code = *function->code;
  if (index >= code.parameterOffsets.size())
    return ErrorInvalidValue;
  *offset = code.parameterOffsets[index];
  if (size)
    *size = code.function->parameters[index]->size;
  return Success;
}
