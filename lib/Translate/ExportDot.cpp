//===- ExportDot.cpp - Draw the data flow of a model ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Translate/Dot.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/GraphWriter.h"

using namespace mlir;
using namespace brt;
using llvm::formatv;
using llvm::raw_ostream;
using llvm::Twine;

namespace {
class DotWriter {
public:
  DotWriter(ModelOp model, raw_ostream &os) : model(model), os(os) {}
  void write();

private:
  /// A box, or another `shape`, with lines of text.
  void writeNode(const Twine &id, ArrayRef<std::string> lines,
                 StringRef style = "");
  void writeEdge(const Twine &from, const Twine &to, const Twine &label = "",
                 StringRef style = "");
  void writeLayer(Operation *op, unsigned run, int64_t first, int64_t count);
  void writeState(RecurrentLayerOp op, const std::string &layer, int64_t count);
  void writeFeedback();

  std::string describeAttention();
  std::string describeFFN();
  /// "[B, ...]".
  static std::string getShape(ArrayRef<int64_t> extents);

  ModelOp model;
  raw_ostream &os;
  /// Boxes of transformer layers, and the state read last.
  SmallVector<std::string> plainLayers;
  std::string lastState;
};
} // namespace

void DotWriter::writeNode(const Twine &id, ArrayRef<std::string> lines,
                          StringRef style) {
  os << "  " << id << " [label=\""
     << llvm::DOT::EscapeString(llvm::join(lines, "\n")) << '"'
     << (style.empty() ? "" : ", ") << style << "];\n";
}

void DotWriter::writeEdge(const Twine &from, const Twine &to,
                          const Twine &label, StringRef style) {
  os << "  " << from << " -> " << to;
  std::string text = label.str();
  if (!text.empty() || !style.empty()) {
    os << " [";
    if (!text.empty())
      os << "label=\"" << llvm::DOT::EscapeString(text) << '"';
    os << (text.empty() || style.empty() ? "" : ", ") << style << ']';
  }
  os << ";\n";
}

std::string DotWriter::getShape(ArrayRef<int64_t> extents) {
  std::string shape = "[B";
  for (int64_t extent : extents)
    shape += ", " + std::to_string(extent);
  return shape + "]";
}

std::string DotWriter::describeAttention() {
  return formatv("window attention W {0}, {1} heads of {2}, {3}{4}{5}",
                 model.getWindow(), model.getHeads(), model.getHeadWidth(),
                 model.getPositionBias() == PositionBias::None
                     ? "no positions"
                     : stringifyEnum(model.getPositionBias()),
                 model.getCausal() ? "" : ", not causal",
                 model.getQkNorm() ? "" : ", no unit length");
}

std::string DotWriter::describeFFN() {
  std::string widths = std::to_string(model.getWidth());
  for (int64_t i = 1; i < static_cast<int64_t>(model.getFfnLayers()); ++i)
    widths += " - " + std::to_string(model.getFfn());
  return formatv("feed-forward {0} - {1}, {2}", widths, model.getWidth(),
                 stringifyEnum(model.getActivation()));
}

/// The state lives beside its layer: it advances once a block and is carried
/// from segment to segment.
void DotWriter::writeState(RecurrentLayerOp op, const std::string &layer,
                           int64_t count) {
  std::string state = "state_of_" + layer;
  SmallVector<std::string> lines = {
      (count > 1 ? formatv("{0} states ", count).str() : "state ") +
      getShape({op.getStates(), model.getWidth()})};
  if (op.getAlwaysClear())
    lines.push_back("cleared in every segment");
  writeNode(state, lines, "shape=ellipse");
  int64_t keys = model.getWindow() * (model.getCache() ? 2 : 1);
  writeEdge(layer, state,
            "keys, values " +
                getShape({keys, model.getHeads(), model.getHeadWidth()}));
  writeEdge(state, layer, "state before the block");
  writeEdge(state, state,
            formatv("{0} gate, {1}, once a block", stringifyEnum(op.getGate()),
                    stringifyEnum(op.getConfiguration()))
                .str());
  lastState = state;
}

void DotWriter::writeLayer(Operation *op, unsigned run, int64_t first,
                           int64_t count) {
  std::string layer = "layer" + std::to_string(run);
  auto recurrent = dyn_cast<RecurrentLayerOp>(op);
  std::string title = recurrent ? "recurrent layer" : "transformer layer";
  title +=
      count > 1
          ? formatv("s {0} to {1} ({2})", first, first + count - 1, count).str()
          : formatv(" {0}", first).str();
  writeNode(layer, {title, describeAttention(), describeFFN()});
  if (model.getCache())
    writeEdge(layer, layer,
              "cached keys, values " +
                  getShape({model.getWindow(), model.getHeads(),
                            model.getHeadWidth()}),
              "style=dashed");
  if (recurrent)
    writeState(recurrent, layer, count);
  else
    plainLayers.push_back(layer);
}

void DotWriter::writeFeedback() {
  if (!model.getFeedback())
    return;
  for (const std::string &layer : plainLayers)
    writeEdge(lastState, layer, "feedback", "style=dotted, constraint=false");
}

void DotWriter::write() {
  os << "digraph \"" << llvm::DOT::EscapeString(model.getSymName().str())
     << "\" {\n"
        "  rankdir=BT;\n"
        "  node [shape=box, fontname=\"Helvetica\"];\n"
        "  edge [fontname=\"Helvetica\", fontsize=10];\n";

  EmbeddingOp embedding = model.getEmbedding();
  HeadOp head = model.getHead();
  writeNode("tokens", {"tokens " + getShape({model.getSegment()})},
            "shape=plaintext");
  writeNode("embedding", {formatv("embedding {0} x {1}",
                                  embedding.getVocabulary(), model.getWidth())
                              .str()});
  writeEdge("tokens", "embedding");

  std::string hidden = getShape({model.getSegment(), model.getWidth()});
  std::string below = "embedding";
  unsigned run = 0;
  int64_t first = 0;
  for (Operation &op : model.getBody().front()) {
    if (!isa<TransformerLayerOp, RecurrentLayerOp>(op))
      continue;
    int64_t count = cast<IntegerAttr>(*op.getInherentAttr("count")).getInt();
    writeLayer(&op, run, first, count);
    std::string layer = "layer" + std::to_string(run++);
    writeEdge(below, layer, hidden);
    below = layer;
    first += count;
  }
  writeFeedback();

  std::string norm = head.getFinalNorm()
                         ? stringifyEnum(model.getNorm()).str() + " norm, "
                         : "";
  bool byWidth = head.getLogitScale() == LogitScale::SqrtWidth;
  writeNode("head",
            {formatv("head: {0}embedding transposed / sqrt({1})", norm,
                     byWidth ? model.getWidth() : embedding.getVocabulary())
                 .str()});
  writeEdge(below, "head", hidden);
  writeEdge("embedding", "head", "tied", "style=dotted, constraint=false");
  writeNode(
      "logits",
      {"logits " + getShape({model.getSegment(), embedding.getVocabulary()})},
      "shape=plaintext");
  writeEdge("head", "logits");
  os << "}\n";
}

void brt::exportDot(ModelOp model, raw_ostream &os) {
  DotWriter(model, os).write();
}

LogicalResult brt::exportDot(ModuleOp module, raw_ostream &os) {
  auto models = module.getOps<ModelOp>();
  if (models.empty())
    return module.emitError(
        "expects the module to hold a 'brt.model', but got none");
  for (ModelOp model : models)
    exportDot(model, os);
  return success();
}
