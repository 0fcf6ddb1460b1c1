//===- Commands.h - The commands of a compiled program ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_PROGRAM_COMMANDS_H
#define BRT_RUNTIME_PROGRAM_COMMANDS_H

#include "brt/runtime/Sampler.h"
#include "brt/runtime/Session.h"
#include <functional>

namespace brt::rt {

struct InitOptions {
  int64_t seed = 0;
  std::string out;
  /// Replace a file that is there already.
  bool force = false;
};

/// Documents to evaluate on.
struct EvalData {
  std::string path;
  int64_t lanes = 4;
  /// Bytes to read at most, of all documents together; 0 reads all.
  uint64_t maxBytes = 0;
};

struct EvalOptions {
  EvalData data;
  std::string checkpoint;
  bool json = false;
};

struct BenchOptions {
  /// Entry points to measure; all if there are none.
  std::vector<std::string> entries;
  int64_t lanes = 1, decodeLanes = 16;
  /// For each line.
  double seconds = 3;
  bool json = false;
};

struct ProfileOptions {
  std::string entry = "forward";
  int64_t lanes = 1, calls = 3;
  /// Kernels to list.
  size_t top = 30;
  /// Where to write a trace, if not empty.
  std::string out;
};

struct GenerateOptions {
  std::string checkpoint;
  /// The prompt itself, or a file that holds it, "-" for standard input.
  std::string prompt, promptFile;
  int64_t tokens = 200;
  SamplerOptions sampler;
};

/// A sample to draw: `tokens` bytes after `prompt`, which is not empty.
struct SampleOptions {
  std::string prompt;
  int64_t tokens = 200;
  SamplerOptions sampler;
};

struct TrainOptions {
  std::string data, out;
  int64_t steps = 0, seed = 0, lanes = 2;
  int64_t checkpointEvery = 100, keep = 3;
  /// Go on from the newest checkpoint, or from that of a step.
  bool resume = false;
  int64_t resumeStep = -1;
  /// 0 for never.
  int64_t evalEvery = 0, sampleEvery = 0;
  EvalData evalData;
  SampleOptions sample = {"The ", 200, {}};
};

/// The bits per byte of documents; not a number where nothing was predicted.
Result<double> evaluateBits(const Program &program,
                            const Parameters &parameters, const EvalData &data);
/// Draws a sample and gives `emit` each byte; an interruption ends it early.
Status drawSample(const Program &program, const Parameters &parameters,
                  const SampleOptions &options,
                  const std::function<Status(char)> &emit);

/// Writes new parameters.
Status runInit(const Program &program, const InitOptions &options);
/// Prints the bits per byte of documents.
Status runEval(const Program &program, const EvalOptions &options);
/// Continues a prompt.
Status runGenerate(const Program &program, const GenerateOptions &options);
/// Trains, with checkpoints in a folder.
Status runTrain(const Program &program, const TrainOptions &options);
/// Measures the speed of entry points beside that of the machine.
Status runBench(const Program &program, const BenchOptions &options);
/// Says where the time of an entry point goes, kernel by kernel.
Status runProfile(const Program &program, const ProfileOptions &options);
/// Says what the program is.
Status runInfo(const Program &program);

} // namespace brt::rt

#endif // BRT_RUNTIME_PROGRAM_COMMANDS_H
