//===- PositionTables.cpp - Constants of relative positions ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PositionTables.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/BuiltinAttributes.h"
#include <cmath>

using namespace mlir;
using namespace brt;

Value brt::constantTable(StructuredBuilder &b, ArrayRef<int64_t> shape,
                         Type type, ArrayRef<double> numbers) {
  SmallVector<Attribute> elements =
      llvm::map_to_vector(numbers, [&](double number) -> Attribute {
        if (isa<FloatType>(type))
          return FloatAttr::get(type, number);
        return IntegerAttr::get(type, static_cast<int64_t>(number));
      });
  auto tensorType = RankedTensorType::get(shape, type);
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(tensorType, elements));
}

Value brt::getBuckets(StructuredBuilder &b, int64_t first, int64_t columns) {
  SmallVector<double> buckets;
  for (int64_t r = 0; r < columns; ++r)
    buckets.push_back(RelativeBiasOp::getBucket(first + r));
  return constantTable(b, columns, b.getI32Type(), buckets);
}

Value brt::getDistances(StructuredBuilder &b, int64_t first, int64_t columns,
                        bool absolute, Type type) {
  SmallVector<double> distances;
  for (int64_t r = 0; r < columns; ++r) {
    double distance = first + r;
    distances.push_back(absolute ? std::abs(distance) : distance);
  }
  return constantTable(b, columns, type, distances);
}

Value brt::getSlopes(StructuredBuilder &b, int64_t heads, Type type) {
  SmallVector<double> slopes;
  for (int64_t h = 0; h < heads; ++h)
    slopes.push_back(-std::exp2(-8.0 * double(h + 1) / double(heads)));
  return constantTable(b, heads, type, slopes);
}

Waves brt::getWaves(StructuredBuilder &b, int64_t maxKeys, int64_t frequencies,
                    int64_t first, int64_t columns, Type type) {
  SmallVector<double> cosines, negatedSines;
  for (int64_t p = 0; p < frequencies; ++p) {
    double w =
        kPi * std::pow(double(maxKeys), -double(p) / double(frequencies));
    for (int64_t r = 0; r < columns; ++r) {
      double angle = w * double(first + r);
      cosines.push_back(std::cos(angle));
      negatedSines.push_back(-std::sin(angle));
    }
  }
  return {constantTable(b, {frequencies, columns}, type, cosines),
          constantTable(b, {frequencies, columns}, type, negatedSines)};
}
