//===- SafetensorsWriter.cpp - Write a file at once or not at all ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/AtomicFile.h"
#include "brt/runtime/Safetensors.h"
#include <nlohmann/json.hpp>
#include <set>

using namespace brt::rt;

/// Data begins at a multiple of this, so that mapped tensors are aligned.
static constexpr size_t kAlignment = 64;

Status brt::rt::writeSafetensors(const std::string &path,
                                 const std::vector<TensorView> &tensors,
                                 const Metadata &metadata) {
  // Keeps the tensors in their order.
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty())
    header["__metadata__"] = metadata;
  uint64_t offset = 0;
  std::set<std::string> names = {"__metadata__"};
  for (const TensorView &tensor : tensors) {
    if (!names.insert(tensor.name).second)
      return makeError(StatusCode::InvalidArgument,
                       "tensor '{}' is to be written twice", tensor.name);
    header[tensor.name] = {{"dtype", std::string(getName(tensor.dtype))},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + tensor.bytes}}};
    offset += tensor.bytes;
  }
  std::string text = header.dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  // The format pads its header with spaces.
  text.resize((text.size() + 8 + kAlignment - 1) / kAlignment * kAlignment - 8,
              ' ');

  BRT_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::create(path));
  uint8_t prefix[8];
  for (size_t i = 0; i < sizeof(prefix); ++i)
    prefix[i] = static_cast<uint8_t>(text.size() >> (8 * i));
  BRT_RETURN_IF_ERROR(file.write(prefix, sizeof(prefix)));
  BRT_RETURN_IF_ERROR(file.write(text.data(), text.size()));
  for (const TensorView &tensor : tensors)
    BRT_RETURN_IF_ERROR(file.write(tensor.data, tensor.bytes));
  return file.commit();
}
