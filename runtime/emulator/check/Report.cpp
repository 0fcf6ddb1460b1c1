//===- Report.cpp - Findings and where they go ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/Report.h"

#include <cstdio>
#include <fmt/format.h>

using namespace brt::emu;

std::string brt::emu::quoteJson(const std::string &text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

static std::string describe(const Site &site) {
  std::string text =
      fmt::format("line {}{}, block ({},{},{}), thread ({},{},{})", site.line,
                  site.source.empty() ? "" : " (" + site.source + ")",
                  site.block[0], site.block[1], site.block[2], site.thread[0],
                  site.thread[1], site.thread[2]);
  return text;
}

static std::string fields(const Site &site) {
  std::string text =
      fmt::format("\"line\":{},\"block\":[{},{},{}],\"thread\":[{},{},{}]",
                  site.line, site.block[0], site.block[1], site.block[2],
                  site.thread[0], site.thread[1], site.thread[2]);
  if (!site.source.empty())
    text += ",\"source\":" + quoteJson(site.source);
  return text;
}

std::string Finding::text() const {
  std::string text =
      fmt::format("{}: {}, {}", nameOf(kind), kernel, describe(site));
  if (hasAddress)
    text += fmt::format(", address {:#x}", address);
  if (!detail.empty())
    text += ": " + detail;
  if (hasOther)
    text += "; other access: " + describe(other);
  return text;
}

std::string Finding::json() const {
  std::string text = fmt::format("{{\"kind\":\"{}\",\"kernel\":{},{}",
                                 nameOf(kind), quoteJson(kernel), fields(site));
  if (hasAddress)
    text += fmt::format(",\"address\":\"{:#x}\"", address);
  if (!detail.empty())
    text += ",\"detail\":" + quoteJson(detail);
  if (hasOther)
    text += ",\"other\":{" + fields(other) + "}";
  return text + "}";
}

bool Report::suppressed(const Finding &finding) const {
  for (const Suppression &row : options.suppressions)
    if ((row.kind == "*" || row.kind == nameOf(finding.kind)) &&
        (row.kernel == "*" ||
         finding.kernel.find(row.kernel) != std::string::npos) &&
        (row.line == 0 || row.line == finding.site.line))
      return true;
  return false;
}

bool Report::add(const Finding &finding) {
  if (!options.checked(finding.kind) || suppressed(finding))
    return stopped();
  std::lock_guard<std::mutex> lock(mutex);
  if (stopped())
    return true;
  uint32_t otherLine = finding.hasOther ? finding.other.line : 0;
  if (!seen.insert({finding.kind, finding.site.line, otherLine}).second)
    return false;
  list.push_back(finding);
  std::fprintf(stderr, "brt-emu: %s\n", finding.text().c_str());
  if (!options.reportPath.empty()) {
    if (std::FILE *file = std::fopen(options.reportPath.c_str(), "a")) {
      std::fprintf(file, "%s\n", finding.json().c_str());
      std::fclose(file);
    }
  }
  // A trap ends the grid on any device, whatever the user chose.
  if (options.stopAtFirst || finding.kind == FindingKind::Trap)
    stop = true;
  return stopped();
}
