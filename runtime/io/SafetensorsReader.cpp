//===- SafetensorsReader.cpp - Map and check a file -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SafetensorsHeader.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

using namespace brt::rt;

/// Bytes before the header, and the greatest header the format allows.
static constexpr size_t kPrefix = 8;
static constexpr uint64_t kMaxHeader = 100'000'000;
/// A bound on the rank keeps hostile headers cheap.
static constexpr size_t kMaxRank = 32;

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Checks one entry; its data would begin at `data` and has `size` bytes left
/// in the file.
static Result<TensorView> checkEntry(const HeaderEntry &entry,
                                     const uint8_t *data, uint64_t size) {
  auto error = [&](const std::string &text) {
    return makeError(StatusCode::DataLoss, "tensor '{}' {}", entry.name, text);
  };
  if (!entry.hasDType || !entry.hasShape || !entry.hasOffsets)
    return error("lacks its dtype, shape or data_offsets");
  std::optional<DType> dtype = parseDType(entry.dtype);
  if (!dtype)
    return error(fmt::format("has an unknown dtype '{}'", entry.dtype));
  if (entry.shape.size() > kMaxRank)
    return error(
        fmt::format("has {} axes, more than {}", entry.shape.size(), kMaxRank));

  uint64_t bytes = getByteSize(*dtype);
  TensorView view;
  for (uint64_t extent : entry.shape) {
    if (extent > INT64_MAX || __builtin_mul_overflow(bytes, extent, &bytes))
      return error("has a shape too large to count");
    view.shape.push_back(static_cast<int64_t>(extent));
  }
  if (entry.offsets.size() != 2)
    return error(
        fmt::format("has {} data_offsets instead of 2", entry.offsets.size()));
  uint64_t begin = entry.offsets[0], end = entry.offsets[1];
  if (begin > end || end > size)
    return error(fmt::format("lies at bytes {} to {} of {} bytes of data",
                             begin, end, size));
  if (end - begin != bytes)
    return error(fmt::format("has {} bytes in the file, its shape wants {}",
                             end - begin, bytes));
  view.name = entry.name;
  view.dtype = *dtype;
  view.data = data + begin;
  view.bytes = bytes;
  return view;
}

/// Sorts tensors by their data and checks that they cover it, once.
static Status checkCover(std::vector<TensorView> &tensors, const uint8_t *data,
                         uint64_t size) {
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorView &a, const TensorView &b) {
              return std::tie(a.data, a.bytes, a.name) <
                     std::tie(b.data, b.bytes, b.name);
            });
  uint64_t covered = 0;
  for (const TensorView &tensor : tensors) {
    uint64_t begin = static_cast<const uint8_t *>(tensor.data) - data;
    if (begin < covered)
      return makeError(StatusCode::DataLoss,
                       "tensor '{}' overlaps the one before at byte {}",
                       tensor.name, begin);
    if (begin > covered)
      return makeError(StatusCode::DataLoss,
                       "no tensor covers bytes {} to {} of the data", covered,
                       begin);
    covered = begin + tensor.bytes;
  }
  if (covered != size)
    return makeError(StatusCode::DataLoss,
                     "no tensor covers bytes {} to {} of the data", covered,
                     size);
  return {};
}

Result<SafetensorsFile> SafetensorsFile::parse(const uint8_t *bytes,
                                               size_t size,
                                               const std::string &name) {
  auto error = [&](const std::string &text) {
    return makeError(StatusCode::DataLoss, "'{}' is not a safetensors file: {}",
                     name, text);
  };
  if (size < kPrefix)
    return error(fmt::format("it has {} bytes", size));
  uint64_t headerSize = 0;
  for (size_t i = kPrefix; i-- > 0;)
    headerSize = headerSize << 8 | bytes[i];
  if (headerSize > kMaxHeader)
    return error(fmt::format("its header would have {} bytes, more than {}",
                             headerSize, kMaxHeader));
  if (headerSize > size - kPrefix)
    return error(fmt::format("its header would have {} bytes, the file has {}",
                             headerSize, size));

  Result<Header> header = parseHeader(bytes + kPrefix, headerSize);
  if (!header.ok())
    return error(header.status().message());
  const uint8_t *data = bytes + kPrefix + headerSize;
  uint64_t dataSize = size - kPrefix - headerSize;
  SafetensorsFile file;
  for (const HeaderEntry &entry : header->entries) {
    Result<TensorView> view = checkEntry(entry, data, dataSize);
    if (!view.ok())
      return error(view.status().message());
    file.content.push_back(std::move(*view));
  }
  if (Status status = checkCover(file.content, data, dataSize); !status.ok())
    return error(status.message());
  file.texts = std::move(header->metadata);
  return file;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

Result<SafetensorsFile> SafetensorsFile::open(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return makeError(errno == ENOENT ? StatusCode::NotFound
                                     : StatusCode::System,
                     "cannot open '{}': {}", path, std::strerror(errno));
  struct stat info;
  int failed = ::fstat(descriptor, &info);
  if (failed || !S_ISREG(info.st_mode)) {
    ::close(descriptor);
    return makeError(StatusCode::System, "'{}' is not a regular file", path);
  }
  size_t size = info.st_size;
  // An empty mapping is an error of mmap's, and no valid file is empty.
  void *address =
      size == 0 ? MAP_FAILED
                : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  int mapError = errno;
  ::close(descriptor);
  if (size == 0)
    return parse(nullptr, 0, path);
  if (address == MAP_FAILED)
    return makeError(StatusCode::System, "cannot map '{}': {}", path,
                     std::strerror(mapError));
  std::shared_ptr<const void> mapping(address, [size](const void *pointer) {
    ::munmap(const_cast<void *>(pointer), size);
  });
  Result<SafetensorsFile> file =
      parse(static_cast<const uint8_t *>(address), size, path);
  if (file.ok())
    file->mapping = std::move(mapping);
  return file;
}

const TensorView *SafetensorsFile::find(std::string_view name) const {
  for (const TensorView &tensor : content)
    if (tensor.name == name)
      return &tensor;
  return nullptr;
}
