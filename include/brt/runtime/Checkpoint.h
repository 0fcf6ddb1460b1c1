//===- Checkpoint.h - Training that can go on later -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A run is a folder. Its checkpoints are folders of it, `step-00000100` after
// 100 steps, each with
//
//   parameters.safetensors   what `eval` and `generate` read
//   state.safetensors        optimizer/… and carry/…
//   state.json               step, seed, place in the data, options, checksums
//
// and `last` is a link to the newest. A checkpoint is written and removed under
// another name, so that one with its own is complete.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_RUNTIME_CHECKPOINT_H
#define BRT_RUNTIME_CHECKPOINT_H

#include "brt/runtime/Trainer.h"

namespace brt::rt {

/// Where training is, beside its tensors.
struct TrainingPlace {
  int64_t step = 0;
  DocumentLanes::Place data;
};

/// The checkpoints of a run.
class Checkpoints {
public:
  /// `documents` are those that the run is trained on.
  Checkpoints(Program program, std::string run,
              const std::vector<Document> &documents);

  /// Steps of the complete checkpoints, the newest first. None where there is
  /// no folder.
  std::vector<int64_t> find() const;

  /// Writes a checkpoint, and then removes all but the newest `keep`. After an
  /// error the older ones are as they were.
  Status save(const Trainer &trainer, const TrainingPlace &place,
              int64_t keep) const;

  /// Reads the checkpoint of `step` into `trainer`. Errors: DataLoss for a
  /// damaged one, Mismatch for one of another program, seed, number of lanes or
  /// other documents; `trainer` is then as it was.
  Result<TrainingPlace> load(Trainer &trainer, int64_t step) const;

  /// Removes what a killed process has left half written or half removed.
  void clean() const;

private:
  std::string getPath(int64_t step) const;

  Program program;
  std::string run;
  /// Of the names and sizes of the documents.
  std::string fingerprint;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_CHECKPOINT_H
