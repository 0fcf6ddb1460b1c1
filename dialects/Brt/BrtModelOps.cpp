//===- BrtModelOps.cpp - Level `model`: syntax and verifiers --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace brt;

/// Bounds that keep every product of two sizes, and so every stride of one
/// matrix, within 31 bits (C1).
static constexpr int64_t kMaxSize = int64_t(1) << 24;
static constexpr int64_t kMaxMatrix = int64_t(1) << 31;
static constexpr int64_t kMaxLayers = 1024;
static constexpr int64_t kMaxFFNLayers = 8;

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

template <typename OpT>
static ParseResult parseLayer(OpAsmParser &parser, OperationState &state) {
  return failure(parseOptions(parser, OpT::getOptions(), state.attributes) ||
                 parser.parseOptionalAttrDict(state.attributes));
}

template <typename OpT>
static void printLayer(OpAsmPrinter &printer, OpT op) {
  printOptions(printer, op, OpT::getOptions());
  printer.printOptionalAttrDict(op->getDiscardableAttrDictionary().getValue());
}

ParseResult ModelOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  if (parser.parseSymbolName(name, getSymNameAttrName(state.name),
                             state.attributes) ||
      parseOptions(parser, getOptions(), state.attributes) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  Region *body = state.addRegion();
  if (parser.parseRegion(*body))
    return failure();
  if (body->empty())
    body->emplaceBlock();
  return success();
}

void ModelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printOptions(printer, *this, getOptions());
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getDiscardableAttrDictionary().getValue());
  printer << ' ';
  printer.printRegion(getBody());
}

ParseResult EmbeddingOp::parse(OpAsmParser &parser, OperationState &state) {
  return parseLayer<EmbeddingOp>(parser, state);
}
void EmbeddingOp::print(OpAsmPrinter &printer) { printLayer(printer, *this); }

ParseResult TransformerLayerOp::parse(OpAsmParser &parser,
                                      OperationState &state) {
  return parseLayer<TransformerLayerOp>(parser, state);
}
void TransformerLayerOp::print(OpAsmPrinter &printer) {
  printLayer(printer, *this);
}

ParseResult RecurrentLayerOp::parse(OpAsmParser &parser,
                                    OperationState &state) {
  return parseLayer<RecurrentLayerOp>(parser, state);
}
void RecurrentLayerOp::print(OpAsmPrinter &printer) {
  printLayer(printer, *this);
}

ParseResult HeadOp::parse(OpAsmParser &parser, OperationState &state) {
  return parseLayer<HeadOp>(parser, state);
}
void HeadOp::print(OpAsmPrinter &printer) { printLayer(printer, *this); }

//===----------------------------------------------------------------------===//
// Contents
//===----------------------------------------------------------------------===//

EmbeddingOp ModelOp::getEmbedding() {
  return cast<EmbeddingOp>(getBody().front().front());
}

HeadOp ModelOp::getHead() { return cast<HeadOp>(getBody().front().back()); }

static int64_t getCount(Operation *layer) {
  if (auto op = dyn_cast<TransformerLayerOp>(layer))
    return op.getCount();
  return cast<RecurrentLayerOp>(layer).getCount();
}

SmallVector<Operation *> ModelOp::getLayers() {
  SmallVector<Operation *> layers;
  for (Operation &op : getBody().front())
    if (isa<TransformerLayerOp, RecurrentLayerOp>(op))
      layers.append(getCount(&op), &op);
  return layers;
}

SmallVector<int64_t> ModelOp::getRecurrentLayers() {
  SmallVector<int64_t> indices;
  for (auto [index, layer] : llvm::enumerate(getLayers()))
    if (isa<RecurrentLayerOp>(layer))
      indices.push_back(index);
  return indices;
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// (C1) One size.
static LogicalResult verifySize(Operation *op, StringRef name, int64_t size) {
  if (size >= 1 && size <= kMaxSize)
    return success();
  return op->emitOpError("expects '") << name << "' to be between 1 and "
                                      << kMaxSize << ", but got " << size;
}

/// (C1) A product of two sizes.
static LogicalResult verifyProduct(Operation *op, StringRef name, int64_t a,
                                   int64_t b) {
  if (a * b < kMaxMatrix)
    return success();
  return op->emitOpError("expects ") << name << " to be less than 2^31, but "
                                     << "got " << a << " * " << b;
}

static LogicalResult verifyRate(ModelOp op, StringRef name, double rate) {
  if (rate >= 0 && rate < 1)
    return success();
  return op.emitOpError("expects '")
         << name << "' to be in [0, 1), but got " << rate;
}

/// (C1) to (C4): what the sizes of a model have to do with each other.
static LogicalResult verifySizes(ModelOp op) {
  for (StringRef name :
       {"segment", "window", "width", "heads", "head_width", "ffn"})
    if (failed(verifySize(
            op, name, cast<IntegerAttr>(*op->getInherentAttr(name)).getInt())))
      return failure();
  if (failed(verifyProduct(op, "'heads' * 'head_width'", op.getHeads(),
                           op.getHeadWidth())) ||
      failed(verifyProduct(op, "'width' * 'ffn'", op.getWidth(), op.getFfn())))
    return failure();

  int64_t segment = op.getSegment(), window = op.getWindow();
  // (C3)
  if (!op.getCache() && segment > window)
    return op.emitOpError("expects 'segment' without a cache not to be greater "
                          "than 'window' ")
           << window << ", but got " << segment;
  // (C2)
  if (op.getCache() && segment % window != 0)
    return op.emitOpError("expects 'segment' to be a multiple of 'window' ")
           << window << ", but got " << segment;
  // (C4)
  int64_t stack = op.getStackWindow();
  if (stack < 0 || (stack > 0 && (stack % window != 0 || segment % stack != 0)))
    return op.emitOpError("expects 'stack_window' to be 0, or a multiple of "
                          "'window' ")
           << window << " that divides 'segment' " << segment << ", but got "
           << stack;
  return success();
}

/// (C6), (C8) to (C11): options that do not go together.
static LogicalResult verifyOptions(ModelOp op) {
  // (C6)
  if (op.getPositionBias() == PositionBias::Rotary && op.getHeadWidth() % 2)
    return op.emitOpError("expects 'head_width' to be even for rotary "
                          "positions, but got ")
           << op.getHeadWidth();
  // (C8)
  int64_t layers = op.getFfnLayers();
  if (layers < 1 || layers > kMaxFFNLayers)
    return op.emitOpError("expects 'ffn_layers' to be between 1 and ")
           << kMaxFFNLayers << ", but got " << layers;
  if (op.getActivation() == ActivationKind::SwiGLU && layers != 2)
    return op.emitOpError("expects 'ffn_layers' to be 2 with 'swiglu', but "
                          "got ")
           << layers;
  // (C9)
  double epsilon = op.getNormEpsilon().convertToDouble();
  if (!(epsilon > 0 && epsilon < 1))
    return op.emitOpError("expects 'norm_epsilon' to be in (0, 1), but got ")
           << epsilon;
  if (failed(verifyRate(op, "dropout", op.getDropout().convertToDouble())) ||
      failed(verifyRate(op, "attention_dropout",
                        op.getAttentionDropout().convertToDouble())))
    return failure();
  // (C10)
  if (op.getNormBias() && op.getNorm() != NormKind::Layer)
    return op.emitOpError("expects 'norm_bias' to go with 'norm = layer', but "
                          "got '")
           << stringifyEnum(op.getNorm()) << "'";
  // (C11)
  if (op.getAlibiBoundPerHead() && op.getPositionBias() != PositionBias::ALiBi)
    return op.emitOpError("expects 'alibi_bound_per_head' to go with "
                          "'position_bias = alibi', but got '")
           << stringifyEnum(op.getPositionBias()) << "'";
  return success();
}

LogicalResult ModelOp::verifyRegions() {
  // The region is looked at before the options, so that the members that find
  // the embedding and the head may be used from here on.
  // (C7)
  int64_t count = 0;
  Block &body = getBody().front();
  for (Operation &op : body) {
    bool first = &op == &body.front(), last = &op == &body.back();
    if (!isa<EmbeddingOp, TransformerLayerOp, RecurrentLayerOp, HeadOp>(op))
      return op.emitOpError("expects to be outside of 'brt.model', whose "
                            "layers are 'brt.embedding', "
                            "'brt.transformer_layer', 'brt.recurrent_layer' "
                            "and 'brt.head'");
    if (isa<EmbeddingOp>(op) != first || isa<HeadOp>(op) != last)
      return emitOpError("expects 'brt.embedding', then layers, then "
                         "'brt.head', but got '")
             << op.getName() << "' out of place";
    // (C12)
    if (isa<TransformerLayerOp, RecurrentLayerOp>(op)) {
      int64_t layers = getCount(&op);
      if (layers < 1 || layers > kMaxLayers)
        return op.emitOpError("expects 'count' to be between 1 and ")
               << kMaxLayers << ", but got " << layers;
      count += layers;
    }
  }
  if (body.empty() || count == 0)
    return emitOpError("expects 'brt.embedding', then layers, then "
                       "'brt.head', but got no layer");
  if (count > kMaxLayers)
    return emitOpError("expects at most ")
           << kMaxLayers << " layers, but got " << count;

  if (failed(verifySizes(*this)) || failed(verifyOptions(*this)))
    return failure();

  // (C1)
  EmbeddingOp embedding = getEmbedding();
  if (failed(verifySize(embedding, "vocabulary", embedding.getVocabulary())) ||
      failed(verifyProduct(embedding, "'vocabulary' * 'width'",
                           embedding.getVocabulary(), getWidth())))
    return failure();
  // (C6)
  if (embedding.getAbsolutePositions() && getWidth() % 2)
    return emitOpError("expects 'width' to be even for absolute positions, but "
                       "got ")
           << getWidth();
  bool recurrent = false;
  for (auto layer : body.getOps<RecurrentLayerOp>()) {
    recurrent = true;
    if (failed(verifySize(layer, "states", layer.getStates())) ||
        failed(verifyProduct(layer, "'states' * 'width'", layer.getStates(),
                             getWidth())))
      return failure();
  }
  // (C5)
  if (getFeedback() && getStackWindow() == 0)
    return emitOpError("expects 'feedback' to come with a 'stack_window', but "
                       "got 0");
  if (getFeedback() && !recurrent)
    return emitOpError("expects 'feedback' to come with a recurrent layer, but "
                       "got none");
  return success();
}
