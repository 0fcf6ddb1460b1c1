//===- Converted.cpp - Tiles of numbers in another type -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlacer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

Value brt::x86::getConverted(Value tile) {
  auto op = tile.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      !isa<RankedTensorType>(op.getInputs()[0].getType()) ||
      !llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isIdentity(); }))
    return {};
  Operation *cast =
      op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  bool converts = isa_and_present<arith::ExtFOp, arith::TruncFOp>(cast) &&
                  cast->getOperand(0) == op.getBody()->getArgument(0);
  return converts ? op.getInputs()[0] : Value();
}

bool brt::x86::isOnlyMultiplied(Value tile) {
  return llvm::all_of(tile.getUses(), [&](OpOperand &use) {
    if (auto contract = dyn_cast<linalg::ContractOp>(use.getOwner()))
      return contract.isDpsInput(&use);
    return use.getOwner()->getNumResults() == 1 &&
           getConverted(use.getOwner()->getResult(0)) == tile &&
           isOnlyMultiplied(use.getOwner()->getResult(0));
  });
}

Type brt::x86::getNumberType(Value tile) {
  Type narrowest = getElementTypeOrSelf(tile);
  while ((tile = getConverted(tile)))
    if (Type type = getElementTypeOrSelf(tile);
        type.getIntOrFloatBitWidth() < narrowest.getIntOrFloatBitWidth())
      narrowest = type;
  return narrowest;
}
