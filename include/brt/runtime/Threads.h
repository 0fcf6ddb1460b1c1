//===- Threads.h - Threads that compiled code runs on -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_THREADS_H
#define BRT_RUNTIME_THREADS_H

namespace brt::rt {

/// Processors this process may use: the least of its affinity mask and the
/// quota of its control group, at least 1.
unsigned getAvailableProcessors();

/// Sets on how many threads brt_parallel_for runs, the caller's included; 0
/// means getAvailableProcessors(), which is also the state at start. Not to be
/// called while compiled code runs. Results do not depend on it.
void setThreadCount(unsigned count);
unsigned getThreadCount();

/// Keeps each of these threads on a processor of its own, as far as there are
/// enough; whether the system let it. setThreadCount() comes before.
bool pinThreads();

} // namespace brt::rt

#endif // BRT_RUNTIME_THREADS_H
