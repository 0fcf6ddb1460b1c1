//===- Run.cpp - One run of an entry point on files -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Run.h"
#include "TensorFiles.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Expand/Passes.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace brt;
using namespace brt::reference;

/// Says what is wrong with the command line or a file.
static LogicalResult fail(const Twine &message) {
  llvm::errs() << "brt-run: error: " << message << "\n";
  return failure();
}

/// Reads a module; a model in it is expanded.
static OwningOpRef<ModuleOp> readModule(llvm::SourceMgr &sources,
                                        StringRef path, MLIRContext *context) {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(path, &error);
  if (!input) {
    (void)fail(error);
    return nullptr;
  }
  sources.AddNewSourceBuffer(std::move(input), llvm::SMLoc());
  auto module = parseSourceFile<ModuleOp>(sources, context);
  if (!module || module->getOps<ModelOp>().empty())
    return module;
  PassManager manager(context);
  manager.addPass(createExpandModelPass());
  return succeeded(manager.run(*module)) ? std::move(module) : nullptr;
}

/// The argument that a tensor of a file is for, or null.
static const Port *findPort(const EntryPoint &entry, StringRef name) {
  bool carry = name.consume_front("carry_in/");
  for (const Port &port : entry.arguments)
    if (port.name == name && (!carry || port.role == Role::Carry))
      return &port;
  return nullptr;
}

/// Adds the tensors of a file to the arguments.
static LogicalResult addFile(const EntryPoint &entry, StringRef path,
                             bool ignoreExtra, NamedTensors &arguments) {
  llvm::Expected<FileTensors> file = readTensors(path);
  if (!file)
    return fail(toString(file.takeError()));
  for (auto &[name, tensor] : *file) {
    const Port *port = findPort(entry, name);
    if (!port && ignoreExtra)
      continue;
    if (!port)
      return fail("expects the tensors of '" + path + "' to be arguments of '" +
                  entry.getName() + "', but got '" + name +
                  "'; --ignore-extra allows it");
    if (!arguments.insert({{port->role, port->name}, std::move(tensor)}).second)
      return fail("expects one tensor for " + stringifyRole(port->role) + " '" +
                  port->name + "', but got '" + name + "' of '" + path +
                  "' too");
  }
  return success();
}

/// Adds a scalar input.
static LogicalResult addScalar(const EntryPoint &entry, StringRef text,
                               NamedTensors &arguments) {
  auto [name, number] = text.split('=');
  const Port *port = findPort(entry, name);
  int64_t value;
  if (!port || port->role != Role::Input || port->type.getRank() != 0 ||
      !port->type.getElementType().isInteger() || number.getAsInteger(0, value))
    return fail("expects --set to name an input that is one integer, as in "
                "seed=1, but got '" +
                text + "'");
  arguments[{port->role, port->name}] = Tensor<double>::ofIntegers({}, value);
  return success();
}

/// Adds zeros for absent carry.
static LogicalResult addZeroCarry(const EntryPoint &entry, int64_t lanes,
                                  NamedTensors &arguments) {
  for (const Port &port : entry.arguments)
    if (auto it = arguments.find({port.role, port.name});
        lanes == 0 && it != arguments.end() && port.type.getRank() > 0 &&
        port.type.isDynamicDim(0) && it->second.getRank() > 0)
      lanes = it->second.getExtent(0);
  if (lanes <= 0)
    return fail("expects --lanes to be positive where no input has lanes, but "
                "got " +
                Twine(lanes));
  for (const Port &port : entry.arguments) {
    if (port.role != Role::Carry)
      continue;
    SmallVector<int64_t> shape(port.type.getShape());
    for (int64_t &extent : shape)
      if (ShapedType::isDynamic(extent))
        extent = lanes;
    arguments.insert({{port.role, port.name},
                      isa<FloatType>(port.type.getElementType())
                          ? Tensor<double>::ofReals(shape)
                          : Tensor<double>::ofIntegers(shape)});
  }
  return success();
}

LogicalResult brt::run(const RunOptions &options, MLIRContext *context) {
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, context);
  context->printOpOnDiagnostic(false);
  OwningOpRef<ModuleOp> module =
      readModule(sources, options.modelPath, context);
  if (!module)
    return failure();
  FailureOr<EntryPoint> entry = EntryPoint::find(*module, options.entry);
  if (failed(entry))
    return failure();

  NamedTensors arguments;
  for (const std::string &path : options.inputs)
    if (failed(addFile(*entry, path, options.ignoreExtra, arguments)))
      return failure();
  for (const std::string &text : options.scalars)
    if (failed(addScalar(*entry, text, arguments)))
      return failure();
  if (options.zeroCarry &&
      failed(addZeroCarry(*entry, options.lanes, arguments)))
    return failure();

  FailureOr<NamedTensors> results =
      entry->evaluate(arguments, options.arithmetic);
  if (failed(results))
    return failure();
  if (llvm::Error error =
          writeResults(options.output, *entry, *results, options.arithmetic))
    return fail(toString(std::move(error)));
  return success();
}
