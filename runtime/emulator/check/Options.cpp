//===- Options.cpp - What the emulator checks and how it schedules --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/Options.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace brt::emu;

static constexpr const char *kNames[kFindingKinds] = {
    "out-of-bounds", "misaligned", "use-after-free",
    "uninitialised", "race",       "barrier-divergence",
    "deadlock",      "mbarrier",   "wgmma",
    "exact",         "trap"};

const char *brt::emu::nameOf(FindingKind kind) {
  return kNames[static_cast<unsigned>(kind)];
}

bool Options::setChecks(const std::string &list) {
  uint32_t always = 1u << static_cast<unsigned>(FindingKind::Trap);
  if (list == "all" || list == "none") {
    checks = list == "all" ? ~0u : always;
    return true;
  }
  uint32_t chosen = always;
  std::stringstream words(list);
  std::string word;
  while (std::getline(words, word, ',')) {
    unsigned kind = 0;
    while (kind < kFindingKinds && word != kNames[kind])
      ++kind;
    if (kind == kFindingKinds)
      return false;
    chosen |= 1u << kind;
  }
  checks = chosen;
  return true;
}

bool Options::setArchitecture(const std::string &name) {
  if (name != "sm_80" && name != "sm_86" && name != "sm_89" &&
      name != "sm_90" && name != "sm_90a")
    return false;
  architecture = std::strtoul(name.c_str() + 3, nullptr, 10);
  return true;
}

bool Options::loadSuppressions(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    return false;
  std::string text;
  while (std::getline(file, text)) {
    std::stringstream words(text.substr(0, text.find('#')));
    Suppression suppression;
    if (!(words >> suppression.kind))
      continue;
    if (!(words >> suppression.kernel))
      return false;
    words >> suppression.line;
    suppressions.push_back(suppression);
  }
  return true;
}

std::vector<std::string> Options::readEnvironment() {
  std::vector<std::string> problems;
  auto read = [&](const char *name, auto &&take) {
    const char *value = std::getenv(name);
    if (value && *value && !take(std::string(value)))
      problems.push_back(std::string(name) + "='" + value +
                         "' is not understood");
  };
  auto number = [](const std::string &text, uint64_t &value) {
    char *rest = nullptr;
    value = std::strtoull(text.c_str(), &rest, 0);
    return *rest == '\0';
  };
  read("BRT_EMU_CHECKS", [&](const std::string &v) { return setChecks(v); });
  read("BRT_EMU_STOP", [&](const std::string &v) {
    stopAtFirst = v != "never";
    return v == "never" || v == "first";
  });
  read("BRT_EMU_SEED",
       [&](const std::string &v) { return replay = number(v, seed); });
  read("BRT_EMU_EXACT", [&](const std::string &v) {
    exact = v == "1";
    return v == "0" || v == "1";
  });
  read("BRT_EMU_THREADS", [&](const std::string &v) {
    uint64_t value = 0;
    bool good = number(v, value);
    threads = good ? static_cast<unsigned>(value) : 0;
    return good;
  });
  read("BRT_EMU_ARCH",
       [&](const std::string &v) { return setArchitecture(v); });
  read("BRT_EMU_SUPPRESS",
       [&](const std::string &v) { return loadSuppressions(v); });
  read("BRT_EMU_REPORT", [&](const std::string &v) {
    reportPath = v;
    return true;
  });
  read("BRT_EMU_COUNTERS", [&](const std::string &v) {
    countersPath = v;
    return true;
  });
  return problems;
}
