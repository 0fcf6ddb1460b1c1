//===- Session.cpp - Sessions of the C API --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Wrap.h"
#include "brt/runtime/Segments.h"
#include "brt/runtime/Stream.h"

using namespace brt::rt;

/// Readers are made when they are first used: a program need not have all entry
/// points, and a carry takes memory.
struct brt_session_t {
  Program program;
  int64_t lanes;
  std::optional<Parameters> parameters;
  /// By brt_use_t.
  std::optional<SegmentReader> segments[2];
  std::optional<Stream> stream;

  Result<SegmentReader *> getSegments(brt_use_t use) {
    if (use != BRT_USE_TRAIN && use != BRT_USE_EVAL)
      return makeError(StatusCode::InvalidArgument,
                       "expects a use of {} or {}, but got {}",
                       int(BRT_USE_TRAIN), int(BRT_USE_EVAL), use);
    std::optional<SegmentReader> &reader = segments[use];
    if (!reader) {
      BRT_ASSIGN_OR_RETURN(reader, SegmentReader::create(program, lanes));
    }
    return &*reader;
  }

  Result<Stream *> getStream() {
    if (!stream) {
      BRT_ASSIGN_OR_RETURN(stream, Stream::create(program, lanes));
    }
    return &*stream;
  }

  Status checkParameters() const {
    if (parameters)
      return {};
    return makeError(StatusCode::InvalidArgument,
                     "expects a session with parameters, but this one has not "
                     "initialised or loaded any");
  }
};

//===----------------------------------------------------------------------===//
// Sessions and parameters
//===----------------------------------------------------------------------===//

brt_status_t *brt_session_create(const brt_module_t *module,
                                 const brt_session_options_t *given,
                                 brt_session_t **out_session) {
  brt_session_options_t options = {sizeof(options), 1};
  Status status = readOptions(given, options);
  if (status.ok() && options.lanes < 1)
    status = makeError(StatusCode::InvalidArgument,
                       "expects 1 lane or more, but got {}", options.lanes);
  if (status.ok())
    *out_session =
        new brt_session_t{module->program, options.lanes, {}, {}, {}};
  return wrap(std::move(status));
}

void brt_session_release(brt_session_t *session) { delete session; }

static Status setParameters(brt_session_t &session,
                            Result<Parameters> parameters) {
  if (parameters.ok())
    session.parameters = std::move(*parameters);
  return parameters.status();
}

brt_status_t *brt_session_init_parameters(brt_session_t *session,
                                          int64_t seed) {
  return wrap(
      setParameters(*session, Parameters::init(session->program, seed)));
}

brt_status_t *brt_session_load_parameters(brt_session_t *session,
                                          const char *path) {
  return wrap(
      setParameters(*session, Parameters::load(session->program, path)));
}

brt_status_t *brt_session_save_parameters(const brt_session_t *session,
                                          const char *path) {
  Status status = session->checkParameters();
  if (status.ok())
    status = session->parameters->save(session->program, path);
  return wrap(std::move(status));
}

//===----------------------------------------------------------------------===//
// Segments
//===----------------------------------------------------------------------===//

brt_status_t *brt_session_segment_sizes(brt_session_t *session,
                                        int64_t *out_segment,
                                        int64_t *out_vocabulary) {
  Result<SegmentReader *> reader = session->getSegments(BRT_USE_EVAL);
  if (!reader.ok())
    return wrap(reader.status());
  *out_segment = (*reader)->segment();
  *out_vocabulary = (*reader)->vocabulary();
  return nullptr;
}

static Status readSegment(brt_session_t &session, brt_use_t use,
                          const int32_t *tokens, const uint8_t *starts,
                          double *losses, double *logits) {
  BRT_RETURN_IF_ERROR(session.checkParameters());
  BRT_ASSIGN_OR_RETURN(SegmentReader * reader, session.getSegments(use));
  reader->read(*session.parameters, tokens, starts);
  for (int64_t lane = 0; lane < reader->lanes(); ++lane)
    for (int64_t i = 0; i < reader->segment(); ++i) {
      if (losses)
        *losses++ = reader->getTokenLoss(lane, i);
      if (logits)
        for (int64_t token = 0; token < reader->vocabulary(); ++token)
          *logits++ = reader->getLogit(lane, i, token);
    }
  return {};
}

brt_status_t *brt_session_read_segment(brt_session_t *session, brt_use_t use,
                                       const int32_t *tokens,
                                       const uint8_t *starts,
                                       double *out_losses, double *out_logits) {
  return wrap(
      readSegment(*session, use, tokens, starts, out_losses, out_logits));
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

static Status readStream(brt_session_t &session, const int32_t *const *tokens,
                         const int64_t *counts, double *logits) {
  BRT_RETURN_IF_ERROR(session.checkParameters());
  BRT_ASSIGN_OR_RETURN(Stream * stream, session.getStream());
  std::vector<std::vector<int32_t>> texts(session.lanes);
  for (int64_t lane = 0; lane < session.lanes; ++lane) {
    if (counts[lane] < 0)
      return makeError(StatusCode::InvalidArgument,
                       "expects 0 tokens or more, but lane {} has {}", lane,
                       counts[lane]);
    texts[lane].assign(tokens[lane], tokens[lane] + counts[lane]);
  }
  stream->read(*session.parameters, texts);
  for (int64_t lane = 0; logits && lane < session.lanes; ++lane)
    logits = std::copy(stream->getLogits(lane).begin(),
                       stream->getLogits(lane).end(), logits);
  return {};
}

brt_status_t *brt_session_read_stream(brt_session_t *session,
                                      const int32_t *const *tokens,
                                      const int64_t *counts,
                                      double *out_logits) {
  return wrap(readStream(*session, tokens, counts, out_logits));
}

static Status restartLane(brt_session_t &session, int64_t lane) {
  if (lane < 0 || lane >= session.lanes)
    return makeError(StatusCode::InvalidArgument,
                     "expects a lane below {}, but got {}", session.lanes,
                     lane);
  BRT_ASSIGN_OR_RETURN(Stream * stream, session.getStream());
  stream->restart(lane);
  return {};
}

brt_status_t *brt_session_restart_lane(brt_session_t *session, int64_t lane) {
  return wrap(restartLane(*session, lane));
}
