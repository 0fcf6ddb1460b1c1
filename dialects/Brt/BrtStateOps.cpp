//===- BrtStateOps.cpp - The recurrence and the carry of lanes ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BrtVerify.h"
#include "brt/dialects/Brt/Brt.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace brt;

//===----------------------------------------------------------------------===//
// brt.recurrence
//===----------------------------------------------------------------------===//

static RankedTensorType withAxis1(RankedTensorType type, int64_t extent) {
  SmallVector<int64_t> shape(type.getShape());
  shape[1] = extent;
  return RankedTensorType::get(shape, type.getElementType());
}

/// Whether axis 1 can be put together from, or cut into, pieces.
static bool hasSequenceAxis(RankedTensorType type) {
  return type.getRank() >= 2 && !type.isDynamicDim(1) &&
         type.getDimSize(1) < kExtentLimit;
}

/// (C1), (C2), (C5): what the parser and the verifier both check, since the
/// types of region and results depend on it.
static LogicalResult
verifyBlocks(int64_t blocks, function_ref<InFlightDiagnostic()> emitError) {
  if (blocks >= 1 && blocks < kExtentLimit)
    return success();
  return emitError() << "expects blocks to be between 1 and 2^31 - 1, but got "
                     << blocks;
}

static LogicalResult
verifySequence(int64_t blocks, Type type,
               function_ref<InFlightDiagnostic()> emitError) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && hasSequenceAxis(tensor) && tensor.getDimSize(1) % blocks == 0)
    return success();
  return emitError() << "expects sequences to be tensors with a static axis 1 "
                        "that "
                     << blocks << " blocks divide, but got " << type;
}

static LogicalResult verifyPiece(Type type,
                                 function_ref<InFlightDiagnostic()> emitError) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && hasSequenceAxis(tensor))
    return success();
  return emitError() << "expects yielded pieces to be tensors with a static "
                        "axis 1 of less than 2^31, but got "
                     << type;
}

RankedTensorType RecurrenceOp::getPieceType(RankedTensorType type,
                                            int64_t blocks) {
  return withAxis1(type, type.getDimSize(1) / blocks);
}

RankedTensorType RecurrenceOp::getWholeType(RankedTensorType type,
                                            int64_t blocks) {
  return withAxis1(type, type.getDimSize(1) * blocks);
}

YieldOp RecurrenceOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

SmallVector<Region *> RecurrenceOp::getLoopRegions() { return {&getBody()}; }

Block::BlockArgListType RecurrenceOp::getRegionIterArgs() {
  return getCarried();
}

std::optional<MutableArrayRef<OpOperand>>
RecurrenceOp::getYieldedValuesMutable() {
  return getYield().getCarryMutable();
}

std::optional<ResultRange> RecurrenceOp::getLoopResults() {
  return getFinalCarry();
}

void RecurrenceOp::build(
    OpBuilder &builder, OperationState &state, int64_t blocks,
    ValueRange sequences, ValueRange inits,
    function_ref<void(OpBuilder &, Location, ValueRange, ValueRange)> body) {
  state.addOperands(sequences);
  state.addOperands(inits);
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.blocks = builder.getI64IntegerAttr(blocks);
  properties.operandSegmentSizes = {static_cast<int32_t>(sequences.size()),
                                    static_cast<int32_t>(inits.size())};

  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(state.addRegion());
  for (Value sequence : sequences)
    block->addArgument(getPieceType(getTensorType(sequence), blocks),
                       sequence.getLoc());
  for (Value init : inits)
    block->addArgument(init.getType(), init.getLoc());
  body(builder, state.location,
       block->getArguments().take_front(sequences.size()),
       block->getArguments().drop_front(sequences.size()));
  auto yield = cast<YieldOp>(block->getTerminator());
  for (Value piece : yield.getPieces())
    state.addTypes(getWholeType(getTensorType(piece), blocks));
  state.addTypes(inits.getTypes());
}

/// `(%argument = %operand : type, ...)`.
static ParseResult
parseBindings(OpAsmParser &parser, SmallVectorImpl<OpAsmParser::Argument> &args,
              SmallVectorImpl<Type> &types,
              SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands) {
  return parser.parseCommaSeparatedList(
      OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
        return failure(parser.parseArgument(args.emplace_back()) ||
                       parser.parseEqual() ||
                       parser.parseOperand(operands.emplace_back()) ||
                       parser.parseColonType(types.emplace_back()));
      });
}

ParseResult RecurrenceOp::parse(OpAsmParser &parser, OperationState &state) {
  SmallVector<OpAsmParser::Argument> args;
  SmallVector<Type> types;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  int64_t blocks;
  SMLoc loc = parser.getCurrentLocation();
  auto emitError = [&] { return parser.emitError(loc); };
  Properties &properties = state.getOrAddProperties<Properties>();
  if (succeeded(parser.parseOptionalKeyword("reverse")))
    properties.reverse = parser.getBuilder().getUnitAttr();
  if (parser.parseKeyword("blocks") || parser.parseEqual() ||
      parser.parseInteger(blocks))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("over")) &&
      parseBindings(parser, args, types, operands))
    return failure();
  size_t numSequences = operands.size();
  if (succeeded(parser.parseOptionalKeyword("carry")) &&
      parseBindings(parser, args, types, operands))
    return failure();

  if (failed(verifyBlocks(blocks, emitError)))
    return failure();
  for (size_t i = 0; i < types.size(); ++i) {
    args[i].type = types[i];
    if (i >= numSequences)
      continue;
    if (failed(verifySequence(blocks, types[i], emitError)))
      return failure();
    args[i].type = getPieceType(cast<RankedTensorType>(types[i]), blocks);
  }

  properties.blocks = parser.getBuilder().getI64IntegerAttr(blocks);
  properties.operandSegmentSizes = {
      static_cast<int32_t>(numSequences),
      static_cast<int32_t>(operands.size() - numSequences)};
  Region *body = state.addRegion();
  if (parser.resolveOperands(operands, types, loc, state.operands) ||
      parser.parseRegion(*body, args) ||
      parser.parseOptionalAttrDict(state.attributes))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), state.location);
  auto yield = dyn_cast<YieldOp>(body->back().getTerminator());
  if (!yield)
    return parser.emitError(loc, "expects its region to end in 'brt.yield'");
  for (Value piece : yield.getPieces()) {
    if (failed(verifyPiece(piece.getType(), emitError)))
      return failure();
    state.addTypes(getWholeType(getTensorType(piece), blocks));
  }
  state.addTypes(ArrayRef<Type>(types).drop_front(numSequences));
  return success();
}

void RecurrenceOp::print(OpAsmPrinter &printer) {
  auto printBindings = [&](StringRef keyword, ValueRange args,
                           ValueRange operands) {
    if (operands.empty())
      return;
    printer << ' ' << keyword << " (";
    llvm::interleaveComma(
        llvm::zip_equal(args, operands), printer, [&](auto pair) {
          auto [arg, operand] = pair;
          printer << arg << " = " << operand << " : " << operand.getType();
        });
    printer << ')';
  };
  if (getReverse())
    printer << " reverse";
  printer << " blocks = " << getBlocks();
  printBindings("over", getPieces(), getSequences());
  printBindings("carry", getCarried(), getInits());
  printer << ' ';
  bool hasYieldValues = getYield()->getNumOperands() != 0;
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false, hasYieldValues);
  printer.printOptionalAttrDict((*this)->getAttrs(),
                                {"blocks", "reverse", "operandSegmentSizes"});
}

LogicalResult RecurrenceOp::verify() {
  auto emitError = [&] { return emitOpError(); };
  if (failed(verifyBlocks(getBlocks(), emitError)))
    return failure();
  for (Type type : getSequences().getTypes())
    if (failed(verifySequence(getBlocks(), type, emitError)))
      return failure();
  return success();
}

LogicalResult RecurrenceOp::verifyRegions() {
  auto expectTypes = [&](StringRef what, TypeRange wanted,
                         TypeRange got) -> LogicalResult {
    if (wanted == got)
      return success();
    InFlightDiagnostic error = emitOpError("expects ") << what << " to be (";
    llvm::interleaveComma(wanted, error);
    error << "), but got (";
    llvm::interleaveComma(got, error);
    return error << ")";
  };

  // (C3)
  SmallVector<Type> wanted;
  for (Value sequence : getSequences())
    wanted.push_back(getPieceType(getTensorType(sequence), getBlocks()));
  llvm::append_range(wanted, getInits().getTypes());
  if (failed(expectTypes("types of the region's arguments", wanted,
                         getBody().getArgumentTypes())))
    return failure();

  // (C4)
  YieldOp yield = getYield();
  if (failed(expectTypes("types of the yielded carry", getInits().getTypes(),
                         yield.getCarry().getTypes())))
    return failure();

  // (C6)
  wanted.clear();
  for (Value piece : yield.getPieces()) {
    if (failed(verifyPiece(piece.getType(), [&] { return emitOpError(); })))
      return failure();
    wanted.push_back(getWholeType(getTensorType(piece), getBlocks()));
  }
  llvm::append_range(wanted, getInits().getTypes());
  return expectTypes("types of the results", wanted, getResultTypes());
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

LogicalResult AddStateIdsOp::verify() {
  // (C1)
  if (failed(verifyRank(*this, "input", getInput(), 3)))
    return failure();
  if (failed(verifyShape(*this, "ids", getIds(),
                         getInput().getType().getShape().drop_front())))
    return failure();
  // (C2)
  return verifyParameter(*this, "ids", getIds(),
                         getInput().getType().getElementType());
}

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

LogicalResult SelectLanesOp::verify() {
  RankedTensorType type = getOnFalse().getType();
  // (C1)
  if (type.getRank() < 1)
    return emitOpError("expects on_false to have an axis of lanes, but got ")
           << type;
  if (failed(verifyShape(*this, "flags", getFlags(),
                         type.getShape().take_front())))
    return failure();
  // (C2)
  RankedTensorType onTrue = getOnTrue().getType();
  bool sameElement = onTrue.getElementType() == type.getElementType();
  bool withLanes = sameElement && onTrue.getShape() == type.getShape();
  bool withoutLanes =
      sameElement && onTrue.getShape() == type.getShape().drop_front();
  if (!withLanes && !withoutLanes)
    return emitOpError("expects on_true to have the type of on_false, with or "
                       "without its axis 0, but got ")
           << onTrue << " and " << type;
  return success();
}

LogicalResult AnyLaneOp::verify() {
  // (C1)
  return verifyRank(*this, "flags", getFlags(), 1);
}

LogicalResult CacheWriteOp::verify() {
  RankedTensorType cache = getCache().getType();
  RankedTensorType added = getRows().getType();
  // (C1)
  if (cache.getRank() < 2 || added.getRank() < 2)
    return emitOpError(
               "expects cache and rows to have rank 2 or more, but got ")
           << cache << " and " << added;
  SmallVector<int64_t> wanted(cache.getShape());
  wanted[1] = added.getDimSize(1);
  if (failed(verifyShape(*this, "rows", getRows(), wanted)))
    return failure();
  // (C2)
  if (failed(verifyShape(*this, "positions", getPositions(),
                         cache.getShape().take_front())))
    return failure();
  // (C3)
  return verifyElement(*this, "rows", getRows(), cache.getElementType());
}
