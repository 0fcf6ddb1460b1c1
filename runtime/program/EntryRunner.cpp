//===- EntryRunner.cpp - Calls of entry points on random tokens -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "EntryRunner.h"
#include "brt/runtime/Segments.h"
#include "brt/runtime/Stream.h"
#include "brt/runtime/Trainer.h"
#include <random>

using namespace brt::rt;

static constexpr int64_t kSeed = 1;

std::vector<int32_t> brt::rt::drawTokens(int64_t count, int64_t vocabulary) {
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<int32_t> distribution(
      1, static_cast<int32_t>(vocabulary) - 1);
  std::vector<int32_t> tokens(count);
  for (int32_t &token : tokens)
    token = distribution(random);
  return tokens;
}

std::vector<std::vector<int32_t>>
brt::rt::drawLanes(int64_t lanes, int64_t count, int64_t vocabulary) {
  return std::vector<std::vector<int32_t>>(lanes,
                                           drawTokens(count, vocabulary));
}

const std::vector<std::string> &brt::rt::getRunnableEntries() {
  static const std::vector<std::string> entries = {"train_step", "forward",
                                                   "prefill", "decode"};
  return entries;
}

Result<EntryRunner> EntryRunner::createTrainStep(const Program &program,
                                                 int64_t lanes) {
  struct State {
    Trainer trainer;
    LaneBatch batch = {};
    int64_t step = 0;
  };
  BRT_ASSIGN_OR_RETURN(Trainer trainer, Trainer::create(program, lanes, kSeed));
  // Training knows no vocabulary, but the logits do.
  BRT_ASSIGN_OR_RETURN(SegmentReader reader, SegmentReader::create(program, 1));
  auto state = std::make_shared<State>(State{std::move(trainer)});
  int64_t segment = state->trainer.segment();
  state->batch.tokens = drawTokens(lanes * segment, reader.vocabulary());
  state->batch.starts.assign(lanes, 0);
  state->batch.documents.assign(lanes, 0);
  state->batch.counts.assign(lanes, segment);
  return EntryRunner(lanes * segment, [state] {
    state->trainer.step(state->batch, state->step++);
  });
}

Result<EntryRunner> EntryRunner::createForward(const Program &program,
                                               int64_t lanes) {
  struct State {
    Parameters parameters;
    SegmentReader reader;
    std::vector<int32_t> tokens = {};
    std::vector<uint8_t> starts = {};
  };
  BRT_ASSIGN_OR_RETURN(Parameters parameters, Parameters::init(program, kSeed));
  BRT_ASSIGN_OR_RETURN(SegmentReader reader,
                       SegmentReader::create(program, lanes));
  auto state =
      std::make_shared<State>(State{std::move(parameters), std::move(reader)});
  int64_t count = lanes * state->reader.segment();
  state->tokens = drawTokens(count, state->reader.vocabulary());
  state->starts.assign(lanes, 0);
  return EntryRunner(count, [state] {
    state->reader.read(state->parameters, state->tokens.data(),
                       state->starts.data());
  });
}

Result<EntryRunner> EntryRunner::createStream(const Program &program,
                                              bool byBlock, int64_t lanes) {
  struct State {
    Parameters parameters;
    Stream stream;
    std::vector<std::vector<int32_t>> tokens = {};
  };
  BRT_ASSIGN_OR_RETURN(Parameters parameters, Parameters::init(program, kSeed));
  BRT_ASSIGN_OR_RETURN(Stream stream, Stream::create(program, lanes));
  auto state =
      std::make_shared<State>(State{std::move(parameters), std::move(stream)});
  Stream &lanesRead = state->stream;
  // The window is full from the second block on.
  lanesRead.read(state->parameters,
                 drawLanes(lanes, lanesRead.block(), lanesRead.vocabulary()));
  int64_t count = byBlock ? lanesRead.block() : 1;
  state->tokens = drawLanes(lanes, count, lanesRead.vocabulary());
  return EntryRunner(lanes * count, [state] {
    state->stream.read(state->parameters, state->tokens);
  });
}

Result<EntryRunner> EntryRunner::create(const Program &program,
                                        std::string_view entry, int64_t lanes) {
  if (program.manifest().findEntry(entry) < 0)
    return makeError(StatusCode::Unsupported,
                     "the program has no entry point '{}'", entry);
  if (entry == "train_step")
    return createTrainStep(program, lanes);
  if (entry == "forward")
    return createForward(program, lanes);
  return createStream(program, entry == "prefill", lanes);
}
