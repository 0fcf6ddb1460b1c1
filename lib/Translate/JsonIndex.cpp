//===- JsonIndex.cpp - Where the keys of a JSON object stand --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "JsonIndex.h"

using namespace brt;
using llvm::StringRef;

/// The offset behind the string whose opening quote stands at `begin`.
static size_t skipString(StringRef text, size_t begin) {
  size_t i = begin + 1;
  while (i < text.size() && text[i] != '"')
    i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

JsonIndex::JsonIndex(StringRef text) {
  unsigned depth = 0;
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) {
        tooDeep = i;
        return;
      }
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    } else if (c == '"') {
      size_t end = skipString(text, i);
      size_t colon = text.find_first_not_of(" \t\r\n", end);
      // Only a name is followed by a colon.
      if (depth == 1 && colon != StringRef::npos && text[colon] == ':') {
        size_t value = text.find_first_not_of(" \t\r\n", colon + 1);
        members.push_back(
            {text.slice(i + 1, end - 1), i, std::min(value, text.size())});
      }
      i = end;
      continue;
    }
    ++i;
  }
}
