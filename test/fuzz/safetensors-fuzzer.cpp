//===- safetensors-fuzzer.cpp - Any bytes as a safetensors file -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every byte of a tensor that is given out lies in the file, and tensors cover
// the data once.
//
//===----------------------------------------------------------------------===//

#include "brt/runtime/Safetensors.h"

using namespace brt::rt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Result<SafetensorsFile> file = SafetensorsFile::parse(data, size, "file");
  if (!file.ok()) {
    if (file.status().message().empty())
      __builtin_trap();
    return 0;
  }
  size_t covered = 0, sum = 0;
  for (const TensorView &tensor : file->tensors()) {
    size_t bytes = getByteSize(tensor.dtype);
    for (int64_t extent : tensor.shape)
      bytes *= extent;
    if (bytes != tensor.bytes || file->find(tensor.name) == nullptr)
      __builtin_trap();
    covered += bytes;
    for (size_t i = 0; i < bytes; ++i)
      sum += static_cast<const uint8_t *>(tensor.data)[i];
  }
  // The header is at least "{}", behind its length; the sum is used so that the
  // bytes are read.
  if (covered + 10 > size || sum > 255 * covered)
    __builtin_trap();
  return 0;
}
