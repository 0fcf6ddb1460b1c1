//===- Documents.cpp - Find the documents of a data set -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Documents.h"
#include <algorithm>
#include <filesystem>
#include <glob.h>

using namespace brt::rt;
namespace fs = std::filesystem;

Status brt::rt::checkByteVocabulary(int64_t vocabulary) {
  if (vocabulary >= kByteVocabulary)
    return {};
  return makeError(StatusCode::Unsupported,
                   "expects a model with a vocabulary of {} or more to read "
                   "and write bytes, but this one has {}",
                   kByteVocabulary, vocabulary);
}

static Status addFile(const std::string &path,
                      std::vector<Document> &documents) {
  std::error_code error;
  uint64_t size = fs::file_size(path, error);
  if (error)
    return makeError(StatusCode::System, "cannot read '{}': {}", path,
                     error.message());
  documents.push_back({path, size});
  return {};
}

static Status addFolder(const std::string &path,
                        std::vector<Document> &documents) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(path, error), end;
  while (!error && entry != end) {
    std::error_code typeError;
    if (entry->path().extension() == ".txt" &&
        entry->is_regular_file(typeError))
      files.push_back(entry->path().string());
    entry.increment(error);
  }
  if (error)
    return makeError(StatusCode::System, "cannot read the folder '{}': {}",
                     path, error.message());
  std::sort(files.begin(), files.end());
  for (const std::string &file : files)
    BRT_RETURN_IF_ERROR(addFile(file, documents));
  if (documents.empty())
    return makeError(StatusCode::NotFound,
                     "the folder '{}' holds no file that ends in .txt", path);
  return {};
}

static Status addMatches(const std::string &pattern,
                         std::vector<Document> &documents) {
  // glob() sorts its matches.
  glob_t matches;
  int failed = ::glob(pattern.c_str(), 0, nullptr, &matches);
  std::vector<std::string> files;
  if (failed == 0)
    files.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  ::globfree(&matches);
  if (failed != 0 && failed != GLOB_NOMATCH)
    return makeError(StatusCode::System, "cannot follow the pattern '{}'",
                     pattern);
  std::error_code ignored;
  for (const std::string &file : files)
    if (fs::is_regular_file(file, ignored))
      BRT_RETURN_IF_ERROR(addFile(file, documents));
  if (documents.empty())
    return makeError(StatusCode::NotFound, "no file matches '{}'", pattern);
  return {};
}

Result<std::vector<Document>> brt::rt::findDocuments(const std::string &path) {
  std::vector<Document> documents;
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status))
    BRT_RETURN_IF_ERROR(addFolder(path, documents));
  else if (fs::is_regular_file(status))
    BRT_RETURN_IF_ERROR(addFile(path, documents));
  else if (path.find_first_of("*?[") != std::string::npos)
    BRT_RETURN_IF_ERROR(addMatches(path, documents));
  else if (fs::exists(status))
    return makeError(StatusCode::InvalidArgument,
                     "expects '{}' to be a folder, a file or a pattern", path);
  else
    return makeError(StatusCode::NotFound, "cannot read '{}': {}", path,
                     error ? error.message() : "No such file or directory");
  bool empty =
      std::all_of(documents.begin(), documents.end(),
                  [](const Document &document) { return document.size == 0; });
  if (empty)
    return makeError(StatusCode::NotFound,
                     "all of the {} files of '{}' are empty", documents.size(),
                     path);
  return documents;
}

void brt::rt::limitDocuments(std::vector<Document> &documents, uint64_t bytes) {
  for (Document &document : documents) {
    document.size = std::min(document.size, bytes);
    bytes -= document.size;
  }
  while (!documents.empty() && documents.back().size == 0)
    documents.pop_back();
}
