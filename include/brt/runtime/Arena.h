//===- Arena.h - Memory that an entry point works in ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_ARENA_H
#define BRT_RUNTIME_ARENA_H

#include "brt/runtime/Status.h"
#include <memory>

namespace brt::rt {

/// Whole pages of memory, huge ones where the system gives them, none of which
/// is taken before it is written. Copies share the memory.
class Arena {
public:
  /// Errors: System where there is no address space for it.
  static Result<Arena> map(size_t bytes);

  void *data() const { return memory.get(); }
  size_t size() const { return bytes; }

private:
  std::shared_ptr<void> memory;
  size_t bytes = 0;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_ARENA_H
