//===- Manifest.cpp - What a compiled program says of itself --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Manifest.h"
#include "brt-c/Program.h"
#include <nlohmann/json.hpp>

using namespace brt::rt;
using nlohmann::json;

//===----------------------------------------------------------------------===//
// Look-up
//===----------------------------------------------------------------------===//

std::vector<int64_t> Port::getShape(int64_t lanes) const {
  std::vector<int64_t> result = shape;
  for (int64_t &extent : result)
    if (extent < 0)
      extent = lanes;
  return result;
}

size_t Port::getBytes(int64_t lanes) const {
  size_t bytes = getByteSize(dtype);
  for (int64_t extent : getShape(lanes))
    bytes *= extent;
  return bytes;
}

static const Port *find(const std::vector<Port> &ports, PortKind kind,
                        std::string_view name) {
  for (const Port &port : ports)
    if (port.kind == kind && port.name == name)
      return &port;
  return nullptr;
}

const Port *EntryInfo::findArgument(PortKind kind,
                                    std::string_view name) const {
  return find(arguments, kind, name);
}

const Port *EntryInfo::findResult(PortKind kind, std::string_view name) const {
  return find(results, kind, name);
}

Result<const Port *> EntryInfo::expect(PortKind kind, std::string_view portName,
                                       size_t rank) const {
  const Port *port = kind == PortKind::Output ? findResult(kind, portName)
                                              : findArgument(kind, portName);
  if (!port || port->shape.size() != rank)
    return makeError(StatusCode::Mismatch,
                     "the program's entry point '{}' has no '{}' of rank {}",
                     name, portName, rank);
  return port;
}

std::vector<Port> EntryInfo::getCarry() const {
  std::vector<Port> carry;
  for (const Port &port : arguments)
    if (port.kind == PortKind::Carry)
      carry.push_back(port);
  return carry;
}

int Manifest::findEntry(std::string_view name) const {
  for (size_t i = 0; i < entries.size(); ++i)
    if (entries[i].name == name)
      return static_cast<int>(i);
  return -1;
}

std::vector<Port> Manifest::getParameters() const {
  for (const EntryInfo &entry : entries) {
    std::vector<Port> parameters;
    for (const Port &port : entry.arguments)
      if (port.kind == PortKind::Parameter)
        parameters.push_back(port);
    if (!parameters.empty())
      return parameters;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static Status makeBroken(std::string_view what) {
  return makeError(StatusCode::DataLoss, "the program's manifest {}", what);
}

static std::optional<PortKind> parseKind(std::string_view name) {
  if (name == "parameter")
    return PortKind::Parameter;
  if (name == "optimizer")
    return PortKind::Optimizer;
  if (name == "carry")
    return PortKind::Carry;
  if (name == "input")
    return PortKind::Input;
  if (name == "output")
    return PortKind::Output;
  return std::nullopt;
}

/// The member `key` of an object, or a null value.
static const json &getMember(const json &object, const char *key) {
  static const json null;
  auto member = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && member != object.end() ? *member : null;
}

static std::string getText(const json &object, const char *key) {
  const json &member = getMember(object, key);
  return member.is_string() ? member.get<std::string>() : std::string();
}

static Status parsePorts(const json &list, std::vector<Port> &ports) {
  if (!list.is_array())
    return makeBroken("lacks the arguments or results of an entry point");
  for (const json &item : list) {
    std::optional<PortKind> kind = parseKind(getText(item, "kind"));
    std::optional<DType> dtype = parseDType(getText(item, "dtype"));
    const json &shape = getMember(item, "shape");
    if (!kind || !dtype || !shape.is_array())
      return makeBroken("has an argument or result without kind, dtype or "
                        "shape");
    Port port = {*kind, getText(item, "name"), *dtype, {}};
    for (const json &extent : shape) {
      if (!extent.is_number_integer() || extent.get<int64_t>() < -1)
        return makeBroken("has an extent that is no number");
      port.shape.push_back(extent.get<int64_t>());
    }
    ports.push_back(std::move(port));
  }
  return {};
}

/// Bytes of an arena; as of tensors, more is taken for a mistake.
static constexpr int64_t kMaxArenaBytes = int64_t(1) << 40;

static Status parseArena(const json &object, EntryInfo &entry) {
  for (auto [key, bytes] :
       {std::pair("bytes_per_lane", &entry.arenaBytesPerLane),
        std::pair("bytes", &entry.arenaBytes)}) {
    const json &member = getMember(object, key);
    if (!member.is_number_unsigned() ||
        member.get<uint64_t>() > uint64_t(kMaxArenaBytes))
      return makeBroken("has an arena whose size is no number, or too large");
    *bytes = member.get<int64_t>();
  }
  return {};
}

Result<Manifest> Manifest::parse(std::string_view text) {
  json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object())
    return makeBroken("is not JSON");
  const json &abi = getMember(root, "abi");
  if (!abi.is_number_unsigned() || abi.get<uint64_t>() != BRT_PROGRAM_ABI)
    return makeError(StatusCode::Mismatch,
                     "the program has version {} of the interface, this "
                     "runtime has {}",
                     abi.dump(), BRT_PROGRAM_ABI);

  Manifest manifest;
  manifest.name = getText(root, "name");
  const json &config = getMember(root, "config");
  manifest.config = config.is_object() ? config.dump() : "{}";
  const json &entries = getMember(root, "entries");
  if (!entries.is_array())
    return makeBroken("lacks its entry points");
  for (const json &item : entries) {
    EntryInfo entry;
    entry.name = getText(item, "name");
    BRT_RETURN_IF_ERROR(
        parsePorts(getMember(item, "arguments"), entry.arguments));
    BRT_RETURN_IF_ERROR(parsePorts(getMember(item, "results"), entry.results));
    const json &flops = getMember(item, "flops");
    if (!flops.is_null() && !flops.is_number_unsigned())
      return makeBroken("has an entry point whose FLOPs are no number");
    entry.flops = flops.is_null() ? 0 : flops.get<int64_t>();
    BRT_RETURN_IF_ERROR(parseArena(getMember(item, "arena"), entry));
    manifest.entries.push_back(std::move(entry));
  }
  for (const json &kernel : getMember(root, "kernels"))
    manifest.kernels.push_back(
        {getText(kernel, "name"), getText(kernel, "arguments")});
  BRT_RETURN_IF_ERROR(manifest.check());
  return manifest;
}
