//===- AtomicFile.h - A file that appears whole or not at all ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_ATOMICFILE_H
#define BRT_RUNTIME_ATOMICFILE_H

#include "brt/runtime/Status.h"
#include <string>

namespace brt::rt {

/// Writes to a temporary name in the folder of `path`; commit() flushes to disk
/// and renames. A file that is not committed leaves nothing behind.
class AtomicFile {
public:
  static Result<AtomicFile> create(const std::string &path);
  AtomicFile(AtomicFile &&other) noexcept;
  AtomicFile &operator=(AtomicFile &&) = delete;
  ~AtomicFile();

  Status write(const void *data, size_t size);
  Status commit();

private:
  AtomicFile(std::string path, std::string temporary, int descriptor)
      : path(std::move(path)), temporary(std::move(temporary)),
        descriptor(descriptor) {}
  void discard();

  std::string path, temporary;
  int descriptor = -1;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_ATOMICFILE_H
