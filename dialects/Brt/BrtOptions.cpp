//===- BrtOptions.cpp - `name = value` options of model ops ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

//===----------------------------------------------------------------------===//
// Kinds of values
//===----------------------------------------------------------------------===//

static Attribute parseInteger(MLIRContext *context, StringRef text) {
  int64_t value;
  if (text.getAsInteger(10, value))
    return {};
  return IntegerAttr::get(IntegerType::get(context, 64), value);
}

static Attribute parseBoolean(MLIRContext *context, StringRef text) {
  if (text != "true" && text != "false")
    return {};
  return BoolAttr::get(context, text == "true");
}

static Attribute parseReal(MLIRContext *context, StringRef text) {
  double value;
  if (text.getAsDouble(value, /*AllowInexact=*/true))
    return {};
  // JSON writes -0.0 as "-0" and reads that as an integer, without a sign.
  double unsignedZero = value == 0.0 ? 0.0 : value;
  return FloatAttr::get(Float64Type::get(context), unsignedZero);
}

static std::string printReal(Attribute value) {
  SmallString<24> text;
  cast<FloatAttr>(value).getValue().toString(text, /*FormatPrecision=*/17,
                                             /*FormatMaxPadding=*/3,
                                             /*TruncateZero=*/true);
  // Prefer the shortest text that reads back as the same number.
  double exact = cast<FloatAttr>(value).getValueAsDouble(), again;
  for (unsigned digits = 1; digits < 17; ++digits) {
    SmallString<24> shorter;
    cast<FloatAttr>(value).getValue().toString(shorter, digits, 3, true);
    if (!StringRef(shorter).getAsDouble(again) && again == exact)
      return std::string(shorter);
  }
  return std::string(text);
}

static const brt::OptionKind kInteger = {
    parseInteger,
    [](Attribute value) {
      return std::to_string(cast<IntegerAttr>(value).getInt());
    },
    [] { return std::string("an integer"); }};

static const brt::OptionKind kBoolean = {
    parseBoolean,
    [](Attribute value) {
      return std::string(cast<BoolAttr>(value).getValue() ? "true" : "false");
    },
    [] { return std::string("true or false"); }};

static const brt::OptionKind kReal = {parseReal, printReal,
                                      [] { return std::string("a number"); }};

/// Options whose value is a keyword of an enumeration.
template <typename EnumAttrT>
struct Keyword {
  using Enum = decltype(std::declval<EnumAttrT>().getValue());

  static Attribute parse(MLIRContext *context, StringRef text) {
    if (std::optional<Enum> value = brt::symbolizeEnum<Enum>(text))
      return EnumAttrT::get(context, *value);
    return {};
  }
  static std::string print(Attribute value) {
    return stringifyEnum(cast<EnumAttrT>(value).getValue()).str();
  }
  static std::string describe() {
    std::string text = "one of ";
    for (uint32_t i = 0; !stringifyEnum(static_cast<Enum>(i)).empty(); ++i)
      text +=
          (i ? ", '" : "'") + stringifyEnum(static_cast<Enum>(i)).str() + "'";
    return text;
  }
  static constexpr brt::OptionKind kind = {parse, print, describe};
};

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

ArrayRef<brt::Option> brt::ModelOp::getOptions() {
  static const Option options[] = {
      {"segment", &kInteger, true},
      {"window", &kInteger, true},
      {"width", &kInteger, true},
      {"heads", &kInteger, true},
      {"head_width", &kInteger, true},
      {"ffn", &kInteger, true},
      {"cache", &kBoolean},
      {"causal", &kBoolean},
      {"position_bias", &Keyword<PositionBiasAttr>::kind},
      {"alibi_bound_per_head", &kBoolean},
      {"qk_norm", &kBoolean},
      {"temperature", &Keyword<TemperatureAttr>::kind},
      {"attention_sink", &kBoolean},
      {"attention_output_bias", &kBoolean},
      {"norm", &Keyword<NormKindAttr>::kind},
      {"norm_bias", &kBoolean},
      {"norm_epsilon", &kReal},
      {"activation", &Keyword<ActivationKindAttr>::kind},
      {"ffn_layers", &kInteger},
      {"ffn_bias", &kBoolean},
      {"feedback", &kBoolean},
      {"stack_window", &kInteger},
      {"dropout", &kReal},
      {"attention_dropout", &kReal},
      {"precision", &Keyword<PrecisionAttr>::kind},
  };
  return options;
}

ArrayRef<brt::Option> brt::EmbeddingOp::getOptions() {
  static const Option options[] = {
      {"vocabulary", &kInteger, true},
      {"absolute_positions", &kBoolean},
  };
  return options;
}

ArrayRef<brt::Option> brt::TransformerLayerOp::getOptions() {
  static const Option options[] = {{"count", &kInteger}};
  return options;
}

ArrayRef<brt::Option> brt::RecurrentLayerOp::getOptions() {
  static const Option options[] = {
      {"gate", &Keyword<GateKindAttr>::kind, true},
      {"configuration", &Keyword<ConfigurationAttr>::kind, true},
      {"states", &kInteger, true},
      {"state_ids", &kBoolean},
      {"learned_initial_state", &kBoolean},
      {"always_clear", &kBoolean},
      {"count", &kInteger},
  };
  return options;
}

ArrayRef<brt::Option> brt::HeadOp::getOptions() {
  static const Option options[] = {
      {"final_norm", &kBoolean},
      {"logit_scale", &Keyword<LogitScaleAttr>::kind},
      {"loss_mask", &Keyword<LossMaskAttr>::kind},
  };
  return options;
}

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

/// Whether the text at the parser's place is a number with a point. The
/// parser's buffer ends in a zero byte.
static bool isAtReal(OpAsmParser &parser) {
  const char *text = parser.getCurrentLocation().getPointer();
  text += *text == '-';
  while (llvm::isDigit(*text))
    ++text;
  return *text == '.';
}

/// Parses the text of one value: a keyword or a number.
static ParseResult parseText(OpAsmParser &parser, std::string &text) {
  StringRef keyword;
  if (succeeded(parser.parseOptionalKeyword(&keyword))) {
    text = keyword.str();
    return success();
  }
  if (isAtReal(parser)) {
    double real;
    if (parser.parseFloat(real))
      return failure();
    text = printReal(FloatAttr::get(parser.getBuilder().getF64Type(), real));
    return success();
  }
  APInt integer;
  SMLoc loc = parser.getCurrentLocation();
  OptionalParseResult result = parser.parseOptionalInteger(integer);
  if (!result.has_value())
    return parser.emitError(loc, "expects a value to be a keyword or a number");
  text = llvm::toString(integer, 10, /*Signed=*/true);
  return *result;
}

/// Whether the text at the parser's place is the name of an option, not that of
/// the next op, which has a dot, not a list of discardable attributes, and not
/// a location.
static bool isAtOptionName(OpAsmParser &parser) {
  const char *begin = parser.getCurrentLocation().getPointer();
  const char *end = begin;
  if (!llvm::isAlpha(*begin))
    return false;
  while (llvm::isAlnum(*end) || *end == '_' || *end == '.')
    ++end;
  StringRef word(begin, end - begin);
  return !word.contains('.') && word != "attributes" && word != "loc";
}

ParseResult brt::parseOptions(OpAsmParser &parser, ArrayRef<Option> options,
                              NamedAttrList &result) {
  StringRef name;
  SMLoc nameLoc = parser.getCurrentLocation();
  if (!isAtOptionName(parser))
    return success();
  if (parser.parseKeyword(&name))
    return failure();
  while (true) {
    const Option *option =
        llvm::find_if(options, [&](const Option &o) { return o.name == name; });
    if (option == options.end())
      return parser.emitError(nameLoc, "expects an option to be one of '")
             << llvm::join(llvm::map_range(
                               options, [](const Option &o) { return o.name; }),
                           "', '")
             << "', but got '" << name << "'";
    if (result.get(name))
      return parser.emitError(nameLoc, "expects option '")
             << name << "' to be given once, but got it again";

    std::string text;
    if (parser.parseEqual())
      return failure();
    SMLoc valueLoc = parser.getCurrentLocation();
    if (parseText(parser, text))
      return failure();
    Attribute value = option->kind->parse(parser.getContext(), text);
    if (!value)
      return parser.emitError(valueLoc, "expects option '")
             << name << "' to be " << option->kind->describe() << ", but got '"
             << text << "'";
    result.append(name, value);

    if (failed(parser.parseOptionalComma()))
      return success();
    nameLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&name))
      return failure();
  }
}

void brt::printOptions(OpAsmPrinter &printer, Operation *op,
                       ArrayRef<Option> options) {
  // An operation of the same kind made without attributes has the defaults.
  Operation *defaults = Operation::create(op->getLoc(), op->getName(), {}, {},
                                          NamedAttrList(), nullptr, {}, 0);
  const char *separator = " ";
  for (const Option &option : options) {
    Attribute value = *op->getInherentAttr(option.name);
    if (!option.isSize && value == *defaults->getInherentAttr(option.name))
      continue;
    printer << separator << option.name << " = " << option.kind->print(value);
    separator = ", ";
  }
  defaults->destroy();
}
