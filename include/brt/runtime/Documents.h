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
#include <optional>
#include <vector>

namespace brt::rt {

/// The vocabulary that the tokenizer of bytes needs.
constexpr int64_t kByteVocabulary = 256;
/// Errors: Unsupported for a model whose vocabulary is smaller.
Status checkByteVocabulary(int64_t vocabulary);

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

  /// Lanes for training: when all documents are taken the next epoch begins,
  /// each in an order of its own that follows from `seed`. Not all documents
  /// may be empty.
  static DocumentLanes createEndless(std::vector<Document> documents,
                                     int64_t lanes, int64_t segment,
                                     uint64_t seed);

  const std::vector<Document> &documents() const { return list; }

  /// How far the lanes have read.
  struct Place {
    /// A document that a lane reads, or -1, and its bytes read so far.
    struct Lane {
      int64_t document = -1;
      uint64_t offset = 0;
    };
    /// Epochs that are over, and documents taken in this one.
    int64_t epoch = 0;
    uint64_t taken = 0;
    std::vector<Lane> lanes;
  };
  Place getPlace() const;
  /// Goes on from a place of lanes with the same documents, number and seed.
  /// Errors: Mismatch for a place that these lanes cannot have, System for a
  /// file.
  Status seek(const Place &place);

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
  /// Gives the lane the next document that is not empty, if there is one.
  bool takeDocument(Lane &lane);
  /// Opens the lane's document where the lane is in it.
  Status open(Lane &lane);
  /// Puts the documents in the order of this epoch.
  void shuffle();
  Status read(Lane &lane, char *bytes, int64_t count);

  std::vector<Document> list;
  std::vector<Lane> lanes;
  int64_t segment;
  /// Indices of documents in the order of this epoch, and how many are taken.
  std::vector<size_t> order;
  size_t taken = 0;
  int64_t epoch = 0;
  /// Set for endless lanes.
  std::optional<uint64_t> seed;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_DOCUMENTS_H
