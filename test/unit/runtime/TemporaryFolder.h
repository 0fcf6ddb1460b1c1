//===- TemporaryFolder.h - A folder that a test leaves no trace of -*- C++ -*-//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_UNIT_RUNTIME_TEMPORARYFOLDER_H
#define BRT_TEST_UNIT_RUNTIME_TEMPORARYFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "brt-XXXXXX";
    if (::mkdtemp(name.data()))
      root = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  const std::string &path() const { return root; }
  std::string path(const std::string &name) const { return root + "/" + name; }

  void write(const std::string &name, const std::string &text) const {
    std::filesystem::create_directories(
        std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }
  std::string read(const std::string &name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

private:
  std::string root;
};

#endif // BRT_TEST_UNIT_RUNTIME_TEMPORARYFOLDER_H
