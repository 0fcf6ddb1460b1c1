//===- ImportJson.cpp - Read the JSON description of a model --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "JsonIndex.h"
#include "JsonKeys.h"
#include "ModelBuilder.h"
#include "brt/Analysis/Parameters.h"
#include "brt/Translate/Json.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/ScopedPrinter.h"

using namespace mlir;
using namespace brt;
namespace json = llvm::json;

namespace {
class JsonImporter {
public:
  JsonImporter(StringRef text, MLIRContext *context,
               const JsonImportOptions &options)
      : text(text), index(text), context(context), options(options) {}

  OwningOpRef<ModuleOp> run();

private:
  LogicalResult parse();
  LogicalResult checkKeys();
  LogicalResult readOptions();
  LogicalResult readOption(const JsonKey &key, const json::Value &value);
  LogicalResult readTemperature();
  LogicalResult readLossMask();
  LogicalResult readPrecision();
  LogicalResult readFourier();
  LogicalResult readName();
  LogicalResult readLayers();
  LogicalResult checkParameterCount(ModelOp model);

  FailureOr<bool> readBool(StringRef name, bool otherwise);
  FailureOr<int64_t> readInteger(StringRef name);

  Location getLocation(size_t offset) const;
  InFlightDiagnostic emitError(size_t offset) const;
  /// At the value of the member `name`, or at the object if there is none.
  InFlightDiagnostic emitErrorAt(StringRef name) const;
  NamedAttrList &getAttributes(JsonOwner owner);

  StringRef text;
  JsonIndex index;
  MLIRContext *context;
  const JsonImportOptions &options;

  json::Object object;
  ModelBuilder builder;
};
} // namespace

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

Location JsonImporter::getLocation(size_t offset) const {
  StringRef before = text.take_front(offset);
  unsigned line = before.count('\n') + 1;
  unsigned column = offset - (before.rfind('\n') + 1) + 1;
  return FileLineColLoc::get(context, options.fileName, line, column);
}

InFlightDiagnostic JsonImporter::emitError(size_t offset) const {
  return mlir::emitError(getLocation(offset));
}

InFlightDiagnostic JsonImporter::emitErrorAt(StringRef name) const {
  for (const JsonMember &member : index.members)
    if (member.name == name)
      return emitError(member.valueOffset);
  return emitError(0);
}

/// The integer that a value is. Read from its digits, as LLVM's getAsInteger()
/// takes the double 2^63, which 64 bits do not hold.
static std::optional<int64_t> getAsInteger(const json::Value &value) {
  int64_t integer;
  if (StringRef(llvm::to_string(value)).getAsInteger(10, integer))
    return std::nullopt;
  return integer;
}

/// A value in words short enough for an error.
static std::string describe(const json::Value &value) {
  if (value.kind() == json::Value::Array)
    return "an array";
  if (value.kind() == json::Value::Object)
    return "an object";
  constexpr size_t kLongest = 40;
  std::string written = llvm::to_string(value);
  if (written.size() <= kLongest)
    return written;
  return "a string of " + std::to_string(value.getAsString()->size()) +
         " bytes";
}

//===----------------------------------------------------------------------===//
// Keys and values
//===----------------------------------------------------------------------===//

LogicalResult JsonImporter::parse() {
  if (index.tooDeep)
    return emitError(*index.tooDeep)
           << "expects values to be nested at most " << JsonIndex::kMaxDepth
           << " deep, but got more";
  llvm::Expected<json::Value> value = json::parse(text);
  if (!value) {
    // "[line:column, byte=offset]: what is wrong"
    std::string message = llvm::toString(value.takeError());
    auto [place, what] = StringRef(message).split("]: ");
    size_t offset = 0;
    place.split("byte=").second.getAsInteger(10, offset);
    return emitError(std::min(offset, text.size()))
           << "expects JSON, but got an error: " << what;
  }
  if (!value->getAsObject())
    return emitError(0) << "expects an object, but got " << describe(*value);
  object = std::move(*value->getAsObject());
  return success();
}

LogicalResult JsonImporter::checkKeys() {
  llvm::StringSet<> seen;
  for (const JsonMember &member : index.members) {
    if (!seen.insert(member.name).second)
      return emitError(member.nameOffset)
             << "expects key '" << member.name
             << "' to be given once, but got it again";
    bool isOption = llvm::any_of(getJsonKeys(), [&](const JsonKey &key) {
      return key.name == member.name;
    });
    if (!isOption && !isJsonSpecialKey(member.name) &&
        !isJsonRunFact(member.name))
      return emitError(member.nameOffset)
             << "expects keys to be options of a model or facts about a run, "
                "but got '"
             << member.name << "'";
  }
  return success();
}

FailureOr<bool> JsonImporter::readBool(StringRef name, bool otherwise) {
  const json::Value *value = object.get(name);
  if (!value)
    return otherwise;
  if (std::optional<bool> boolean = value->getAsBoolean())
    return *boolean;
  return emitErrorAt(name) << "expects '" << name
                           << "' to be true or false, but got "
                           << describe(*value);
}

FailureOr<int64_t> JsonImporter::readInteger(StringRef name) {
  const json::Value *value = object.get(name);
  if (!value)
    return emitError(0) << "expects key '" << name
                        << "' to be given, but got none";
  if (std::optional<int64_t> integer = getAsInteger(*value))
    return *integer;
  return emitErrorAt(name) << "expects '" << name
                           << "' to be an integer, but got "
                           << describe(*value);
}

/// Whether JSON writes `attribute` as a value of that kind: the number 4 is not
/// the string "4".
static bool isWrittenAs(Attribute attribute, json::Value::Kind kind) {
  if (isa<BoolAttr>(attribute))
    return kind == json::Value::Boolean;
  if (isa<IntegerAttr, FloatAttr>(attribute))
    return kind == json::Value::Number;
  return kind == json::Value::String;
}

NamedAttrList &JsonImporter::getAttributes(JsonOwner owner) {
  switch (owner) {
  case JsonOwner::Model:
    return builder.model;
  case JsonOwner::Embedding:
    return builder.embedding;
  case JsonOwner::Recurrent:
    return builder.recurrent;
  case JsonOwner::Head:
    return builder.head;
  }
  llvm_unreachable("all owners are listed");
}

LogicalResult JsonImporter::readOption(const JsonKey &key,
                                       const json::Value &value) {
  const OptionKind *kind = getJsonOption(key).kind;
  std::string word;
  if (std::optional<StringRef> string = value.getAsString())
    word = string->str();
  else if (value.kind() == json::Value::Number ||
           value.kind() == json::Value::Boolean)
    word = llvm::to_string(value);

  Attribute attribute = kind->parse(context, word);
  if (!attribute || !isWrittenAs(attribute, value.kind()))
    return emitErrorAt(key.name)
           << "expects '" << key.name << "' to be " << kind->describe()
           << ", but got " << describe(value);
  getAttributes(key.owner).set(key.option, attribute);
  return success();
}

LogicalResult JsonImporter::readOptions() {
  bool isRecurrent = builder.hasRecurrentLayers();
  for (const JsonKey &key : getJsonKeys()) {
    const json::Value *value = object.get(key.name);
    if (!value) {
      if (key.isRequired && (key.absent.empty() || isRecurrent))
        return emitError(0)
               << "expects key '" << key.name << "' to be given, but got none";
      continue;
    }
    if (!key.absent.empty() && !isRecurrent) {
      if (llvm::to_string(*value) != key.absent)
        return emitErrorAt(key.name)
               << "expects '" << key.name << "' to be " << key.absent
               << " without recurrent layers, but got " << describe(*value);
      continue;
    }
    if (failed(readOption(key, *value)))
      return failure();
  }
  NamedAttrList &model = builder.model;
  // One rate stands for both where there is no other.
  if (object.get("dropout") && !object.get("attention_dropout"))
    model.set("attention_dropout", model.get("dropout"));
  // The official code looks at the flag in the stack with windows only.
  auto stack = dyn_cast_or_null<IntegerAttr>(model.get("stack_window"));
  if (!stack || stack.getInt() == 0)
    model.erase("feedback");
  return success();
}

LogicalResult JsonImporter::readTemperature() {
  FailureOr<bool> isAbsolute = readBool("temperature_abs", true);
  if (failed(isAbsolute))
    return failure();
  builder.model.set("temperature",
                    TemperatureAttr::get(context, *isAbsolute
                                                      ? Temperature::Absolute
                                                      : Temperature::Signed));
  return success();
}

LogicalResult JsonImporter::readLossMask() {
  FailureOr<bool> isGiven = readBool("loss_mask_input", false);
  FailureOr<bool> isShifted = readBool("loss_mask_shifted", true);
  if (failed(isGiven) || failed(isShifted))
    return failure();
  LossMask mask = !*isGiven    ? LossMask::None
                  : *isShifted ? LossMask::Shifted
                               : LossMask::Input;
  builder.head.set("loss_mask", LossMaskAttr::get(context, mask));
  return success();
}

LogicalResult JsonImporter::readPrecision() {
  if (options.precision) {
    builder.model.set("precision",
                      PrecisionAttr::get(context, *options.precision));
    return success();
  }
  const json::Value *parameters = object.get("parameter_dtype");
  if (!parameters)
    return success();
  auto given = dyn_cast_or_null<PrecisionAttr>(builder.model.get("precision"));
  Precision precision = given ? given.getValue() : Precision::F32;
  StringRef wanted = precision == Precision::F64 ? "f64" : "f32";
  if (parameters->getAsString() == wanted)
    return success();
  return emitErrorAt("parameter_dtype")
         << "expects 'parameter_dtype' to be \"" << wanted
         << "\" with 'dtype' of \"" << stringifyEnum(precision)
         << "\", but got " << describe(*parameters);
}

/// The sizes of Fourier positions follow from the window.
LogicalResult JsonImporter::readFourier() {
  if (object.get("fourier_vector_size")) {
    FailureOr<int64_t> size = readInteger("fourier_vector_size");
    if (failed(size))
      return failure();
    if (*size != kFourierVectorSize)
      return emitErrorAt("fourier_vector_size")
             << "expects 'fourier_vector_size' to be " << kFourierVectorSize
             << ", but got " << *size;
  }
  if (object.get("fourier_max_keys")) {
    FailureOr<int64_t> keys = readInteger("fourier_max_keys");
    FailureOr<int64_t> window = readInteger("window");
    if (failed(keys) || failed(window))
      return failure();
    if (*keys != *window)
      return emitErrorAt("fourier_max_keys")
             << "expects 'fourier_max_keys' to be the 'window' " << *window
             << ", but got " << *keys;
  }
  return success();
}

LogicalResult JsonImporter::readName() {
  const json::Value *name = object.get("name");
  if (!name)
    return success();
  std::optional<StringRef> text = name->getAsString();
  if (!text)
    return emitErrorAt("name")
           << "expects 'name' to be a string, but got " << describe(*name);
  builder.name = text->str();
  return success();
}

LogicalResult JsonImporter::readLayers() {
  FailureOr<int64_t> layers = readInteger("layers");
  if (failed(layers))
    return failure();
  if (*layers < 1)
    return emitErrorAt("layers")
           << "expects 'layers' to be positive, but got " << *layers;

  if (const json::Value *value = object.get("recurrent_layers")) {
    const json::Array *indices = value->getAsArray();
    if (!indices)
      return emitErrorAt("recurrent_layers")
             << "expects 'recurrent_layers' to be an array, but got "
             << describe(*value);
    for (const json::Value &element : *indices) {
      std::optional<int64_t> layer = getAsInteger(element);
      int64_t next = builder.getNumLayers();
      if (!layer || *layer < next || *layer >= *layers)
        return emitErrorAt("recurrent_layers")
               << "expects 'recurrent_layers' to be increasing indices from 0 "
                  "to "
               << *layers - 1 << ", but got " << describe(element);
      builder.addLayers(/*isRecurrent=*/false, *layer - next);
      builder.addLayers(/*isRecurrent=*/true, 1);
    }
  }
  builder.addLayers(/*isRecurrent=*/false, *layers - builder.getNumLayers());
  return success();
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

static int64_t countParameters(ModelOp model) {
  int64_t count = 0;
  for (const Parameter &parameter : getParameters(model))
    count += parameter.getNumElements();
  return count;
}

LogicalResult JsonImporter::checkParameterCount(ModelOp model) {
  if (!object.get("parameter_count"))
    return success();
  FailureOr<int64_t> wanted = readInteger("parameter_count");
  if (failed(wanted))
    return failure();
  int64_t count = countParameters(model);
  // In the official code a wrapper overrides this option of the class inside
  // it, so a description can ask for a bound a head and count a single one.
  if (count != *wanted && model.getAlibiBoundPerHead()) {
    model.setAlibiBoundPerHead(false);
    if (countParameters(model) == *wanted)
      return success();
  }
  if (count == *wanted)
    return success();
  return emitErrorAt("parameter_count")
         << "expects 'parameter_count' to be that of the model, " << count
         << ", but got " << *wanted;
}

OwningOpRef<ModuleOp> JsonImporter::run() {
  if (failed(parse()) || failed(checkKeys()) || failed(readLayers()) ||
      failed(readOptions()) || failed(readTemperature()) ||
      failed(readLossMask()) || failed(readPrecision()) ||
      failed(readFourier()) || failed(readName()))
    return {};
  OwningOpRef<ModuleOp> module = builder.build(getLocation(0));
  if (!module ||
      failed(checkParameterCount(*module->getOps<ModelOp>().begin())))
    return {};
  return module;
}

OwningOpRef<ModuleOp> brt::importJson(StringRef text, MLIRContext *context,
                                      const JsonImportOptions &options) {
  context->loadDialect<BrtDialect>();
  return JsonImporter(text, context, options).run();
}
