//===- DocumentLanes.cpp - Read documents side by side --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Documents.h"
#include <algorithm>
#include <cstring>

using namespace brt::rt;

DocumentLanes::DocumentLanes(std::vector<Document> documents, int64_t laneCount,
                             int64_t segment)
    : list(std::move(documents)), lanes(laneCount), segment(segment) {}

Result<bool> DocumentLanes::advance(Lane &lane) {
  if (lane.document >= 0 && lane.offset < list[lane.document].size)
    return true;
  lane.document = -1;
  lane.offset = 0;
  while (nextDocument < list.size() && list[nextDocument].size == 0)
    ++nextDocument;
  if (nextDocument == list.size())
    return false;
  lane.document = static_cast<int64_t>(nextDocument++);
  const std::string &path = list[lane.document].path;
  lane.file = std::ifstream(path, std::ios::binary);
  if (!lane.file)
    return makeError(StatusCode::System, "cannot read '{}': {}", path,
                     std::strerror(errno));
  return true;
}

Status DocumentLanes::read(Lane &lane, char *bytes, int64_t count) {
  const Document &document = list[lane.document];
  lane.file.read(bytes, count);
  if (lane.file.gcount() != count)
    return makeError(StatusCode::DataLoss,
                     "'{}' has become shorter while it was read: it ends at "
                     "byte {} of {}",
                     document.path, lane.offset + lane.file.gcount(),
                     document.size);
  if (const void *zero = std::memchr(bytes, 0, count))
    return makeError(StatusCode::InvalidArgument,
                     "expects '{}' to be text, but it holds the byte 0 at {}; "
                     "token 0 is padding",
                     document.path,
                     lane.offset + (static_cast<const char *>(zero) - bytes));
  lane.offset += count;
  return {};
}

Result<bool> DocumentLanes::next(LaneBatch &batch) {
  batch.tokens.assign(lanes.size() * segment, 0);
  // A lane without a document starts one, so that it reads no stale carry.
  batch.starts.assign(lanes.size(), 1);
  batch.documents.assign(lanes.size(), -1);
  batch.counts.assign(lanes.size(), 0);
  std::string bytes(segment, '\0');
  bool any = false;
  for (size_t index = 0; index < lanes.size(); ++index) {
    Lane &lane = lanes[index];
    BRT_ASSIGN_OR_RETURN(bool reads, advance(lane));
    if (!reads)
      continue;
    any = true;
    uint64_t left = list[lane.document].size - lane.offset;
    int64_t count = std::min<uint64_t>(segment, left);
    batch.starts[index] = lane.offset == 0;
    batch.documents[index] = lane.document;
    batch.counts[index] = count;
    BRT_RETURN_IF_ERROR(read(lane, bytes.data(), count));
    std::transform(bytes.begin(), bytes.begin() + count,
                   batch.tokens.begin() + index * segment,
                   [](char byte) { return static_cast<uint8_t>(byte); });
  }
  return any;
}
