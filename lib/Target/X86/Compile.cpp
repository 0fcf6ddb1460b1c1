//===- Compile.cpp - From the cell level to object code -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgramTable.h"
#include "brt/Target/Manifest.h"
#include "brt/Target/X86.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Pipelines/Levels.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "brt/passes/Pipelines/Training.h"
#include "brt/passes/Profile/Passes.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace brt::x86;

static constexpr StringLiteral kTriple = "x86_64-unknown-linux-gnu";
static constexpr StringLiteral kBaseCpu = "x86-64";
/// Prefix of the functions that --brt-wrap-entry-points makes.
static constexpr StringLiteral kEntryPrefix = "brt_entry_";

ArrayRef<InstructionSet> brt::x86::getInstructionSets() {
  static const InstructionSet sets[] = {
      {"avx512", "x86-64-v4", 64, 32},
      {"avx2", "x86-64-v3", 32, 16},
  };
  return sets;
}

static const InstructionSet *findInstructionSet(StringRef name) {
  auto *it =
      llvm::find_if(getInstructionSets(), [&](const InstructionSet &isa) {
        return isa.name == name;
      });
  return it == getInstructionSets().end() ? nullptr : it;
}

static std::unique_ptr<llvm::TargetMachine> createMachine(StringRef cpu) {
  static const bool initialized = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    return true;
  }();
  (void)initialized;
  std::string error;
  llvm::Triple triple(kTriple);
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  // Contractions are products that are added up: one rounding is enough.
  options.AllowFPOpFusion = llvm::FPOpFusion::Fast;
  options.FunctionSections = true;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, /*Features=*/"", options, llvm::Reloc::PIC_));
}

static LogicalResult
runPipeline(ModuleOp module,
            function_ref<LogicalResult(OpPassManager &)> build) {
  PassManager manager(module.getContext());
  return failed(build(manager)) ? failure() : manager.run(module);
}

/// Goes down to the level `cell`, with a training step where that is asked for.
static LogicalResult lowerToCell(ModuleOp module,
                                 const CompileOptions &options) {
  if (!options.training) {
    if (module.getOps<brt::ModelOp>().empty())
      return success();
    return runPipeline(module, [](OpPassManager &manager) {
      brt::buildCompilePipeline(manager, *brt::findLevel("cell"));
      return success();
    });
  }
  if (failed(runPipeline(module, [&](OpPassManager &manager) {
        brt::buildTrainingPipeline(manager);
        return brt::addOptimizerPass(
            manager, *options.training,
            [&](const Twine &message) -> LogicalResult {
              return module.emitError("expects options of --brt-add-optimizer, "
                                      "but got '")
                     << *options.training << "' "
                     << StringRef(message.str()).trim();
            });
      })))
    return failure();
  // The manifest says how the program trains.
  StringRef name = brt::BrtDialect::getConfigAttrName();
  NamedAttrList config(module->getAttrOfType<DictionaryAttr>(name));
  config.set("train", StringAttr::get(module.getContext(), *options.training));
  module->setAttr(name, config.getDictionary(module.getContext()));
  return success();
}

/// A copy of `module` as kernels on buffers, and the manifest of what it was.
static FailureOr<brt::Manifest> lowerToKernels(ModuleOp module,
                                               const CompileOptions &options) {
  if (failed(lowerToCell(module, options)))
    return failure();
  FailureOr<brt::Manifest> manifest = brt::Manifest::build(module);
  if (failed(manifest) ||
      failed(runPipeline(module, [&](OpPassManager &manager) {
        brt::buildBufferPipeline(manager, options.attention.fuse);
        manager.addPass(brt::createInstrumentKernelsPass());
        return success();
      })))
    return failure();
  manifest->addKernels(module);
  manifest->addArenas(module);
  return manifest;
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  // Kernels come as vectors in loops of their final shape: what is left to do
  // is the cleaning of addresses and the hoisting of what does not change.
  llvm::ModulePassManager passes;
  // An entry point's many addresses may take instcombine more than one round,
  // which it would otherwise take for a mistake of its own, and die.
  llvm::cantFail(builder.parsePassPipeline(
      passes, "function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,"
              "simplifycfg,loop-mssa(loop-rotate,licm),early-cse<memssa>,"
              "instcombine<no-verify-fixpoint>,simplifycfg),globaldce"));
  passes.run(module, modules);
}

/// Code of one instruction set as LLVM IR, optimised, in which nothing but
/// entry points can be called from outside.
static std::unique_ptr<llvm::Module>
compileVariant(ModuleOp kernels, const InstructionSet &isa,
               const brt::AttentionOptions &attention,
               llvm::LLVMContext &context) {
  OwningOpRef<ModuleOp> module = kernels.clone();
  if (failed(runPipeline(*module, [&](OpPassManager &manager) {
        brt::LoweringOptions options{isa.vectorBytes, isa.vectorRegisters,
                                     attention};
        brt::buildTilePipeline(manager, options);
        brt::buildVectorPipeline(manager, options);
        brt::buildLLVMPipeline(manager);
        return success();
      })))
    return nullptr;
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(*module, context, isa.name);
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(isa.cpu);
  if (!code || !machine) {
    kernels.emitError("expects LLVM to know x86-64 code for ") << isa.cpu;
    return nullptr;
  }
  code->setDataLayout(machine->createDataLayout());
  code->setTargetTriple(machine->getTargetTriple());
  for (llvm::Function &function : *code) {
    if (function.isDeclaration())
      continue;
    StringRef name = function.getName();
    if (name.consume_front(kEntryPrefix))
      function.setName(getEntrySymbol(isa.name, name));
    else
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
    function.addFnAttr("target-cpu", isa.cpu);
    function.addFnAttr("prefer-vector-width",
                       std::to_string(isa.vectorBytes * 8));
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
  for (llvm::GlobalVariable &global : code->globals())
    if (!global.isDeclaration())
      global.setLinkage(llvm::GlobalValue::InternalLinkage);
  optimize(*code, *machine);
  return code;
}

static LogicalResult emitObject(llvm::Module &module, Location loc,
                                llvm::raw_pwrite_stream &os) {
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(kBaseCpu);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, os, /*DwoOut=*/nullptr,
                                   llvm::CodeGenFileType::ObjectFile))
    return emitError(loc, "expects the x86-64 target to emit object files");
  passes.run(module);
  return success();
}

LogicalResult brt::x86::compileToObject(ModuleOp module,
                                        const CompileOptions &options,
                                        llvm::raw_pwrite_stream &os) {
  for (StringRef name : options.instructionSets)
    if (!findInstructionSet(name))
      return module.emitError("expects an instruction set to be 'avx2' or "
                              "'avx512', but got '")
             << name << "'";
  if (options.instructionSets.empty())
    return module.emitError("expects an instruction set, but got none");

  DialectRegistry registry;
  registerLoweringInterfaces(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);

  OwningOpRef<ModuleOp> kernels = module.clone();
  FailureOr<Manifest> manifest = lowerToKernels(*kernels, options);
  if (failed(manifest))
    return failure();

  llvm::LLVMContext context;
  llvm::Module program("brt", context);
  SmallVector<std::string> variants;
  for (const InstructionSet &isa : getInstructionSets()) {
    if (!llvm::is_contained(options.instructionSets, isa.name))
      continue;
    std::unique_ptr<llvm::Module> code =
        compileVariant(*kernels, isa, options.attention, context);
    if (!code)
      return failure();
    program.setDataLayout(code->getDataLayout());
    program.setTargetTriple(code->getTargetTriple());
    if (llvm::Linker::linkModules(program, std::move(code)))
      return module.emitError("expects code of '")
             << isa.name << "' to link with that of other instruction sets";
    variants.push_back(isa.name.str());
  }
  addProgramTable(program, *manifest, variants);
  for (StringRef isa : variants)
    for (StringRef entry : manifest->entries)
      program.getFunction(getEntrySymbol(isa, entry))
          ->setLinkage(llvm::GlobalValue::InternalLinkage);
  return emitObject(program, module.getLoc(), os);
}
