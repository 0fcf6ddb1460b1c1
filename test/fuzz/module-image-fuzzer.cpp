//===- module-image-fuzzer.cpp - Fuzz the reader of fatbins ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ptx/ModuleImage.h"

#include <cstdint>
#include <cstdlib>

using namespace brt::emu;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string ptx, message;
  ImageError error = ptxOfImage(data, size, 80, ptx, message);
  if (error != ImageError::None && message.empty())
    std::abort();
  return 0;
}
