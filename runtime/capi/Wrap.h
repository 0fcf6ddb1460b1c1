//===- Wrap.h - What stands behind the handles of the C API -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_CAPI_WRAP_H
#define BRT_RUNTIME_CAPI_WRAP_H

#include "brt-c/Runtime.h"
#include "brt/runtime/Program.h"
#include <algorithm>
#include <cstring>

struct brt_status_t {
  brt::rt::Status status;
};

struct brt_module_t {
  brt::rt::Program program;
  /// With the zero at the end that C wants.
  std::string isa;
};

namespace brt::rt {

/// The handle of a status: null for success.
inline brt_status_t *wrap(Status status) {
  return status.ok() ? nullptr : new brt_status_t{std::move(status)};
}

/// Copies what the caller knows of an options struct over the defaults.
template <typename T>
Status readOptions(const T *options, T &result) {
  if (!options)
    return {};
  if (options->struct_size > sizeof(T) ||
      options->struct_size < sizeof(options->struct_size))
    return makeError(StatusCode::InvalidArgument,
                     "expects struct_size of the options to be at most {}, but "
                     "got {}",
                     sizeof(T), options->struct_size);
  std::memcpy(&result, options, options->struct_size);
  return {};
}

} // namespace brt::rt

#endif // BRT_RUNTIME_CAPI_WRAP_H
