//===- Documents.h - Texts and the lanes that read them ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tokenizer of bytes: token b is the byte b. Token 0 is padding, which no
// model predicts, so a document must not hold the byte 0.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_RUNTIME_DOCUMENTS_H
#define BRT_RUNTIME_DOCUMENTS_H

#include "brt/runtime/Status.h"
#include <cstdint>
#include <fstream>
#include <vector>

namespace brt::rt {

/// The vocabulary that the tokenizer of bytes needs.
constexpr int64_t kByteVocabulary = 256;

/// A file, of which the first `size` bytes are read.
struct Document {
  std::string path;
  uint64_t size;
};

/// The documents at `path`: every `*.txt` below a folder, sorted by path; a
/// single file; or the sorted matches of a pattern with `*`, `?` or `[…]`.
/// Errors: NotFound where there are none, System for a folder that cannot be
/// read.
Result<std::vector<Document>> findDocuments(const std::string &path);

/// Shortens and drops documents from the end until they have at most `bytes`
/// bytes together.
void limitDocuments(std::vector<Document> &documents, uint64_t bytes);

/// The tokens of one segment of every lane.
struct LaneBatch {
  /// [B, N] and [B].
  std::vector<int32_t> tokens;
  std::vector<uint8_t> starts;
  /// [B]: the index of the document that a lane reads, or -1, and how many of
  /// the lane's tokens are not padding.
  std::vector<int64_t> documents;
  std::vector<int64_t> counts;
};

/// Lanes that each read one document from its beginning to its end, a segment
/// at a time, and then take the next that no lane has read (brt-spec 9.4). The
/// last segment of a document is padded with zeros, and so is a lane for which
/// there is no document left.
class DocumentLanes {
public:
  /// Empty documents are passed over.
  DocumentLanes(std::vector<Document> documents, int64_t lanes,
                int64_t segment);

  const std::vector<Document> &documents() const { return list; }

  /// Reads the next segment of every lane; the result is false where all
  /// documents have been read. Errors: System for a file that cannot be read,
  /// DataLoss for one that has become shorter, InvalidArgument for a byte 0.
  Result<bool> next(LaneBatch &batch);

private:
  struct Lane {
    int64_t document = -1;
    uint64_t offset = 0;
    std::ifstream file;
  };
  /// Whether the lane has a document to read from.
  Result<bool> advance(Lane &lane);
  Status read(Lane &lane, char *bytes, int64_t count);

  std::vector<Document> list;
  std::vector<Lane> lanes;
  int64_t segment;
  size_t nextDocument = 0;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_DOCUMENTS_H
