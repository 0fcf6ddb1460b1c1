//===- StepTest.cpp - A step allocates nothing ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This program's own malloc and mmap count the calls of them.
//
//===----------------------------------------------------------------------===//

#include "brt/InitAll.h"
#include "brt/Translate/Object.h"
#include "brt/runtime/Stream.h"
#include "brt/runtime/Threads.h"
#include "brt/runtime/Trainer.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <atomic>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace brt;

static std::atomic<int64_t> calls{0};

#if defined(__SANITIZE_ADDRESS__)
#define BRT_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#define BRT_COUNTS_ALLOCATIONS !__has_feature(address_sanitizer)
#else
#define BRT_COUNTS_ALLOCATIONS 1
#endif

#if BRT_COUNTS_ALLOCATIONS
// What glibc's own are, under other names.
extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  ++calls;
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  ++calls;
  return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  ++calls;
  return __libc_realloc(memory, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  ++calls;
  return __libc_memalign(alignment, size);
}
void *mmap(void *address, size_t size, int protection, int flags, int file,
           off_t offset) {
  ++calls;
  return reinterpret_cast<void *>(
      syscall(SYS_mmap, address, size, protection, flags, file, offset));
}
}
#endif

// Two blocks a segment, and a layer of each kind.
static constexpr const char *kModel = R"(
brt.model @tiny segment = 16, window = 8, width = 16, heads = 2, head_width = 8, ffn = 32 {
  brt.embedding vocabulary = 256
  brt.transformer_layer
  brt.recurrent_layer gate = lstm, configuration = dual, states = 4
  brt.head
}
)";

namespace {
class Step : public testing::Test {
protected:
  void SetUp() override {
    if (!BRT_COUNTS_ALLOCATIONS)
      GTEST_SKIP() << "the sanitizer has its own allocator";
    if (!rt::hasInstructionSet("avx2"))
      GTEST_SKIP() << "needs AVX2";
    if (!program)
      load();
    ASSERT_TRUE(program);
  }

  static void load() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    mlir::MLIRContext context(registry);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(kModel, &context);
    ASSERT_TRUE(module);
    llvm::SmallString<128> path;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("brt-test", "so", path));
    llvm::FileRemover remover(path);
    ObjectOptions options;
    options.instructionSets = {"avx2"};
    options.training = "optimizer=adafactor clip-norm=1";
    ASSERT_TRUE(llvm::succeeded(translateToShared(*module, options, path)));
    rt::Result<rt::Program> loaded = rt::Program::load(path.str().str());
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    program = *loaded;
    rt::setThreadCount(2);
  }

  /// Compiled once.
  static std::optional<rt::Program> program;
};

std::optional<rt::Program> Step::program;
} // namespace

// The count can be other than zero.
TEST_F(Step, CreatingAllocates) {
  int64_t before = calls;
  ASSERT_TRUE(rt::Trainer::create(*program, /*lanes=*/3, /*seed=*/1).ok());
  EXPECT_GT(calls, before);
}

TEST_F(Step, TrainingAllocatesNothing) {
  rt::Result<rt::Trainer> trainer =
      rt::Trainer::create(*program, /*lanes=*/3, /*seed=*/1);
  ASSERT_TRUE(trainer.ok()) << trainer.status().message();
  rt::LaneBatch batch;
  batch.tokens.assign(3 * 16, 'a');
  batch.starts = {1, 0, 1};
  int64_t before = calls;
  for (int64_t step = 0; step < 3; ++step)
    trainer->step(batch, step);
  EXPECT_EQ(calls, before);
}

TEST_F(Step, CallsAllocateNothing) {
  rt::Result<rt::Parameters> parameters = rt::Parameters::init(*program, 1);
  ASSERT_TRUE(parameters.ok());
  for (const char *entry : {"forward", "prefill", "decode"}) {
    rt::Result<rt::Call> call = rt::Call::create(*program, entry, 2);
    rt::Result<rt::Carry> carry = rt::Carry::create(*program, entry, 2);
    ASSERT_TRUE(call.ok() && carry.ok());
    int64_t before = calls;
    for (int i = 0; i < 3; ++i)
      call->run(*parameters, *carry);
    EXPECT_EQ(calls, before) << entry;
  }
}
