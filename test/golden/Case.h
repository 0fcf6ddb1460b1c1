//===- Case.h - A folder of golden vectors ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_TEST_GOLDEN_CASE_H
#define BRT_TEST_GOLDEN_CASE_H

#include "TensorFiles.h"
#include "brt/dialects/Brt/Brt.h"

namespace brt::golden {

/// What a folder holds, told from its files.
enum class CaseKind {
  Model,      ///< config.json and segments
  T5Buckets,  ///< buckets.json
  Training,   ///< segments with steps of an optimizer between them
  Trajectory, ///< many such steps, of which losses and the end are kept
  Optimizer,  ///< steps of an optimizer alone
  Schedules,  ///< schedules.json
  None        ///< no case
};

CaseKind getCaseKind(llvm::StringRef folder);

/// The cases of a list of folders, each of them a case or a folder of cases.
llvm::Expected<std::vector<std::string>>
findCases(llvm::ArrayRef<std::string> folders);

/// Whether `folder` has `file`.
bool hasFile(llvm::StringRef folder, const llvm::Twine &file);

/// The tensors of a file in `folder`.
llvm::Expected<FileTensors> readFile(llvm::StringRef folder,
                                     const llvm::Twine &file);

/// Reads the text of config.json, and the element type that it names for
/// activations.
llvm::Error readConfig(llvm::StringRef folder, std::string &config,
                       Precision &precision);

/// The text of a file.
llvm::Expected<std::string> readText(llvm::StringRef folder,
                                     llvm::StringRef file);

/// One segment: what goes into it and what comes out.
struct Segment {
  /// Parameters, carry and inputs, the arguments of `forward`.
  reference::NamedTensors arguments;
  /// Outputs and carry, its results.
  reference::NamedTensors results;
  /// Gradients of the sum of losses by the parameters.
  reference::NamedTensors gradients;
};

/// A model with the segments that the official implementation evaluated.
struct ModelCase {
  /// The text of config.json.
  std::string config;
  Precision precision;
  std::vector<Segment> segments;

  static llvm::Expected<ModelCase> load(llvm::StringRef folder);
};

} // namespace brt::golden

#endif // BRT_TEST_GOLDEN_CASE_H
