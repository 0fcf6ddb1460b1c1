//===- Integers.cpp - Evaluate arithmetic of integers ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Elementwise.h"
#include "Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <limits>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

static bool compare(arith::CmpIPredicate predicate, int64_t x, int64_t y,
                    unsigned width) {
  using P = arith::CmpIPredicate;
  int64_t sx = toSigned(x, width), sy = toSigned(y, width);
  uint64_t ux = toUnsigned(x, width), uy = toUnsigned(y, width);
  switch (predicate) {
  case P::eq:
    return x == y;
  case P::ne:
    return x != y;
  case P::slt:
    return sx < sy;
  case P::sle:
    return sx <= sy;
  case P::sgt:
    return sx > sy;
  case P::sge:
    return sx >= sy;
  case P::ult:
    return ux < uy;
  case P::ule:
    return ux <= uy;
  case P::ugt:
    return ux > uy;
  case P::uge:
    return ux >= uy;
  }
  llvm_unreachable("all predicates are handled");
}

template <typename T>
static LogicalResult evaluate(arith::CmpIOp op, Frame<T> &frame) {
  unsigned width = getIntegerWidth(op.getLhs().getType());
  Tensor<T> result = frame[op.getLhs()];
  for (auto [x, y] :
       llvm::zip_equal(result.getIntegers(), frame[op.getRhs()].getIntegers()))
    x = compare(op.getPredicate(), x, y, width);
  return frame.set(op.getResult(), std::move(result));
}

/// Signed division that rounds to zero, down (-1) or up (1).
template <int rounding>
static std::optional<int64_t> divide(int64_t x, int64_t y, unsigned width) {
  x = toSigned(x, width);
  y = toSigned(y, width);
  if (y == 0 || (y == -1 && x == std::numeric_limits<int64_t>::min()))
    return std::nullopt;
  int64_t quotient = x / y;
  bool exact = x % y == 0, negative = (x < 0) != (y < 0);
  if (rounding < 0 && !exact && negative)
    --quotient;
  if (rounding > 0 && !exact && !negative)
    ++quotient;
  return quotient;
}

using Result = std::optional<int64_t>;

template <typename T>
static void addBitwise(Registry<T> &registry) {
  addIntegerBinary<arith::AndIOp>(
      registry, [](int64_t x, int64_t y, unsigned) -> Result { return x & y; });
  addIntegerBinary<arith::OrIOp>(
      registry, [](int64_t x, int64_t y, unsigned) -> Result { return x | y; });
  addIntegerBinary<arith::XOrIOp>(
      registry, [](int64_t x, int64_t y, unsigned) -> Result { return x ^ y; });
  addIntegerBinary<arith::ShLIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        if (toUnsigned(y, width) >= width)
          return std::nullopt;
        return int64_t(uint64_t(x) << y);
      });
  addIntegerBinary<arith::ShRSIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        if (toUnsigned(y, width) >= width)
          return std::nullopt;
        return toSigned(x, width) >> y;
      });
  addIntegerBinary<arith::ShRUIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        if (toUnsigned(y, width) >= width)
          return std::nullopt;
        return int64_t(toUnsigned(x, width) >> y);
      });
}

template <typename T>
static void addDivision(Registry<T> &registry) {
  addIntegerBinary<arith::DivSIOp>(registry, divide<0>);
  addIntegerBinary<arith::FloorDivSIOp>(registry, divide<-1>);
  addIntegerBinary<arith::CeilDivSIOp>(registry, divide<1>);
  addIntegerBinary<arith::RemSIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        Result quotient = divide<0>(x, y, width);
        if (!quotient)
          return std::nullopt;
        return toSigned(x, width) - *quotient * toSigned(y, width);
      });
  addIntegerBinary<arith::DivUIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        if (y == 0)
          return std::nullopt;
        return int64_t(toUnsigned(x, width) / toUnsigned(y, width));
      });
  addIntegerBinary<arith::CeilDivUIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        if (y == 0)
          return std::nullopt;
        uint64_t whole = toUnsigned(x, width), part = toUnsigned(y, width);
        return int64_t(whole / part + (whole % part != 0));
      });
  addIntegerBinary<arith::RemUIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        if (y == 0)
          return std::nullopt;
        return int64_t(toUnsigned(x, width) % toUnsigned(y, width));
      });
}

template <typename T>
static void addExtrema(Registry<T> &registry) {
  addIntegerBinary<arith::MaxSIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        return toSigned(x, width) > toSigned(y, width) ? x : y;
      });
  addIntegerBinary<arith::MinSIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        return toSigned(x, width) < toSigned(y, width) ? x : y;
      });
  addIntegerBinary<arith::MaxUIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        return toUnsigned(x, width) > toUnsigned(y, width) ? x : y;
      });
  addIntegerBinary<arith::MinUIOp>(
      registry, [](int64_t x, int64_t y, unsigned width) -> Result {
        return toUnsigned(x, width) < toUnsigned(y, width) ? x : y;
      });
}

template <typename T>
void reference::addIntegers(Registry<T> &registry) {
  // Unsigned, so that an overflow wraps around.
  addIntegerBinary<arith::AddIOp>(registry,
                                  [](int64_t x, int64_t y, unsigned) -> Result {
                                    return int64_t(uint64_t(x) + uint64_t(y));
                                  });
  addIntegerBinary<arith::SubIOp>(registry,
                                  [](int64_t x, int64_t y, unsigned) -> Result {
                                    return int64_t(uint64_t(x) - uint64_t(y));
                                  });
  addIntegerBinary<arith::MulIOp>(registry,
                                  [](int64_t x, int64_t y, unsigned) -> Result {
                                    return int64_t(uint64_t(x) * uint64_t(y));
                                  });
  addBitwise(registry);
  addDivision(registry);
  addExtrema(registry);
  registry.template add<arith::CmpIOp>(evaluate<T>);
}
BRT_REFERENCE_INSTANTIATE(addIntegers);
