//===- FillApi.cpp - Memory sets ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/Graph.h"

#include <algorithm>

using namespace brt::emu;
using namespace brt::emu::abi;

/// `height` rows of `width` elements.
template <class T>
static Result makeRows(DevicePointer address, size_t pitch, T value,
                       size_t width, size_t height, Work &work) {
  DeviceMemory &memory = Driver::get().memory;
  for (size_t row = 0; row < height && width; ++row)
    if (!memory.covers(address + row * pitch, width * sizeof(T)))
      return ErrorInvalidValue;
  work = [=, &memory] {
    for (size_t row = 0; row < height && width; ++row) {
      DevicePointer start = address + row * pitch;
      if (!memory.covers(start, width * sizeof(T)))
        return ErrorIllegalAddress;
      std::fill_n(reinterpret_cast<T *>(start), width, value);
      memory.markInitialised(start, width * sizeof(T));
    }
    return Success;
  };
  return Success;
}

Result brt::emu::makeFill(const MemsetFields &params, Work &work) {
  auto make = [&](auto value) {
    return makeRows(params.to, params.pitch, value, params.width, params.height,
                    work);
  };
  switch (params.elementSize) {
  case 1:
    return make(static_cast<uint8_t>(params.value));
  case 2:
    return make(static_cast<uint16_t>(params.value));
  case 4:
    return make(params.value);
  default:
    return ErrorInvalidValue;
  }
}

/// A call without "Async" in its name waits only where the host could see the
/// memory.
template <class T>
static Result fill(DevicePointer address, size_t pitch, T value, size_t width,
                   size_t height, Stream *stream = nullptr) {
  Work work;
  Result result = makeRows(address, pitch, value, width, height, work);
  if (result != Success)
    return result;
  auto *put = !stream && isPinned(address) ? submitAndWait : submit;
  return put(stream, GraphNodeType::Memset, std::move(work));
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
