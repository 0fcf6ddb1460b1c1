//===- brt-translate.cpp - Read and write models in other languages -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/InitAll.h"
#include "brt/Translate/Dot.h"
#include "brt/Translate/Gin.h"
#include "brt/Translate/Json.h"
#include "brt/Translate/Object.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
namespace cl = llvm::cl;

enum class Action {
  None,
  ImportGin,
  ImportJson,
  ExportJson,
  ToDot,
  ToObject,
  ToShared,
  ToExe
};

static cl::OptionCategory category("Options");
static cl::opt<Action> action(
    cl::cat(category), cl::desc("Translations:"), cl::init(Action::None),
    cl::values(clEnumValN(Action::ImportGin, "import-gin",
                          "Read official configuration files, write brt.model"),
               clEnumValN(Action::ImportJson, "import-json",
                          "Read a JSON description, write brt.model"),
               clEnumValN(Action::ExportJson, "export-json",
                          "Read brt.model, write its JSON description"),
               clEnumValN(Action::ToDot, "brt-to-dot",
                          "Read brt.model, draw its data flow for Graphviz"),
               clEnumValN(Action::ToObject, "brt-to-object",
                          "Compile to a relocatable object"),
               clEnumValN(Action::ToShared, "brt-to-shared",
                          "Compile to a shared object for brt-run"),
               clEnumValN(Action::ToExe, "brt-to-exe",
                          "Compile to one self-contained program")));
static cl::opt<std::string> inputName(cl::cat(category), cl::Positional,
                                      cl::desc("<input file>"), cl::init("-"));
static cl::opt<std::string> outputName("o", cl::cat(category),
                                       cl::desc("Where to write"),
                                       cl::value_desc("file"), cl::init("-"));
static cl::opt<brt::Precision>
    precision("precision", cl::cat(category),
              cl::desc("Precision of an imported model"),
              cl::values(clEnumValN(brt::Precision::F32, "f32", ""),
                         clEnumValN(brt::Precision::BF16, "bf16", ""),
                         clEnumValN(brt::Precision::F64, "f64", "")));

static cl::list<std::string>
    ginFiles("gin-file", cl::cat(category),
             cl::desc("Further configuration files, read in order"),
             cl::value_desc("file"));
static cl::list<std::string>
    ginOverrides("gin-override", cl::cat(category),
                 cl::desc("Bindings in the place of those in files"),
                 cl::value_desc("X = Y"));
static cl::list<std::string>
    ginSearchPaths("gin-search-path", cl::cat(category),
                   cl::desc("Folders to look for configuration files in"),
                   cl::value_desc("folder"));

static cl::opt<std::string> target("target", cl::cat(category),
                                   cl::desc("What is compiled for: x86-64"),
                                   cl::init("x86-64"));
static cl::list<std::string> instructionSets(
    "isa", cl::cat(category), cl::CommaSeparated,
    cl::desc("Instruction sets to compile for: avx2, avx512; both unless "
             "given"));
static cl::opt<std::string>
    runtimeDir("runtime-dir", cl::cat(category), cl::value_desc("folder"),
               cl::desc("Where libBrtRuntime.a and libBrtProgramMain.a are"));

static const char kHelp[] =
    "brt-translate: models to and from other languages\n\n"
    "  brt-translate --brt-to-exe model.mlir -o books\n"
    "  brt-translate --import-json config.json -o model.mlir\n"
    "  brt-translate --export-json model.mlir\n";

static OwningOpRef<ModuleOp> readModule(llvm::SourceMgr &sources,
                                        MLIRContext *context) {
  const llvm::MemoryBuffer *input = sources.getMemoryBuffer(1);
  switch (action) {
  case Action::ImportGin: {
    brt::GinImportOptions options;
    options.fileName = input->getBufferIdentifier();
    options.files = ginFiles;
    options.overrides = ginOverrides;
    options.searchPaths = ginSearchPaths;
    if (precision.getNumOccurrences())
      options.precision = precision;
    return brt::importGin(input->getBuffer(), context, options);
  }
  case Action::ImportJson: {
    brt::JsonImportOptions options;
    options.fileName = input->getBufferIdentifier();
    if (precision.getNumOccurrences())
      options.precision = precision;
    return brt::importJson(input->getBuffer(), context, options);
  }
  default:
    return parseSourceFile<ModuleOp>(sources, context);
  }
}

static LogicalResult writeDot(ModuleOp module, llvm::raw_ostream &os) {
  auto models = module.getOps<brt::ModelOp>();
  if (models.empty())
    return module.emitError(
        "expects the module to hold a 'brt.model', but got none");
  for (brt::ModelOp model : models)
    brt::exportDot(model, os);
  return success();
}

static LogicalResult write(ModuleOp module, llvm::raw_ostream &os) {
  if (action == Action::ExportJson)
    return brt::exportJson(module, os);
  if (action == Action::ToDot)
    return writeDot(module, os);
  module->print(os);
  return success();
}

/// Runs an action that writes a file of its own; none where `action` is
/// another.
static std::optional<LogicalResult> compile(ModuleOp module) {
  brt::ObjectOptions options;
  options.target = target;
  options.runtimeDir = runtimeDir;
  if (instructionSets.getNumOccurrences())
    options.instructionSets = llvm::to_vector(instructionSets);
  switch (action) {
  case Action::ToObject:
    return brt::translateToObject(module, options, outputName);
  case Action::ToShared:
    return brt::translateToShared(module, options, outputName);
  case Action::ToExe:
    return brt::translateToExe(module, options, outputName);
  default:
    return std::nullopt;
  }
}

static LogicalResult translate() {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(inputName, &error);
  if (action == Action::None)
    error = "expects a translation to be chosen, but got none; see --help";
  if (!error.empty()) {
    llvm::errs() << "brt-translate: error: " << error << '\n';
    return failure();
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(input), llvm::SMLoc());

  DialectRegistry registry;
  brt::registerAllDialects(registry);
  MLIRContext context(registry);
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = readModule(sources, &context);
  if (!module)
    return failure();
  if (std::optional<LogicalResult> compiled = compile(*module))
    return *compiled;

  std::unique_ptr<llvm::ToolOutputFile> output =
      openOutputFile(outputName, &error);
  if (!output) {
    llvm::errs() << "brt-translate: error: " << error << '\n';
    return failure();
  }
  if (failed(write(*module, output->os())))
    return failure();
  output->keep();
  return success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, kHelp);
  return failed(translate());
}
