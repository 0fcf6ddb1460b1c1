//===- CompiledProgram.cpp - Compile entry points and run them ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CompiledProgram.h"
#include "brt/InitAll.h"
#include "brt/Translate/Object.h"
#include "brt/dialects/Brt/Brt.h"
#include "brt/runtime/Buffer.h"
#include "brt/runtime/Program.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include <atomic>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <thread>

using namespace mlir;
using namespace brt::test;
using RefTensor = brt::reference::Tensor<double>;

static int threadCount = 1;

void brt::test::setThreadCount(int count) { threadCount = count; }

extern "C" void brt_parallel_for(int64_t count, void (*body)(int64_t, void *),
                                 void *context) {
  std::atomic<int64_t> next{0};
  auto work = [&] {
    for (int64_t i = next++; i < count; i = next++)
      body(i, context);
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < threadCount; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
}

extern "C" void brt_kernel_begin(int64_t, int64_t, int64_t) {}
extern "C" void brt_kernel_end(int64_t) {}

OwningOpRef<ModuleOp> brt::test::parseEntryPoints(MLIRContext &context,
                                                  StringRef text) {
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return nullptr;
  Builder b(&context);
  for (auto func : module->getOps<func::FuncOp>()) {
    func->setAttr(BrtDialect::getEntryAttrName(), b.getUnitAttr());
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      func.setArgAttr(i, BrtDialect::getInputAttrName(),
                      b.getStringAttr("a" + Twine(i)));
    for (unsigned i = 0; i < func.getNumResults(); ++i)
      func.setResultAttr(i, BrtDialect::getOutputAttrName(),
                         b.getStringAttr("r" + Twine(i)));
  }
  return module;
}

std::unique_ptr<CompiledProgram>
CompiledProgram::compile(ModuleOp module,
                         const brt::AttentionOptions &attention) {
  brt::ObjectOptions options;
  options.attention = attention;
  SmallString<128> path;
  if (llvm::sys::fs::createTemporaryFile("brt-test", "so", path) ||
      failed(translateToShared(module, options, path)))
    return nullptr;
  std::unique_ptr<CompiledProgram> result(new CompiledProgram());
  result->path = path.str().str();
  result->library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!result->library) {
    llvm::errs() << dlerror() << '\n';
    return nullptr;
  }
  result->program =
      static_cast<const brt_program_t *>(dlsym(result->library, "brt_program"));
  return result->program ? std::move(result) : nullptr;
}

CompiledProgram::~CompiledProgram() {
  if (library)
    dlclose(library);
  llvm::sys::fs::remove(path);
}

std::vector<const brt_variant_t *> CompiledProgram::getVariants() const {
  std::vector<const brt_variant_t *> variants;
  for (uint32_t i = 0; i < program->variant_count; ++i) {
    if (rt::hasInstructionSet(program->variants[i].isa))
      variants.push_back(&program->variants[i]);
  }
  return variants;
}

StringRef CompiledProgram::getManifest() const {
  return {program->manifest, static_cast<size_t>(program->manifest_size)};
}

size_t CompiledProgram::getArenaBytes(unsigned entry, int64_t lanes) const {
  llvm::json::Value manifest = llvm::cantFail(llvm::json::parse(getManifest()));
  const llvm::json::Array &entries =
      *manifest.getAsObject()->getArray("entries");
  const llvm::json::Object &arena =
      *entries[entry].getAsObject()->getObject("arena");
  return *arena.getInteger("bytes_per_lane") * lanes +
         *arena.getInteger("bytes");
}

static SmallVector<int64_t> getShape(RankedTensorType type, int64_t lanes) {
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent = lanes;
  return shape;
}

static unsigned getElementBytes(Type type) {
  return std::max(1u, type.getIntOrFloatBitWidth() / 8);
}

/// The argument that a result updates in place.
static std::optional<unsigned> findUpdated(func::FuncOp function,
                                           unsigned result) {
  for (StringRef kind : {brt::BrtDialect::getParameterAttrName(),
                         brt::BrtDialect::getOptimizerAttrName(),
                         brt::BrtDialect::getCarryAttrName()})
    if (Attribute name = function.getResultAttr(result, kind))
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        if (function.getArgAttr(i, kind) == name)
          return i;
  return std::nullopt;
}

/// Bytes of large numbers of every floating-point type.
static constexpr char kLarge = 0x7f;

CompiledProgram::Buffers CompiledProgram::run(const brt_variant_t &variant,
                                              unsigned entry,
                                              func::FuncOp function,
                                              int64_t lanes,
                                              const Buffers &arguments) const {
  std::vector<const void *> argumentPointers;
  for (const std::vector<char> &buffer : arguments)
    argumentPointers.push_back(buffer.data());
  Buffers results;
  std::vector<void *> resultPointers;
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    int64_t count = reference::getNumElements(getShape(tensor, lanes));
    // All bits set is a NaN of every floating-point type.
    results.emplace_back(count * getElementBytes(tensor.getElementType()), -1);
    resultPointers.push_back(results.back().data());
    if (std::optional<unsigned> argument = findUpdated(function, i)) {
      results.back() = arguments[*argument];
      resultPointers.back() = results.back().data();
      argumentPointers[*argument] = results.back().data();
    }
  }
  // The last 64 bytes tell whether it is enough.
  size_t size = getArenaBytes(entry, lanes);
  brt::rt::Buffer arena(size + 64);
  std::memset(arena.data(), kLarge, size + 64);
  variant.entries[entry](lanes, argumentPointers.data(), resultPointers.data(),
                         arena.data());
  for (size_t i = 0; i < 64; ++i)
    if (arena.as<char>()[size + i] != kLarge)
      llvm::report_fatal_error("expects an entry point to keep to its arena");
  return results;
}

static APFloat toFloat(double value, FloatType type) {
  APFloat number(value);
  bool loses;
  number.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &loses);
  return number;
}

std::vector<char> brt::test::toBytes(const RefTensor &tensor,
                                     RankedTensorType type) {
  unsigned size = getElementBytes(type.getElementType());
  std::vector<char> bytes(tensor.getSize() * size);
  for (int64_t i = 0; i < tensor.getSize(); ++i) {
    uint64_t bits;
    if (auto floatType = dyn_cast<FloatType>(type.getElementType()))
      bits = toFloat(tensor.getReals()[i], floatType)
                 .bitcastToAPInt()
                 .getZExtValue();
    else
      bits = tensor.getIntegers()[i];
    std::memcpy(&bytes[i * size], &bits, size);
  }
  return bytes;
}

RefTensor brt::test::fromBytes(const std::vector<char> &bytes,
                               RankedTensorType type, int64_t lanes) {
  unsigned size = getElementBytes(type.getElementType());
  auto floatType = dyn_cast<FloatType>(type.getElementType());
  SmallVector<int64_t> shape = getShape(type, lanes);
  RefTensor tensor =
      floatType ? RefTensor::ofReals(shape) : RefTensor::ofIntegers(shape);
  for (int64_t i = 0; i < tensor.getSize(); ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, &bytes[i * size], size);
    if (floatType) {
      APFloat number(floatType.getFloatSemantics(), APInt(size * 8, bits));
      bool loses;
      number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                     &loses);
      tensor.getReals()[i] = number.convertToDouble();
    } else {
      unsigned unused = 64 - size * 8;
      tensor.getIntegers()[i] = static_cast<int64_t>(bits << unused) >> unused;
    }
  }
  return tensor;
}

double brt::test::getRelativeError(const RefTensor &x,
                                   const RefTensor &expected) {
  if (!expected.isReal())
    return x.getIntegers() == expected.getIntegers() ? 0.0 : INFINITY;
  double difference = 0, norm = 0;
  for (auto [a, b] : llvm::zip_equal(x.getReals(), expected.getReals())) {
    difference += (a - b) * (a - b);
    norm += b * b;
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}
