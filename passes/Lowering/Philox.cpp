//===- Philox.cpp - Random words and dropout masks in IR ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Philox.h"
#include "brt/dialects/Brt/Brt.h"

using namespace mlir;
using namespace brt;

static Value low32(ScalarBuilder &s, Value word) {
  return arith::AndIOp::create(s, word,
                               s.constant(s.getI64Type(), 0xFFFFFFFFL));
}

static Value high32(ScalarBuilder &s, Value word) {
  return arith::ShRUIOp::create(s, word, s.constant(s.getI64Type(), 32));
}

std::array<Value, 2> brt::splitWords(ScalarBuilder &s, Value number) {
  return {low32(s, number), high32(s, number)};
}

Value brt::loopIndex64(ScalarBuilder &s, int64_t loop) {
  return arith::IndexCastOp::create(s, s.getI64Type(), s.loopIndex(loop));
}

std::array<Value, 4> brt::emitPhilox(ScalarBuilder &s, std::array<Value, 4> c,
                                     Value key) {
  constexpr int64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr int64_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  constexpr int kRounds = 10;
  Type i64 = s.getI64Type();
  auto [key0, key1] = splitWords(s, key);
  auto xor3 = [&](Value x, Value y, Value z) -> Value {
    return arith::XOrIOp::create(s, arith::XOrIOp::create(s, x, y), z);
  };
  for (int round = 0; round < kRounds; ++round) {
    Value product0 = s.mul(c[0], s.constant(i64, kMultiplier0));
    Value product1 = s.mul(c[2], s.constant(i64, kMultiplier1));
    c = {xor3(high32(s, product1), c[1], key0), low32(s, product1),
         xor3(high32(s, product0), c[3], key1), low32(s, product0)};
    key0 = low32(s, s.add(key0, s.constant(i64, kWeyl0)));
    key1 = low32(s, s.add(key1, s.constant(i64, kWeyl1)));
  }
  return c;
}

Value DropoutDraw::emitFactor(ScalarBuilder &s, Value number, Type type) const {
  Type i64 = s.getI64Type();
  auto [low, high] = splitWords(s, number);
  Value word = emitPhilox(s, {low, high, low32(s, step), s.constant(i64, site)},
                          seed)[0];
  Value dropped = s.less(word, s.constant(i64, DropoutOp::getThreshold(rate)));
  return s.select(dropped, s.constant(type, 0.0),
                  s.constant(type, 1 / (1 - rate)));
}
