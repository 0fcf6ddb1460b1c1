//===- bytecode-fuzzer.cpp - Any bytes as the bytecode of a module --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads, verifies and prints, as brt-opt does.
//
//===----------------------------------------------------------------------===//

#include "FuzzContext.h"
#include "brt/InitAll.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  if (!bytes.starts_with("ML\xefR"))
    return -1;
  MLIRContext *context = brt::getFuzzContext(brt::registerAllDialects);
  Block block;
  if (failed(readBytecodeFile(llvm::MemoryBufferRef(bytes, "input"), &block,
                              ParserConfig(context))))
    return 0;
  for (Operation &op : block)
    if (succeeded(verify(&op)))
      op.print(llvm::nulls());
  return 0;
}
