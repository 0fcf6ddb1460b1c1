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
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Threading.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
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
      {"avx512_bf16", "x86-64-v4",
       "+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl,+avx512bf16", 64, 32,
       /*hasBF16=*/true},
      {"avx512", "x86-64-v4",
       "+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl", 64, 32,
       /*hasBF16=*/false},
      {"avx2", "x86-64-v3", "+avx2,+fma,+f16c,+bmi,+bmi2,+lzcnt,+movbe", 32, 16,
       /*hasBF16=*/false},
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

static std::unique_ptr<llvm::TargetMachine>
createMachine(StringRef cpu, StringRef features = "") {
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
      triple, cpu, features, options, llvm::Reloc::PIC_));
}

/// Verifies the module behind the pipeline, but not behind each pass as brt-opt
/// does, which would take a quarter of the time.
static LogicalResult
runPipeline(ModuleOp module,
            function_ref<LogicalResult(OpPassManager &)> build) {
  PassManager manager(module.getContext());
  manager.enableVerifier(false);
  if (failed(build(manager)) || failed(manager.run(module)))
    return failure();
  return verify(module);
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
        brt::buildBufferPipeline(manager, options.attention.fuse,
                                 options.memory);
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

/// Whether a buffer holds numbers of bf16.
static bool usesBF16(ModuleOp kernels) {
  return kernels
      ->walk([](func::FuncOp function) {
        bool uses = llvm::any_of(function.getArgumentTypes(), [](Type type) {
          return getElementTypeOrSelf(type).isBF16();
        });
        return uses ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

static LogicalResult emitObject(llvm::Module &module, Location loc,
                                ObjectCode &object) {
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(kBaseCpu);
  llvm::legacy::PassManager passes;
  llvm::raw_svector_ostream os(object);
  if (machine->addPassesToEmitFile(passes, os, /*DwoOut=*/nullptr,
                                   llvm::CodeGenFileType::ObjectFile))
    return emitError(loc, "expects the x86-64 target to emit object files");
  passes.run(module);
  return success();
}

static void buildVariantPipeline(OpPassManager &manager,
                                 const brt::LoweringOptions &options) {
  brt::buildTilePipeline(manager, options);
  brt::buildVectorPipeline(manager, options);
  brt::buildLLVMPipeline(manager, options);
}

/// Loads the dialects that variants need: it cannot be done while several of
/// them are compiled.
static void loadDialects(MLIRContext *context) {
  PassManager manager(context);
  buildVariantPipeline(manager, {});
  DialectRegistry registry;
  manager.getDependentDialects(registry);
  context->appendDialectRegistry(registry);
  for (StringRef name : registry.getDialectNames())
    context->getOrLoadDialect(name);
}

/// Entry points only launch kernels. Optimising their thousands of addresses
/// would take longer than all kernels together.
static void setAttributes(llvm::Function &function, bool isEntry,
                          const InstructionSet &isa, StringRef cpu) {
  function.addFnAttr("target-cpu", isa.cpu);
  function.addFnAttr("target-features", isa.extensions);
  if (!cpu.empty())
    function.addFnAttr("tune-cpu", cpu);
  function.addFnAttr("prefer-vector-width",
                     std::to_string(isa.vectorBytes * 8));
  function.addFnAttr(llvm::Attribute::NoUnwind);
  if (isEntry) {
    function.addFnAttr(llvm::Attribute::OptimizeNone);
    function.addFnAttr(llvm::Attribute::NoInline);
  }
}

/// Object code of one instruction set, in which nothing but entry points can be
/// called from outside.
static LogicalResult compileVariant(ModuleOp kernels,
                                    const brt::Manifest &manifest,
                                    const InstructionSet &isa,
                                    const CompileOptions &options,
                                    ObjectCode &object) {
  OwningOpRef<ModuleOp> module = kernels.clone();
  if (failed(runPipeline(*module, [&](OpPassManager &manager) {
        buildVariantPipeline(manager, {isa.vectorBytes, isa.vectorRegisters,
                                       isa.hasBF16, options.attention});
        return success();
      })))
    return failure();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(*module, context, isa.name);
  std::unique_ptr<llvm::TargetMachine> machine =
      createMachine(isa.cpu, isa.extensions);
  if (!code || !machine)
    return kernels.emitError("expects LLVM to know x86-64 code for ")
           << isa.cpu;
  code->setDataLayout(machine->createDataLayout());
  code->setTargetTriple(machine->getTargetTriple());
  for (llvm::Function &function : *code) {
    if (function.isDeclaration())
      continue;
    StringRef name = function.getName();
    bool isWrapper = name.consume_front(kEntryPrefix);
    setAttributes(function, llvm::is_contained(manifest.entries, name), isa,
                  options.cpu);
    if (isWrapper) {
      function.setName(getEntrySymbol(isa.name, name));
      function.setVisibility(llvm::GlobalValue::HiddenVisibility);
    } else {
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
    }
  }
  for (llvm::GlobalVariable &global : code->globals())
    if (!global.isDeclaration())
      global.setLinkage(llvm::GlobalValue::InternalLinkage);
  optimize(*code, *machine);
  return emitObject(*code, kernels.getLoc(), object);
}

/// The object that defines `brt_program`.
static LogicalResult compileTable(Location loc, const brt::Manifest &manifest,
                                  ArrayRef<const InstructionSet *> variants,
                                  ObjectCode &object) {
  llvm::LLVMContext context;
  llvm::Module table("brt", context);
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(kBaseCpu);
  table.setDataLayout(machine->createDataLayout());
  table.setTargetTriple(machine->getTargetTriple());
  SmallVector<std::string> names;
  for (const InstructionSet *isa : variants)
    names.push_back(isa->name.str());
  addProgramTable(table, manifest, names);
  return emitObject(table, loc, object);
}

FailureOr<SmallVector<ObjectCode>>
brt::x86::compileToObjects(ModuleOp module, const CompileOptions &options) {
  for (StringRef name : options.instructionSets)
    if (!findInstructionSet(name))
      return module.emitError("expects an instruction set to be 'avx2', "
                              "'avx512' or 'avx512_bf16', but got '")
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

  SmallVector<const InstructionSet *> variants;
  bool leavesOutBF16 =
      options.instructionSets.size() > 1 && !usesBF16(*kernels);
  for (const InstructionSet &isa : getInstructionSets())
    if (llvm::is_contained(options.instructionSets, isa.name) &&
        !(isa.hasBF16 && leavesOutBF16))
      variants.push_back(&isa);
  loadDialects(module.getContext());
  SmallVector<ObjectCode> objects(variants.size() + 1);
  auto compile = [&](size_t i) {
    return compileVariant(*kernels, *manifest, *variants[i], options,
                          objects[i]);
  };
  if (failed(failableParallelForEachN(module.getContext(), 0, variants.size(),
                                      compile)) ||
      failed(
          compileTable(module.getLoc(), *manifest, variants, objects.back())))
    return failure();
  return objects;
}
