//===- TrainStep.cpp - A training step around given gradients -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TrainStep.h"
#include "brt/passes/Pipelines/Training.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
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

llvm::Expected<OwningOpRef<ModuleOp>>
golden::buildTrainStep(MLIRContext *context, const FileTensors &parameters,
                       StringRef options) {
  std::string reason;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    reason += diagnostic.str();
    return success();
  });
  auto module =
      parseSourceString<ModuleOp>(getGradientText(parameters), context);
  PassManager manager(context);
  auto fail = [&](const Twine &message) {
    reason += message.str();
    return failure();
  };
  if (!module || failed(addOptimizerPass(manager, options, fail)) ||
      failed(manager.run(*module)))
    return llvm::createStringError(options + ": " + reason);
  return module;
}
