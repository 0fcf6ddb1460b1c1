//===- ObjectCache.h - Objects that were compiled before --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_OBJECTCACHE_H
#define BRT_LIB_TRANSLATE_OBJECTCACHE_H

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace brt {

/// A folder of objects by the content that they were compiled from. Several
/// processes may use it at once. What was not used for a week is removed, and
/// what takes more than a part of the disk.
class ObjectCache {
public:
  explicit ObjectCache(llvm::StringRef folder) : folder(folder) {}

  /// The name of what is compiled from `content`, a text that holds the module
  /// and all options. The compiler itself takes part in it.
  static std::string getKey(llvm::StringRef content);

  /// The object of that name, or null: there is none, or its file is broken.
  std::unique_ptr<llvm::MemoryBuffer> find(llvm::StringRef key) const;
  /// Keeps an object. Fails where the folder cannot be written.
  llvm::Error insert(llvm::StringRef key, llvm::StringRef object) const;

private:
  llvm::SmallString<128> getPath(llvm::StringRef key) const;

  llvm::SmallString<128> folder;
};

} // namespace brt

#endif // BRT_LIB_TRANSLATE_OBJECTCACHE_H
