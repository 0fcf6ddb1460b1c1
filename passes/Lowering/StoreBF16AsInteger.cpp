//===- StoreBF16AsInteger.cpp - bf16 as 16 bits in LLVM -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/passes/Lowering/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"

namespace brt {
#define GEN_PASS_DEF_STOREBF16ASINTEGERPASS
#include "brt/passes/Lowering/Passes.h.inc"
} // namespace brt

using namespace mlir;

/// An instruction on numbers of bf16, and the types that it has.
namespace {
struct Instruction {
  Operation *op;
  SmallVector<Type> operands, results;
};
} // namespace

/// Gives an instruction back its types: casts bits in front of it and behind.
static void restoreTypes(const Instruction &instruction) {
  Operation *op = instruction.op;
  OpBuilder b(op);
  for (auto [operand, type] :
       llvm::zip_equal(op->getOpOperands(), instruction.operands))
    if (operand.get().getType() != type)
      operand.set(
          LLVM::BitcastOp::create(b, op->getLoc(), type, operand.get()));
  b.setInsertionPointAfter(op);
  for (auto [result, type] :
       llvm::zip_equal(op->getResults(), instruction.results)) {
    Type stored = result.getType();
    if (stored == type)
      continue;
    result.setType(type);
    Value bits = LLVM::BitcastOp::create(b, op->getLoc(), stored, result);
    result.replaceAllUsesExcept(bits, bits.getDefiningOp());
  }
}

namespace {
struct StoreBF16AsIntegerPass
    : brt::impl::StoreBF16AsIntegerPassBase<StoreBF16AsIntegerPass> {
  void runOnOperation() override {
    Type i16 = IntegerType::get(&getContext(), 16);
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](BFloat16Type) { return i16; });
    replacer.addReplacement([&](FloatAttr attr) -> std::optional<Attribute> {
      if (!attr.getType().isBF16())
        return std::nullopt;
      return IntegerAttr::get(i16, attr.getValue().bitcastToAPInt());
    });
    replacer.addReplacement(
        [&](DenseElementsAttr attr) -> std::optional<Attribute> {
          if (!attr.getElementType().isBF16())
            return std::nullopt;
          return attr.bitcast(i16);
        });
    SmallVector<Instruction> instructions;
    getOperation()->walk([&](Operation *op) {
      if (isa<LLVM::CallIntrinsicOp, LLVM::FPExtOp, LLVM::FPTruncOp>(op))
        instructions.push_back({op, llvm::to_vector(op->getOperandTypes()),
                                llvm::to_vector(op->getResultTypes())});
    });
    replacer.recursivelyReplaceElementsIn(getOperation(), /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
    llvm::for_each(instructions, restoreTypes);
  }
};
} // namespace
