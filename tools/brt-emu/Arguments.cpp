//===- Arguments.cpp - Kernel arguments on the command line ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arguments.h"

#include <cstdlib>
#include <cstring>

using namespace brt::emu;

namespace {
struct TypeRow {
  const char *name, *descriptor;
};
} // namespace

/// bf16 has no descriptor of its own in NumPy: its bits are kept.
static constexpr TypeRow kTypes[] = {
    {"i8", "<i1"},  {"u8", "<u1"},  {"i16", "<i2"}, {"u16", "<u2"},
    {"i32", "<i4"}, {"u32", "<u4"}, {"i64", "<i8"}, {"u64", "<u8"},
    {"f16", "<f2"}, {"f32", "<f4"}, {"f64", "<f8"}, {"bf16", "<u2"}};

static std::string descriptorOf(const std::string &name) {
  for (const TypeRow &row : kTypes)
    if (name == row.name)
      return row.descriptor;
  return "";
}

template <class T>
static void append(std::vector<uint8_t> &bytes, T value) {
  const auto *raw = reinterpret_cast<const uint8_t *>(&value);
  bytes.insert(bytes.end(), raw, raw + sizeof value);
}

/// f32:0.5, i32:-7
static bool parseNumber(const std::string &type, const std::string &text,
                        Argument &argument, std::string &error) {
  char *rest = nullptr;
  size_t bytes = elementBytes(descriptorOf(type));
  if (type == "f32") {
    append(argument.value, std::strtof(text.c_str(), &rest));
  } else if (type == "f64") {
    append(argument.value, std::strtod(text.c_str(), &rest));
  } else if (type == "f16" || type == "bf16") {
    error = "expects a 16-bit number to be given by its bits, as u16";
    return false;
  } else {
    uint64_t value =
        text[0] == '-'
            ? static_cast<uint64_t>(std::strtoll(text.c_str(), &rest, 0))
            : std::strtoull(text.c_str(), &rest, 0);
    append(argument.value, value);
    argument.value.resize(bytes);
  }
  if (text.empty() || *rest) {
    error = "expects a number, but got '" + text + "'";
    return false;
  }
  return true;
}

/// f32[128,64]
static bool parseShape(const std::string &text, NpyArray &array,
                       std::string &error) {
  size_t open = text.find('[');
  array.type = descriptorOf(text.substr(0, open));
  if (array.type.empty() || open == std::string::npos || text.back() != ']') {
    error = "expects a type and a shape such as f32[128,64], but got '" + text +
            "'";
    return false;
  }
  size_t bytes = elementBytes(array.type);
  for (const char *at = text.c_str() + open + 1; *at && *at != ']';) {
    char *rest = nullptr;
    array.shape.push_back(std::strtoull(at, &rest, 10));
    if (rest == at) {
      error = "expects a shape, but got '" + text + "'";
      return false;
    }
    bytes *= array.shape.back();
    at = *rest == ',' ? rest + 1 : rest;
  }
  array.data.assign(bytes, 0);
  return true;
}

static bool place(DeviceMemory &memory, bool written, Argument &argument,
                  std::string &error) {
  size_t bytes = argument.array.data.size();
  argument.address = memory.allocate(bytes);
  if (!argument.address) {
    error = "expects room for " + std::to_string(bytes) + " bytes";
    return false;
  }
  if (written) {
    std::memcpy(reinterpret_cast<void *>(argument.address),
                argument.array.data.data(), bytes);
    memory.markInitialised(argument.address, bytes);
  }
  append(argument.value, argument.address);
  return true;
}

bool brt::emu::parseArgument(const std::string &text, DeviceMemory &memory,
                             Argument &argument, std::string &error) {
  size_t colon = text.find(':');
  std::string kind = text.substr(0, colon);
  std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (!descriptorOf(kind).empty())
    return parseNumber(kind, rest, argument, error);
  if (kind == "in" || kind == "inout") {
    if (kind == "inout")
      argument.outputPath = rest;
    return readNpy(rest, argument.array, error) &&
           place(memory, true, argument, error);
  }
  if (kind == "zeros" || kind == "fresh")
    return parseShape(rest, argument.array, error) &&
           place(memory, kind == "zeros", argument, error);
  if (kind == "out") {
    size_t last = rest.rfind(':');
    if (last == std::string::npos) {
      error = "expects out:FILE:TYPE[SHAPE], but got '" + text + "'";
      return false;
    }
    argument.outputPath = rest.substr(0, last);
    return parseShape(rest.substr(last + 1), argument.array, error) &&
           place(memory, false, argument, error);
  }
  error = "expects an argument such as i32:7, in:a.npy or out:c.npy:f32[64], "
          "but got '" +
          text + "'";
  return false;
}

bool brt::emu::saveArgument(Argument &argument, std::string &error) {
  if (argument.outputPath.empty())
    return true;
  std::memcpy(argument.array.data.data(),
              reinterpret_cast<const void *>(argument.address),
              argument.array.data.size());
  return writeNpy(argument.outputPath, argument.array, error);
}
