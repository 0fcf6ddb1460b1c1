//===- AtomicFile.cpp - A file that appears whole or not at all -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/AtomicFile.h"
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace brt::rt;

/// Mode of a new file before the user's mask.
static constexpr mode_t kMode = 0666;
/// Linux writes no more than this in one call.
static constexpr size_t kMaxWrite = 1 << 30;

static Status makeSystemError(const char *verb, const std::string &path) {
  return makeError(StatusCode::System, "cannot {} '{}': {}", verb, path,
                   std::strerror(errno));
}

static std::string getFolder(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Result<AtomicFile> AtomicFile::create(const std::string &path) {
  std::string temporary = path + ".XXXXXX";
  int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0)
    return makeSystemError("create", path);
  // mkostemp makes files for their owner alone.
  mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor, kMode & ~mask);
  return AtomicFile(path, std::move(temporary), descriptor);
}

AtomicFile::AtomicFile(AtomicFile &&other) noexcept
    : path(std::move(other.path)), temporary(std::move(other.temporary)),
      descriptor(std::exchange(other.descriptor, -1)) {}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() {
  if (descriptor < 0)
    return;
  ::close(descriptor);
  ::unlink(temporary.c_str());
  descriptor = -1;
}

Status AtomicFile::write(const void *data, size_t size) {
  const char *bytes = static_cast<const char *>(data);
  while (size > 0) {
    ssize_t written = ::write(descriptor, bytes, std::min(size, kMaxWrite));
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return makeSystemError("write", path);
    bytes += written;
    size -= written;
  }
  return {};
}

Status AtomicFile::commit() {
  if (::fsync(descriptor) != 0)
    return makeSystemError("flush", path);
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return makeSystemError("replace", path);
  ::close(std::exchange(descriptor, -1));
  // The new name itself is on disk only when its folder is.
  int folder =
      ::open(getFolder(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return makeSystemError("open the folder of", path);
  int failed = ::fsync(folder);
  ::close(folder);
  return failed ? makeSystemError("flush the folder of", path) : Status();
}
