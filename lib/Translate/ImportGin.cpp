//===- ImportGin.cpp - Read the official configuration files --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CheckGin.h"
#include "GinReader.h"
#include "ModelBuilder.h"
#include "brt/Translate/Gin.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace brt;

namespace {
class GinImporter : GinReader {
public:
  GinImporter(MLIRContext *context, const GinImportOptions &options)
      : GinReader(config, FileLineColLoc::get(context, options.fileName, 1, 1)),
        config(context, options), options(options), b(context),
        start(FileLineColLoc::get(context, options.fileName, 1, 1)) {}

  OwningOpRef<ModuleOp> run(StringRef text);

private:
  LogicalResult readFiles(StringRef text);
  void findStack();

  LogicalResult readTask();
  LogicalResult readStack();
  LogicalResult readFeedback();
  LogicalResult readLayer();
  LogicalResult readRecurrence();
  LogicalResult readPositions();
  LogicalResult readNetworks();
  LogicalResult readNorm();
  LogicalResult readDropout();
  LogicalResult readPrecision();

  GinConfig config;
  const GinImportOptions &options;
  Builder b;
  Location start;
  ModelBuilder builder;

  /// Whether the files are for the code of 2022.
  bool isOld = false;
  /// Whether they configure the stack without recurrence of 2025.
  bool isPlain = false;
  /// The class that holds a layer's projections and networks.
  StringRef baseClass;
  /// The scopes of what references name.
  StringRef attentionScope, ffnScope;
};
} // namespace

//===----------------------------------------------------------------------===//
// Bindings
//===----------------------------------------------------------------------===//

LogicalResult GinImporter::readFiles(StringRef text) {
  if (failed(config.readText(text, options.fileName)))
    return failure();
  for (const std::string &file : options.files)
    if (failed(config.readFile(file, start)))
      return failure();
  for (auto [index, override] : llvm::enumerate(options.overrides))
    if (failed(config.readOverride(override, index + 1)))
      return failure();
  return config.resolveMacros();
}

void GinImporter::findStack() {
  for (const GinBinding &binding : config.getBindings()) {
    isOld |= binding.className == "DecoderOnlyLanguageModel" ||
             (binding.className == "TransformerTaskConfig" &&
              StringRef(binding.module).ends_with("decoder_stack."));
    isPlain |= binding.className == "TransformerStack";
  }
  baseClass = isOld || isPlain ? "TransformerBase" : "MemTransformerBase";
  if (const GinBinding *factory = lookup({baseClass, "attn_mlp_factory"}))
    attentionScope = getGinScope(factory->value);
  if (const GinBinding *factory = lookup({baseClass, "ffn_factory"}))
    ffnScope = getGinScope(factory->value);
}

//===----------------------------------------------------------------------===//
// Parts of the model
//===----------------------------------------------------------------------===//

LogicalResult GinImporter::readTask() {
  StringRef task = "TransformerTaskConfig";
  if (failed(setInteger(builder.model, "segment", {task, "sequence_length"},
                        4096)) ||
      failed(setInteger(builder.embedding, "vocabulary", {task, "vocab_size"},
                        256)))
    return failure();
  builder.head.set(
      "logit_scale",
      LogitScaleAttr::get(b.getContext(), isOld ? LogitScale::SqrtVocab
                                                : LogitScale::SqrtWidth));
  const GinBinding *mask = lookup({"DataPipelineConfig", "loss_mask_fn"});
  if (mask && mask->value.kind != GinValue::None)
    builder.head.set("loss_mask", LossMaskAttr::get(b.getContext(),
                                                    isOld ? LossMask::Input
                                                          : LossMask::Shifted));
  return success();
}

LogicalResult GinImporter::readStack() {
  StringRef stack = isPlain ? "TransformerStack" : "DecoderStack";
  FailureOr<int64_t> layers = getInteger({stack, "num_layers"}, {});
  if (failed(layers) ||
      failed(setInteger(
          builder.model, "width",
          {"DecoderStack", isPlain ? "embedding_dim" : "embedding_size"},
          {})) ||
      failed(setBool(builder.head, "final_norm", {stack, "use_final_layernorm"},
                     true)) ||
      failed(setBool(builder.embedding, "absolute_positions",
                     {"DecoderStack", "use_absolute_positions"}, false)))
    return failure();
  constexpr int64_t kMaxLayers = 1024;
  GinName numLayers{stack, "num_layers"};
  if (*layers < 1 || *layers > kMaxLayers)
    return emitErrorAt(numLayers)
           << "to be between 1 and " << kMaxLayers << ", but got " << *layers;

  SmallVector<bool> isRecurrent(*layers, false);
  GinName indices{"DecoderStack", "recurrent_layer_indices"};
  const GinBinding *binding = isPlain ? nullptr : lookup(indices);
  if (binding && binding->value.kind != GinValue::Tuple &&
      binding->value.kind != GinValue::List)
    return emitErrorAt(indices)
           << "to be a tuple, but got " << toString(binding->value);
  if (binding)
    for (const GinValue &element : binding->value.elements) {
      // Negative indices count from the top.
      if (element.kind != GinValue::Integer || element.integer < -*layers ||
          element.integer >= *layers)
        return emitError(element.loc)
               << "expects 'DecoderStack.recurrent_layer_indices' to be from "
               << -*layers << " to " << *layers - 1 << ", but got "
               << toString(element);
      isRecurrent[(element.integer + *layers) % *layers] = true;
    }
  for (bool recurrent : isRecurrent)
    builder.addLayers(recurrent, 1);
  return success();
}

/// The stack is cut into chunks where they are shorter than a segment; without
/// chunks nobody looks at the flag of feedback.
LogicalResult GinImporter::readFeedback() {
  FailureOr<int64_t> chunk =
      getInteger({"DecoderStack", "dstack_window_length"}, 0);
  FailureOr<bool> feedback =
      getBool({"DecoderStack", "feedback_recurrence"}, true);
  if (failed(chunk) || failed(feedback))
    return failure();
  int64_t segment = cast<IntegerAttr>(builder.model.get("segment")).getInt();
  bool isOn = *feedback && *chunk > 0 && builder.hasRecurrentLayers();
  if (*chunk >= segment)
    *chunk = isOn ? segment : 0;
  builder.model.set("stack_window", b.getI64IntegerAttr(*chunk));
  builder.model.set("feedback", b.getBoolAttr(isOn));
  return success();
}

LogicalResult GinImporter::readLayer() {
  StringRef layer = "TransformerLayer";
  NamedAttrList &model = builder.model;
  model.set("temperature", TemperatureAttr::get(b.getContext(),
                                                isOld ? Temperature::Signed
                                                      : Temperature::Absolute));
  return failure(
      failed(setInteger(model, "heads", {layer, "num_heads"}, {})) ||
      failed(setInteger(model, "head_width", {layer, "head_size"}, {})) ||
      failed(setInteger(model, "window", {layer, "window_length"}, {})) ||
      failed(
          setBool(model, "cache", {layer, "use_long_xl_architecture"}, true)) ||
      failed(setBool(model, "causal", {layer, "use_causal_mask"}, true)) ||
      failed(setBool(model, "qk_norm", {baseClass, "normalize_keys"}, true)));
}

LogicalResult GinImporter::readRecurrence() {
  if (!builder.hasRecurrentLayers())
    return success();
  StringRef layer = "TransformerLayer";
  FailureOr<StringRef> gate = getWord({layer, "recurrent_gate_type"}, "fixed",
                                      {{"bias", "fixed"},
                                       {"lstm", "lstm"},
                                       {"full", "full"},
                                       {"residual", "residual"}});
  FailureOr<bool> isSingle = getBool({layer, "recurrent_single_gate"}, false);
  FailureOr<bool> isSkip = getBool({layer, "recurrent_skip_ffn"}, false);
  if (failed(gate) || failed(isSingle) || failed(isSkip) ||
      failed(setInteger(builder.recurrent, "states",
                        {layer, "recurrent_num_states"}, 0)) ||
      failed(setBool(builder.recurrent, "always_clear",
                     {layer, "recurrent_always_clear_state"}, false)))
    return failure();
  GinName single{layer, "recurrent_single_gate"};
  if (*isSingle && *isSkip)
    return emitErrorAt(single)
           << "to be False with 'recurrent_skip_ffn', but got True";
  builder.recurrent.set(
      "gate", GateKindAttr::get(b.getContext(), *symbolizeGateKind(*gate)));
  builder.recurrent.set("configuration",
                        ConfigurationAttr::get(
                            b.getContext(), *isSkip     ? Configuration::Skip
                                            : *isSingle ? Configuration::Single
                                                        : Configuration::Dual));
  return success();
}

LogicalResult GinImporter::readPositions() {
  FailureOr<StringRef> kind =
      getWord({"TransformerLayer", "relative_position_type"},
              isPlain ? "t5" : "fourier",
              {{"", "none"},
               {"t5", "t5"},
               {"fourier", "fourier"},
               {"rotary", "rotary"},
               {"alibi", "alibi"},
               {"nn", "nn"}});
  FailureOr<bool> perHead =
      getBool({"BoundedALiBiIntegerPositions", "per_head_bound"}, false);
  if (failed(kind) || failed(perHead))
    return failure();
  PositionBias bias = *symbolizePositionBias(*kind);
  builder.model.set("position_bias",
                    PositionBiasAttr::get(b.getContext(), bias));
  builder.model.set("alibi_bound_per_head",
                    b.getBoolAttr(*perHead && bias == PositionBias::ALiBi));
  return success();
}

/// The projection after attention and the feed-forward network are the same
/// class, under the scopes of the references to it.
LogicalResult GinImporter::readNetworks() {
  GinName projectionLayers{"MLP", "num_layers", attentionScope};
  FailureOr<int64_t> projections = getInteger(projectionLayers, {});
  if (failed(projections))
    return failure();
  if (*projections != 1)
    return emitErrorAt(projectionLayers)
           << "to be 1 for the projection after attention, but got "
           << *projections;
  GinName projection{"MLP", "hidden_activation", attentionScope};
  FailureOr<StringRef> identity = getWord(projection, "relu", {{"", "none"}});
  if (failed(identity))
    return failure();
  if (*identity != "none")
    return emitErrorAt(projection)
           << "to be None for the projection after attention, but got nothing";

  FailureOr<StringRef> activation =
      getWord({"MLP", "hidden_activation", ffnScope}, "relu",
              {{"", "none"},
               {"relu", "relu"},
               {"swish", "swish"},
               {"sigmoid", "sigmoid"},
               {"tanh", "tanh"},
               {"softmax", "softmax"}});
  if (failed(activation))
    return failure();
  builder.model.set("activation",
                    ActivationKindAttr::get(
                        b.getContext(), *symbolizeActivationKind(*activation)));
  // The code of 2022 has the width with the network, later with the layer.
  GinName width = isOld ? GinName{"MLP", "num_hidden_units", ffnScope}
                        : GinName{"TransformerLayer", "mlp_dim"};
  return failure(failed(setInteger(builder.model, "ffn", width, {})) ||
                 failed(setInteger(builder.model, "ffn_layers",
                                   {"MLP", "num_layers", ffnScope}, {})) ||
                 failed(setBool(builder.model, "ffn_bias",
                                {"MLP", "use_bias", ffnScope}, true)) ||
                 failed(setBool(builder.model, "attention_output_bias",
                                {"MLP", "use_bias", attentionScope}, true)));
}

LogicalResult GinImporter::readNorm() {
  FailureOr<bool> hasMean = getBool({"LayerNorm", "use_mean"}, false);
  FailureOr<double> epsilon = getReal({"LayerNorm", "epsilon"}, 1e-6);
  if (failed(hasMean) || failed(epsilon))
    return failure();
  builder.model.set(
      "norm", NormKindAttr::get(b.getContext(),
                                *hasMean ? NormKind::Layer : NormKind::RMS));
  builder.model.set("norm_epsilon", b.getF64FloatAttr(*epsilon));
  return setBool(builder.model, "norm_bias", {"LayerNorm", "use_bias"}, false);
}

LogicalResult GinImporter::readDropout() {
  GinName last{"DecoderStack", "final_dropout_rate"};
  FailureOr<double> rate = getReal({baseClass, "dropout_rate"}, 0);
  FailureOr<double> lastRate = getReal(last, 0);
  FailureOr<double> attentionRate =
      getReal({"TransformerLayer", "attn_dropout_rate"}, 0);
  if (failed(rate) || failed(lastRate) || failed(attentionRate))
    return failure();
  if (*rate != *lastRate) {
    const GinBinding *binding = lookup(last);
    return emitErrorAt(last)
           << "to be '" << baseClass << ".dropout_rate', but got "
           << (binding ? toString(binding->value) : "nothing");
  }
  builder.model.set("dropout", b.getF64FloatAttr(*rate));
  builder.model.set("attention_dropout", b.getF64FloatAttr(*attentionRate));
  return success();
}

LogicalResult GinImporter::readPrecision() {
  const std::pair<StringRef, StringRef> words[] = {
      {"float32", "f32"}, {"bfloat16", "bf16"}, {"float64", "f64"}};
  FailureOr<StringRef> stack = getWord({"DecoderStack", "dtype"}, "f32", words);
  if (failed(stack))
    return failure();
  // The plain stack passes its own to layers.
  GinName layerName{"TransformerLayer", "dtype"};
  FailureOr<StringRef> layer =
      isPlain ? stack : getWord(layerName, "f32", words);
  if (failed(layer))
    return failure();
  if (*layer != *stack)
    return emitErrorAt(layerName) << "to be that of 'DecoderStack', " << *stack
                                  << ", but got " << *layer;
  Precision precision = options.precision.value_or(*symbolizePrecision(*stack));
  builder.model.set("precision", PrecisionAttr::get(b.getContext(), precision));
  return success();
}

OwningOpRef<ModuleOp> GinImporter::run(StringRef text) {
  if (failed(readFiles(text)))
    return {};
  findStack();
  if (failed(checkGinBindings(config, baseClass)) || failed(readTask()) ||
      failed(readStack()) || failed(readFeedback()) || failed(readLayer()) ||
      failed(readRecurrence()) || failed(readPositions()) ||
      failed(readNetworks()) || failed(readNorm()) || failed(readDropout()) ||
      failed(readPrecision()))
    return {};
  StringRef stem = llvm::sys::path::stem(options.fileName);
  if (stem != "-")
    builder.name = stem.str();
  return builder.build(start);
}

OwningOpRef<ModuleOp> brt::importGin(StringRef text, MLIRContext *context,
                                     const GinImportOptions &options) {
  context->loadDialect<BrtDialect>();
  return GinImporter(context, options).run(text);
}
