//===- SafetensorsHeader.h - The JSON header of a file ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_IO_SAFETENSORSHEADER_H
#define BRT_RUNTIME_IO_SAFETENSORSHEADER_H

#include "brt/runtime/Safetensors.h"

namespace brt::rt {

/// What the header says of a tensor, as yet unchecked.
struct HeaderEntry {
  std::string name, dtype;
  std::vector<uint64_t> shape, offsets;
  bool hasDType = false, hasShape = false, hasOffsets = false;
};

struct Header {
  std::vector<HeaderEntry> entries;
  Metadata metadata;
};

/// Reads the JSON text of a header. A key that comes twice, in any object, and
/// every value of another type than the format's is an error.
Result<Header> parseHeader(const uint8_t *text, size_t size);

} // namespace brt::rt

#endif // BRT_RUNTIME_IO_SAFETENSORSHEADER_H
