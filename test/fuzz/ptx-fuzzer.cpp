//===- ptx-fuzzer.cpp - Fuzz parsing and translation of PTX ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Program.h"

#include <cstdlib>

using namespace brt::emu;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static DeviceMemory *memory = [] {
    auto *made = new DeviceMemory;
    if (!made->reserve())
      std::abort();
    return made;
  }();
  std::string_view text(reinterpret_cast<const char *>(data), size);
  Diagnostic diagnostic;
  auto program = loadProgram(text, *memory, diagnostic);
  // Whoever refuses a text says where.
  if (!program && (diagnostic.message.empty() || diagnostic.where.line == 0))
    std::abort();
  return 0;
}
