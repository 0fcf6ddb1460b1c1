//===- ConfigCheck.h - Compare the options of two models --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_CORE_CONFIGCHECK_H
#define BRT_RUNTIME_CORE_CONFIGCHECK_H

#include "brt/runtime/Status.h"
#include <nlohmann/json.hpp>

namespace brt::rt {

/// Checks that the options in a checkpoint are those of the program, but for
/// the ones that may differ. Errors: Mismatch naming the first that does.
inline Status checkConfig(const std::string &path, const nlohmann::json &theirs,
                          const nlohmann::json &ours,
                          bool (*mayDiffer)(const std::string &key)) {
  nlohmann::json keys = ours;
  keys.update(theirs);
  for (const auto &[key, value] : keys.items()) {
    nlohmann::json their = theirs.value(key, nlohmann::json());
    nlohmann::json our = ours.value(key, nlohmann::json());
    if (their != our && !mayDiffer(key))
      return makeError(StatusCode::Mismatch,
                       "'{}' is a checkpoint of another model: its '{}' is {}, "
                       "this program's is {}",
                       path, key, their.dump(), our.dump());
  }
  return {};
}

} // namespace brt::rt

#endif // BRT_RUNTIME_CORE_CONFIGCHECK_H
