//===- DocumentLanes.cpp - Read documents side by side --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Documents.h"
#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

using namespace brt::rt;

DocumentLanes::DocumentLanes(std::vector<Document> documents, int64_t laneCount,
                             int64_t segment)
    : list(std::move(documents)), lanes(laneCount), segment(segment),
      order(list.size()) {
  std::iota(order.begin(), order.end(), size_t(0));
}

DocumentLanes DocumentLanes::createEndless(std::vector<Document> documents,
                                           int64_t lanes, int64_t segment,
                                           uint64_t seed) {
  DocumentLanes result(std::move(documents), lanes, segment);
  result.seed = seed;
  result.shuffle();
  return result;
}

// Fisher and Yates, with numbers that every standard library draws alike.
void DocumentLanes::shuffle() {
  std::iota(order.begin(), order.end(), size_t(0));
  std::seed_seq seeds = {uint32_t(*seed), uint32_t(*seed >> 32),
                         uint32_t(epoch), uint32_t(epoch >> 32)};
  std::mt19937_64 generator(seeds);
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[generator() % i]);
}

bool DocumentLanes::takeDocument(Lane &lane) {
  while (true) {
    while (taken < order.size()) {
      size_t index = order[taken++];
      if (list[index].size == 0)
        continue;
      lane.document = static_cast<int64_t>(index);
      return true;
    }
    if (!seed)
      return false;
    ++epoch;
    taken = 0;
    shuffle();
  }
}

Status DocumentLanes::open(Lane &lane) {
  const std::string &path = list[lane.document].path;
  lane.file = std::ifstream(path, std::ios::binary);
  lane.file.seekg(static_cast<std::streamoff>(lane.offset));
  if (!lane.file)
    return makeError(StatusCode::System, "cannot read '{}': {}", path,
                     std::strerror(errno));
  return {};
}

Result<bool> DocumentLanes::advance(Lane &lane) {
  if (lane.document >= 0 && lane.offset < list[lane.document].size)
    return true;
  lane.document = -1;
  lane.offset = 0;
  if (!takeDocument(lane))
    return false;
  BRT_RETURN_IF_ERROR(open(lane));
  return true;
}

DocumentLanes::Place DocumentLanes::getPlace() const {
  Place place;
  place.epoch = epoch;
  place.taken = taken;
  for (const Lane &lane : lanes)
    place.lanes.push_back({lane.document, lane.offset});
  return place;
}

Status DocumentLanes::seek(const Place &place) {
  bool fits = place.lanes.size() == lanes.size() && place.taken <= list.size();
  for (const Place::Lane &lane : place.lanes)
    fits &= lane.document < static_cast<int64_t>(list.size()) &&
            (lane.document < 0 || lane.offset <= list[lane.document].size);
  if (!fits)
    return makeError(StatusCode::Mismatch,
                     "the place to go on from is not one of these documents");
  epoch = place.epoch;
  taken = place.taken;
  if (seed)
    shuffle();
  for (size_t i = 0; i < lanes.size(); ++i) {
    lanes[i].document = place.lanes[i].document;
    lanes[i].offset = place.lanes[i].offset;
    if (lanes[i].document >= 0)
      BRT_RETURN_IF_ERROR(open(lanes[i]));
  }
  return {};
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
