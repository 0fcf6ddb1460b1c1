//===- DType.cpp - Element types, named as in safetensors -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/DType.h"
#include <cassert>
#include <cstring>

using namespace brt::rt;

namespace {
struct Entry {
  DType dtype;
  std::string_view name;
  size_t bytes;
};
} // namespace

static constexpr Entry kEntries[] = {
    {DType::F64, "F64", 8},   {DType::F32, "F32", 4}, {DType::F16, "F16", 2},
    {DType::BF16, "BF16", 2}, {DType::I64, "I64", 8}, {DType::I32, "I32", 4},
    {DType::I16, "I16", 2},   {DType::I8, "I8", 1},   {DType::U64, "U64", 8},
    {DType::U32, "U32", 4},   {DType::U16, "U16", 2}, {DType::U8, "U8", 1},
    {DType::Bool, "BOOL", 1},
};

size_t brt::rt::getByteSize(DType dtype) {
  return kEntries[static_cast<size_t>(dtype)].bytes;
}

std::string_view brt::rt::getName(DType dtype) {
  return kEntries[static_cast<size_t>(dtype)].name;
}

std::optional<DType> brt::rt::parseDType(std::string_view name) {
  for (const Entry &entry : kEntries)
    if (entry.name == name)
      return entry.dtype;
  return std::nullopt;
}

bool brt::rt::isReal(DType dtype) {
  return dtype == DType::F64 || dtype == DType::F32 || dtype == DType::BF16;
}

double brt::rt::readReal(DType dtype, const void *data, size_t index) {
  assert(isReal(dtype));
  if (dtype == DType::F64)
    return static_cast<const double *>(data)[index];
  if (dtype == DType::F32)
    return static_cast<const float *>(data)[index];
  // A BF16 is the upper half of a F32.
  uint32_t bits = uint32_t(static_cast<const uint16_t *>(data)[index]) << 16;
  float number;
  std::memcpy(&number, &bits, sizeof(number));
  return number;
}
