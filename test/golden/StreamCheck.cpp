//===- StreamCheck.cpp - Prefill and decode against forward ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Checks.h"
#include <random>

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

namespace {
/// What the stream must reproduce.
struct Document {
  int64_t lanes, segment, block, length; ///< B, N, W, tokens of a lane
  Tensor<double> tokens;                 ///< [B, length]
  Tensor<double> starts;                 ///< [segments, B]
  Tensor<double> logits;                 ///< [B, length, V], by `forward`
};

/// Lanes that read a document call by call.
class Reader {
public:
  Reader(Engine &engine, const Document &document, NamedTensors parameters)
      : engine(engine), document(document), tensors(std::move(parameters)),
        read(document.lanes, 0) {}

  /// Fills the carry with random numbers; what is read before it is written
  /// shows.
  LogicalResult begin();
  /// Reads the next counts[b] tokens of each lane by one call of `entry`.
  LogicalResult feed(StringRef entry, ArrayRef<int64_t> counts, Worst &worst);
  /// The same number of tokens for all lanes.
  LogicalResult feedAll(StringRef entry, int64_t count, Worst &worst) {
    return feed(entry, SmallVector<int64_t>(document.lanes, count), worst);
  }
  /// Tokens that lane b has read, and how many are left in its block.
  int64_t getRead(int64_t b) const { return read[b]; }
  int64_t getRoom(int64_t b) const {
    return std::min(document.block -
                        read[b] % document.segment % document.block,
                    document.length - read[b]);
  }

private:
  /// Replaces what nothing has written in the block being read.
  void poisonUnusedSlots();
  double getRandom() { return std::uniform_real_distribution<>(-9, 9)(random); }

  Engine &engine;
  const Document &document;
  NamedTensors tensors;
  SmallVector<int64_t> read;
  std::mt19937 random{1};
};
} // namespace

LogicalResult Reader::begin() {
  FailureOr<EntryPoint> entry = engine.find("decode");
  if (failed(entry))
    return failure();
  for (const Port &port : entry->arguments) {
    if (port.role != Role::Carry)
      continue;
    SmallVector<int64_t> shape(port.type.getShape());
    shape[0] = document.lanes;
    bool real = isa<FloatType>(port.type.getElementType());
    auto tensor = real ? Tensor<double>::ofReals(shape)
                       : Tensor<double>::ofIntegers(shape);
    for (double &x : tensor.getReals())
      x = getRandom();
    for (int64_t &x : tensor.getIntegers())
      x = random() % document.segment;
    tensors[{port.role, port.name}] = std::move(tensor);
  }
  return success();
}

LogicalResult Reader::feed(StringRef entry, ArrayRef<int64_t> counts,
                           Worst &worst) {
  int64_t extent = entry == "decode" ? 1 : document.block;
  auto tokens = Tensor<double>::ofIntegers({document.lanes, extent});
  auto starts = Tensor<double>::ofIntegers({document.lanes});
  auto countTensor = Tensor<double>::ofIntegers({document.lanes});
  for (int64_t b = 0; b < document.lanes; ++b) {
    countTensor.integer(b) = counts[b];
    if (counts[b] > 0 && read[b] % document.segment == 0)
      starts.integer(b) =
          document.starts.integer(read[b] / document.segment, b);
    // Tokens beyond the count are there, and not read.
    for (int64_t i = 0; i < extent; ++i)
      tokens.integer(b, i) = i < counts[b]
                                 ? document.tokens.integer(b, read[b] + i)
                                 : int64_t(random() % 7);
  }
  tensors[{Role::Input, "tokens"}] = std::move(tokens);
  tensors[{Role::Input, "counts"}] = std::move(countTensor);
  tensors[{Role::Input, "start_of_sequence"}] = std::move(starts);

  FailureOr<NamedTensors> results = engine.run(entry, tensors);
  if (failed(results))
    return failure();
  const Tensor<double> &logits = results->at({Role::Output, "logits"});
  int64_t vocabulary = document.logits.getExtent(2);
  for (int64_t b = 0; b < document.lanes; ++b)
    for (int64_t i = 0; i < counts[b]; ++i) {
      auto row = [&](const Tensor<double> &from, int64_t at) {
        return Tensor<double>::gather(
            from, {vocabulary}, [&](ArrayRef<int64_t> v) {
              return getOffset(from.getShape(), {b, at, v[0]});
            });
      };
      worst.update(
          getRelativeError(row(logits, i), row(document.logits, read[b] + i)),
          entry + " of token " + Twine(read[b] + i) + " of lane " + Twine(b));
    }
  for (auto &[key, tensor] : *results)
    if (key.first == Role::Carry)
      tensors[key] = std::move(tensor);
  for (int64_t b = 0; b < document.lanes; ++b)
    read[b] += counts[b];
  poisonUnusedSlots();
  return success();
}

void Reader::poisonUnusedSlots() {
  for (auto &[key, tensor] : tensors) {
    auto [layer, name] = StringRef(key.second).split('/');
    int64_t index;
    if (key.first != Role::Carry || layer.getAsInteger(10, index) ||
        (name != "keys" && name != "values"))
      continue;
    int64_t past = tensor.getExtent(1) - document.block;
    for (int64_t b = 0; b < document.lanes; ++b)
      for (int64_t slot = past + read[b] % document.segment % document.block;
           slot < tensor.getExtent(1); ++slot)
        for (int64_t h = 0; h < tensor.getExtent(2); ++h)
          for (int64_t d = 0; d < tensor.getExtent(3); ++d)
            tensor(b, slot, h, d) = getRandom();
  }
}

/// Evaluates the segments of a case by `forward`, each lane from the start of a
/// document, with the parameters of the first segment.
static FailureOr<Document> getDocument(Engine &engine, const ModelCase &golden,
                                       NamedTensors &parameters) {
  for (const auto &[key, tensor] : golden.segments.front().arguments)
    if (key.first == Role::Parameter)
      parameters[key] = tensor;
  FailureOr<EntryPoint> prefill = engine.find("prefill");
  if (failed(prefill))
    return failure();

  Document document;
  int64_t segments = golden.segments.size(), vocabulary = 0;
  NamedTensors arguments = golden.segments.front().arguments;
  for (int64_t k = 0; k < segments; ++k) {
    for (const auto &[key, tensor] : golden.segments[k].arguments)
      if (key.first == Role::Input)
        arguments[key] = tensor;
    Tensor<double> &starts = arguments[{Role::Input, "start_of_sequence"}];
    if (k == 0)
      llvm::fill(starts.getIntegers(), 1);
    FailureOr<NamedTensors> results = engine.run("forward", arguments);
    if (failed(results))
      return failure();
    const Tensor<double> &tokens = arguments[{Role::Input, "tokens"}];
    const Tensor<double> &logits = results->at({Role::Output, "logits"});
    if (k == 0) {
      document.lanes = logits.getExtent(0);
      document.segment = logits.getExtent(1);
      document.length = segments * document.segment;
      vocabulary = logits.getExtent(2);
      document.tokens =
          Tensor<double>::ofIntegers({document.lanes, document.length});
      document.starts = Tensor<double>::ofIntegers({segments, document.lanes});
      document.logits = Tensor<double>::ofReals(
          {document.lanes, document.length, vocabulary});
    }
    for (int64_t b = 0; b < document.lanes; ++b) {
      document.starts.integer(k, b) = starts.integer(b);
      for (int64_t i = 0; i < document.segment; ++i) {
        int64_t at = k * document.segment + i;
        document.tokens.integer(b, at) = tokens.integer(b, i);
        for (int64_t v = 0; v < vocabulary; ++v)
          document.logits(b, at, v) = logits(b, i, v);
      }
    }
    for (auto &[key, tensor] : *results)
      if (key.first == Role::Carry)
        arguments[key] = std::move(tensor);
  }
  for (const Port &port : prefill->arguments)
    if (port.role == Role::Input && port.name == "tokens")
      document.block = port.type.getDimSize(1);
  return document;
}

/// Prefills `split` tokens block by block and decodes the others.
static LogicalResult checkSplit(Reader reader, const Document &document,
                                int64_t split, Worst &worst) {
  while (reader.getRead(0) < split)
    if (failed(reader.feedAll(
            "prefill", std::min(reader.getRoom(0), split - reader.getRead(0)),
            worst)))
      return failure();
  while (reader.getRead(0) < document.length)
    if (failed(reader.feedAll("decode", 1, worst)))
      return failure();
  return success();
}

/// Each call reads a random number of tokens of each lane, possibly none.
static LogicalResult checkRandomCalls(Reader reader, const Document &document,
                                      unsigned seed, Worst &worst) {
  std::mt19937 random(seed);
  while (true) {
    bool decode = random() % 3 == 0, done = true;
    SmallVector<int64_t> counts;
    for (int64_t b = 0; b < document.lanes; ++b) {
      int64_t room = reader.getRoom(b);
      done &= room == 0;
      counts.push_back(random() %
                       (std::min<int64_t>(room, decode ? 1 : room) + 1));
    }
    if (done)
      return success();
    if (failed(reader.feed(decode ? "decode" : "prefill", counts, worst)))
      return failure();
  }
}

FailureOr<Worst> golden::checkStream(Engine &engine, const ModelCase &golden,
                                     int64_t maxSplits) {
  NamedTensors parameters;
  FailureOr<Document> document = getDocument(engine, golden, parameters);
  if (failed(document))
    return failure();
  Reader reader(engine, *document, std::move(parameters));
  if (failed(reader.begin()))
    return failure();

  Worst worst;
  // An odd stride meets every place of a block.
  int64_t stride = (document->length / maxSplits) | 1;
  for (int64_t split = 0; split <= document->length; split += stride)
    if (failed(checkSplit(reader, *document, split, worst)))
      return failure();
  for (unsigned seed = 1; seed <= 4; ++seed)
    if (failed(checkRandomCalls(reader, *document, seed, worst)))
      return failure();
  return worst;
}
