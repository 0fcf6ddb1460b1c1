//===- Checksum.h - Tells content that has changed --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_TRAIN_CHECKSUM_H
#define BRT_RUNTIME_TRAIN_CHECKSUM_H

#include <cstdint>
#include <cstring>

namespace brt::rt {

/// FNV-1a over words of 8 bytes. Each step is a bijection of the sum and of the
/// word, so content in which one word differs has another sum.
class Checksum {
public:
  /// Adds a piece of content and its length.
  void add(const void *data, size_t size) {
    addWord(size);
    const char *bytes = static_cast<const char *>(data);
    while (size > 0) {
      uint64_t word = 0;
      size_t count = size < sizeof(word) ? size : sizeof(word);
      std::memcpy(&word, bytes, count);
      addWord(word);
      bytes += count;
      size -= count;
    }
  }
  uint64_t get() const { return sum; }

private:
  void addWord(uint64_t word) {
    // The shift lets high bits of a word reach the low bits of the sum.
    sum = (sum ^ word) * 0x100000001b3;
    sum ^= sum >> 32;
  }

  uint64_t sum = 0xcbf29ce484222325;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_TRAIN_CHECKSUM_H
