//===- Translate.cpp - One translation of a file --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Translate.h"
#include "brt/InitAll.h"
#include "brt/Translate/Dot.h"
#include "brt/Translate/Json.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace brt;

/// Says what is wrong with the command line or a file.
static LogicalResult fail(const Twine &message) {
  llvm::errs() << "brt-translate: error: " << message << '\n';
  return failure();
}

static OwningOpRef<ModuleOp> read(const TranslateOptions &options,
                                  llvm::SourceMgr &sources,
                                  MLIRContext *context) {
  const llvm::MemoryBuffer *input = sources.getMemoryBuffer(1);
  if (options.translation == Translation::ImportGin) {
    GinImportOptions gin = options.gin;
    gin.fileName = input->getBufferIdentifier();
    gin.precision = options.precision;
    return importGin(input->getBuffer(), context, gin);
  }
  if (options.translation == Translation::ImportJson)
    return importJson(input->getBuffer(), context,
                      {input->getBufferIdentifier(), options.precision});
  return parseSourceFile<ModuleOp>(sources, context);
}

static LogicalResult write(const TranslateOptions &options, ModuleOp module,
                           llvm::raw_ostream &os) {
  if (options.translation == Translation::ExportJson)
    return exportJson(module, os);
  if (options.translation == Translation::ToDot)
    return exportDot(module, os);
  module.print(os);
  return success();
}

/// Compiles to a file; a linker does not write to the standard output.
static LogicalResult compile(const TranslateOptions &options, ModuleOp module) {
  if (options.translation == Translation::ToObject)
    return translateToObject(module, options.object, options.output);
  if (options.output == "-")
    return fail("expects -o to name the file to write, but got none");
  if (options.translation == Translation::ToShared)
    return translateToShared(module, options.object, options.output);
  return translateToExe(module, options.object, options.output);
}

LogicalResult brt::translate(const TranslateOptions &options) {
  if (options.translation == Translation::None)
    return fail("expects a translation to be chosen, but got none; see --help");
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input =
      openInputFile(options.input, &error);
  if (!input)
    return fail(error);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(input), llvm::SMLoc());

  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  // An error about a module need not print the module.
  context.printOpOnDiagnostic(false);
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = read(options, sources, &context);
  if (!module)
    return failure();
  if (options.translation >= Translation::ToObject)
    return compile(options, *module);

  std::unique_ptr<llvm::ToolOutputFile> output =
      openOutputFile(options.output, &error);
  if (!output)
    return fail(error);
  if (failed(write(options, *module, output->os())))
    return failure();
  output->keep();
  return success();
}
