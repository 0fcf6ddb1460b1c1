//===- DeviceMemory.cpp - Global memory and what is known about it --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "memory/DeviceMemory.h"

#include <cstring>
#include <mutex>
#include <sys/mman.h>

using namespace brt::emu;

static constexpr uint64_t kPage = 4096;

static uint64_t roundToPage(uint64_t bytes) {
  return (bytes + kPage - 1) & ~(kPage - 1);
}

DeviceMemory::~DeviceMemory() {
  if (base)
    munmap(reinterpret_cast<void *>(base), 2 * kReserved);
}

bool DeviceMemory::reserve() {
  std::unique_lock<std::shared_mutex> lock(mutex);
  if (base)
    return true;
  void *range = mmap(nullptr, 2 * kReserved, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED)
    return false;
  base = reinterpret_cast<uint64_t>(range);
  return true;
}

uint64_t DeviceMemory::allocate(uint64_t bytes, bool readOnly) {
  std::unique_lock<std::shared_mutex> lock(mutex);
  // One page more than needed stays unmapped between two allocations. Addresses
  // are never handed out twice, so a stale pointer is always seen as such.
  uint64_t pages = roundToPage(bytes ? bytes : 1);
  if (!base || bytes > kTotalBytes || used + pages > kTotalBytes ||
      next + pages + kPage > kReserved)
    return 0;
  uint64_t address = base + next;
  int access = PROT_READ | PROT_WRITE;
  if (mprotect(reinterpret_cast<void *>(address), pages, access) != 0 ||
      mprotect(initShadow(address), pages, access) != 0)
    return 0;
  next += pages + kPage;
  used += pages;
  Allocation &allocation = allocations[address];
  allocation.base = address;
  allocation.size = bytes ? bytes : 1;
  allocation.readOnly = readOnly;
  return address;
}

/// Closed pages join the guards around them, so that the host's count of
/// mappings does not grow with every allocation ever made.
void DeviceMemory::close(const Allocation &allocation) {
  uint64_t pages = roundToPage(allocation.size);
  used -= pages;
  for (uint64_t start : {allocation.base, allocation.base + kReserved}) {
    madvise(reinterpret_cast<void *>(start), pages, MADV_DONTNEED);
    mprotect(reinterpret_cast<void *>(start), pages, PROT_NONE);
  }
}

bool DeviceMemory::release(uint64_t address) {
  std::unique_lock<std::shared_mutex> lock(mutex);
  auto found = allocations.find(address);
  if (found == allocations.end() || !found->second.live)
    return false;
  found->second.live = false;
  if (launches && !found->second.readOnly) {
    retired.push_back(address);
    return true;
  }
  close(found->second);
  if (found->second.readOnly) {
    // Parameters and constants: made anew for every launch or module, and no
    // program can hold on to them.
    uint64_t pages = roundToPage(found->second.size);
    allocations.erase(found);
    if (address + pages + kPage == base + next)
      next = address - base;
  }
  return true;
}

bool DeviceMemory::retire(uint64_t address) {
  std::unique_lock<std::shared_mutex> lock(mutex);
  auto found = allocations.find(address);
  if (found == allocations.end() || found->second.readOnly ||
      !found->second.live.exchange(false))
    return false;
  retired.push_back(address);
  return true;
}

void DeviceMemory::beginLaunch() {
  std::unique_lock<std::shared_mutex> lock(mutex);
  ++launches;
}

void DeviceMemory::endLaunch() {
  std::unique_lock<std::shared_mutex> lock(mutex);
  if (--launches)
    return;
  for (uint64_t address : retired)
    close(allocations.at(address));
  retired.clear();
}

const Allocation *DeviceMemory::below(uint64_t address) const {
  std::shared_lock<std::shared_mutex> lock(mutex);
  auto after = allocations.upper_bound(address);
  return after == allocations.begin() ? nullptr : &std::prev(after)->second;
}

const Allocation *DeviceMemory::find(uint64_t address) const {
  const Allocation *candidate = below(address);
  return candidate && address - candidate->base < candidate->size ? candidate
                                                                  : nullptr;
}

bool DeviceMemory::covers(uint64_t address, uint64_t bytes) const {
  const Allocation *allocation = find(address);
  return allocation && allocation->live && allocation->contains(address, bytes);
}

void DeviceMemory::markInitialised(uint64_t address, uint64_t bytes) const {
  std::memset(initShadow(address), 1, bytes);
}
