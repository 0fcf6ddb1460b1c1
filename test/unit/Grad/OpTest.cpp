//===- OpTest.cpp - The adjoint of every differentiable op ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op against finite differences in f64: the loss is the product of its
// result %r and random weights, by which the op's operands are differentiated.
//
//===----------------------------------------------------------------------===//

#include "Differentiated.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace brt::reference;

namespace {
struct OpCase {
  const char *name;
  /// "name: type" of parameters and, after a semicolon, of inputs.
  const char *arguments;
  /// Ops that define %r.
  const char *body;
  /// The type of %r.
  const char *result;
};

/// Names a case in what GoogleTest prints.
void PrintTo(const OpCase &op, std::ostream *os) { *os << op.name; }

class EveryOp : public testing::TestWithParam<OpCase> {};

std::string getName(const testing::TestParamInfo<OpCase> &info) {
  return info.param.name;
}
} // namespace

/// `%name: type {attribute = "name"}` for each of a list "name: type; ...".
static void addArguments(StringRef list, StringRef attribute,
                         SmallVectorImpl<std::string> &arguments) {
  SmallVector<StringRef> parts;
  list.split(parts, '|', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    auto [name, type] = part.trim().split(": ");
    arguments.push_back(
        ("%" + name + ": " + type + " {" + attribute + " = \"" + name + "\"}")
            .str());
  }
}

static std::string getFunction(const OpCase &op) {
  auto [parameters, inputs] = StringRef(op.arguments).split(';');
  SmallVector<std::string> arguments;
  addArguments(parameters, "brt.parameter", arguments);
  addArguments((Twine("weights: ") + op.result).str(), "brt.parameter",
               arguments);
  addArguments(inputs, "brt.input", arguments);
  std::string result = op.result;
  return "#row = affine_map<(i, j) -> (i)>\n"
         "#column = affine_map<(i, j) -> (j)>\n"
         "#first = affine_map<(i, j) -> (0, j)>\n"
         "#both = affine_map<(i, j) -> (i, j)>\n"
         "func.func @forward(" +
         llvm::join(arguments, ", ") +
         ") -> (tensor<f64> {brt.output = \"loss\"}) attributes {brt.entry} "
         "{\n" +
         op.body + "\n  %weighted = arith.mulf %r, %weights : " + result +
         "\n  %loss = brt.sum_leading %weighted : " + result +
         " -> tensor<f64>\n  return %loss : tensor<f64>\n}\n";
}

TEST_P(EveryOp, HasTheGradientOfFiniteDifferences) {
  Differentiated(getFunction(GetParam())).check();
}

//===----------------------------------------------------------------------===//
// brt
//===----------------------------------------------------------------------===//

#define X "tensor<?x3x4xf64>"
#define HEADS "tensor<?x3x2x4xf64>"
#define KEYS "tensor<?x6x2x4xf64>"

static const OpCase kCellOps[] = {
    {"embed", "table: tensor<5x4xf64>; tokens: tensor<?x3xi32>",
     "%r = brt.embed %tokens, %table : tensor<?x3xi32>, tensor<5x4xf64> -> " X,
     X},
    {"absolute_positions", "x: " X, "%r = brt.add_absolute_positions %x : " X,
     X},
    {"norm_rms", "x: " X "| s: tensor<4xf64>",
     "%r = brt.norm rms %x, %s : " X ", tensor<4xf64>", X},
    {"norm_layer", "x: " X "| s: tensor<4xf64>| b: tensor<4xf64>",
     "%r = brt.norm layer %x, %s bias(%b : tensor<4xf64>) {epsilon = 0.1 : "
     "f64} "
     ": " X ", tensor<4xf64>",
     X},
    {"linear", "x: " X "| w: tensor<4x5xf64>| b: tensor<5xf64>",
     "%r = brt.linear %x, %w bias(%b : tensor<5xf64>) : " X ", "
     "tensor<4x5xf64>",
     "tensor<?x3x5xf64>"},
    {"linear_transposed", "x: " X "| w: tensor<5x4xf64>",
     "%r = brt.linear %x, transposed %w : " X ", tensor<5x4xf64>",
     "tensor<?x3x5xf64>"},
    {"activation_none", "x: " X,
     "%y = arith.negf %x : " X "\n%r = brt.activation none %y : " X, X},
    {"activation_relu", "x: " X, "%r = brt.activation relu %x : " X, X},
    {"activation_swish", "x: " X, "%r = brt.activation swish %x : " X, X},
    {"activation_sigmoid", "x: " X, "%r = brt.activation sigmoid %x : " X, X},
    {"activation_tanh", "x: " X, "%r = brt.activation tanh %x : " X, X},
    {"activation_softmax", "x: " X, "%r = brt.activation softmax %x : " X, X},
    {"activation_gelu", "x: " X, "%r = brt.activation gelu %x : " X, X},
    {"dropout", "x: " X "; seed: tensor<i64>| step: tensor<i64>",
     "%a = tensor.extract %seed[] : tensor<i64>\n"
     "%b = tensor.extract %step[] : tensor<i64>\n"
     "%r = brt.dropout %x draw(%a, %b) {rate = 0.5 : f64, site = 2} : " X,
     X},
    {"logits", "x: " X "| table: tensor<5x4xf64>",
     "%r = brt.logits %x, %table {divisor = 2.0 : f64} : " X ", "
     "tensor<5x4xf64> -> tensor<?x3x5xf64>",
     "tensor<?x3x5xf64>"},
    {"gate_fixed", "c: " X "| y: " X "| b: tensor<4xf64>",
     "%r = brt.gate fixed %c, %y (%b : tensor<4xf64>) : " X, X},
    {"gate_full", "c: " X "| y: " X "| a: " X,
     "%r = brt.gate full %c, %y (%a : " X ") : " X, X},
    {"gate_lstm", "c: " X "| y: " X "| f: " X "| i: " X,
     "%r = brt.gate lstm %c, %y (%f, %i : " X ", " X ") : " X, X},
    {"gate_residual", "c: " X "| y: " X, "%r = brt.gate residual %c, %y : " X,
     X},
    {"token_loss", "x: " X "; t: tensor<?x3xi32>| m: tensor<?x3xi1>",
     "%r, %sum, %n = brt.cross_entropy %x, %t, %m : " X
     ", tensor<?x3xi32>, tensor<?x3xi1>",
     "tensor<?x3xf64>"},
    {"loss_sum", "x: " X "; t: tensor<?x3xi32>| m: tensor<?x3xi1>",
     "%each, %r, %n = brt.cross_entropy %x, %t, %m : " X
     ", tensor<?x3xi32>, tensor<?x3xi1>",
     "tensor<f64>"},
    {"add_state_ids", "x: " X "| ids: tensor<3x4xf64>",
     "%r = brt.add_state_ids %x, %ids : " X ", tensor<3x4xf64>", X},
    {"select_lanes", "x: " X "| y: " X "; f: tensor<?xi1>",
     "%r = brt.select_lanes %f, %x, %y : tensor<?xi1>, " X ", " X, X},
    {"select_initial", "x: tensor<3x4xf64>| y: " X "; f: tensor<?xi1>",
     "%r = brt.select_lanes %f, %x, %y : tensor<?xi1>, tensor<3x4xf64>, " X, X},
};

static const OpCase kAttentionOps[] = {
    {"heads", "x: tensor<?x3x8xf64>| y: " HEADS,
     "%z = brt.split_heads %x into 2 : tensor<?x3x8xf64>\n"
     "%r = brt.merge_heads %y, %z : " HEADS ", " HEADS,
     "tensor<?x3x16xf64>"},
    {"unit_normalize", "x: " HEADS,
     "%r = brt.unit_normalize %x {epsilon = 0.1 : f64} : " HEADS, HEADS},
    {"rotary", "x: " HEADS, "%r = brt.rotary %x {first = -2} : " HEADS, HEADS},
    {"rotary_inverse", "x: " HEADS "; q: tensor<?xi32>",
     "%r = brt.rotary %x positions(%q : tensor<?xi32>) {inverse} : " HEADS,
     HEADS},
    {"bias_t5", "t: tensor<2x32xf64>",
     "%r = brt.relative_bias t5 (%t) {first_distance = -3} : "
     "(tensor<2x32xf64>) -> tensor<2x40xf64>",
     "tensor<2x40xf64>"},
    {"bias_fourier", "t: tensor<2x6xf64>",
     "%r = brt.relative_bias fourier (%t) {first_distance = 1, max_keys = 8} : "
     "(tensor<2x6xf64>) -> tensor<2x4xf64>",
     "tensor<2x4xf64>"},
    {"bias_alibi", "s: tensor<1xf64>| b: tensor<1xf64>",
     "%r = brt.relative_bias alibi (%s, %b) {first_distance = -2} : "
     "(tensor<1xf64>, tensor<1xf64>) -> tensor<2x40xf64>",
     "tensor<2x40xf64>"},
    {"bias_alibi_per_head", "s: tensor<1xf64>| b: tensor<2xf64>",
     "%r = brt.relative_bias alibi (%s, %b) {first_distance = 1} : "
     "(tensor<1xf64>, tensor<2xf64>) -> tensor<2x20xf64>",
     "tensor<2x20xf64>"},
    {"bias_nn", "w: tensor<3xf64>| b: tensor<3xf64>| v: tensor<2x3xf64>",
     "%r = brt.relative_bias nn (%w, %b, %v) {first_distance = -1} : "
     "(tensor<3xf64>, tensor<3xf64>, tensor<2x3xf64>) -> tensor<2x4xf64>",
     "tensor<2x4xf64>"},
    {"window_attention", "q: " HEADS "| k: " KEYS "| v: " KEYS,
     "%r = brt.window_attention %q, %k, %v {window = 3, scale = 0.5 : f64} "
     ": " HEADS ", " KEYS,
     HEADS},
    {"window_attention_parameters",
     "q: " HEADS "| k: " KEYS "| v: " KEYS
     "| t: tensor<2xf64>| b: tensor<2x3xf64>| s: tensor<2xf64>",
     "%r = brt.window_attention %q, %k, %v temperature(%t : tensor<2xf64>) "
     "bias(%b : tensor<2x3xf64>) sink(%s : tensor<2xf64>) {window = 3} : " HEADS
     ", " KEYS,
     HEADS},
    {"window_attention_short", "q: " HEADS "| k: " HEADS "| v: " HEADS,
     "%r = brt.window_attention %q, %k, %v {window = 4} : " HEADS ", " HEADS,
     HEADS},
    {"window_attention_positions",
     "q: " HEADS "| k: " KEYS "| v: " KEYS "| b: tensor<2x8xf64>"
     "; p: tensor<?xi32>",
     "%r = brt.window_attention %q, %k, %v bias(%b : tensor<2x8xf64>) "
     "positions(%p : tensor<?xi32>) {window = 3, causal = false} : " HEADS
     ", " KEYS,
     HEADS},
    {"window_attention_dropout",
     "q: " HEADS "| k: " KEYS "| v: " KEYS
     "| t: tensor<2xf64>| b: tensor<2x2xf64>| s: tensor<2xf64>"
     "; seed: tensor<i64>| step: tensor<i64>",
     "%c = tensor.extract %seed[] : tensor<i64>\n"
     "%d = tensor.extract %step[] : tensor<i64>\n"
     "%r = brt.window_attention %q, %k, %v temperature(%t : tensor<2xf64>) "
     "bias(%b : tensor<2x2xf64>) sink(%s : tensor<2xf64>) draw(%c, %d) "
     "{window = 2, dropout_rate = 0.5 : f64, dropout_site = 3} : " HEADS
     ", " KEYS,
     HEADS},
    {"window_attention_dropout_two_sided",
     "q: " HEADS "| k: " KEYS "| v: " KEYS
     "; seed: tensor<i64>| step: tensor<i64>",
     "%c = tensor.extract %seed[] : tensor<i64>\n"
     "%d = tensor.extract %step[] : tensor<i64>\n"
     "%r = brt.window_attention %q, %k, %v draw(%c, %d) {window = 3, "
     "causal = false, dropout_rate = 0.3 : f64, dropout_site = 4} : " HEADS
     ", " KEYS,
     HEADS},
    {"state_attention", "q: " HEADS "| k: " KEYS "| v: " KEYS,
     "%r = brt.state_attention %q, %k, %v {scale = 0.5 : f64} : " HEADS
     ", " KEYS,
     HEADS},
    {"state_attention_absolute",
     "q: " HEADS "| k: " KEYS "| v: " KEYS "| t: tensor<2xf64>",
     "%r = brt.state_attention %q, %k, %v temperature(%t : tensor<2xf64>) "
     ": " HEADS ", " KEYS,
     HEADS},
    {"state_attention_signed",
     "q: " HEADS "| k: " KEYS "| v: " KEYS "| t: tensor<2xf64>",
     "%r = brt.state_attention %q, %k, %v temperature(%t : tensor<2xf64>) "
     "{temperature_kind = #brt<temperature signed>} : " HEADS ", " KEYS,
     HEADS},
};

//===----------------------------------------------------------------------===//
// Recurrences
//===----------------------------------------------------------------------===//

#define STATE "tensor<?x2x4xf64>"
#define SEQUENCE "tensor<?x6x4xf64>"

static const OpCase kRecurrences[] = {
    // The carry, a captured matrix, and a value used twice.
    {"loop", "x: " SEQUENCE "| c: " STATE "| w: tensor<4x4xf64>",
     "%r, %last = brt.recurrence blocks = 3 over (%b = %x : " SEQUENCE
     ") carry (%s = %c : " STATE ") {\n"
     "  %p = brt.linear %s, %w : " STATE ", tensor<4x4xf64>\n"
     "  %t = math.tanh %p : " STATE "\n"
     "  %n = arith.mulf %t, %b : " STATE "\n"
     "  brt.yield %n : " STATE " carry %n : " STATE "\n}",
     SEQUENCE},
    {"loop_reverse", "x: " SEQUENCE "| c: " STATE,
     "%r, %last = brt.recurrence reverse blocks = 3 over (%b = %x : " SEQUENCE
     ") carry (%s = %c : " STATE ") {\n"
     "  %t = math.sin %s : " STATE "\n"
     "  %n = arith.mulf %t, %b : " STATE "\n"
     "  brt.yield %n : " STATE " carry %n : " STATE "\n}",
     SEQUENCE},
    // Only the last carry counts.
    {"loop_last", "x: " SEQUENCE "| c: " STATE,
     "%r = brt.recurrence blocks = 3 over (%b = %x : " SEQUENCE
     ") carry (%s = %c : " STATE ") {\n"
     "  %t = arith.mulf %s, %s : " STATE "\n"
     "  %n = arith.addf %t, %b : " STATE "\n"
     "  brt.yield carry %n : " STATE "\n}",
     STATE},
    // A loop in a loop, whose saved pieces are saved again.
    {"loop_nested", "x: tensor<?x8x4xf64>| c: " STATE "| w: tensor<4x4xf64>",
     "%r, %last = brt.recurrence blocks = 2 over (%a = %x : tensor<?x8x4xf64>) "
     "carry (%o = %c : " STATE ") {\n"
     "  %i, %m = brt.recurrence blocks = 2 over (%b = %a : tensor<?x4x4xf64>) "
     "carry (%s = %o : " STATE ") {\n"
     "    %p = brt.linear %s, %w : " STATE ", tensor<4x4xf64>\n"
     "    %h = math.tanh %p : " STATE "\n"
     "    %t = arith.mulf %o, %h : " STATE "\n"
     "    %n = arith.mulf %t, %b : " STATE "\n"
     "    brt.yield %n : " STATE " carry %n : " STATE "\n  }\n"
     "  brt.yield %i : tensor<?x4x4xf64> carry %m : " STATE "\n}",
     "tensor<?x8x4xf64>"},
    // Values that cannot be pieces as they are: rank 0, rank 1, scalars.
    {"loop_small_values", "s: tensor<f64>| v: tensor<4xf64>",
     "%a, %r = brt.recurrence blocks = 3 carry (%x = %s : tensor<f64>, "
     "%y = %v : tensor<4xf64>) {\n"
     "  %e = tensor.extract %x[] : tensor<f64>\n"
     "  %h = math.sin %e : f64\n"
     "  %f = tensor.splat %h : tensor<4xf64>\n"
     "  %g = math.cos %y : tensor<4xf64>\n"
     "  %n = arith.mulf %g, %f : tensor<4xf64>\n"
     "  %z = arith.mulf %x, %x : tensor<f64>\n"
     "  brt.yield carry %z, %n : tensor<f64>, tensor<4xf64>\n}",
     "tensor<4xf64>"},
    // A captured scalar.
    {"loop_captured_scalar", "s: tensor<f64>| c: " STATE,
     "%e = tensor.extract %s[] : tensor<f64>\n"
     "%r = brt.recurrence blocks = 3 carry (%x = %c : " STATE ") {\n"
     "  %zero = arith.constant 0 : index\n"
     "  %d = tensor.dim %x, %zero : " STATE "\n"
     "  %f = tensor.splat %e[%d] : " STATE "\n"
     "  %n = arith.mulf %x, %f : " STATE "\n"
     "  brt.yield carry %n : " STATE "\n}",
     STATE},
};

//===----------------------------------------------------------------------===//
// Upstream
//===----------------------------------------------------------------------===//

#define M "tensor<?x4xf64>"
#define UNARY(op) {#op, "p: " M, "%r = math." #op " %p : " M, M}
#define BINARY(op) {#op, "x: " M "| y: " M, "%r = arith." #op " %x, %y : " M, M}

static const OpCase kElementwise[] = {
    UNARY(exp),
    UNARY(expm1),
    UNARY(log),
    UNARY(log1p),
    UNARY(tanh),
    UNARY(sqrt),
    UNARY(rsqrt),
    UNARY(erf),
    UNARY(sin),
    UNARY(cos),
    BINARY(addf),
    BINARY(subf),
    BINARY(mulf),
    BINARY(divf),
    BINARY(maximumf),
    BINARY(minimumf),
    {"absf", "x: " M, "%r = math.absf %x : " M, M},
    {"powf", "p: " M "| y: " M, "%r = math.powf %p, %y : " M, M},
    {"fma", "x: " M "| y: " M "| z: " M, "%r = math.fma %x, %y, %z : " M, M},
    {"negf", "x: " M, "%r = arith.negf %x : " M, M},
    {"select", "x: " M "| y: " M "; c: tensor<?x4xi1>",
     "%r = arith.select %c, %x, %y : tensor<?x4xi1>, " M, M},
    // The evaluator does not round in f64.
    {"truncf_extf", "x: " M,
     "%t = arith.truncf %x : " M " to tensor<?x4xf32>\n"
     "%r = arith.extf %t : tensor<?x4xf32> to " M,
     M},
};

static const OpCase kShapes[] = {
    {"extract_slice", "x: tensor<5x4xf64>",
     "%r = tensor.extract_slice %x[1, 1] [2, 2] [2, 1] : tensor<5x4xf64> to "
     "tensor<2x2xf64>",
     "tensor<2x2xf64>"},
    {"extract_row", "x: tensor<5x4xf64>",
     "%r = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<5x4xf64> to "
     "tensor<4xf64>",
     "tensor<4xf64>"},
    {"insert_slice", "x: tensor<2x2xf64>| y: tensor<5x4xf64>",
     "%r = tensor.insert_slice %x into %y[1, 1] [2, 2] [2, 1] : "
     "tensor<2x2xf64> into tensor<5x4xf64>",
     "tensor<5x4xf64>"},
    {"concat", "x: tensor<?x3xf64>| y: " M,
     "%r = tensor.concat dim(1) %x, %y : (tensor<?x3xf64>, " M
     ") -> tensor<?x7xf64>",
     "tensor<?x7xf64>"},
    {"concat_lanes", "x: tensor<2x4xf64>| y: tensor<3x4xf64>",
     "%r = tensor.concat dim(0) %x, %y : (tensor<2x4xf64>, tensor<3x4xf64>) -> "
     "tensor<5x4xf64>",
     "tensor<5x4xf64>"},
    {"expand_shape", "x: tensor<6x4xf64>",
     "%r = tensor.expand_shape %x [[0, 1], [2]] output_shape [2, 3, 4] : "
     "tensor<6x4xf64> into tensor<2x3x4xf64>",
     "tensor<2x3x4xf64>"},
    {"collapse_shape", "x: tensor<?x2x3xf64>",
     "%r = tensor.collapse_shape %x [[0], [1, 2]] : tensor<?x2x3xf64> into "
     "tensor<?x6xf64>",
     "tensor<?x6xf64>"},
    {"cast", "x: tensor<2x4xf64>",
     "%r = tensor.cast %x : tensor<2x4xf64> to " M, M},
    {"elements", "x: tensor<3xf64>| y: tensor<3xf64>",
     "%zero = arith.constant 0 : index\n%one = arith.constant 1 : index\n"
     "%a = tensor.extract %x[%one] : tensor<3xf64>\n"
     "%b = tensor.extract %y[%zero] : tensor<3xf64>\n"
     "%c = tensor.from_elements %a, %b, %b, %a : tensor<2x2xf64>\n"
     "%r = tensor.insert %a into %c[%zero, %one] : tensor<2x2xf64>",
     "tensor<2x2xf64>"},
    {"splat", "x: tensor<f64>",
     "%a = tensor.extract %x[] : tensor<f64>\n"
     "%r = tensor.splat %a : tensor<2x3xf64>",
     "tensor<2x3xf64>"},
};

#define GENERIC(maps, iterators)                                               \
  "linalg.generic {indexing_maps = [" maps "], iterator_types = [" iterators   \
  "]}"

static const OpCase kStructured[] = {
    // An input that is broadcast, one read at a constant place, and an output
    // that the body reads.
    {"generic_parallel",
     "x: tensor<3xf64>| y: tensor<1x4xf64>| z: tensor<3x4xf64>",
     "%half = arith.constant 0.5 : f64\n"
     "%r = " GENERIC(
         "#row, #first, #both",
         "\"parallel\", \"parallel\"") " ins(%x, %y : tensor<3xf64>, "
                                       "tensor<1x4xf64>) outs(%z : "
                                       "tensor<3x4xf64>)"
                                       " {\n^bb0(%a: f64, %b: f64, %c: f64):\n"
                                       "  %p = arith.mulf %a, %b : f64\n  %q = "
                                       "math.tanh %p : f64\n"
                                       "  %s = arith.mulf %q, %half : f64\n  "
                                       "%t = arith.mulf %s, %c : f64\n"
                                       "  linalg.yield %t : f64\n} -> "
                                       "tensor<3x4xf64>",
     "tensor<3x4xf64>"},
    {"generic_two_results", "x: tensor<3x4xf64>| y: tensor<4xf64>",
     "%e = tensor.empty() : tensor<3x4xf64>\n"
     "%a, %b = " GENERIC(
         "#both, #column, #both, #both",
         "\"parallel\", \"parallel\"") " ins(%x, %y : tensor<3x4xf64>, "
                                       "tensor<4xf64>) outs(%e, %e : "
                                       "tensor<3x4xf64>, tensor<3x4xf64>) {\n"
                                       "^bb0(%c: f64, %d: f64, %u: f64, %v: "
                                       "f64):\n"
                                       "  %s = arith.mulf %c, %d : f64\n  %t = "
                                       "arith.divf %d, %c : f64\n"
                                       "  linalg.yield %s, %t : f64, f64\n} -> "
                                       "(tensor<3x4xf64>, "
                                       "tensor<3x4xf64>)\n"
                                       "%r = arith.mulf %a, %b : "
                                       "tensor<3x4xf64>",
     "tensor<3x4xf64>"},
    {"generic_sum", "x: tensor<3x4xf64>| y: tensor<4xf64>| z: tensor<3xf64>",
     "%r = " GENERIC(
         "#both, #column, #row",
         "\"parallel\", \"reduction\"") " ins(%x, %y : tensor<3x4xf64>, "
                                        "tensor<4xf64>) outs(%z : "
                                        "tensor<3xf64>) "
                                        "{\n^bb0(%a: f64, %b: f64, %c: f64):\n"
                                        "  %p = arith.mulf %a, %b : f64\n  %s "
                                        "= arith.addf %c, %p : f64\n"
                                        "  linalg.yield %s : f64\n} -> "
                                        "tensor<3xf64>",
     "tensor<3xf64>"},
    {"generic_maximum", "x: tensor<3x4xf64>",
     "%low = arith.constant dense<-100.0> : tensor<3xf64>\n"
     "%r = " GENERIC(
         "#both, #row",
         "\"parallel\", \"reduction\"") " ins(%x : tensor<3x4xf64>) outs(%low "
                                        ": tensor<3xf64>) {\n"
                                        "^bb0(%a: f64, %c: f64):\n"
                                        "  %s = arith.mulf %a, %a : f64\n"
                                        "  %m = arith.maximumf %c, %s : f64\n  "
                                        "linalg.yield %m : f64\n} -> "
                                        "tensor<3xf64>",
     "tensor<3xf64>"},
    {"matmul", "x: tensor<3x4xf64>| y: tensor<4x2xf64>",
     "%z = arith.constant dense<0.0> : tensor<3x2xf64>\n"
     "%r = linalg.matmul ins(%x, %y : tensor<3x4xf64>, tensor<4x2xf64>) "
     "outs(%z : tensor<3x2xf64>) -> tensor<3x2xf64>",
     "tensor<3x2xf64>"},
    {"reduce", "x: tensor<3x4xf64>",
     "%z = arith.constant dense<0.0> : tensor<4xf64>\n"
     "%r = linalg.reduce ins(%x : tensor<3x4xf64>) outs(%z : tensor<4xf64>) "
     "dimensions = [0] (%a: f64, %c: f64) {\n"
     "  %e = math.exp %a : f64\n  %s = arith.addf %c, %e : f64\n"
     "  linalg.yield %s : f64\n}",
     "tensor<4xf64>"},
    {"broadcast_transpose", "x: tensor<4xf64>",
     "%e = tensor.empty() : tensor<4x3xf64>\n"
     "%b = linalg.broadcast ins(%x : tensor<4xf64>) outs(%e : tensor<4x3xf64>)"
     " dimensions = [1]\n"
     "%f = tensor.empty() : tensor<3x4xf64>\n"
     "%r = linalg.transpose ins(%b : tensor<4x3xf64>) outs(%f : "
     "tensor<3x4xf64>) permutation = [1, 0]",
     "tensor<3x4xf64>"},
    {"fill", "s: tensor<f64>",
     "%a = tensor.extract %s[] : tensor<f64>\n"
     "%e = tensor.empty() : tensor<3x4xf64>\n"
     "%r = linalg.fill ins(%a : f64) outs(%e : tensor<3x4xf64>) -> "
     "tensor<3x4xf64>",
     "tensor<3x4xf64>"},
};

INSTANTIATE_TEST_SUITE_P(Cell, EveryOp, testing::ValuesIn(kCellOps), getName);
INSTANTIATE_TEST_SUITE_P(Attention, EveryOp, testing::ValuesIn(kAttentionOps),
                         getName);
INSTANTIATE_TEST_SUITE_P(Recurrence, EveryOp, testing::ValuesIn(kRecurrences),
                         getName);
INSTANTIATE_TEST_SUITE_P(Elementwise, EveryOp, testing::ValuesIn(kElementwise),
                         getName);
INSTANTIATE_TEST_SUITE_P(Shapes, EveryOp, testing::ValuesIn(kShapes), getName);
INSTANTIATE_TEST_SUITE_P(Structured, EveryOp, testing::ValuesIn(kStructured),
                         getName);
