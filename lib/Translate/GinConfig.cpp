//===- GinConfig.cpp - What gin configuration files bind ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GinConfig.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace brt;
namespace path = llvm::sys::path;

/// How deep files may include each other and macros refer to each other, and
/// how many files may be read and values be stood for by all macros together:
/// what holds two of what holds two grows fast.
static constexpr size_t kMaxOpenFiles = 32;
static constexpr size_t kMaxFiles = 1000;
static constexpr unsigned kMaxMacroDepth = 256;
static constexpr size_t kMaxValues = 100000;

GinConfig::GinConfig(MLIRContext *context, const GinImportOptions &options)
    : context(context), options(options),
      files(options.fileSystem ? options.fileSystem
                               : llvm::vfs::getRealFileSystem()) {}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

LogicalResult GinConfig::readText(StringRef text, StringRef fileName) {
  FailureOr<std::vector<GinStatement>> statements =
      parseGin(text, fileName, context);
  if (failed(statements))
    return failure();
  openFiles.push_back(fileName.str());
  LogicalResult result = add(std::move(*statements));
  openFiles.pop_back();
  return result;
}

LogicalResult GinConfig::readOverride(StringRef text, unsigned index) {
  // Leading blanks would look like a parameter of a block.
  return readText(text.trim(), "override " + std::to_string(index));
}

std::string GinConfig::findFile(StringRef name, StringRef from) const {
  auto isFile = [&](StringRef candidate) {
    llvm::ErrorOr<llvm::vfs::Status> status = files->status(candidate);
    return status && status->isRegularFile();
  };
  if (!path::is_absolute(name)) {
    std::vector<std::string> folders = options.searchPaths;
    folders.push_back(path::parent_path(from).str());
    for (const std::string &folder : folders) {
      SmallString<128> candidate(folder);
      path::append(candidate, name);
      if (isFile(candidate))
        return std::string(candidate);
    }
  }
  return isFile(name) ? name.str() : "";
}

LogicalResult GinConfig::readFile(StringRef name, Location loc) {
  std::string file =
      findFile(name, openFiles.empty() ? "" : StringRef(openFiles.back()));
  if (file.empty())
    return emitError(loc) << "expects file '" << name
                          << "' to be in a search path, but got none there";
  if (llvm::is_contained(openFiles, file))
    return emitError(loc)
           << "expects files not to include themselves, but got '" << file
           << "' again";
  if (openFiles.size() >= kMaxOpenFiles)
    return emitError(loc) << "expects includes to be nested at most "
                          << kMaxOpenFiles << " deep, but got more";
  if (++numFiles > kMaxFiles)
    return emitError(loc) << "expects at most " << kMaxFiles
                          << " includes in all, but got more";
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      files->getBufferForFile(file);
  if (!buffer)
    return emitError(loc) << "expects file '" << file
                          << "' to be readable, but got an error: "
                          << buffer.getError().message();
  return readText((*buffer)->getBuffer(), file);
}

static std::string getKey(StringRef scope, StringRef className,
                          StringRef parameter) {
  return (scope + "/" + className + "." + parameter).str();
}

void GinConfig::addBinding(GinStatement &statement) {
  StringRef className = getLastName(statement.selector);
  StringRef module = StringRef(statement.selector).drop_back(className.size());
  GinBinding binding{statement.loc,       statement.scope,
                     module.str(),        className.str(),
                     statement.parameter, std::move(statement.value)};
  auto [it, isNew] = places.try_emplace(
      getKey(binding.scope, className, binding.parameter), bindings.size());
  if (isNew)
    bindings.push_back(std::move(binding));
  else
    bindings[it->second] = std::move(binding);
}

LogicalResult GinConfig::add(std::vector<GinStatement> statements) {
  for (GinStatement &statement : statements) {
    switch (statement.kind) {
    case GinStatement::Include:
      if (failed(readFile(statement.value.text, statement.loc)))
        return failure();
      break;
    case GinStatement::Macro:
      macros.insert_or_assign(statement.parameter,
                              Macro{std::move(statement.value)});
      break;
    case GinStatement::Binding:
      addBinding(statement);
      break;
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Macros and look-up
//===----------------------------------------------------------------------===//

LogicalResult GinConfig::resolve(GinValue &value, size_t &budget,
                                 unsigned depth) {
  if (budget == 0)
    return emitError(value.loc) << "expects macros to stand for at most "
                                << kMaxValues << " values, but got more";
  --budget;
  for (GinValue &element : value.elements)
    if (failed(resolve(element, budget, depth)))
      return failure();
  // A dotted name is a constant of the official code, gin.REQUIRED among them:
  // an error for who asks, and nobody may.
  if (value.kind != GinValue::Macro || StringRef(value.text).contains('.'))
    return success();

  auto it = macros.find(value.text);
  if (it == macros.end())
    return emitError(value.loc) << "expects macro '%" << value.text
                                << "' to be defined, but got no definition";
  Macro &macro = it->second;
  if (macro.isBeingResolved)
    return emitError(value.loc) << "expects macros not to refer to themselves, "
                                   "but got '%"
                                << value.text << "' again";
  if (depth >= kMaxMacroDepth)
    return emitError(value.loc) << "expects macros to be nested at most "
                                << kMaxMacroDepth << " deep, but got more";
  macro.isBeingResolved = true;
  GinValue resolved = macro.value;
  LogicalResult result = resolve(resolved, budget, depth + 1);
  macro.isBeingResolved = false;
  // What is wrong with the value is said where it is used.
  resolved.loc = value.loc;
  value = std::move(resolved);
  return result;
}

LogicalResult GinConfig::resolveMacros() {
  size_t budget = kMaxValues;
  for (GinBinding &binding : bindings)
    if (failed(resolve(binding.value, budget, 0)))
      return failure();
  return success();
}

const GinBinding *GinConfig::lookup(StringRef className, StringRef parameter,
                                    StringRef scope) const {
  auto it = places.find(getKey(scope, className, parameter));
  if (it == places.end())
    it = places.find(getKey("", className, parameter));
  return it == places.end() ? nullptr : &bindings[it->second];
}
