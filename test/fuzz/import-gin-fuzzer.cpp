//===- import-gin-fuzzer.cpp - Any bytes as a gin configuration -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bytes up to the first zero are the file; those behind it are an override.
// Includes find the files of a file system in memory: a complete model, and the
// input itself.
//
//===----------------------------------------------------------------------===//

#include "FuzzContext.h"
#include "brt/Translate/Gin.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;

static const char kBase[] = R"(
TransformerTaskConfig.sequence_length = 32
DecoderStack.num_layers = %LAYERS
LAYERS = 3
DecoderStack.embedding_size = 16
TransformerLayer:
  num_heads = 2
  head_size = 8
  mlp_dim = 32
  window_length = 16
MemTransformerBase.attn_mlp_factory = @a/MLP
MemTransformerBase.ffn_factory = @b/MLP
MLP.num_layers = 1
MLP.hidden_activation = None
)";

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  MLIRContext *context = brt::getFuzzContext(
      [](DialectRegistry &registry) { registry.insert<brt::BrtDialect>(); });
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  auto [text, override] = bytes.split('\0');

  auto files = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  files->addFile("/base.gin", 0, llvm::MemoryBuffer::getMemBuffer(kBase));
  files->addFile("/input.gin", 0, llvm::MemoryBuffer::getMemBufferCopy(text));
  brt::GinImportOptions options;
  options.fileName = "/input.gin";
  options.searchPaths = {"/"};
  options.fileSystem = files;
  if (!override.empty())
    options.overrides.push_back(override.str());
  brt::importGin(text, context, options);
  return 0;
}
