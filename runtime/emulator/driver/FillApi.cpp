//===- FillApi.cpp - Memory sets ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

/// Fills `height` rows of `width` elements. A call without "Async" in its name
/// waits only where the host could see the memory.
template <class T>
static Result fill(DevicePointer address, size_t pitch, T value, size_t width,
                   size_t height, Stream *stream = nullptr) {
  DeviceMemory &memory = Driver::get().memory;
  for (size_t row = 0; row < height && width; ++row)
    if (!memory.covers(address + row * pitch, width * sizeof(T)))
      return ErrorInvalidValue;
  auto *put = !stream && isPinned(address) ? submitAndWait : submit;
  return put(stream, GraphNodeType::Memset, [=, &memory] {
    for (size_t row = 0; row < height && width; ++row) {
      DevicePointer start = address + row * pitch;
      if (!memory.covers(start, width * sizeof(T)))
        return ErrorIllegalAddress;
      std::fill_n(reinterpret_cast<T *>(start), width, value);
      memory.markInitialised(start, width * sizeof(T));
    }
    return Success;
  });
}

BRT_CUDA_API cuMemsetD8_v2(DevicePointer address, unsigned char value,
                           size_t count) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD16_v2(DevicePointer address, unsigned short value,
                            size_t count) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD32_v2(DevicePointer address, unsigned value,
                            size_t count) {
  return fill(address, 0, value, count, 1);
}
BRT_CUDA_API cuMemsetD8Async(DevicePointer address, unsigned char value,
                             size_t count, Stream *stream) {
  return fill(address, 0, value, count, 1, stream);
}
BRT_CUDA_API cuMemsetD16Async(DevicePointer address, unsigned short value,
                              size_t count, Stream *stream) {
  return fill(address, 0, value, count, 1, stream);
}
BRT_CUDA_API cuMemsetD32Async(DevicePointer address, unsigned value,
                              size_t count, Stream *stream) {
  return fill(address, 0, value, count, 1, stream);
}
BRT_CUDA_API cuMemsetD2D8_v2(DevicePointer address, size_t pitch,
                             unsigned char value, size_t width, size_t height) {
  return fill(address, pitch, value, width, height);
}
BRT_CUDA_API cuMemsetD2D32_v2(DevicePointer address, size_t pitch,
                              unsigned value, size_t width, size_t height) {
  return fill(address, pitch, value, width, height);
}
