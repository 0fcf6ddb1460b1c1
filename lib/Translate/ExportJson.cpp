//===- ExportJson.cpp - Write the JSON description of a model -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "JsonKeys.h"
#include "brt/Translate/Json.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace brt;
using llvm::raw_ostream;
namespace json = llvm::json;

/// The recurrent layer that speaks for all, null if there is none. The
/// description has one set of options for them.
static FailureOr<RecurrentLayerOp> getRecurrentLayer(ModelOp model) {
  RecurrentLayerOp first;
  for (auto layer : model.getBody().getOps<RecurrentLayerOp>()) {
    if (!first)
      first = layer;
    for (const Option &option : RecurrentLayerOp::getOptions()) {
      Attribute value = *layer->getInherentAttr(option.name);
      Attribute wanted = *first->getInherentAttr(option.name);
      if (option.name != "count" && value != wanted)
        return layer.emitOpError("expects '")
               << option.name << "' of all recurrent layers to be "
               << option.kind->print(wanted)
               << " for a JSON description, but got "
               << option.kind->print(value);
    }
  }
  return first;
}

static void writeOption(json::OStream &os, const JsonKey &key, Operation *op) {
  Attribute value = *op->getInherentAttr(key.option);
  std::string text = getJsonOption(key).kind->print(value);
  if (isa<IntegerAttr, FloatAttr>(value)) // A BoolAttr is an IntegerAttr.
    os.rawValue(text);
  else
    os.value(text);
}

LogicalResult brt::exportJson(ModelOp model, raw_ostream &os) {
  FailureOr<RecurrentLayerOp> recurrent = getRecurrentLayer(model);
  if (failed(recurrent))
    return failure();
  json::OStream json(os, /*IndentSize=*/1);
  json.object([&] {
    json.attribute("name", model.getSymName());
    json.attribute("layers", int64_t(model.getLayers().size()));
    json.attribute("recurrent_layers", json::Array(model.getRecurrentLayers()));
    for (const JsonKey &key : getJsonKeys()) {
      Operation *owner = nullptr;
      switch (key.owner) {
      case JsonOwner::Model:
        owner = model;
        break;
      case JsonOwner::Embedding:
        owner = model.getEmbedding();
        break;
      case JsonOwner::Recurrent:
        owner = *recurrent;
        break;
      case JsonOwner::Head:
        owner = model.getHead();
        break;
      }
      json.attributeBegin(key.name);
      if (owner)
        writeOption(json, key, owner);
      else
        json.rawValue(key.absent);
      json.attributeEnd();
    }
    json.attribute("parameter_dtype",
                   model.getPrecision() == Precision::F64 ? "f64" : "f32");
    json.attribute("temperature_abs",
                   model.getTemperature() == Temperature::Absolute);
    LossMask mask = model.getHead().getLossMask();
    json.attribute("loss_mask_input", mask != LossMask::None);
    json.attribute("loss_mask_shifted", mask != LossMask::Input);
  });
  os << '\n';
  return success();
}

LogicalResult brt::exportJson(ModuleOp module, raw_ostream &os) {
  auto models = module.getOps<ModelOp>();
  int64_t count = std::distance(models.begin(), models.end());
  if (count != 1)
    return module.emitError("expects the module to hold one 'brt.model', but "
                            "got ")
           << count;
  return exportJson(*models.begin(), os);
}
