//===- Arena.cpp - Memory that an entry point works in --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Arena.h"
#include <cerrno>
#include <cstring>
#include <sys/mman.h>

using namespace brt::rt;

Result<Arena> Arena::map(size_t bytes) {
  Arena arena;
  if (bytes == 0)
    return arena;
  void *pointer = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, /*offset=*/0);
  if (pointer == MAP_FAILED)
    return makeError(StatusCode::System,
                     "no memory for an arena of {} bytes: {}", bytes,
                     std::strerror(errno));
  // Fewer entries of the processor's page tables; where the system has none to
  // give, pages are small.
  madvise(pointer, bytes, MADV_HUGEPAGE);
  arena.memory = std::shared_ptr<void>(
      pointer, [bytes](void *address) { munmap(address, bytes); });
  arena.bytes = bytes;
  return arena;
}
