//===- FitMemory.cpp - What to compute again within a budget --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/dialects/Brt/Brt.h"
#include "brt/passes/Memory/ArenaPlan.h"
#include "brt/passes/Memory/Passes.h"
#include "brt/passes/Pipelines/Lowering.h"
#include "brt/passes/Pipelines/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

namespace brt {
#define GEN_PASS_DEF_FITMEMORYPASS
#include "brt/passes/Pipelines/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

/// Code, the runtime, and stacks with packed factors: 10 MB are measured.
static constexpr int64_t kProgramBytes = int64_t(16) << 20;
/// Limits of tensors that are tried are this part of the arena apart.
static constexpr int64_t kLimits = 32;

/// A number of bytes with a unit; nothing where it is none.
static std::optional<int64_t> parseBytes(StringRef text) {
  int64_t number;
  if (text.consumeInteger(/*Radix=*/10, number) || number <= 0)
    return std::nullopt;
  int64_t unit = llvm::StringSwitch<int64_t>(text)
                     .Cases({"", "B"}, 1)
                     .Case("KB", 1'000)
                     .Case("MB", 1'000'000)
                     .Case("GB", 1'000'000'000)
                     .Case("KiB", int64_t(1) << 10)
                     .Case("MiB", int64_t(1) << 20)
                     .Case("GiB", int64_t(1) << 30)
                     .Default(0);
  if (unit == 0 || number > std::numeric_limits<int64_t>::max() / unit)
    return std::nullopt;
  return number * unit;
}

/// A number in groups of three digits.
static std::string format(int64_t number) {
  return llvm::formatv("{0:N0}", number).str();
}

//===----------------------------------------------------------------------===//
// What an entry point takes
//===----------------------------------------------------------------------===//

namespace {
/// Bytes of buffers of the caller's.
struct CallerBytes {
  int64_t parameters = 0, optimizer = 0, rest = 0;
  int64_t sum() const { return parameters + optimizer + rest; }
};
} // namespace

static int64_t getBytes(Type type, int64_t lanes) {
  auto tensor = cast<RankedTensorType>(type);
  int64_t bytes = llvm::divideCeil(tensor.getElementTypeBitWidth(), 8);
  for (int64_t extent : tensor.getShape())
    bytes *= ShapedType::isDynamic(extent) ? lanes : extent;
  return bytes;
}

/// What is returned under the name of an argument has its buffer.
static bool isUpdated(func::FuncOp entry, unsigned result) {
  for (StringRef kind :
       {BrtDialect::getParameterAttrName(), BrtDialect::getOptimizerAttrName(),
        BrtDialect::getCarryAttrName()})
    if (Attribute name = entry.getResultAttr(result, kind))
      for (unsigned i = 0; i < entry.getNumArguments(); ++i)
        if (entry.getArgAttr(i, kind) == name)
          return true;
  return false;
}

static CallerBytes getCallerBytes(func::FuncOp entry, int64_t lanes) {
  CallerBytes bytes;
  auto add = [&](Type type, function_ref<Attribute(StringRef)> getAttr) {
    int64_t size = getBytes(type, lanes);
    if (getAttr(BrtDialect::getParameterAttrName()))
      bytes.parameters += size;
    else if (getAttr(BrtDialect::getOptimizerAttrName()))
      bytes.optimizer += size;
    else
      bytes.rest += size;
  };
  for (unsigned i = 0; i < entry.getNumArguments(); ++i)
    add(entry.getArgumentTypes()[i],
        [&](StringRef kind) { return entry.getArgAttr(i, kind); });
  for (unsigned i = 0; i < entry.getNumResults(); ++i)
    if (!isUpdated(entry, i))
      add(entry.getResultTypes()[i],
          [&](StringRef kind) { return entry.getResultAttr(i, kind); });
  return bytes;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct FitMemoryPass : brt::impl::FitMemoryPassBase<FitMemoryPass> {
  using FitMemoryPassBase::FitMemoryPassBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    OpPassManager pipeline(ModuleOp::getOperationName());
    buildPlan(pipeline, /*limit=*/std::nullopt);
    pipeline.getDependentDialects(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    Location loc = UnknownLoc::get(context);
    std::optional<int64_t> bytes = parseBytes(budget);
    if (!bytes)
      return emitError(loc, "expects a memory budget to be a number of bytes, "
                            "KB, MB, GB, KiB, MiB or GiB, but got '")
             << budget << "'";
    if (lanes < 1)
      return emitError(loc, "expects a memory budget for 1 lane or more, but "
                            "got ")
             << getLanes();
    wanted = *bytes;
    return success();
  }

  void runOnOperation() override {
    for (auto entry : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (entry->hasAttr(BrtDialect::getEntryAttrName()) && failed(fit(entry)))
        return signalPassFailure();
  }

  void buildPlan(OpPassManager &pipeline, std::optional<int64_t> limit) const {
    RecomputePassOptions options;
    options.bytes = limit.value_or(-1);
    options.lanes = lanes;
    pipeline.addPass(createRecomputePass(options));
    buildArenaPipeline(pipeline, fuseAttention);
  }

  /// The bytes of the arena of an entry point whose tensors have a limit.
  FailureOr<int64_t> planArena(func::FuncOp entry,
                               std::optional<int64_t> limit) {
    // Pipelines run on what is inside of the op that the pass runs on.
    OpBuilder b(entry);
    auto trial = ModuleOp::create(b, entry.getLoc());
    b.setInsertionPointToStart(trial.getBody());
    b.clone(*entry);
    OpPassManager pipeline(ModuleOp::getOperationName());
    buildPlan(pipeline, limit);
    FailureOr<int64_t> bytes = failure();
    if (succeeded(runPipeline(pipeline, trial))) {
      auto arena = trial.lookupSymbol(entry.getSymName())
                       ->getAttrOfType<DenseI64ArrayAttr>(kArenaAttr);
      bytes = LaneBytes{arena[0], arena[1]}.at(lanes);
    }
    trial.erase();
    return bytes;
  }

  LogicalResult fit(func::FuncOp entry) {
    CallerBytes caller = getCallerBytes(entry, lanes);
    int64_t besides = caller.sum() + kProgramBytes;
    int64_t room = wanted - besides;
    FailureOr<int64_t> arena = planArena(entry, /*limit=*/std::nullopt);
    if (failed(arena))
      return failure();
    if (*arena <= room) {
      report(entry, caller, *arena);
      return success();
    }
    // A limit is tried only if the arena, a little more, may fit with it.
    int64_t least = *arena, step = *arena / kLimits;
    for (int64_t limit = *arena - step; limit > least / 2; limit -= step) {
      if (limit > room && limit - step > least / 2)
        continue;
      arena = planArena(entry, limit);
      if (failed(arena))
        return failure();
      least = std::min(least, *arena);
      if (*arena > room)
        continue;
      report(entry, caller, *arena);
      entry->setAttr(kTensorLimitAttr,
                     OpBuilder(entry).getDenseI64ArrayAttr({limit, lanes}));
      return success();
    }
    return entry.emitError("expects a memory budget of at least ")
           << format(besides + least) << " bytes for " << getLanes() << " of '"
           << entry.getSymName() << "', but got " << format(wanted);
  }

  std::string getLanes() const {
    return std::to_string(lanes) + (lanes == 1 ? " lane" : " lanes");
  }

  void report(func::FuncOp entry, const CallerBytes &caller, int64_t arena) {
    entry.emitRemark() << "'" << entry.getSymName() << "' of " << getLanes()
                       << " takes "
                       << format(caller.sum() + kProgramBytes + arena)
                       << " bytes of a budget of " << format(wanted)
                       << ": parameters " << format(caller.parameters)
                       << ", optimizer " << format(caller.optimizer)
                       << ", carry, inputs and outputs " << format(caller.rest)
                       << ", arena " << format(arena) << ", program "
                       << format(kProgramBytes);
  }

  int64_t wanted = 0;
};
} // namespace
