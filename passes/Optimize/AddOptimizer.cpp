//===- AddOptimizer.cpp - Make the entry `gradient` a training step -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CheckOptions.h"
#include "GradientPipeline.h"
#include "LearningRate.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace brt {
#define GEN_PASS_DEF_ADDOPTIMIZERPASS
#include "brt/passes/Optimize/Passes.h.inc"
} // namespace brt

using namespace mlir;
using namespace brt;

namespace {

/// A result of the training step: a value and the attribute that names it.
struct Result {
  Value value;
  NamedAttribute name;
};

/// Rewrites one `gradient` function.
class TrainStepBuilder {
public:
  TrainStepBuilder(func::FuncOp function,
                   const AddOptimizerPassOptions &options)
      : function(function), options(options),
        terminator(function.front().getTerminator()),
        b(function.getLoc(), terminator), rule(UpdateRule::create(options)) {}

  /// Finds parameters, gradients and the loss; an error where one is missing.
  LogicalResult read();
  void rewrite();

private:
  FailureOr<Value> findOutput(StringRef name);
  LogicalResult readGradients();
  void addState();
  void addStateTensors(ArrayRef<StateTensor> tensors);
  Value getInput(StringRef name, RankedTensorType type);
  MutableArrayRef<StateValue> takeState(size_t count);
  void emitUpdates();
  void emitReturn();
  void addOutput(StringRef name, Value value);
  NamedAttribute named(StringRef attribute, StringRef name) {
    return b.getNamedAttr(attribute, b.getStringAttr(name));
  }

  func::FuncOp function;
  const AddOptimizerPassOptions &options;
  Operation *terminator;
  UpdateBuilder b;
  std::unique_ptr<UpdateRule> rule;

  /// The parameters, the first arguments, and their new values.
  SmallVector<StateTensor> parameters;
  SmallVector<Value> values;
  StepResults results;
  /// All of the optimizer's state, and how much of it has been taken.
  SmallVector<StateValue> state;
  size_t taken = 0;
  SmallVector<Result> carries, outputs;
};

} // namespace

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

FailureOr<Value> TrainStepBuilder::findOutput(StringRef name) {
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (StringAttr output = function.getResultAttrOfType<StringAttr>(
            i, BrtDialect::getOutputAttrName()))
      if (output.getValue() == name)
        return terminator->getOperand(i);
  return function.emitError("expects a result with ")
         << BrtDialect::getOutputAttrName() << " = \"" << name
         << "\", but got none";
}

LogicalResult TrainStepBuilder::readGradients() {
  StringRef attribute = BrtDialect::getGradientAttrName();
  for (const StateTensor &parameter : parameters) {
    Value gradient;
    for (unsigned i = 0; i < function.getNumResults() && !gradient; ++i)
      if (StringAttr name =
              function.getResultAttrOfType<StringAttr>(i, attribute))
        if (name.getValue() == parameter.name)
          gradient = terminator->getOperand(i);
    if (!gradient)
      return function.emitError("expects a result with ")
             << attribute << " = \"" << parameter.name << "\", but got none";
    if (gradient.getType() != parameter.type)
      return function.emitError("expects the gradient of '")
             << parameter.name << "' to be of its type " << parameter.type
             << ", but got " << gradient.getType();
    results.gradients.push_back(gradient);
  }
  return success();
}

LogicalResult TrainStepBuilder::read() {
  for (BlockArgument argument : function.getArguments()) {
    StringAttr name = function.getArgAttrOfType<StringAttr>(
        argument.getArgNumber(), BrtDialect::getParameterAttrName());
    if (!name)
      continue;
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || !type.hasStaticShape() ||
        !isa<Float32Type, Float64Type>(type.getElementType()))
      return function.emitError("expects parameter '")
             << name.getValue()
             << "' to be a tensor of static shape of f32 or f64, but got "
             << argument.getType();
    if (argument.getArgNumber() != parameters.size())
      return function.emitError("expects parameters to be the first arguments, "
                                "but got '")
             << name.getValue() << "' as argument " << argument.getArgNumber();
    parameters.push_back({name.str(), type});
    values.push_back(argument);
  }
  if (parameters.empty())
    return function.emitError("expects a parameter to train, but got none");
  if (failed(readGradients()))
    return failure();

  FailureOr<Value> lossSum = findOutput("loss_sum");
  if (failed(lossSum))
    return failure();
  FailureOr<Value> tokenCount = findOutput("token_count");
  if (failed(tokenCount))
    return failure();
  results.lossSum = *lossSum;
  results.tokenCount = *tokenCount;

  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (StringAttr name = function.getResultAttrOfType<StringAttr>(
            i, BrtDialect::getCarryAttrName()))
      carries.push_back({terminator->getOperand(i),
                         named(BrtDialect::getCarryAttrName(), name)});
  return success();
}

//===----------------------------------------------------------------------===//
// State and inputs
//===----------------------------------------------------------------------===//

void TrainStepBuilder::addStateTensors(ArrayRef<StateTensor> tensors) {
  for (const StateTensor &tensor : tensors) {
    unsigned position = parameters.size() + state.size();
    (void)function.insertArgument(
        position, tensor.type,
        b.getDictionaryAttr(
            named(BrtDialect::getOptimizerAttrName(), tensor.name)),
        function.getLoc());
    state.push_back({tensor, function.getArgument(position)});
  }
}

/// In the order in which it is taken.
void TrainStepBuilder::addState() {
  if (options.accumulateSteps > 1)
    addStateTensors(getAccumulationState(parameters));
  if (options.lossGuard)
    addStateTensors(getGuardState(b.getContext()));
  for (const StateTensor &parameter : parameters)
    addStateTensors(rule->getState(parameter.name, parameter.type));
}

MutableArrayRef<StateValue> TrainStepBuilder::takeState(size_t count) {
  taken += count;
  return MutableArrayRef(state).slice(taken - count, count);
}

/// The input of that name, which may be there already.
Value TrainStepBuilder::getInput(StringRef name, RankedTensorType type) {
  StringRef attribute = BrtDialect::getInputAttrName();
  for (BlockArgument argument : function.getArguments())
    if (StringAttr input = function.getArgAttrOfType<StringAttr>(
            argument.getArgNumber(), attribute))
      if (input.getValue() == name)
        return argument;
  unsigned position = function.getNumArguments();
  (void)function.insertArgument(position, type,
                                b.getDictionaryAttr(named(attribute, name)),
                                function.getLoc());
  return function.getArgument(position);
}

//===----------------------------------------------------------------------===//
// Updates
//===----------------------------------------------------------------------===//

void TrainStepBuilder::addOutput(StringRef name, Value value) {
  outputs.push_back({value, named(BrtDialect::getOutputAttrName(), name)});
}

void TrainStepBuilder::emitUpdates() {
  auto scalar = [](Type type) { return RankedTensorType::get({}, type); };
  addOutput("loss_sum", results.lossSum);
  addOutput("token_count", results.tokenCount);
  Value step = b.element(getInput("step", scalar(b.getI64Type())));
  getInput("seed", scalar(b.getI64Type()));

  MicroStep microStep = splitStep(b, step, options);
  Real rate = options.schedule == Schedule::Input
                  ? b.toReal(getInput("learning_rate", scalar(b.getF64Type())))
                  : emitLearningRate(b, microStep.index, options);
  if (options.accumulateSteps > 1)
    emitAccumulation(b, microStep, takeState(parameters.size() + 2), results);
  GradientScale scale = emitGradientScale(b, results, options);
  Value applies = microStep.last;
  if (options.lossGuard) {
    Real meanLoss =
        b.toReal(results.lossSum) / max(b.toReal(results.tokenCount), 1);
    Value inLine = emitGuard(b, meanLoss, scale.norm, microStep.last,
                             takeState(3), options);
    applies = applies ? arith::AndIOp::create(b, applies, inLine) : inLine;
  }
  addOutput("gradient_norm", b.tensorOf(scale.norm.getValue()));
  addOutput("learning_rate", b.tensorOf(rate.getValue()));
  if (applies)
    addOutput("updated", b.tensorOf(applies));

  StepScalars scalars = {rate, microStep.index + 1, scale.scale, applies};
  for (auto [parameter, value, gradient] :
       llvm::zip_equal(parameters, values, results.gradients)) {
    MutableArrayRef<StateValue> own =
        takeState(rule->getState(parameter.name, parameter.type).size());
    SmallVector<Value> moments = llvm::map_to_vector(
        own, [](const StateValue &entry) { return entry.value; });
    StringRef name = parameter.name;
    bool decays = llvm::none_of(
        options.noDecay, [&](StringRef part) { return name.contains(part); });
    ParameterStep update = {value, gradient, moments, decays};
    rule->emit(b, scalars, update);
    value = update.value;
    for (auto [entry, moment] : llvm::zip_equal(own, moments))
      entry.value = moment;
  }
}

void TrainStepBuilder::emitReturn() {
  SmallVector<Result> all;
  for (auto [parameter, value] : llvm::zip_equal(parameters, values))
    all.push_back(
        {value, named(BrtDialect::getParameterAttrName(), parameter.name)});
  for (const StateValue &entry : state)
    all.push_back({entry.value, named(BrtDialect::getOptimizerAttrName(),
                                      entry.tensor.name)});
  llvm::append_range(all, carries);
  llvm::append_range(all, outputs);

  SmallVector<Value> operands;
  SmallVector<Attribute> attributes;
  for (const Result &result : all) {
    operands.push_back(result.value);
    attributes.push_back(b.getDictionaryAttr(result.name));
  }
  terminator->setOperands(operands);
  function.setFunctionType(b.getFunctionType(function.getArgumentTypes(),
                                             ValueRange(operands).getTypes()));
  function.setResAttrsAttr(b.getArrayAttr(attributes));
}

void TrainStepBuilder::rewrite() {
  addState();
  emitUpdates();
  emitReturn();
  function.setName("train_step");
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct AddOptimizerPass : brt::impl::AddOptimizerPassBase<AddOptimizerPass> {
  using AddOptimizerPassBase::AddOptimizerPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    AddOptimizerPassOptions options = getOptions();
    if (failed(checkOptions(module.getLoc(), options)))
      return signalPassFailure();
    auto function = module.lookupSymbol<func::FuncOp>("gradient");
    if (!function || !function->hasAttr(BrtDialect::getEntryAttrName()) ||
        !function.getBody().hasOneBlock()) {
      module.emitError("expects an entry point 'gradient', as "
                       "--brt-differentiate makes it, but got none");
      return signalPassFailure();
    }
    if (Operation *other = module.lookupSymbol("train_step")) {
      other->emitError("expects the name 'train_step' to be free, but got it "
                       "defined");
      return signalPassFailure();
    }
    TrainStepBuilder builder(function, options);
    if (failed(builder.read()))
      return signalPassFailure();
    builder.rewrite();
  }

private:
  /// The options by value, as the libraries of this pass take them.
  AddOptimizerPassOptions getOptions() const {
    AddOptimizerPassOptions options;
    options.optimizer = optimizer;
    options.learningRate = learningRate;
    options.schedule = schedule;
    options.maxLearningRate = maxLearningRate;
    options.minLearningRate = minLearningRate;
    options.warmupSteps = warmupSteps;
    options.maxSteps = maxSteps;
    options.decayAfter = decayAfter;
    options.spikeSteps = spikeSteps;
    options.spikeLearningRate = spikeLearningRate;
    options.beta1 = beta1;
    options.beta2 = beta2;
    options.epsilon = epsilon;
    options.weightDecay = weightDecay;
    options.noDecay = llvm::to_vector(noDecay);
    options.decayExponent = decayExponent;
    options.clippingThreshold = clippingThreshold;
    options.minimumScale = minimumScale;
    options.factoredMinimum = factoredMinimum;
    options.lossNormalization = lossNormalization;
    options.clipNorm = clipNorm;
    options.accumulateSteps = accumulateSteps;
    options.lossGuard = lossGuard;
    options.guardFactor = guardFactor;
    options.guardDecay = guardDecay;
    options.guardAfter = guardAfter;
    return options;
  }
};
} // namespace
