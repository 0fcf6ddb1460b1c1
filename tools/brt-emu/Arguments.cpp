//===- Arguments.cpp - Kernel arguments on the command line ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arguments.h"

#include <cstdlib>
#include <cstring>
#include <map>

using namespace brt;
using namespace brt::emu;

namespace {
struct TypeRow {
  const char *name;
  rt::DType type;
};
} // namespace

static constexpr TypeRow kTypes[] = {
    {"i8", rt::DType::I8},   {"u8", rt::DType::U8},
    {"i16", rt::DType::I16}, {"u16", rt::DType::U16},
    {"i32", rt::DType::I32}, {"u32", rt::DType::U32},
    {"i64", rt::DType::I64}, {"u64", rt::DType::U64},
    {"f16", rt::DType::F16}, {"f32", rt::DType::F32},
    {"f64", rt::DType::F64}, {"bf16", rt::DType::BF16}};

static const TypeRow *findType(const std::string &name) {
  for (const TypeRow &row : kTypes)
    if (name == row.name)
      return &row;
  return nullptr;
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
  size_t bytes = rt::getByteSize(findType(type)->type);
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
static bool parseShape(const std::string &text, Argument &argument,
                       std::string &error) {
  NpyArray &array = argument.array;
  size_t open = text.find('[');
  const TypeRow *row = findType(text.substr(0, open));
  if (!row || open == std::string::npos || text.back() != ']') {
    error = "expects a type and a shape such as f32[128,64], but got '" + text +
            "'";
    return false;
  }
  argument.outputType = row->type;
  array.type = descriptorOf(row->type);
  size_t bytes = rt::getByteSize(row->type);
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

/// FILE.safetensors:NAME; any other path has no name.
static void splitName(const std::string &text, std::string &path,
                      std::string &name) {
  size_t colon = text.rfind(':');
  path = text;
  name.clear();
  if (colon == std::string::npos || !isSafetensors(text.substr(0, colon)))
    return;
  path = text.substr(0, colon);
  name = text.substr(colon + 1);
}

static bool readInput(bool writeBack, const std::string &text,
                      Argument &argument, std::string &error) {
  std::string path, name;
  splitName(text, path, name);
  if (isSafetensors(path)) {
    error = "expects inout of a NumPy file; a safetensors file would lose its "
            "other tensors";
    return !writeBack && readTensor(path, name, argument.array, error);
  }
  if (writeBack)
    argument.outputPath = path;
  return readNpy(path, argument.array, error);
}

bool brt::emu::parseArgument(const std::string &text, DeviceMemory &memory,
                             Argument &argument, std::string &error) {
  size_t colon = text.find(':');
  std::string kind = text.substr(0, colon);
  std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (findType(kind))
    return parseNumber(kind, rest, argument, error);
  if (kind == "in" || kind == "inout") {
    return readInput(kind == "inout", rest, argument, error) &&
           place(memory, true, argument, error);
  }
  if (kind == "zeros" || kind == "fresh")
    return parseShape(rest, argument, error) &&
           place(memory, kind == "zeros", argument, error);
  if (kind == "out") {
    size_t last = rest.rfind(':');
    if (last == std::string::npos) {
      error = "expects out:FILE:TYPE[SHAPE], but got '" + text + "'";
      return false;
    }
    splitName(rest.substr(0, last), argument.outputPath, argument.outputName);
    if (isSafetensors(argument.outputPath) && argument.outputName.empty()) {
      error = "expects out:FILE.safetensors:NAME:TYPE[SHAPE], but got '" +
              text + "'";
      return false;
    }
    return parseShape(rest.substr(last + 1), argument, error) &&
           place(memory, false, argument, error);
  }
  error = "expects an argument such as i32:7, in:a.npy or out:c.npy:f32[64], "
          "but got '" +
          text + "'";
  return false;
}

bool brt::emu::saveArguments(std::vector<Argument> &arguments,
                             std::string &error) {
  std::map<std::string, std::vector<NamedArray>> tensors; // by file
  for (Argument &argument : arguments) {
    if (argument.outputPath.empty())
      continue;
    std::memcpy(argument.array.data.data(),
                reinterpret_cast<const void *>(argument.address),
                argument.array.data.size());
    if (isSafetensors(argument.outputPath)) {
      tensors[argument.outputPath].push_back(
          {argument.outputName, argument.outputType, &argument.array});
    } else if (!writeNpy(argument.outputPath, argument.array, error)) {
      error = argument.outputPath + ": " + error;
      return false;
    }
  }
  for (const auto &[path, named] : tensors)
    if (!writeTensors(path, named, error)) {
      error = path + ": " + error;
      return false;
    }
  return true;
}
