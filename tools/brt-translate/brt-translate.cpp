//===- brt-translate.cpp - Models to and from other languages -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Translate.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include <cstdlib>

using namespace brt;
using namespace llvm::cl;

static const char kHelp[] =
    "brt-translate: models to and from other languages\n\n"
    "  brt-translate --brt-to-exe examples/books/model.mlir -o books\n"
    "  brt-translate --brt-to-exe --train=\"optimizer=adamw clip-norm=1\" "
    "examples/books/model.mlir -o books\n"
    "  brt-translate --brt-to-dot examples/books/model.mlir | dot -Tsvg\n"
    "  brt-translate --export-json examples/books/model.mlir -o books.json\n"
    "  brt-translate --import-json books.json -o model.mlir\n"
    "\nand in the folder transformer/configs of google-research/meliad\n\n"
    "  brt-translate --import-gin base_memory.gin "
    "--gin-file=recurrent/bias_skip.gin\n"
    "  brt-translate --import-gin base_memory.gin "
    "--gin-override=\"NUM_LAYERS = 6\"\n";

/// Where compiled objects are kept unless the command line says it.
static std::string getDefaultCacheDir() {
  if (const char *folder = std::getenv("BRT_CACHE_DIR"))
    return folder;
  llvm::SmallString<128> path;
  if (!llvm::sys::path::cache_directory(path))
    return "";
  llvm::sys::path::append(path, "brt");
  return path.str().str();
}

int main(int argc, char **argv) {
  llvm::InitLLVM tool(argc, argv);
  TranslateOptions options;
  OptionCategory category("Options");

  opt<Translation, true> translation(
      cat(category), desc("Translations:"), location(options.translation),
      values(clEnumValN(Translation::ImportGin, "import-gin",
                        "Read official configuration files, write brt.model"),
             clEnumValN(Translation::ImportJson, "import-json",
                        "Read a JSON description, write brt.model"),
             clEnumValN(Translation::ExportJson, "export-json",
                        "Write the JSON description of a model"),
             clEnumValN(Translation::ToDot, "brt-to-dot",
                        "Draw the data flow of a model for Graphviz"),
             clEnumValN(Translation::ToObject, "brt-to-object",
                        "Compile to a relocatable object"),
             clEnumValN(Translation::ToShared, "brt-to-shared",
                        "Compile to a shared object"),
             clEnumValN(Translation::ToExe, "brt-to-exe",
                        "Compile to one self-contained program")));
  opt<std::string, true> input(cat(category), Positional, desc("<input file>"),
                               location(options.input), init("-"));
  opt<std::string, true> output("o", cat(category), desc("Where to write"),
                                value_desc("file"), location(options.output),
                                init("-"));
  opt<Precision> precision("precision", cat(category),
                           desc("Precision of an imported model"),
                           values(clEnumValN(Precision::F32, "f32", ""),
                                  clEnumValN(Precision::BF16, "bf16", ""),
                                  clEnumValN(Precision::F64, "f64", "")));
  list<std::string> ginFiles(
      "gin-file", cat(category), value_desc("file"),
      desc("Further configuration files, read in order"));
  list<std::string> ginOverrides(
      "gin-override", cat(category), value_desc("X = Y"),
      desc("Bindings in the place of those in files"));
  list<std::string> ginSearchPaths(
      "gin-search-path", cat(category), value_desc("folder"),
      desc("Folders to look for configuration files in"));
  opt<std::string, true> target("target", cat(category), value_desc("name"),
                                desc("What is compiled for: x86-64"),
                                location(options.object.target),
                                init(options.object.target));
  list<std::string> instructionSets(
      "isa", cat(category), CommaSeparated, value_desc("names"),
      desc("Instruction sets to compile for: avx2, avx512, avx512_bf16; all "
           "that the program gains from unless given"));
  opt<std::string, true> cpu(
      "cpu", cat(category), value_desc("name"),
      desc("Compile for one processor alone, such as znver4 or skylake-avx512: "
           "for the best of its instruction sets"),
      location(options.object.cpu));
  opt<std::string> train(
      "train", cat(category), ValueOptional, value_desc("options"),
      desc("Compile a training step too, with options of brt-opt "
           "--brt-add-optimizer"));
  opt<std::string> memoryBudget(
      "memory-budget", cat(category), value_desc("bytes"),
      desc("What each entry point may take of memory, as 500MB or 2GiB; what "
           "has to be is computed again rather than kept"));
  opt<int64_t> memoryLanes("memory-lanes", cat(category), value_desc("number"),
                           desc("Lanes for which --memory-budget holds"),
                           init(1));
  opt<std::string, true> runtimeDir(
      "runtime-dir", cat(category), value_desc("folder"),
      desc("Where libBrtRuntime.a and libBrtProgramMain.a are"),
      location(options.object.runtimeDir));
  opt<std::string, true> cacheDir(
      "cache-dir", cat(category), value_desc("folder"),
      desc("Keeps what was compiled, so that the same compiles at once; empty "
           "for none (default: BRT_CACHE_DIR, or brt in the user's folder of "
           "caches)"),
      location(options.object.cacheDir), init(getDefaultCacheDir()));

  HideUnrelatedOptions(category);
  ParseCommandLineOptions(argc, argv, kHelp);
  if (precision.getNumOccurrences())
    options.precision = precision;
  options.gin.files = ginFiles;
  options.gin.overrides = ginOverrides;
  options.gin.searchPaths = ginSearchPaths;
  if (!instructionSets.empty() && !options.object.cpu.empty()) {
    llvm::errs() << "brt-translate: expects --isa or --cpu, but got both\n";
    return 1;
  }
  if (!instructionSets.empty())
    options.object.instructionSets.assign(instructionSets.begin(),
                                          instructionSets.end());
  if (train.getNumOccurrences())
    options.object.training = train;
  if (memoryBudget.getNumOccurrences())
    options.object.memory = {memoryBudget, memoryLanes};
  return failed(translate(options));
}
