//===- ProgramTable.cpp - The symbol brt_program --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgramTable.h"
#include "brt-c/Program.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

using namespace llvm;

std::string brt::x86::getEntrySymbol(StringRef isa, StringRef entry) {
  return ("brt_" + isa + "_" + entry).str();
}

static GlobalVariable *addConstant(Module &module, const Twine &name,
                                   Constant *value) {
  return new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                            GlobalValue::PrivateLinkage, value, name);
}

void brt::x86::addProgramTable(Module &module, const Manifest &manifest,
                               ArrayRef<std::string> isas) {
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::get(context, 0);
  Type *i32 = Type::getInt32Ty(context), *i64 = Type::getInt64Ty(context);

  // Only their addresses are taken here.
  auto *entryType =
      FunctionType::get(Type::getVoidTy(context), /*isVarArg=*/false);
  SmallVector<Constant *> variants;
  for (StringRef isa : isas) {
    SmallVector<Constant *> entries;
    for (StringRef entry : manifest.entries) {
      auto *function = Function::Create(entryType, Function::ExternalLinkage,
                                        getEntrySymbol(isa, entry), module);
      function->setVisibility(GlobalValue::HiddenVisibility);
      entries.push_back(function);
    }
    auto *type = ArrayType::get(pointer, entries.size());
    Constant *table = addConstant(module, "brt_entries_" + isa,
                                  ConstantArray::get(type, entries));
    Constant *name = addConstant(module, "brt_isa_" + isa,
                                 ConstantDataArray::getString(context, isa));
    variants.push_back(ConstantStruct::getAnon({name, table}));
  }
  auto *variantsType =
      ArrayType::get(StructType::get(pointer, pointer), variants.size());
  Constant *table = addConstant(module, "brt_variants",
                                ConstantArray::get(variantsType, variants));
  std::string json;
  raw_string_ostream(json) << json::Value(json::Object(manifest.root));
  Constant *text = addConstant(
      module, "brt_manifest",
      ConstantDataArray::getString(context, json, /*AddNull=*/false));

  // brt_program_t.
  Constant *program =
      ConstantStruct::getAnon({ConstantInt::get(i32, BRT_PROGRAM_ABI),
                               ConstantInt::get(i32, variants.size()), table,
                               text, ConstantInt::get(i64, json.size())});
  new GlobalVariable(module, program->getType(), /*isConstant=*/true,
                     GlobalValue::ExternalLinkage, program, "brt_program");
}
