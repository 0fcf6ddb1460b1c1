//===- Train.cpp - Train on documents -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step n has the same bits whether the steps before it ran in this process or
// in one that was killed: all that it depends on is in the checkpoint.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Terminal.h"
#include "brt/runtime/BatchReader.h"
#include "brt/runtime/Checkpoint.h"
#include "brt/runtime/RunLog.h"
#include "brt/runtime/Segments.h"
#include "brt/runtime/Stream.h"
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace brt::rt;
namespace fs = std::filesystem;

//===----------------------------------------------------------------------===//
// Before the first step
//===----------------------------------------------------------------------===//

/// Finds out before the first step what would fail at a later one.
static Status checkOptions(const Program &program,
                           const TrainOptions &options) {
  BRT_ASSIGN_OR_RETURN(SegmentReader reader,
                       SegmentReader::create(program, /*lanes=*/1));
  BRT_RETURN_IF_ERROR(checkByteVocabulary(reader.vocabulary()));
  if (options.evalEvery && options.evalData.path.empty())
    return makeError(StatusCode::InvalidArgument,
                     "expects --eval-data with --eval-every, but got none");
  if (options.evalEvery)
    BRT_RETURN_IF_ERROR(findDocuments(options.evalData.path).status());
  if (options.sampleEvery && options.sample.prompt.empty())
    return makeError(StatusCode::InvalidArgument,
                     "expects a --sample-prompt of at least one byte, but got "
                     "none");
  if (options.sampleEvery)
    BRT_RETURN_IF_ERROR(Stream::create(program, /*lanes=*/1).status());
  return {};
}

/// Loads the checkpoint to go on from, if there is one; otherwise the place is
/// `start`.
static Result<TrainingPlace> resume(const Checkpoints &checkpoints,
                                    Trainer &trainer,
                                    const TrainOptions &options,
                                    const TrainingPlace &start) {
  std::vector<int64_t> steps = checkpoints.find();
  if (options.resumeStep < 0 && (!options.resume || steps.empty()))
    return start;
  int64_t step = options.resumeStep < 0 ? steps.front() : options.resumeStep;
  if (std::find(steps.begin(), steps.end(), step) == steps.end())
    return makeError(StatusCode::NotFound,
                     "'{}' has no checkpoint of step {}, it has: {}",
                     options.out, step, fmt::join(steps, ", "));
  Result<TrainingPlace> place = checkpoints.load(trainer, step);
  if (place.status().code() != StatusCode::DataLoss)
    return place;
  for (int64_t older : steps)
    if (older < step && checkpoints.load(trainer, older).ok())
      return makeError(StatusCode::DataLoss,
                       "{}; the one of step {} is whole: go on from it with "
                       "--resume-step {}",
                       place.status().message(), older, older);
  return makeError(StatusCode::DataLoss, "{}; there is no older one",
                   place.status().message());
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

namespace {
class Run {
public:
  Run(const Program &program, const TrainOptions &options,
      const Checkpoints &checkpoints, Trainer trainer, TrainingPlace place,
      RunLog log, RunLog reports)
      : program(program), options(options), checkpoints(checkpoints),
        trainer(std::move(trainer)), place(std::move(place)),
        log(std::move(log)), reports(std::move(reports)),
        savedStep(this->place.step) {}

  Status run(BatchReader &reader);

private:
  Status runSteps(BatchReader &reader);
  Status step(BatchReader &reader);
  Status report();
  Status save();
  bool isDue(int64_t every) const {
    return every && place.step > 0 && place.step % every == 0;
  }

  const Program &program;
  const TrainOptions &options;
  const Checkpoints &checkpoints;
  Trainer trainer;
  TrainingPlace place;
  /// The lines of steps, and of what is due after some of them.
  RunLog log, reports;
  /// That of the newest checkpoint, or of the start before the first.
  int64_t savedStep;
  /// The loss of the last step.
  double bits = 0;
};
} // namespace

Status Run::step(BatchReader &reader) {
  BRT_ASSIGN_OR_RETURN(PlacedBatch placed, reader.next());
  StepReport report = trainer.step(placed.batch, place.step);
  ++place.step;
  place.data = std::move(placed.place);
  if (report.updated &&
      !(std::isfinite(report.lossSum) && std::isfinite(report.gradientNorm))) {
    // These parameters are of no use to anyone.
    savedStep = place.step;
    return makeError(StatusCode::DataLoss,
                     "the loss or the gradient of step {} is not finite; "
                     "a lower learning rate, clip-norm or loss-guard may help",
                     place.step);
  }
  bits = report.getLoss() / std::log(2.0);
  return log.add({{"step", place.step},
                  {"loss", report.getLoss()},
                  {"bits_per_byte", bits},
                  {"tokens", report.tokenCount},
                  {"gradient_norm", report.gradientNorm},
                  {"learning_rate", report.learningRate},
                  {"updated", report.updated},
                  {"epoch", place.data.epoch}});
}

/// Evaluates and draws a sample where that is due after this step and has not
/// been done; an interruption leaves it to the process that resumes.
Status Run::report() {
  if (reports.getLastStep() == place.step)
    return {};
  nlohmann::ordered_json line = {{"step", place.step}};
  if (isDue(options.evalEvery)) {
    BRT_ASSIGN_OR_RETURN(
        double evaluated,
        evaluateBits(program, trainer.getParameters(), options.evalData));
    line["bits_per_byte"] = evaluated;
  }
  if (isDue(options.sampleEvery)) {
    std::string text = options.sample.prompt;
    BRT_RETURN_IF_ERROR(drawSample(program, trainer.getParameters(),
                                   options.sample, [&](char byte) {
                                     text += byte;
                                     return Status();
                                   }));
    line["sample"] = text;
  }
  if (line.size() == 1 || isInterrupted())
    return {};
  BRT_RETURN_IF_ERROR(reports.add(line));
  if (line.contains("bits_per_byte"))
    BRT_RETURN_IF_ERROR(print(fmt::format(
        "step {}: {:.4f} bits/byte on '{}'\n", place.step,
        line["bits_per_byte"].get<double>(), options.evalData.path)));
  // Quoted, so that no byte does anything to a terminal.
  if (line.contains("sample"))
    BRT_RETURN_IF_ERROR(print(
        fmt::format("step {}: {}\n", place.step,
                    line["sample"].dump(
                        -1, ' ', /*ensure_ascii=*/false,
                        nlohmann::ordered_json::error_handler_t::replace))));
  return {};
}

Status Run::save() {
  if (savedStep == place.step)
    return {};
  BRT_RETURN_IF_ERROR(log.flush());
  BRT_RETURN_IF_ERROR(reports.flush());
  BRT_RETURN_IF_ERROR(checkpoints.save(trainer, place, options.keep));
  savedStep = place.step;
  return {};
}

Status Run::runSteps(BatchReader &reader) {
  int64_t first = place.step;
  uint64_t tokens = trainer.lanes() * trainer.segment();
  Progress progress("train", "tokens", (options.steps - first) * tokens);
  BRT_RETURN_IF_ERROR(report());
  while (place.step < options.steps && !isInterrupted()) {
    BRT_RETURN_IF_ERROR(step(reader));
    progress.update((place.step - first) * tokens,
                    fmt::format("step {} of {}, {:.4f} bits/byte", place.step,
                                options.steps, bits));
    BRT_RETURN_IF_ERROR(report());
    if (isDue(options.checkpointEvery))
      BRT_RETURN_IF_ERROR(save());
  }
  return {};
}

Status Run::run(BatchReader &reader) {
  int64_t first = place.step;
  Status failure = runSteps(reader);
  // After an error too: what has been learned is not lost with it.
  if (Status saved = save(); failure.ok())
    failure = saved;
  if (!failure.ok()) {
    std::vector<int64_t> steps = checkpoints.find();
    return makeError(failure.code(), "{}; {}", failure.message(),
                     steps.empty()
                         ? "the run has no checkpoint"
                         : fmt::format("the newest checkpoint is of step {}, "
                                       "--resume goes on from it",
                                       steps.front()));
  }
  if (isInterrupted())
    return makeError(StatusCode::Interrupted,
                     "interrupted after step {}, which is saved: go on with "
                     "--resume",
                     place.step);
  if (place.step == first)
    return print(
        fmt::format("'{}' has {} steps already\n", options.out, place.step));
  return print(fmt::format("step {}: {:.4f} bits/byte; checkpoint '{}/last'\n",
                           place.step, bits, options.out));
}

Status brt::rt::runTrain(const Program &program, const TrainOptions &options) {
  BRT_ASSIGN_OR_RETURN(Trainer trainer,
                       Trainer::create(program, options.lanes, options.seed));
  BRT_RETURN_IF_ERROR(checkOptions(program, options));
  BRT_ASSIGN_OR_RETURN(std::vector<Document> documents,
                       findDocuments(options.data));
  Checkpoints checkpoints(program, options.out, documents);
  std::string logPath = options.out + "/log.jsonl";
  std::error_code error;
  bool isNew = checkpoints.find().empty() &&
               (!fs::exists(logPath, error) || fs::is_empty(logPath, error));
  if (!isNew && !options.resume && options.resumeStep < 0)
    return makeError(StatusCode::InvalidArgument,
                     "'{}' holds a run already: go on with --resume, or name "
                     "another folder",
                     options.out);
  fs::create_directories(options.out, error);
  if (error)
    return makeError(StatusCode::System, "cannot create '{}': {}", options.out,
                     error.message());
  BRT_ASSIGN_OR_RETURN(RunLog log, RunLog::open(logPath));
  BRT_ASSIGN_OR_RETURN(RunLog reports,
                       RunLog::open(options.out + "/eval.jsonl"));
  checkpoints.clean();

  DocumentLanes lanes = DocumentLanes::createEndless(
      std::move(documents), options.lanes, trainer.segment(), options.seed);
  BRT_ASSIGN_OR_RETURN(
      TrainingPlace place,
      resume(checkpoints, trainer, options, {0, lanes.getPlace()}));
  BRT_RETURN_IF_ERROR(lanes.seek(place.data));
  BRT_RETURN_IF_ERROR(log.rewind(place.step));
  BRT_RETURN_IF_ERROR(reports.rewind(place.step));
  BatchReader reader(std::move(lanes));
  return Run(program, options, checkpoints, std::move(trainer),
             std::move(place), std::move(log), std::move(reports))
      .run(reader);
}
