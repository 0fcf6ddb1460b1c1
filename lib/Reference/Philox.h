//===- Philox.h - The counter-based generator of random words ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_LIB_REFERENCE_PHILOX_H
#define BRT_LIB_REFERENCE_PHILOX_H

#include <array>
#include <cstdint>

namespace brt::reference {

using PhiloxWords = std::array<uint32_t, 4>;

/// Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2,
/// 3", SC 2011: the four words at a counter under a key.
inline PhiloxWords philox(PhiloxWords counter, uint64_t key) {
  constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  uint32_t key0 = uint32_t(key), key1 = uint32_t(key >> 32);
  PhiloxWords word = counter;
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = uint64_t(kMultiplier0) * word[0];
    uint64_t product1 = uint64_t(kMultiplier1) * word[2];
    word = {uint32_t(product1 >> 32) ^ word[1] ^ key0, uint32_t(product1),
            uint32_t(product0 >> 32) ^ word[3] ^ key1, uint32_t(product0)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return word;
}

} // namespace brt::reference

#endif // BRT_LIB_REFERENCE_PHILOX_H
