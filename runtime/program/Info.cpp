//===- Info.cpp - Say what a program is -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"
#include "Terminal.h"
#include "brt/runtime/Threads.h"
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

using namespace brt::rt;

static bool endsWith(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() &&
         text.substr(text.size() - ending.size()) == ending;
}

static std::string describeCarry(const EntryInfo &entry) {
  size_t states = 0, caches = 0;
  for (const Port &port : entry.getCarry())
    (endsWith(port.name, "/state") ? states : caches) += port.getBytes(1);
  return fmt::format("state {} bytes, cache {} bytes", formatCount(states),
                     formatCount(caches));
}

static std::string describeParameters(const Manifest &manifest) {
  size_t count = 0, bytes = 0;
  std::vector<Port> parameters = manifest.getParameters();
  for (const Port &port : parameters) {
    count += port.getBytes(1) / getByteSize(port.dtype);
    bytes += port.getBytes(1);
  }
  return fmt::format("{} in {} tensors, {} bytes", formatCount(count),
                     parameters.size(), formatCount(bytes));
}

Status brt::rt::runInfo(const Program &program) {
  const Manifest &manifest = program.manifest();
  std::string text;
  auto addLine = [&](std::string_view title, std::string_view content) {
    text += fmt::format("{:<26}{}\n", title, content);
  };
  addLine("model", manifest.name);
  nlohmann::json config = nlohmann::json::parse(manifest.config);
  for (const auto &[key, value] : config.items())
    addLine("  " + key,
            value.is_string() ? value.get<std::string>() : value.dump());
  addLine("parameters", describeParameters(manifest));
  std::vector<std::string> entries;
  for (const EntryInfo &entry : manifest.entries)
    entries.push_back(entry.name);
  addLine("entry points", fmt::format("{}", fmt::join(entries, ", ")));
  for (const EntryInfo &entry : manifest.entries)
    if (!entry.getCarry().empty()) {
      addLine("  " + entry.name + ", a lane", describeCarry(entry));
      addLine("  " + entry.name + ", arena",
              fmt::format("{} bytes a lane, {} bytes besides",
                          formatCount(entry.arenaBytesPerLane),
                          formatCount(entry.arenaBytes)));
    }
  addLine("instruction sets",
          fmt::format("{}; this machine runs {}",
                      fmt::join(program.getInstructionSets(), ", "),
                      program.isa()));
  addLine("threads", fmt::format("{}", getThreadCount()));
  return print(text);
}
