//===- MachineSpeed.h - What this machine can do at most --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_MACHINESPEED_H
#define BRT_RUNTIME_MACHINESPEED_H

#include <string_view>

namespace brt::rt {

/// Seconds of processor time of this thread, so that other processes only cost
/// what they displace from caches.
double getThreadSeconds();

/// Runs independent multiply-adds on registers for a few milliseconds, with
/// vectors of an instruction set: of f32 with "avx512" or "avx2", of pairs of
/// bf16 with "avx512_bf16". The processor must have it. Returns how many FLOPs
/// they were.
double runFlops(std::string_view isa);

/// What runFlops() runs, in words.
std::string_view describeFlops(std::string_view isa);

/// FLOP/s of runFlops() in processor time of this thread.
double measureThreadFlops(std::string_view isa);

/// FLOP/s of runFlops() on all threads of brt_parallel_for, by the clock.
double measureFlops(std::string_view isa);

/// Bytes a second that all threads read from a buffer which no cache holds,
/// the best of a few passes. 0 where there is no memory for the buffer.
double measureReadBandwidth();

} // namespace brt::rt

#endif // BRT_RUNTIME_MACHINESPEED_H
