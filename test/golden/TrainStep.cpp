//===- TrainStep.cpp - A training step around given gradients -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TrainStep.h"
#include "brt/passes/Optimize/Passes.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace brt;
using namespace brt::golden;
using namespace brt::reference;

/// An entry `gradient` that returns its inputs.
static std::string getGradientText(const FileTensors &parameters) {
  std::vector<std::string> names, inputs, types, ports;
  std::string arguments;
  for (const auto &[name, tensor] : parameters) {
    std::string type = "tensor<";
    for (int64_t extent : tensor.getShape())
      type += std::to_string(extent) + "x";
    type += "f64>";
    std::string index = std::to_string(names.size());
    arguments +=
        "%p" + index + ": " + type + " {brt.parameter = \"" + name + "\"}, ";
    inputs.push_back("%g" + index + ": " + type + " {brt.input = \"gradient/" +
                     name + "\"}");
    ports.push_back(type + " {brt.gradient = \"" + name + "\"}");
    names.push_back("%g" + index);
    types.push_back(type);
  }
  return "func.func @gradient(" + arguments + llvm::join(inputs, ", ") +
         ") -> (tensor<f64> {brt.output = \"loss_sum\"}, "
         "tensor<i64> {brt.output = \"token_count\"}, " +
         llvm::join(ports, ", ") +
         ") attributes {brt.entry} {\n"
         "  %loss = arith.constant dense<0.0> : tensor<f64>\n"
         "  %count = arith.constant dense<1> : tensor<i64>\n"
         "  return %loss, %count, " +
         llvm::join(names, ", ") + " : tensor<f64>, tensor<i64>, " +
         llvm::join(types, ", ") + "\n}\n";
}

llvm::Expected<std::unique_ptr<Engine>>
golden::createTrainStep(MLIRContext *context, const FileTensors &parameters,
                        StringRef options) {
  [[maybe_unused]] static const bool registered = [] {
    registerBrtOptimizePasses();
    return true;
  }();
  std::string reason;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    reason += diagnostic.str();
    return success();
  });
  auto module =
      parseSourceString<ModuleOp>(getGradientText(parameters), context);
  PassManager manager(context);
  std::string pipeline = ("brt-add-optimizer{" + options + "}").str();
  llvm::raw_string_ostream errors(reason);
  if (!module || failed(parsePassPipeline(pipeline, manager, errors)) ||
      failed(manager.run(*module)))
    return llvm::createStringError(pipeline + ": " + reason);
  return createReferenceEngine(std::move(module), Arithmetic::F64);
}

void golden::setStep(NamedTensors &arguments, int64_t step) {
  arguments[{Role::Input, "step"}] = Tensor<double>::ofIntegers({}, step);
  arguments[{Role::Input, "seed"}] = Tensor<double>::ofIntegers({}, 0);
}

void golden::clearState(const EntryPoint &entry, NamedTensors &arguments) {
  for (const Port &port : entry.arguments)
    if (port.role == Role::Optimizer)
      arguments[{port.role, port.name}] =
          isa<FloatType>(port.type.getElementType())
              ? Tensor<double>::ofReals(port.type.getShape())
              : Tensor<double>::ofIntegers(port.type.getShape());
}

void golden::carryOver(NamedTensors results, NamedTensors &arguments) {
  for (auto &[key, tensor] : results)
    if (key.first == Role::Parameter || key.first == Role::Optimizer ||
        key.first == Role::Carry)
      arguments[key] = std::move(tensor);
}
