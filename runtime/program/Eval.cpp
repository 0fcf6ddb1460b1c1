//===- Eval.cpp - Bits per byte of documents ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Losses are added up in f64, a document's in the order of its tokens and those
// of the documents in the order of the documents, so that the sums do not
// depend on the number of lanes.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Terminal.h"
#include "brt/runtime/Documents.h"
#include "brt/runtime/Segments.h"
#include <cmath>
#include <nlohmann/json.hpp>

using namespace brt::rt;

namespace {
struct Loss {
  double nats = 0;
  /// Bytes read, and those of them that were predicted: all but the first of a
  /// segment.
  uint64_t bytes = 0, predicted = 0;

  void add(const Loss &other) {
    nats += other.nats;
    bytes += other.bytes;
    predicted += other.predicted;
  }
  double getBits() const {
    return nats / std::log(2.0) / static_cast<double>(predicted);
  }
  /// "-" where nothing was predicted.
  std::string formatBits() const {
    return predicted ? fmt::format("{:.4f}", getBits()) : "-";
  }
};

struct Evaluation {
  std::vector<Document> documents;
  std::vector<Loss> losses;
  double seconds = 0;

  Loss getTotal() const {
    Loss total;
    for (const Loss &loss : losses)
      total.add(loss);
    return total;
  }
};
} // namespace

static void addLosses(const SegmentReader &reader, const LaneBatch &batch,
                      std::vector<Loss> &losses) {
  for (int64_t lane = 0; lane < reader.lanes(); ++lane) {
    if (batch.documents[lane] < 0)
      continue;
    Loss &loss = losses[batch.documents[lane]];
    loss.bytes += batch.counts[lane];
    loss.predicted += batch.counts[lane] - 1;
    for (int64_t i = 0; i + 1 < batch.counts[lane]; ++i)
      loss.nats += reader.getTokenLoss(lane, i);
  }
}

/// Reads all documents; an interruption ends it early.
static Status evaluate(SegmentReader &reader, const Parameters &parameters,
                       Evaluation &evaluation) {
  const std::vector<Document> &documents = evaluation.documents;
  uint64_t total = 0;
  for (const Document &document : documents)
    total += document.size;
  evaluation.losses.resize(documents.size());

  DocumentLanes lanes(documents, reader.lanes(), reader.segment());
  LaneBatch batch;
  Progress progress("eval", "bytes", total);
  while (!isInterrupted()) {
    BRT_ASSIGN_OR_RETURN(bool any, lanes.next(batch));
    if (!any)
      break;
    reader.read(parameters, batch.tokens.data(), batch.starts.data());
    addLosses(reader, batch, evaluation.losses);
    Loss sum = evaluation.getTotal();
    progress.update(sum.bytes, sum.formatBits() + " bits/byte");
  }
  evaluation.seconds = progress.getSeconds();
  return {};
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

static std::string formatTable(const Evaluation &evaluation) {
  std::string text =
      fmt::format("{:>10}  {:>14}  {}\n", "bits/byte", "bytes", "document");
  auto addLine = [&](const Loss &loss, const std::string &name) {
    text += fmt::format("{:>10}  {:>14}  {}\n", loss.formatBits(),
                        formatCount(loss.bytes), name);
  };
  for (size_t i = 0; i < evaluation.documents.size(); ++i)
    addLine(evaluation.losses[i], evaluation.documents[i].path);
  Loss total = evaluation.getTotal();
  double rate = static_cast<double>(total.bytes) / evaluation.seconds;
  addLine(total, fmt::format("all, {} bytes/s",
                             formatCount(static_cast<uint64_t>(rate))));
  return text;
}

static std::string formatJson(const Evaluation &evaluation,
                              const std::string &model) {
  auto describe = [](const Loss &loss) {
    nlohmann::ordered_json object = {{"bytes", loss.bytes},
                                     {"predicted", loss.predicted}};
    // JSON has no word for what a sum of broken losses is.
    object["bits_per_byte"] = nullptr;
    if (loss.predicted && std::isfinite(loss.nats))
      object["bits_per_byte"] = loss.getBits();
    return object;
  };
  nlohmann::ordered_json root = describe(evaluation.getTotal());
  root["model"] = model;
  root["seconds"] = evaluation.seconds;
  root["complete"] = !isInterrupted();
  root["documents"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < evaluation.documents.size(); ++i) {
    nlohmann::ordered_json document = describe(evaluation.losses[i]);
    document["path"] = evaluation.documents[i].path;
    root["documents"].push_back(std::move(document));
  }
  // Paths need not be UTF-8.
  return root.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

static Result<Evaluation> evaluateDocuments(const Program &program,
                                            const Parameters &parameters,
                                            const EvalData &data) {
  Evaluation evaluation;
  BRT_ASSIGN_OR_RETURN(evaluation.documents, findDocuments(data.path));
  if (data.maxBytes)
    limitDocuments(evaluation.documents, data.maxBytes);
  // More lanes than documents would read padding only.
  int64_t lanes = std::min<int64_t>(data.lanes, evaluation.documents.size());
  BRT_ASSIGN_OR_RETURN(SegmentReader reader,
                       SegmentReader::create(program, lanes));
  BRT_RETURN_IF_ERROR(checkByteVocabulary(reader.vocabulary()));
  BRT_RETURN_IF_ERROR(evaluate(reader, parameters, evaluation));
  return evaluation;
}

Result<double> brt::rt::evaluateBits(const Program &program,
                                     const Parameters &parameters,
                                     const EvalData &data) {
  BRT_ASSIGN_OR_RETURN(Evaluation evaluation,
                       evaluateDocuments(program, parameters, data));
  return evaluation.getTotal().getBits();
}

Status brt::rt::runEval(const Program &program, const EvalOptions &options) {
  BRT_ASSIGN_OR_RETURN(Parameters parameters,
                       Parameters::load(program, options.checkpoint));
  BRT_ASSIGN_OR_RETURN(Evaluation evaluation,
                       evaluateDocuments(program, parameters, options.data));
  BRT_RETURN_IF_ERROR(
      print(options.json ? formatJson(evaluation, program.manifest().name)
                         : formatTable(evaluation)));
  if (isInterrupted())
    return makeError(StatusCode::Interrupted,
                     "interrupted; the numbers are of the {} bytes read so far",
                     formatCount(evaluation.getTotal().bytes));
  return {};
}
