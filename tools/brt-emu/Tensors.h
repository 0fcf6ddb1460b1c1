//===- Tensors.h - Arrays in safetensors files ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TOOLS_BRTEMU_TENSORS_H
#define BRT_TOOLS_BRTEMU_TENSORS_H

#include "Npy.h"

#include "brt/runtime/DType.h"

namespace brt::emu {

/// True for a path that ends in ".safetensors".
bool isSafetensors(const std::string &path);

/// NumPy's descriptor of an element type; bf16 has none and is kept as bits.
std::string descriptorOf(rt::DType type);

/// Reads the tensor `name`, or the only one where `name` is empty. False after
/// filling `error`.
bool readTensor(const std::string &path, const std::string &name,
                NpyArray &array, std::string &error);

/// One tensor to be written.
struct NamedArray {
  std::string name;
  rt::DType type = rt::DType::F32;
  const NpyArray *array = nullptr;
};
bool writeTensors(const std::string &path, const std::vector<NamedArray> &named,
                  std::string &error);

} // namespace brt::emu

#endif // BRT_TOOLS_BRTEMU_TENSORS_H
