//===- Buffer.h - Aligned memory of one tensor ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_BUFFER_H
#define BRT_RUNTIME_BUFFER_H

#include <cstdlib>
#include <cstring>
#include <memory>

namespace brt::rt {

/// Memory that starts at a cache line, zero at first. Movable, not copyable.
class Buffer {
public:
  /// Enough for the widest vectors.
  static constexpr size_t kAlignment = 64;

  Buffer() = default;
  explicit Buffer(size_t size) : bytes(size) {
    // aligned_alloc wants a multiple of the alignment, and a byte at least.
    size_t rounded = (size / kAlignment + 1) * kAlignment;
    memory.reset(std::aligned_alloc(kAlignment, rounded));
    if (memory)
      std::memset(memory.get(), 0, rounded);
  }

  /// Whether there was memory for it.
  explicit operator bool() const { return memory != nullptr; }
  void *data() { return memory.get(); }
  const void *data() const { return memory.get(); }
  size_t size() const { return bytes; }
  template <typename T>
  T *as() {
    return static_cast<T *>(memory.get());
  }
  template <typename T>
  const T *as() const {
    return static_cast<const T *>(memory.get());
  }
  void clear() { std::memset(memory.get(), 0, bytes); }

private:
  struct Free {
    void operator()(void *pointer) const { std::free(pointer); }
  };
  std::unique_ptr<void, Free> memory;
  size_t bytes = 0;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_BUFFER_H
