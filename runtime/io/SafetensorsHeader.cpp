//===- SafetensorsHeader.cpp - The JSON header of a file ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SafetensorsHeader.h"
#include <nlohmann/json.hpp>
#include <set>

using namespace brt::rt;
using nlohmann::json;

namespace {
/// Follows the parser's events through the three levels of a header. A tree of
/// the whole text would lose keys that come twice.
class Handler : public nlohmann::json_sax<json> {
public:
  Header header;
  std::string error;

  bool key(string_t &name) override {
    if (!keys.back().insert(name).second)
      return fail(fmt::format("the key '{}' comes twice", name));
    if (depth == 1) {
      inMetadata = name == "__metadata__";
      if (!inMetadata) {
        header.entries.emplace_back();
        header.entries.back().name = name;
      }
    }
    currentKey = name;
    return true;
  }

  bool start_object(std::size_t) override {
    if (array || depth >= 2)
      return failType("an object");
    ++depth;
    keys.emplace_back();
    return true;
  }

  bool end_object() override {
    --depth;
    keys.pop_back();
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth != 2 || inMetadata || array)
      return failType("a list");
    HeaderEntry &entry = header.entries.back();
    if (currentKey == "shape") {
      array = &entry.shape;
      entry.hasShape = true;
    } else if (currentKey == "data_offsets") {
      array = &entry.offsets;
      entry.hasOffsets = true;
    } else {
      return failType("a list");
    }
    return true;
  }

  bool end_array() override {
    array = nullptr;
    return true;
  }

  bool string(string_t &text) override {
    if (depth != 2 || array)
      return failType("a text");
    if (inMetadata) {
      header.metadata[currentKey] = text;
      return true;
    }
    if (currentKey != "dtype")
      return failType("a text");
    header.entries.back().dtype = text;
    header.entries.back().hasDType = true;
    return true;
  }

  bool number_unsigned(number_unsigned_t number) override {
    if (!array)
      return failType("a number");
    array->push_back(number);
    return true;
  }

  bool number_integer(number_integer_t number) override {
    return failType(fmt::format("the negative number {}", number));
  }
  bool number_float(number_float_t, const string_t &text) override {
    return failType(fmt::format("the number {}", text));
  }
  bool boolean(bool) override { return failType("a truth value"); }
  bool null() override { return failType("null"); }
  bool binary(binary_t &) override { return failType("binary data"); }

  bool parse_error(std::size_t position, const std::string &,
                   const nlohmann::detail::exception &) override {
    return fail(fmt::format("it is not JSON from byte {} on", position));
  }

private:
  bool fail(std::string text) {
    error = std::move(text);
    return false;
  }
  bool failType(const std::string &what) {
    return fail(fmt::format("{} stands where the format has none, after the "
                            "key '{}'",
                            what, currentKey));
  }

  int depth = 0;
  bool inMetadata = false;
  std::string currentKey;
  std::vector<uint64_t> *array = nullptr;
  /// Keys seen in each open object.
  std::vector<std::set<std::string>> keys;
};
} // namespace

Result<Header> brt::rt::parseHeader(const uint8_t *text, size_t size) {
  Handler handler;
  if (!json::sax_parse(text, text + size, &handler))
    return makeError(StatusCode::DataLoss, "the header is broken: {}",
                     handler.error);
  return std::move(handler.header);
}
