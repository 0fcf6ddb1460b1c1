//===- Commands.h - The commands of a compiled program ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_PROGRAM_COMMANDS_H
#define BRT_RUNTIME_PROGRAM_COMMANDS_H

#include "brt/runtime/Program.h"
#include "brt/runtime/Sampler.h"

namespace brt::rt {

struct InitOptions {
  int64_t seed = 0;
  std::string out;
  /// Replace a file that is there already.
  bool force = false;
};

struct EvalOptions {
  std::string data, checkpoint;
  int64_t lanes = 4;
  /// Bytes to read at most, of all documents together; 0 reads all.
  uint64_t maxBytes = 0;
  bool json = false;
};

struct GenerateOptions {
  std::string checkpoint;
  /// The prompt itself, or a file that holds it, "-" for standard input.
  std::string prompt, promptFile;
  int64_t tokens = 200;
  SamplerOptions sampler;
};

/// Writes new parameters.
Status runInit(const Program &program, const InitOptions &options);
/// Prints the bits per byte of documents.
Status runEval(const Program &program, const EvalOptions &options);
/// Continues a prompt.
Status runGenerate(const Program &program, const GenerateOptions &options);
/// Says what the program is.
Status runInfo(const Program &program);

} // namespace brt::rt

#endif // BRT_RUNTIME_PROGRAM_COMMANDS_H
