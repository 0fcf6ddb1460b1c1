//===- InitEntry.cpp - Parameters from a seed (brt-spec 7) ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expander.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace brt;

/// `value` everywhere, or in the first half of the last axis with zeros behind.
static TypedAttr getConstant(RankedTensorType type, double value, bool half) {
  Builder builder(type.getContext());
  FloatAttr element = builder.getFloatAttr(type.getElementType(), value);
  if (!half)
    return SplatElementsAttr::get(type, Attribute(element));
  Attribute zero = builder.getFloatAttr(type.getElementType(), 0);
  int64_t columns = type.getShape().back();
  SmallVector<Attribute> elements;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    elements.push_back(i % columns < columns / 2 ? element : zero);
  return DenseElementsAttr::get(type, elements);
}

void Expander::buildInit() {
  auto seedType = RankedTensorType::get({}, builder.getI64Type());
  beginEntry("init", {Port{BrtDialect::getInputAttrName(), "seed", seedType}});
  Value seed =
      tensor::ExtractOp::create(builder, loc, getArgument(0), ValueRange());

  SmallVector<Value> values;
  for (const Parameter &parameter : parameters) {
    auto type = RankedTensorType::get(parameter.shape, parameterType);
    const Initializer &init = parameter.initializer;
    if (init.kind == Initializer::Constant ||
        init.kind == Initializer::HalfConstant) {
      values.push_back(arith::ConstantOp::create(
          builder, loc, type,
          getConstant(type, init.mean,
                      init.kind == Initializer::HalfConstant)));
      continue;
    }
    // The stream depends on the name only: a parameter keeps its values when
    // the model around it changes.
    int64_t stream = static_cast<int64_t>(llvm::xxh3_64bits(parameter.name));
    Distribution distribution = init.kind == Initializer::Normal
                                    ? Distribution::Normal
                                    : Distribution::TruncatedNormal;
    values.push_back(RandomOp::create(builder, loc, type, distribution, seed,
                                      APFloat(init.mean), APFloat(init.stddev),
                                      stream));
  }
  endEntry(getParameterPorts(), values);
}
