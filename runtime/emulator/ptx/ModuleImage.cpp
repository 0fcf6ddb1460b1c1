//===- ModuleImage.cpp - What a module may be loaded from -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ptx/ModuleImage.h"

#include <cstdint>
#include <cstring>
#include <lz4.h>
#include <zstd.h>

using namespace brt::emu;

namespace {
struct Wrapper { // __fatBinC_Wrapper_t of the toolkit's fatbinary_section.h
  uint32_t magic, version;
  const void *data;
  void *more;
};

struct Header {
  uint32_t magic;
  uint16_t version, bytes;
  uint64_t contentBytes; // of all entries
};

struct Entry {
  uint16_t kind, unknown;
  uint32_t headerBytes;
  uint64_t payloadBytes;    // rounded up to 8
  uint32_t compressedBytes; // 0 where it is not compressed
  uint32_t optionsAt;
  uint16_t minor, major;
  uint32_t architecture;
  uint32_t nameAt, nameBytes;
  uint64_t flags, reserved;
  uint64_t plainBytes; // 0 where it is not compressed
};
static_assert(sizeof(Header) == 16 && sizeof(Entry) == 64);

constexpr uint32_t kWrapperMagic = 0x466243b1, kFatbinMagic = 0xba55ed50;
constexpr uint16_t kKindPtx = 1;
constexpr uint64_t kLz4 = 0x2000, kZstd = 0x8000;
constexpr uint64_t kArchitectureOnly = 0x100000, kFamily = 0x200000;
/// No PTX is as long: larger sizes are damage.
constexpr uint64_t kMaxPlainBytes = uint64_t(1) << 30;
} // namespace

template <class T>
static T readAs(const uint8_t *from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

static bool runsOn(const Entry &entry, unsigned architecture) {
  if (entry.flags & kArchitectureOnly)
    return entry.architecture == architecture;
  if (entry.flags & kFamily)
    return entry.architecture <= architecture &&
           entry.architecture / 10 == architecture / 10;
  return entry.architecture <= architecture;
}

/// "sm_90a": for messages.
static std::string nameOf(const Entry &entry) {
  const char *suffix = entry.flags & kArchitectureOnly ? "a"
                       : entry.flags & kFamily         ? "f"
                                                       : "";
  return (entry.kind == kKindPtx ? "PTX for sm_" : "a cubin for sm_") +
         std::to_string(entry.architecture) + suffix;
}

static ImageError unpack(const Entry &entry, const uint8_t *payload,
                         std::string &ptx, std::string &message) {
  if (!(entry.flags & (kLz4 | kZstd))) {
    ptx.assign(reinterpret_cast<const char *>(payload), entry.payloadBytes);
  } else {
    message = "expects compressed PTX to unpack to the size in its header";
    if (entry.compressedBytes > entry.payloadBytes ||
        entry.plainBytes > kMaxPlainBytes)
      return ImageError::Malformed;
    ptx.resize(entry.plainBytes);
    uint64_t made = 0;
    if (entry.flags & kZstd)
      made = ZSTD_decompress(ptx.data(), ptx.size(), payload,
                             entry.compressedBytes);
    else
      made = static_cast<uint64_t>(int64_t(LZ4_decompress_safe(
          reinterpret_cast<const char *>(payload), ptx.data(),
          static_cast<int>(entry.compressedBytes),
          static_cast<int>(ptx.size()))));
    if (made != entry.plainBytes)
      return ImageError::Malformed;
    message.clear();
  }
  // Raw text is padded with NULs.
  ptx.resize(std::strlen(ptx.c_str()));
  return ImageError::None;
}

static ImageError ptxOfFatbin(const uint8_t *image, size_t bytes,
                              unsigned architecture, std::string &ptx,
                              std::string &message) {
  message = "expects a whole fatbin, but got a damaged one";
  if (bytes < sizeof(Header))
    return ImageError::Malformed;
  auto header = readAs<Header>(image);
  if (header.bytes < sizeof(Header) || header.bytes > bytes ||
      header.contentBytes > bytes - header.bytes)
    return ImageError::Malformed;
  const uint8_t *at = image + header.bytes, *end = at + header.contentBytes;
  Entry best{};
  const uint8_t *bestPayload = nullptr;
  std::string contents;
  while (at != end) {
    if (static_cast<size_t>(end - at) < sizeof(Entry))
      return ImageError::Malformed;
    auto entry = readAs<Entry>(at);
    size_t left = static_cast<size_t>(end - at);
    if (entry.headerBytes < sizeof(Entry) || entry.headerBytes > left ||
        entry.payloadBytes > left - entry.headerBytes)
      return ImageError::Malformed;
    contents += (contents.empty() ? "" : ", ") + nameOf(entry);
    bool better = !bestPayload || entry.architecture > best.architecture ||
                  (entry.flags & kArchitectureOnly);
    if (entry.kind == kKindPtx && runsOn(entry, architecture) && better) {
      best = entry;
      bestPayload = at + entry.headerBytes;
    }
    at += entry.headerBytes + entry.payloadBytes;
  }
  if (bestPayload)
    return unpack(best, bestPayload, ptx, message);
  message = "expects PTX for at most sm_" + std::to_string(architecture) +
            " in the fatbin, but got " +
            (contents.empty() ? "nothing" : contents);
  return ImageError::NoPtx;
}

/// Skips what PTX may begin with.
static bool looksLikePtx(const char *text, size_t bytes) {
  size_t at = 0;
  while (at < bytes && std::strchr(" \t\r\n", text[at]) && text[at])
    ++at;
  auto begins = [&](const char *word) {
    size_t length = std::strlen(word);
    return bytes - at >= length && std::memcmp(text + at, word, length) == 0;
  };
  return begins(".version") || begins("//") || begins("/*");
}

static bool isCubin(const uint8_t *image, size_t bytes) {
  return bytes >= 4 && std::memcmp(image,
                                   "\x7f"
                                   "ELF",
                                   4) == 0;
}

/// Its architecture is in byte 1 of the ELF header's flags.
static std::string describeCubin(const uint8_t *image, size_t bytes) {
  constexpr size_t kFlagsAt = 0x30;
  std::string text = "expects PTX, but got a cubin";
  if (bytes > kFlagsAt + 1)
    text += " for sm_" + std::to_string(image[kFlagsAt + 1]);
  return text;
}

ImageError brt::emu::ptxOfImage(const void *image, size_t bytes,
                                unsigned architecture, std::string &ptx,
                                std::string &message) {
  const auto *raw = static_cast<const uint8_t *>(image);
  if (bytes >= sizeof(uint32_t) && readAs<uint32_t>(raw) == kFatbinMagic)
    return ptxOfFatbin(raw, bytes, architecture, ptx, message);
  const char *text = static_cast<const char *>(image);
  if (looksLikePtx(text, bytes)) {
    ptx.assign(text, strnlen(text, bytes));
    return ImageError::None;
  }
  if (isCubin(raw, bytes)) {
    message = describeCubin(raw, bytes);
    return ImageError::NoPtx;
  }
  message = "expects PTX text or a fatbin";
  return ImageError::Malformed;
}

ImageError brt::emu::ptxOfImage(const void *image, unsigned architecture,
                                std::string &ptx, std::string &message) {
  const auto *raw = static_cast<const uint8_t *>(image);
  // Each is at least as long as what tells it from the others.
  constexpr size_t kElfHeaderBytes = 64;
  if (isCubin(raw, strnlen(static_cast<const char *>(image), 4)))
    return ptxOfImage(image, kElfHeaderBytes, architecture, ptx, message);
  size_t bytes = strnlen(static_cast<const char *>(image), sizeof(uint32_t));
  uint32_t magic = bytes == sizeof magic ? readAs<uint32_t>(raw) : 0;
  if (magic == kWrapperMagic) {
    auto wrapper = readAs<Wrapper>(raw);
    return ptxOfImage(wrapper.data, architecture, ptx, message);
  }
  if (magic == kFatbinMagic) {
    auto header = readAs<Header>(raw);
    return ptxOfImage(image, header.bytes + header.contentBytes, architecture,
                      ptx, message);
  }
  return ptxOfImage(image, std::strlen(static_cast<const char *>(image)),
                    architecture, ptx, message);
}
