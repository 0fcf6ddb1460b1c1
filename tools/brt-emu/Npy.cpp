//===- Npy.cpp - NumPy's array files --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Npy.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace brt::emu;

static constexpr char kMagic[] = "\x93NUMPY";
static constexpr size_t kMagicBytes = 6;

size_t brt::emu::elementBytes(const std::string &type) {
  if (type.size() < 3 || (type[0] != '<' && type[0] != '|') ||
      !std::strchr("fiubV", type[1]))
    return 0;
  return std::strtoul(type.c_str() + 2, nullptr, 10);
}

/// The text after `'key':` in the header's dictionary.
static std::string field(const std::string &header, const std::string &key) {
  size_t at = header.find("'" + key + "':");
  if (at == std::string::npos)
    return "";
  at = header.find_first_not_of(' ', at + key.size() + 3);
  return at == std::string::npos ? "" : header.substr(at);
}

static bool parseHeader(const std::string &header, NpyArray &array,
                        std::string &error) {
  std::string type = field(header, "descr");
  size_t end = type.empty() ? std::string::npos : type.find('\'', 1);
  if (end == std::string::npos) {
    error = "expects a simple element type";
    return false;
  }
  array.type = type.substr(1, end - 1);
  if (!elementBytes(array.type)) {
    error = "expects little-endian numbers, but got '" + array.type + "'";
    return false;
  }
  if (field(header, "fortran_order").rfind("False", 0) != 0) {
    error = "expects a row-major array";
    return false;
  }
  std::string shape = field(header, "shape");
  for (const char *at = shape.c_str(); *at && *at != ')';) {
    if (*at >= '0' && *at <= '9') {
      char *rest = nullptr;
      array.shape.push_back(std::strtoull(at, &rest, 10));
      at = rest;
    } else {
      ++at;
    }
  }
  return true;
}

bool brt::emu::readNpy(const std::string &path, NpyArray &array,
                       std::string &error) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  // Magic, version (2 bytes), header length (2 bytes, or 4 from version 2 on).
  if (text.size() < kMagicBytes + 6 ||
      text.compare(0, kMagicBytes, kMagic, kMagicBytes) != 0) {
    error = "expects a NumPy file";
    return false;
  }
  auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  bool wide = byte(kMagicBytes) > 1;
  size_t start = kMagicBytes + 2 + (wide ? 4 : 2);
  size_t length = byte(8) | byte(9) << 8;
  if (wide)
    length |= size_t(byte(10)) << 16 | size_t(byte(11)) << 24;
  if (length > text.size() - start) {
    error = "expects a header of " + std::to_string(length) + " bytes";
    return false;
  }
  if (!parseHeader(text.substr(start, length), array, error))
    return false;
  size_t count = elementBytes(array.type);
  for (size_t extent : array.shape)
    count *= extent;
  if (text.size() - start - length != count) {
    error = "expects " + std::to_string(count) + " bytes of data, but got " +
            std::to_string(text.size() - start - length);
    return false;
  }
  array.data.assign(text.begin() + static_cast<ptrdiff_t>(start + length),
                    text.end());
  return true;
}

bool brt::emu::writeNpy(const std::string &path, const NpyArray &array,
                        std::string &error) {
  std::string shape;
  for (size_t extent : array.shape)
    shape += std::to_string(extent) + ",";
  std::string header = "{'descr': '" + array.type +
                       "', 'fortran_order': False, 'shape': (" + shape + "), }";
  // The data starts at a multiple of 64.
  constexpr size_t kAlign = 64;
  while ((kMagicBytes + 4 + header.size() + 1) % kAlign)
    header += ' ';
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file.write(kMagic, kMagicBytes);
  file.put(1).put(0);
  file.put(static_cast<char>(header.size() & 255));
  file.put(static_cast<char>(header.size() >> 8));
  file << header;
  file.write(reinterpret_cast<const char *>(array.data.data()),
             static_cast<std::streamsize>(array.data.size()));
  file.close();
  if (!file)
    error = "cannot write it";
  return static_cast<bool>(file);
}
