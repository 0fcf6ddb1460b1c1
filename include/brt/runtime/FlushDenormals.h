//===- FlushDenormals.h - One policy for tiny numbers -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_FLUSHDENORMALS_H
#define BRT_RUNTIME_FLUSHDENORMALS_H

#include <xmmintrin.h>

namespace brt::rt {

/// While it lives, this thread takes and makes denormal numbers as zeros (Intel
/// SDM 1, 10.2.3: FTZ and DAZ), as GPUs do with `.ftz`. They carry nothing in a
/// network, and each costs a hundred times as much as another number.
class FlushDenormals {
public:
  FlushDenormals() : saved(_mm_getcsr()) { _mm_setcsr(saved | kFlush); }
  ~FlushDenormals() { _mm_setcsr(saved); }
  FlushDenormals(const FlushDenormals &) = delete;
  FlushDenormals &operator=(const FlushDenormals &) = delete;

private:
  /// FTZ, bit 15, and DAZ, bit 6.
  static constexpr unsigned kFlush = 1u << 15 | 1u << 6;
  unsigned saved;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_FLUSHDENORMALS_H
