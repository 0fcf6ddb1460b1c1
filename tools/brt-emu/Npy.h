//===- Npy.h - NumPy's array files ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TOOLS_BRTEMU_NPY_H
#define BRT_TOOLS_BRTEMU_NPY_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace brt::emu {

/// An array as NumPy stores it: `type` is a descriptor such as "<f4".
struct NpyArray {
  std::string type;
  std::vector<size_t> shape;
  std::vector<uint8_t> data; // row-major
};

/// Bytes of one element of a descriptor; 0 for one that is not understood.
size_t elementBytes(const std::string &type);

/// False after filling `error`.
bool readNpy(const std::string &path, NpyArray &array, std::string &error);
bool writeNpy(const std::string &path, const NpyArray &array,
              std::string &error);

} // namespace brt::emu

#endif // BRT_TOOLS_BRTEMU_NPY_H
