//===- SafetensorsTest.cpp - Sound, broken and hostile files --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Safetensors.h"
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>

using namespace brt::rt;

/// A file of that header and that many bytes of data.
static std::string makeFile(const std::string &header, size_t dataSize) {
  std::string file;
  for (int i = 0; i < 8; ++i)
    file += static_cast<char>(uint64_t(header.size()) >> (8 * i));
  return file + header + std::string(dataSize, '\1');
}

static Status parse(const std::string &file) {
  return SafetensorsFile::parse(reinterpret_cast<const uint8_t *>(file.data()),
                                file.size(), "f")
      .status();
}

namespace {
struct BrokenCase {
  const char *name;
  std::string file;
  /// What the error has to say.
  const char *message;
};

std::ostream &operator<<(std::ostream &os, const BrokenCase &broken) {
  return os << broken.name;
}

class BrokenFile : public testing::TestWithParam<BrokenCase> {};
} // namespace

TEST_P(BrokenFile, IsOneClearError) {
  Status status = parse(GetParam().file);
  EXPECT_EQ(status.code(), StatusCode::DataLoss);
  EXPECT_NE(status.message().find(GetParam().message), std::string::npos)
      << status.message();
  EXPECT_EQ(status.message().find('\n'), std::string::npos);
}

static const std::string kF32 =
    R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";

static const BrokenCase kBroken[] = {
    {"Empty", "", "it has 0 bytes"},
    {"SevenBytes", "1234567", "it has 7 bytes"},
    {"HugeHeader", std::string(8, '\xff'), "more than 100000000"},
    {"HeaderLongerThanFile", std::string("\x40\0\0\0\0\0\0\0{}", 10),
     "its header would have 64 bytes, the file has 10"},
    {"EmptyHeader", makeFile("", 0), "it is not JSON"},
    {"NotJson", makeFile("{\"a\":", 0), "it is not JSON"},
    {"TextBehindJson", makeFile("{} x", 0), "it is not JSON"},
    {"InvalidUtf8", makeFile("{\"\xff\":{}}", 0), "it is not JSON"},
    {"TopLevelList", makeFile("[]", 0), "a list"},
    {"TopLevelNumber", makeFile("1", 0), "a number"},
    {"TensorIsNumber", makeFile(R"({"a":1})", 0), "a number"},
    {"TensorIsNull", makeFile(R"({"a":null})", 0), "null"},
    {"TensorIsTrue", makeFile(R"({"a":true})", 0), "a truth value"},
    {"TensorIsText", makeFile(R"({"a":"b"})", 0), "a text"},
    {"TensorIsList", makeFile(R"({"a":[]})", 0), "a list"},
    {"DeepNesting", makeFile(R"({"a":{"b":{"c":{}}}})", 0), "an object"},
    {"TensorTwice", makeFile("{\"a\":{" + kF32 + "},\"a\":{" + kF32 + "}}", 8),
     "the key 'a' comes twice"},
    {"KeyTwice", makeFile(R"({"a":{"dtype":"F32","dtype":"F32"}})", 8),
     "the key 'dtype' comes twice"},
    {"MetadataNumber", makeFile(R"({"__metadata__":{"a":1}})", 0), "a number"},
    {"NoDType", makeFile(R"({"a":{"shape":[2],"data_offsets":[0,8]}})", 8),
     "lacks its dtype"},
    {"NoShape", makeFile(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", 8),
     "lacks its dtype, shape"},
    {"NoOffsets", makeFile(R"({"a":{"dtype":"F32","shape":[2]}})", 8),
     "data_offsets"},
    {"UnknownKey", makeFile("{\"a\":{" + kF32 + ",\"x\":\"y\"}}", 8), "a text"},
    {"UnknownDType",
     makeFile(R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", 8),
     "tensor 'a' has an unknown dtype 'F33'"},
    {"NegativeExtent",
     makeFile(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8),
     "the negative number -2"},
    {"FractionalExtent",
     makeFile(R"({"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}})", 8),
     "the number 2.5"},
    {"NestedShape",
     makeFile(R"({"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}})", 8),
     "a list"},
    {"ShapeOverflows",
     makeFile(
         R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
         8),
     "too large to count"},
    {"ExtentOverflows",
     makeFile(
         R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,8]}})",
         8),
     "too large to count"},
    {"OneOffset",
     makeFile(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8),
     "has 1 data_offsets"},
    {"OffsetsReversed",
     makeFile(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8),
     "lies at bytes 8 to 0"},
    {"BehindTheEnd", makeFile("{\"a\":{" + kF32 + "}}", 7),
     "lies at bytes 0 to 8 of 7"},
    {"WrongSize",
     makeFile(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
     "has 8 bytes in the file, its shape wants 12"},
    {"Hole",
     makeFile(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12),
     "no tensor covers bytes 0 to 4"},
    {"Trailing", makeFile("{\"a\":{" + kF32 + "}}", 9),
     "no tensor covers bytes 8 to 9"},
    {"Overlap",
     makeFile("{\"a\":{" + kF32 +
                  R"(},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
              12),
     "tensor 'b' overlaps"},
    {"TooManyAxes",
     makeFile(
         R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})",
         1),
     "has 33 axes"},
};

INSTANTIATE_TEST_SUITE_P(, BrokenFile, testing::ValuesIn(kBroken),
                         [](const auto &info) { return info.param.name; });

//===----------------------------------------------------------------------===//
// Sound files
//===----------------------------------------------------------------------===//

namespace {
class SafetensorsFiles : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "brt-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string getPath(const char *name) { return folder + "/" + name; }
  std::string folder;
};
} // namespace

TEST_F(SafetensorsFiles, RoundTrip) {
  float numbers[6] = {1, -2, 3.5, 0, 1e-30f, 7};
  int32_t tokens[2] = {5, 6};
  std::vector<TensorView> tensors = {
      {"a/kernel", DType::F32, {2, 3}, numbers, sizeof(numbers)},
      {"empty", DType::F64, {0, 4}, nullptr, 0},
      {"scalar", DType::F32, {}, numbers + 2, sizeof(float)},
      {"tokens", DType::I32, {2}, tokens, sizeof(tokens)}};
  std::string path = getPath("c.safetensors");
  Status written = writeSafetensors(path, tensors, {{"model", "books"}});
  ASSERT_TRUE(written.ok()) << written.message();

  Result<SafetensorsFile> file = SafetensorsFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status().message();
  ASSERT_EQ(file->tensors().size(), tensors.size());
  for (const TensorView &tensor : tensors) {
    const TensorView *read = file->find(tensor.name);
    ASSERT_NE(read, nullptr) << tensor.name;
    EXPECT_EQ(read->dtype, tensor.dtype);
    EXPECT_EQ(read->shape, tensor.shape);
    ASSERT_EQ(read->bytes, tensor.bytes);
    if (tensor.bytes) {
      EXPECT_EQ(std::memcmp(read->data, tensor.data, tensor.bytes), 0);
    }
  }
  EXPECT_EQ(file->metadata().at("model"), "books");
  EXPECT_EQ(file->find("missing"), nullptr);
  // Nothing but the file itself is left.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(SafetensorsFiles, EveryTruncationIsAnError) {
  std::string file = makeFile("{\"a\":{" + kF32 + "}}", 8);
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(parse(file.substr(0, size)).ok()) << size;
  EXPECT_TRUE(parse(file).ok());
}

TEST_F(SafetensorsFiles, NamesWrittenTwiceAreAnError) {
  float number = 1;
  TensorView tensor = {"a", DType::F32, {1}, &number, sizeof(number)};
  Status status = writeSafetensors(getPath("c"), {tensor, tensor});
  EXPECT_EQ(status.code(), StatusCode::InvalidArgument);
}

TEST_F(SafetensorsFiles, AFailedRenameLeavesNothing) {
  // A folder in the way refuses the rename.
  std::string path = getPath("c");
  std::filesystem::create_directory(path);
  float number = 1;
  TensorView tensor = {"a", DType::F32, {1}, &number, sizeof(number)};
  Status status = writeSafetensors(path, {tensor});
  EXPECT_EQ(status.code(), StatusCode::System);
  EXPECT_NE(status.message().find("cannot replace"), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(SafetensorsFiles, MissingFilesAndFolders) {
  EXPECT_EQ(SafetensorsFile::open(getPath("no")).status().code(),
            StatusCode::NotFound);
  EXPECT_EQ(SafetensorsFile::open(folder).status().code(), StatusCode::System);
  float number = 1;
  TensorView tensor = {"a", DType::F32, {1}, &number, sizeof(number)};
  EXPECT_EQ(writeSafetensors(folder + "/no/c", {tensor}).code(),
            StatusCode::System);
}
