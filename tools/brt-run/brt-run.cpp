//===- brt-run.cpp - Evaluate an entry point on tensors in files ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Run.h"
#include "brt/InitAll.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace brt;
namespace cl = llvm::cl;

static cl::OptionCategory category("Options of brt-run");

static cl::opt<std::string> modelPath(cl::Positional, cl::desc("<model.mlir>"),
                                      cl::Required, cl::cat(category));
static cl::opt<bool>
    useReference("reference",
                 cl::desc("Evaluate by the reference evaluator: plain loops"),
                 cl::cat(category));
static cl::opt<std::string> entry("entry", cl::desc("Entry point"),
                                  cl::value_desc("name"), cl::init("forward"),
                                  cl::cat(category));
static cl::opt<reference::Arithmetic> arithmetic(
    "precision", cl::desc("Arithmetic of the evaluator"),
    cl::init(reference::Arithmetic::F64),
    cl::values(clEnumValN(reference::Arithmetic::F64, "f64",
                          "f64 throughout, whatever the types say"),
               clEnumValN(reference::Arithmetic::F32, "f32", "f32 throughout"),
               clEnumValN(reference::Arithmetic::AsTyped, "as-typed",
                          "results rounded to their element types")),
    cl::cat(category));
static cl::list<std::string> inputs("inputs", cl::CommaSeparated,
                                    cl::desc("Tensors to read"),
                                    cl::value_desc("file.safetensors,..."),
                                    cl::cat(category));
static cl::list<std::string>
    set("set", cl::desc("An input that is one number, such as seed=1"),
        cl::value_desc("name=number"), cl::cat(category));
static cl::opt<std::string> output("out",
                                   cl::desc("Where to write the results"),
                                   cl::value_desc("file.safetensors"),
                                   cl::Required, cl::cat(category));
static cl::opt<bool> zeroCarry("zero-carry", cl::desc("Absent carry is zero"),
                               cl::cat(category));
static cl::opt<int64_t>
    lanes("lanes", cl::desc("Lanes of a zero carry; else those of the inputs"),
          cl::value_desc("B"), cl::init(0), cl::cat(category));
static cl::opt<bool>
    ignoreExtra("ignore-extra",
                cl::desc("Tensors that are no arguments are no error"),
                cl::cat(category));

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "brt-run: evaluate an entry point of a model on tensors in files\n\n"
      "  brt-run --reference model.mlir --entry=init --set seed=1 --out "
      "p.safetensors\n"
      "  brt-run --reference model.mlir --entry=forward --precision=f64 \\\n"
      "      --inputs p.safetensors,in.safetensors --zero-carry --out "
      "out.safetensors\n\n"
      "Arguments are matched by name: parameters and inputs as "
      "'embed/embedding' or\n"
      "'tokens', the carry as 'carry_in/0/keys' or '0/keys'. Results are "
      "written as\n"
      "'logits' and 'carry_out/0/keys'.\n");
  if (!useReference) {
    llvm::errs() << "brt-run: error: expects --reference, but got no way of "
                    "evaluation; brt-translate makes programs that run\n";
    return 1;
  }
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  RunOptions options = {modelPath,
                        entry,
                        arithmetic,
                        {inputs.begin(), inputs.end()},
                        {set.begin(), set.end()},
                        output,
                        zeroCarry,
                        lanes,
                        ignoreExtra};
  return failed(run(options, &context));
}
