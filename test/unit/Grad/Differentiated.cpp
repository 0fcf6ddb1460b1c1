//===- Differentiated.cpp - Gradients beside finite differences -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Differentiated.h"
#include "brt/passes/Expand/Passes.h"
#include "brt/passes/Grad/Passes.h"
#include "mlir/Pass/PassManager.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace brt;
using namespace brt::reference;

Differentiated::Differentiated(StringRef text, StringRef entry)
    : source(entry), module(test.parse(text)) {
  if (!module)
    return;
  PassManager manager(&test.context);
  ExpandModelPassOptions expand;
  expand.training = source == "training";
  manager.addPass(createExpandModelPass(expand));
  DifferentiatePassOptions differentiate;
  differentiate.entry = source;
  manager.addPass(createDifferentiatePass(differentiate));
  valid = succeeded(manager.run(*module));
  EXPECT_TRUE(valid) << test.error;
  if (!valid)
    return;
  FailureOr<EntryPoint> found = EntryPoint::find(*module, source);
  for (const Port &port : found->arguments)
    arguments[{port.role, port.name}] = getRandom(port, /*seed=*/1);
}

Tensor<double> Differentiated::getRandom(const Port &port, unsigned seed) {
  SmallVector<int64_t> shape(port.type.getShape());
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent = 2;
  SmallVector<unsigned> key(port.name.begin(), port.name.end());
  key.push_back(seed);
  std::seed_seq sequence(key.begin(), key.end());
  std::mt19937 random(sequence);
  Type element = port.type.getElementType();
  if (!isa<FloatType>(element)) {
    auto tensor = Tensor<double>::ofIntegers(shape);
    for (int64_t &x : tensor.getIntegers())
      x = element.isInteger(1) ? random() % 2 : 1 + random() % 4;
    return tensor;
  }
  bool positive = port.name.front() == 'p';
  std::uniform_real_distribution<> distribution(positive ? 0.3 : -1, 1);
  auto tensor = Tensor<double>::ofReals(shape);
  for (double &x : tensor.getReals())
    x = distribution(random);
  return tensor;
}

NamedTensors Differentiated::run(StringRef name,
                                 const NamedTensors &arguments) {
  FailureOr<EntryPoint> entry = EntryPoint::find(*module, name);
  FailureOr<NamedTensors> results =
      succeeded(entry) ? entry->evaluate(arguments, Arithmetic::F64)
                       : FailureOr<NamedTensors>(failure());
  EXPECT_TRUE(succeeded(results)) << test.error;
  return succeeded(results) ? std::move(*results) : NamedTensors();
}

double Differentiated::getLoss(const NamedTensors &arguments) {
  for (auto &[key, tensor] : run(source, arguments))
    if (key.first == Role::Output && tensor.isReal() && tensor.getRank() == 0)
      return tensor();
  ADD_FAILURE() << "no output to differentiate";
  return NAN;
}

NamedTensors Differentiated::getDirection(unsigned seed) {
  NamedTensors direction;
  FailureOr<EntryPoint> entry = EntryPoint::find(*module, source);
  for (const Port &port : entry->arguments)
    if (port.role == Role::Parameter)
      direction[{port.role, port.name}] = getRandom(port, seed);
  return direction;
}

void Differentiated::check() {
  if (!valid)
    return;
  NamedTensors gradients = run("gradient", arguments);
  ASSERT_GT(getLength(gradients), 0);
  for (unsigned seed = 2; seed < 5; ++seed) {
    NamedTensors direction = getDirection(seed);
    double expected = getDifference([&](double step) {
      return getLoss(shift(arguments, direction, step));
    });
    double scale = getLength(gradients);
    EXPECT_NEAR(getDerivative(gradients, direction), expected, 1e-6 * scale);
  }
}

NamedTensors reference::shift(NamedTensors tensors,
                              const NamedTensors &direction, double step) {
  for (const auto &[key, tensor] : direction)
    for (auto [x, d] :
         llvm::zip_equal(tensors.at(key).getReals(), tensor.getReals()))
      x += step * d;
  return tensors;
}

double reference::getDerivative(const NamedTensors &gradients,
                                const NamedTensors &direction) {
  double sum = 0;
  for (const auto &[key, tensor] : direction)
    for (auto [g, d] :
         llvm::zip_equal(gradients.at({Role::Gradient, key.second}).getReals(),
                         tensor.getReals()))
      sum += g * d;
  return sum;
}

double reference::getLength(const NamedTensors &gradients) {
  double sum = 0;
  for (const auto &[key, tensor] : gradients)
    if (key.first == Role::Gradient)
      for (double g : tensor.getReals())
        sum += g * g;
  return std::sqrt(sum);
}

double reference::getDifference(function_ref<double(double)> function) {
  constexpr double kStep = 1e-4;
  return (8 * (function(kStep) - function(-kStep)) -
          (function(2 * kStep) - function(-2 * kStep))) /
         (12 * kStep);
}
