//===- Safetensors.h - Read and write safetensors files ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file is eight bytes, the little-endian length n of the header; n bytes of
// JSON, {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …,
// "__metadata__": {text: text}}; and the data, to which offsets are relative.
// Tensors cover the data without holes or overlaps.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_RUNTIME_SAFETENSORS_H
#define BRT_RUNTIME_SAFETENSORS_H

#include "brt/runtime/DType.h"
#include "brt/runtime/Status.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace brt::rt {

/// A dense row-major tensor somewhere in memory.
struct TensorView {
  std::string name;
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  const void *data = nullptr;
  size_t bytes = 0;
};

using Metadata = std::map<std::string, std::string>;

/// A file, mapped into memory for as long as the object lives.
class SafetensorsFile {
public:
  /// Opens and checks a file. Errors: NotFound, System, and DataLoss for
  /// whatever the format forbids.
  static Result<SafetensorsFile> open(const std::string &path);
  /// Checks bytes that outlive the result; `name` stands for a path in errors.
  static Result<SafetensorsFile> parse(const uint8_t *bytes, size_t size,
                                       const std::string &name);

  /// Tensors in the order of their data.
  const std::vector<TensorView> &tensors() const { return content; }
  const TensorView *find(std::string_view name) const;
  const Metadata &metadata() const { return texts; }

private:
  std::shared_ptr<const void> mapping;
  std::vector<TensorView> content;
  Metadata texts;
};

/// Writes a file under a temporary name in the same folder, flushes it to disk
/// and renames it, so that `path` is never a part of a file.
Status writeSafetensors(const std::string &path,
                        const std::vector<TensorView> &tensors,
                        const Metadata &metadata = {});

} // namespace brt::rt

#endif // BRT_RUNTIME_SAFETENSORS_H
