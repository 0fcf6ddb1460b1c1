//===- DType.h - Element types, named as in safetensors ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_DTYPE_H
#define BRT_RUNTIME_DTYPE_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace brt::rt {

enum class DType {
  F64,
  F32,
  F16,
  BF16,
  I64,
  I32,
  I16,
  I8,
  U64,
  U32,
  U16,
  U8,
  /// One byte that is 0 or 1.
  Bool,
};

/// Bytes of an element.
size_t getByteSize(DType dtype);

/// "F32", "BOOL", …, and back.
std::string_view getName(DType dtype);
std::optional<DType> parseDType(std::string_view name);

/// Whether elements are F64, F32 or BF16, the types that programs compute in.
bool isReal(DType dtype);

/// Element `index` of an array of F64, F32 or BF16.
double readReal(DType dtype, const void *data, size_t index);

} // namespace brt::rt

#endif // BRT_RUNTIME_DTYPE_H
