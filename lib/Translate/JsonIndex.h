//===- JsonIndex.h - Where the keys of a JSON object stand ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_TRANSLATE_JSONINDEX_H
#define BRT_LIB_TRANSLATE_JSONINDEX_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace brt {

/// A member of the outermost object: the name as it is written between the
/// quotes, and the offsets of name and value in the text.
struct JsonMember {
  llvm::StringRef name;
  size_t nameOffset;
  size_t valueOffset;
};

/// What llvm::json does not say about a text: where the members of the
/// outermost object stand, given twice or not, and how deep it is nested. It is
/// made before parsing, since the parser recurses.
struct JsonIndex {
  static constexpr unsigned kMaxDepth = 64;

  explicit JsonIndex(llvm::StringRef text);

  llvm::SmallVector<JsonMember> members;
  /// Offset of the first bracket nested deeper than kMaxDepth.
  std::optional<size_t> tooDeep;
};

} // namespace brt

#endif // BRT_LIB_TRANSLATE_JSONINDEX_H
