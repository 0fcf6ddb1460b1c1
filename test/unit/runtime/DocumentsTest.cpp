//===- DocumentsTest.cpp - Finding documents, lanes that read them --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Documents.h"
#include "TemporaryFolder.h"
#include <algorithm>
#include <gtest/gtest.h>

using namespace brt::rt;

namespace {
class Documents : public testing::Test {
protected:
  void write(const std::string &name, const std::string &text) {
    folder.write(name, text);
  }
  /// The documents found, relative to the folder.
  std::vector<std::string> find(const std::string &path) {
    std::vector<std::string> names;
    Result<std::vector<Document>> documents = findDocuments(path);
    EXPECT_TRUE(documents.ok()) << documents.status().message();
    if (documents.ok())
      for (const Document &document : *documents)
        names.push_back(document.path.substr(folder.path().size() + 1));
    return names;
  }
  /// What is wrong with `path`.
  std::string findError(const std::string &path) {
    return findDocuments(path).status().message();
  }

  TemporaryFolder folder;
};

using Names = std::vector<std::string>;
using Tokens = std::vector<int32_t>;
using Indices = std::vector<int64_t>;
using Flags = std::vector<uint8_t>;
} // namespace

TEST_F(Documents, AreTheSortedTextsBelowAFolder) {
  write("b.txt", "b");
  write("a/z.txt", "z");
  write("a/deep/y.txt", "y");
  write("notes.md", "no");
  EXPECT_EQ(find(folder.path()), (Names{"a/deep/y.txt", "a/z.txt", "b.txt"}));
}

TEST_F(Documents, AreAFileOrThoseOfAPattern) {
  write("b.txt", "b");
  write("a.txt", "a");
  write("c.text", "c");
  EXPECT_EQ(find(folder.path() + "/c.text"), Names{"c.text"});
  EXPECT_EQ(find(folder.path() + "/*.txt"), (Names{"a.txt", "b.txt"}));
}

TEST_F(Documents, ThatAreNotThereAreAnError) {
  EXPECT_NE(findError(folder.path() + "/x").find("No such file"),
            std::string::npos);
  EXPECT_NE(findError(folder.path() + "/*.txt").find("no file matches"),
            std::string::npos);
  EXPECT_NE(findError(folder.path()).find("holds no file that ends in .txt"),
            std::string::npos);
  write("a.txt", "");
  EXPECT_NE(findError(folder.path()).find("are empty"), std::string::npos);
  EXPECT_NE(findError("/dev/null").find("a folder, a file or a pattern"),
            std::string::npos);
}

TEST_F(Documents, AreLimitedFromTheEnd) {
  std::vector<Document> documents = {{"a", 5}, {"b", 5}, {"c", 5}};
  limitDocuments(documents, 7);
  ASSERT_EQ(documents.size(), 2u);
  EXPECT_EQ(documents[0].size, 5u);
  EXPECT_EQ(documents[1].size, 2u);
}

TEST_F(Documents, AreReadInLanes) {
  write("1.txt", "abcde");
  write("2.txt", "");
  write("3.txt", "\xffz");
  write("4.txt", "kl");
  DocumentLanes lanes(*findDocuments(folder.path()), 2, 3);
  LaneBatch batch;
  ASSERT_TRUE(*lanes.next(batch));
  EXPECT_EQ(batch.tokens, (Tokens{'a', 'b', 'c', 255, 'z', 0}));
  EXPECT_EQ(batch.starts, (Flags{1, 1}));
  EXPECT_EQ(batch.documents, (Indices{0, 2}));
  EXPECT_EQ(batch.counts, (Indices{3, 2}));
  ASSERT_TRUE(*lanes.next(batch));
  EXPECT_EQ(batch.tokens, (Tokens{'d', 'e', 0, 'k', 'l', 0}));
  EXPECT_EQ(batch.starts, (Flags{0, 1}));
  EXPECT_EQ(batch.documents, (Indices{0, 3}));
  EXPECT_FALSE(*lanes.next(batch));
}

TEST_F(Documents, ThatFillTheirLastSegmentHaveNoMore) {
  write("1.txt", "abcd");
  write("2.txt", "x");
  DocumentLanes lanes(*findDocuments(folder.path()), 1, 2);
  LaneBatch batch;
  std::string text;
  Flags starts;
  while (*lanes.next(batch)) {
    for (int32_t token : batch.tokens)
      text += static_cast<char>(token ? token : '.');
    starts.push_back(batch.starts[0]);
  }
  EXPECT_EQ(text, "abcdx.");
  EXPECT_EQ(starts, (Flags{1, 0, 1}));
}

TEST_F(Documents, LeaveLanesWithoutOneEmpty) {
  write("1.txt", "abcdef");
  DocumentLanes lanes(*findDocuments(folder.path()), 3, 4);
  LaneBatch batch;
  ASSERT_TRUE(*lanes.next(batch));
  ASSERT_TRUE(*lanes.next(batch));
  EXPECT_EQ(batch.documents, (Indices{0, -1, -1}));
  EXPECT_EQ(batch.starts, (Flags{0, 1, 1}));
  EXPECT_EQ(batch.tokens, (Tokens{'e', 'f', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_F(Documents, AreReadOnceInEachEpochInAnOrderOfItsOwn) {
  std::string names = "abcdefgh";
  for (char name : names)
    write(std::string(1, name) + ".txt", std::string(1, name));
  write("empty.txt", "");
  auto readEpochs = [&](uint64_t seed) {
    DocumentLanes lanes =
        DocumentLanes::createEndless(*findDocuments(folder.path()), 1, 2, seed);
    std::vector<std::string> epochs(3);
    LaneBatch batch;
    for (std::string &epoch : epochs)
      for (size_t i = 0; i < names.size(); ++i) {
        EXPECT_TRUE(*lanes.next(batch));
        EXPECT_EQ(lanes.getPlace().epoch, &epoch - epochs.data());
        epoch += static_cast<char>(batch.tokens[0]);
      }
    return epochs;
  };
  std::vector<std::string> epochs = readEpochs(1);
  EXPECT_EQ(epochs, readEpochs(1));
  EXPECT_NE(epochs, readEpochs(2));
  EXPECT_NE(epochs[0], epochs[1]);
  for (std::string &epoch : epochs) {
    std::sort(epoch.begin(), epoch.end());
    EXPECT_EQ(epoch, names);
  }
}

TEST_F(Documents, AreReadOnFromAPlace) {
  write("1.txt", "abcdefg");
  write("2.txt", "hi");
  write("3.txt", "jklmn");
  std::vector<Document> documents = *findDocuments(folder.path());
  DocumentLanes lanes = DocumentLanes::createEndless(documents, 2, 3, 7);
  std::vector<LaneBatch> batches(12);
  std::vector<DocumentLanes::Place> places;
  for (LaneBatch &batch : batches) {
    places.push_back(lanes.getPlace());
    ASSERT_TRUE(*lanes.next(batch));
  }
  EXPECT_GT(places.back().epoch, 1);
  for (size_t from = 0; from < places.size(); ++from) {
    DocumentLanes other = DocumentLanes::createEndless(documents, 2, 3, 7);
    ASSERT_TRUE(other.seek(places[from]).ok());
    for (size_t i = from; i < batches.size(); ++i) {
      LaneBatch batch;
      ASSERT_TRUE(*other.next(batch));
      EXPECT_EQ(batch.tokens, batches[i].tokens) << from << " " << i;
      EXPECT_EQ(batch.starts, batches[i].starts) << from << " " << i;
      EXPECT_EQ(batch.documents, batches[i].documents) << from << " " << i;
    }
  }
  DocumentLanes three = DocumentLanes::createEndless(documents, 3, 3, 7);
  EXPECT_EQ(three.seek(places[0]).code(), StatusCode::Mismatch);
  places[5].lanes[0] = {0, 8};
  EXPECT_EQ(lanes.seek(places[5]).code(), StatusCode::Mismatch);
  places[5].lanes[0] = {3, 0};
  EXPECT_EQ(lanes.seek(places[5]).code(), StatusCode::Mismatch);
}

TEST_F(Documents, WithTheByteZeroAreRefused) {
  write("1.txt", std::string("abc\0d", 5));
  DocumentLanes lanes(*findDocuments(folder.path()), 1, 2);
  LaneBatch batch;
  ASSERT_TRUE(lanes.next(batch).ok());
  Status status = lanes.next(batch).status();
  EXPECT_EQ(status.code(), StatusCode::InvalidArgument);
  EXPECT_NE(status.message().find("the byte 0 at 3"), std::string::npos);
}

TEST_F(Documents, ThatBecomeShorterAreAnError) {
  write("1.txt", "abcdef");
  std::vector<Document> documents = *findDocuments(folder.path());
  write("1.txt", "abc");
  DocumentLanes lanes(documents, 1, 4);
  LaneBatch batch;
  Status status = lanes.next(batch).status();
  EXPECT_EQ(status.code(), StatusCode::DataLoss);
  EXPECT_NE(status.message().find("ends at byte 3 of 6"), std::string::npos);
}
