//===- Arguments.h - Kernel arguments on the command line -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TOOLS_BRTEMU_ARGUMENTS_H
#define BRT_TOOLS_BRTEMU_ARGUMENTS_H

#include "Tensors.h"

#include "memory/DeviceMemory.h"

namespace brt::emu {

/// One argument: a number, or a buffer in device memory.
///   i32:7  f32:0.5  i64:-1 …      a number
///   in:a.npy                      a buffer with a file's contents
///   in:w.safetensors:w1           the same of one tensor
///   out:c.npy:f32[128,64]         a buffer, written to the file afterwards
///   out:r.safetensors:y:f32[64]   the same; several may go to one file
///   inout:x.npy                   both
///   zeros:f32[64]                 a buffer of zeros
///   fresh:f32[64]                 a buffer that nobody wrote yet
struct Argument {
  std::vector<uint8_t> value; // what goes into the parameter block
  NpyArray array;             // of a buffer
  uint64_t address = 0;
  std::string outputPath; // empty: not written back
  // In a safetensors file.
  std::string outputName;
  rt::DType outputType = rt::DType::F32;
};

bool parseArgument(const std::string &text, DeviceMemory &memory,
                   Argument &argument, std::string &error);

/// Fetches buffers from the device and writes their files. On failure `error`
/// begins with the file's name.
bool saveArguments(std::vector<Argument> &arguments, std::string &error);

} // namespace brt::emu

#endif // BRT_TOOLS_BRTEMU_ARGUMENTS_H
