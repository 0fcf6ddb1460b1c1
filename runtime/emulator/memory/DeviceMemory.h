//===- DeviceMemory.h - Global memory and what is known about it ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device addresses are host addresses inside one reserved range, so a kernel's
// pointer is used as it is. Beside the data lies a shadow of the same size, one
// byte per byte, which says whether the byte was ever written. Pages are only
// committed when touched: a fresh allocation costs nothing, reads as
// uninitialised, and a freed one gives both back.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_MEMORY_DEVICEMEMORY_H
#define BRT_EMULATOR_MEMORY_DEVICEMEMORY_H

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <shared_mutex>
#include <vector>

namespace brt::emu {

/// What is seen from the device at one range of addresses.
struct Allocation {
  uint64_t base = 0;
  uint64_t size = 0; // bytes asked for; the rest of the last page is a guard
  bool readOnly = false;
  std::atomic<bool> live{true};

  bool contains(uint64_t address, uint64_t bytes) const {
    return address >= base && bytes <= size && address - base <= size - bytes;
  }
};

/// Safe to use from several threads.
class DeviceMemory {
public:
  /// What the device says it has.
  static constexpr uint64_t kTotalBytes = uint64_t(16) << 30;

  DeviceMemory() = default;
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory &) = delete;
  DeviceMemory &operator=(const DeviceMemory &) = delete;

  /// Reserves the address range; false if the host refuses.
  bool reserve();
  /// Zero when there is no room. Aligned to a page.
  uint64_t allocate(uint64_t bytes, bool readOnly = false);
  /// False if `address` is not the base of a live allocation. No launch may be
  /// running; one that is under way may be paused. What was read-only is
  /// forgotten; all else is remembered as freed, and goes when no launch is
  /// under way any more.
  bool release(uint64_t address);
  /// The same for a running launch, of what is not read-only.
  bool retire(uint64_t address);
  void beginLaunch();
  void endLaunch();
  /// The allocation that holds `address`, live or freed; null if it never was
  /// one. The result stays valid while no read-only memory is released.
  const Allocation *find(uint64_t address) const;
  /// The allocation with the highest base not above `address`, or null.
  const Allocation *below(uint64_t address) const;
  /// True if all of the range lies in one live allocation.
  bool covers(uint64_t address, uint64_t bytes) const;
  uint64_t usedBytes() const { return used; }

  /// One byte per byte of data: nonzero once written.
  uint8_t *initShadow(uint64_t address) const {
    return reinterpret_cast<uint8_t *>(address) + shadowDelta();
  }
  /// Distance from a byte to its shadow.
  ptrdiff_t shadowDelta() const { return static_cast<ptrdiff_t>(kReserved); }
  void markInitialised(uint64_t address, uint64_t bytes) const;
  /// True for addresses that may ever be handed out.
  bool inRange(uint64_t address) const { return address - base < kReserved; }

  /// Bytes of address space for data.
  static constexpr uint64_t kReserved = uint64_t(256) << 30;

private:
  uint64_t base = 0;
  uint64_t next = 0; // offset of the first page never handed out
  std::atomic<uint64_t> used{0};
  mutable std::shared_mutex mutex;
  std::map<uint64_t, Allocation> allocations; // by base, freed ones included
  unsigned launches = 0;                      // under way
  std::vector<uint64_t> retired;              // freed since there were none

  void close(const Allocation &allocation);
};

} // namespace brt::emu

#endif // BRT_EMULATOR_MEMORY_DEVICEMEMORY_H
