//===- ObjectCache.cpp - Objects that were compiled before ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ObjectCache.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace brt;
namespace fs = llvm::sys::fs;

/// What pruneCache() takes for a file of a cache.
static constexpr llvm::StringLiteral kPrefix = "llvmcache-";
/// A file begins with the digest of the object behind it.
static constexpr size_t kDigestSize = 32;

static std::array<uint8_t, kDigestSize> digest(llvm::StringRef text) {
  return llvm::SHA256::hash(llvm::arrayRefFromStringRef(text));
}

std::string ObjectCache::getKey(llvm::StringRef content) {
  static int anchor;
  std::string compiler = fs::getMainExecutable(nullptr, &anchor);
  fs::file_status status;
  fs::status(compiler, status);
  std::string text;
  llvm::raw_string_ostream(text)
      << LLVM_VERSION_STRING << '\n'
      << compiler << '\n'
      << status.getSize() << '\n'
      << status.getLastModificationTime().time_since_epoch().count() << '\n'
      << content;
  return llvm::toHex(digest(text), /*LowerCase=*/true);
}

llvm::SmallString<128> ObjectCache::getPath(llvm::StringRef key) const {
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, kPrefix + key);
  return path;
}

std::unique_ptr<llvm::MemoryBuffer>
ObjectCache::find(llvm::StringRef key) const {
  auto file = llvm::MemoryBuffer::getFile(getPath(key), /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file || (*file)->getBufferSize() < kDigestSize)
    return nullptr;
  llvm::StringRef content = (*file)->getBuffer();
  llvm::StringRef object = content.drop_front(kDigestSize);
  if (llvm::toStringRef(digest(object)) != content.take_front(kDigestSize))
    return nullptr;
  return llvm::MemoryBuffer::getMemBufferCopy(object);
}

llvm::Error ObjectCache::insert(llvm::StringRef key,
                                llvm::StringRef object) const {
  if (std::error_code error = fs::create_directories(folder))
    return llvm::errorCodeToError(error);
  llvm::Error error =
      llvm::writeToOutput(getPath(key), [&](llvm::raw_ostream &os) {
        os << llvm::toStringRef(digest(object)) << object;
        os.flush();
        auto &file = static_cast<llvm::raw_fd_ostream &>(os);
        std::error_code code = file.error();
        file.clear_error();
        return llvm::errorCodeToError(code);
      });
  if (!error)
    llvm::pruneCache(folder, llvm::CachePruningPolicy());
  return error;
}
