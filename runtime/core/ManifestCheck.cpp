//===- ManifestCheck.cpp - What callers of entry points rely on -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Manifest.h"
#include <set>

using namespace brt::rt;

/// Elements of a tensor, for one lane; more is taken for a mistake, and keeps
/// all arithmetic on sizes far from overflow.
static constexpr int64_t kMaxElements = int64_t(1) << 40;

static Status makeContradiction(const EntryInfo &entry, const Port &port,
                                std::string_view what) {
  return makeError(StatusCode::DataLoss,
                   "the program's manifest has an entry point '{}' whose '{}' "
                   "{}",
                   entry.name, port.name, what);
}

static bool isCountable(const Port &port) {
  int64_t elements = 1;
  for (int64_t extent : port.getShape(/*lanes=*/1))
    if (__builtin_mul_overflow(elements, extent, &elements) ||
        elements > kMaxElements)
      return false;
  return true;
}

/// Checks each port for itself, and that its name is the only one of its kind.
static Status checkPorts(const EntryInfo &entry, const std::vector<Port> &ports,
                         PortKind forbidden) {
  std::set<std::pair<PortKind, std::string_view>> names;
  for (const Port &port : ports) {
    if (port.kind == forbidden)
      return makeContradiction(entry, port, "is on the wrong side");
    if (!names.insert({port.kind, port.name}).second)
      return makeContradiction(entry, port, "comes twice");
    if (!isCountable(port))
      return makeContradiction(entry, port, "is too large to count");
    bool hasLanes = false;
    for (int64_t extent : port.shape)
      hasLanes |= extent < 0;
    if (port.kind == PortKind::Parameter && hasLanes)
      return makeContradiction(entry, port, "is a parameter with lanes");
    if (port.kind == PortKind::Optimizer && hasLanes)
      return makeContradiction(entry, port, "is optimizer state with lanes");
  }
  return {};
}

/// Whether what an entry point is given is also returned.
static bool isReturned(PortKind kind) {
  return kind == PortKind::Carry || kind == PortKind::Optimizer;
}

/// Checks that a carry and the optimizer's state are read and written in one
/// type.
static Status checkState(const EntryInfo &entry) {
  for (const Port &port : entry.arguments) {
    if (!isReturned(port.kind))
      continue;
    const Port *next = entry.findResult(port.kind, port.name);
    if (!next || !next->hasTypeOf(port))
      return makeContradiction(entry, port, "is not returned as it was given");
  }
  for (const Port &port : entry.results)
    if (isReturned(port.kind) && !entry.findArgument(port.kind, port.name))
      return makeContradiction(entry, port, "is returned, but not given");
  return {};
}

Status Manifest::check() const {
  std::vector<Port> parameters = getParameters();
  auto checkParameter = [&](const EntryInfo &entry, const Port &port) {
    if (port.kind != PortKind::Parameter)
      return Status();
    for (const Port &parameter : parameters)
      if (parameter.name == port.name && parameter.hasTypeOf(port))
        return Status();
    return makeContradiction(entry, port,
                             "is a parameter that other entry points lack");
  };

  std::set<std::string_view> names;
  for (const EntryInfo &entry : entries) {
    if (!names.insert(entry.name).second)
      return makeError(StatusCode::DataLoss,
                       "the program's manifest has two entry points '{}'",
                       entry.name);
    BRT_RETURN_IF_ERROR(checkPorts(entry, entry.arguments, PortKind::Output));
    BRT_RETURN_IF_ERROR(checkPorts(entry, entry.results, PortKind::Input));
    BRT_RETURN_IF_ERROR(checkState(entry));
    for (const Port &port : entry.arguments)
      BRT_RETURN_IF_ERROR(checkParameter(entry, port));
    for (const Port &port : entry.results)
      BRT_RETURN_IF_ERROR(checkParameter(entry, port));
  }
  return {};
}
