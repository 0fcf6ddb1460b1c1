//===- Object.cpp - Compiled programs as files ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/Translate/Object.h"
#include "ObjectCache.h"
#include "brt/Target/X86.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
namespace fs = llvm::sys::fs;

/// The first of `names` that is a program on this machine.
static FailureOr<std::string> findProgram(Location loc, StringRef what,
                                          ArrayRef<StringRef> names) {
  for (StringRef name : names)
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return emitError(loc, "expects ")
         << what << " on the PATH, one of " << llvm::join(names, ", ")
         << ", but got none";
}

static LogicalResult runProgram(Location loc, StringRef program,
                                ArrayRef<StringRef> arguments) {
  SmallVector<StringRef> command = {program};
  llvm::append_range(command, arguments);
  std::string message;
  int status = llvm::sys::ExecuteAndWait(program, command, std::nullopt, {}, 0,
                                         0, &message);
  if (status == 0)
    return success();
  InFlightDiagnostic error = emitError(loc, "expects '")
                             << llvm::join(command, " ")
                             << "' to succeed, but got exit code " << status;
  if (!message.empty())
    error << ": " << message;
  return error;
}

/// Makes a file that is removed with `remover`.
static LogicalResult makeTemporary(Location loc, SmallVectorImpl<char> &path,
                                   llvm::FileRemover &remover) {
  if (std::error_code error = fs::createTemporaryFile("brt", "o", path))
    return emitError(loc, "expects a temporary file, but got: ")
           << error.message();
  remover.setFile(Twine(StringRef(path.data(), path.size())));
  return success();
}

static LogicalResult write(Location loc, ArrayRef<char> bytes, StringRef path) {
  std::error_code error;
  llvm::ToolOutputFile file(path, error, fs::OF_None);
  if (error)
    return emitError(loc, "expects '")
           << path << "' to be a file that can be written, but got: "
           << error.message();
  file.os().write(bytes.data(), bytes.size());
  file.os().close();
  if (std::error_code error = file.os().error()) {
    file.os().clear_error();
    return emitError(loc, "expects room for '")
           << path << "', but got: " << error.message();
  }
  file.keep();
  return success();
}

static FailureOr<std::string> findLinker(Location loc) {
  return findProgram(loc, "a linker", {"ld.lld-22", "ld.lld"});
}

/// Links objects to one that is relocatable.
static LogicalResult join(Location loc, ArrayRef<brt::x86::ObjectCode> objects,
                          SmallVectorImpl<char> &joined) {
  FailureOr<std::string> linker = findLinker(loc);
  if (failed(linker))
    return failure();
  SmallVector<SmallString<128>> paths(objects.size() + 1);
  std::vector<llvm::FileRemover> removers(paths.size());
  for (auto [path, remover] : llvm::zip_equal(paths, removers))
    if (failed(makeTemporary(loc, path, remover)))
      return failure();
  SmallVector<StringRef> arguments = {"-r", "-o", paths.back()};
  for (auto [object, path] : llvm::zip(objects, paths)) {
    if (failed(write(loc, object, path)))
      return failure();
    arguments.push_back(path);
  }
  if (failed(runProgram(loc, *linker, arguments)))
    return failure();
  auto result = llvm::MemoryBuffer::getFile(paths.back());
  if (!result)
    return emitError(loc, "expects what the linker wrote, but got: ")
           << result.getError().message();
  llvm::append_range(joined, (*result)->getBuffer());
  return success();
}

/// Everything that the object of a module depends on, as text.
static std::string describe(ModuleOp module,
                            const brt::ObjectOptions &options) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << options.target << ' ' << options.cpu << '\n'
     << llvm::join(options.instructionSets, ",") << '\n';
  if (options.training)
    os << "train " << *options.training << '\n';
  os << "attention " << options.attention.fuse << ' '
     << options.attention.queries << ' ' << options.attention.keys << ' '
     << options.attention.windowTiles << '\n';
  if (options.memory)
    os << "memory " << options.memory->bytes << ' ' << options.memory->lanes
       << '\n';
  module.print(os);
  return text;
}

/// Compiles, or takes what was compiled before.
static LogicalResult compile(ModuleOp module, const brt::ObjectOptions &options,
                             SmallVectorImpl<char> &object) {
  llvm::raw_svector_ostream os(object);
  brt::ObjectCache cache(options.cacheDir);
  std::string key;
  if (!options.cacheDir.empty()) {
    key = brt::ObjectCache::getKey(describe(module, options));
    if (std::unique_ptr<llvm::MemoryBuffer> found = cache.find(key)) {
      os << found->getBuffer();
      return success();
    }
  }
  brt::x86::CompileOptions compile;
  compile.instructionSets = options.instructionSets;
  if (!options.cpu.empty()) {
    FailureOr<std::string> isa =
        brt::x86::findInstructionSetOf(module.getLoc(), options.cpu);
    if (failed(isa))
      return failure();
    compile.instructionSets = {*isa};
  }
  compile.cpu = options.cpu;
  compile.training = options.training;
  compile.attention = options.attention;
  compile.memory = options.memory;
  auto objects = brt::x86::compileToObjects(module, compile);
  if (failed(objects) || failed(join(module.getLoc(), *objects, object)))
    return failure();
  if (key.empty())
    return success();
  if (llvm::Error error = cache.insert(key, os.str()))
    module.emitWarning("expects to keep the object in '")
        << options.cacheDir
        << "' for the next time, but got: " << llvm::toString(std::move(error));
  return success();
}

LogicalResult brt::translateToObject(ModuleOp module,
                                     const ObjectOptions &options,
                                     StringRef outputPath) {
  if (options.target != "x86-64")
    return module.emitError("expects the target to be 'x86-64', but got '")
           << options.target << "'";
  SmallVector<char, 0> object;
  if (failed(compile(module, options, object)))
    return failure();

  return write(module.getLoc(), object, outputPath);
}

/// Compiles to a temporary object and hands it to `link`.
static LogicalResult linkObject(ModuleOp module,
                                const brt::ObjectOptions &options,
                                function_ref<LogicalResult(StringRef)> link) {
  SmallString<128> path;
  llvm::FileRemover remover;
  if (failed(makeTemporary(module.getLoc(), path, remover)) ||
      failed(translateToObject(module, options, path)))
    return failure();
  return link(path);
}

LogicalResult brt::translateToShared(ModuleOp module,
                                     const ObjectOptions &options,
                                     StringRef outputPath) {
  FailureOr<std::string> linker = findLinker(module.getLoc());
  if (failed(linker))
    return failure();
  return linkObject(module, options, [&](StringRef object) {
    return runProgram(module.getLoc(), *linker,
                      {"-shared", "--gc-sections", "-o", outputPath, object});
  });
}

/// The folder of the archives that an executable is linked with.
static std::string getRuntimeDir(const brt::ObjectOptions &options) {
  if (!options.runtimeDir.empty())
    return options.runtimeDir;
  static int anchor;
  SmallString<128> path(fs::getMainExecutable(nullptr, &anchor));
  llvm::sys::path::remove_filename(path);
  llvm::sys::path::append(path, "..", "lib");
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return path.str().str();
}

LogicalResult brt::translateToExe(ModuleOp module, const ObjectOptions &options,
                                  StringRef outputPath) {
  Location loc = module.getLoc();
  FailureOr<std::string> driver =
      findProgram(loc, "a C++ compiler to link with",
                  {"c++", "g++", "clang++", "clang++-22"});
  if (failed(driver))
    return failure();
  SmallVector<std::string> archives;
  for (StringRef name : {"libBrtProgramMain.a", "libBrtRuntime.a"}) {
    SmallString<128> path(getRuntimeDir(options));
    llvm::sys::path::append(path, name);
    if (!fs::exists(path))
      return emitError(loc, "expects the runtime's archive '")
             << path << "', but got no such file; --runtime-dir says where the "
             << "runtime is";
    archives.push_back(path.str().str());
  }
  return linkObject(module, options, [&](StringRef object) {
    SmallVector<StringRef> arguments = {"-o",
                                        outputPath,
                                        object,
                                        archives[0],
                                        archives[1],
                                        "-Wl,--gc-sections",
                                        "-static-libstdc++",
                                        "-static-libgcc",
                                        "-lpthread",
                                        "-lm"};
    // Several times as fast as the usual linker.
    if (llvm::sys::findProgramByName("ld.lld"))
      arguments.push_back("-fuse-ld=lld");
    return runProgram(loc, *driver, arguments);
  });
}
