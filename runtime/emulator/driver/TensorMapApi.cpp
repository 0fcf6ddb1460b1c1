//===- TensorMapApi.cpp - Encoding of tensor maps -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "driver/State.h"
#include "exec/TensorMap.h"

#include <cstring>

using namespace brt::emu;
using namespace brt::emu::abi;

/// CUtensorMapDataType to bytes.
static unsigned bytesOf(int type) {
  static constexpr unsigned bytes[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4};
  return type >= 0 && type < 13 ? bytes[type] : 0;
}

BRT_CUDA_API cuTensorMapEncodeTiled(void *result, int type, uint32_t rank,
                                    void *base, const uint64_t *extents,
                                    const uint64_t *strides,
                                    const uint32_t *box, const uint32_t *steps,
                                    int interleave, int swizzle, int,
                                    int fill) {
  constexpr uint32_t kMaxBox = 256, kAlign = 16;
  constexpr uint8_t kMasks[] = {0, 1, 3, 7};
  constexpr uint32_t kSpans[] = {0, 32, 64, 128};
  constexpr uint64_t kMaxExtent = uint64_t(1) << 32;
  unsigned bytes = bytesOf(type);
  if (!result || !bytes || rank < 1 || rank > TensorMap::kMaxRank)
    return ErrorInvalidValue;
  if (interleave || swizzle < 0 || swizzle > 3)
    return notSupported("cuTensorMapEncodeTiled with this layout");
  TensorMap map;
  map.rank = static_cast<uint8_t>(rank);
  map.elementBytes = static_cast<uint8_t>(bytes);
  map.swizzleMask = kMasks[swizzle];
  map.fillNaN = fill == 1;
  map.base = reinterpret_cast<uint64_t>(base);
  if (map.base % kAlign)
    return ErrorInvalidValue;
  for (uint32_t i = 0; i < rank; ++i) {
    if (extents[i] == 0 || extents[i] > kMaxExtent || box[i] == 0 ||
        box[i] > kMaxBox)
      return ErrorInvalidValue;
    if (steps[i] == 0 || steps[i] > TensorMap::kMaxStep)
      return ErrorInvalidValue;
    map.steps[i] = steps[i];
    if (extents[i] == kMaxExtent)
      return notSupported("cuTensorMapEncodeTiled of 2^32 elements");
    map.extents[i] = static_cast<uint32_t>(extents[i]);
    map.box[i] = box[i];
    if (i > 0) {
      map.strides[i - 1] = strides[i - 1];
      if (strides[i - 1] % kAlign)
        return ErrorInvalidValue;
    }
  }
  if (map.rowBytes() % kAlign || (swizzle && map.rowBytes() > kSpans[swizzle]))
    return ErrorInvalidValue;
  if (swizzle && map.rowBytes() != kSpans[swizzle])
    return notSupported("cuTensorMapEncodeTiled with a box narrower than its "
                        "swizzle");
  std::memcpy(result, &map, sizeof map);
  return Success;
}
