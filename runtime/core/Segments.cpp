//===- Segments.cpp - Read documents a segment at a time ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Segments.h"
#include <algorithm>
#include <cstring>

using namespace brt::rt;

Result<SegmentReader> SegmentReader::create(const Program &program,
                                            int64_t lanes) {
  BRT_ASSIGN_OR_RETURN(Call call, Call::create(program, "forward", lanes));
  const EntryInfo &info = call.info();
  BRT_ASSIGN_OR_RETURN(const Port *tokens,
                       info.expect(PortKind::Input, "tokens", 2));
  BRT_ASSIGN_OR_RETURN(const Port *starts,
                       info.expect(PortKind::Input, "start_of_sequence", 1));
  BRT_ASSIGN_OR_RETURN(const Port *loss,
                       info.expect(PortKind::Output, "token_loss", 2));
  BRT_ASSIGN_OR_RETURN(const Port *logits,
                       info.expect(PortKind::Output, "logits", 3));
  if (tokens->dtype != DType::I32 || starts->dtype != DType::Bool ||
      !isReal(loss->dtype) || !isReal(logits->dtype))
    return makeError(StatusCode::Mismatch,
                     "the program's entry point 'forward' has tokens, flags, "
                     "losses or logits of an unknown type");

  BRT_ASSIGN_OR_RETURN(Carry carry, Carry::create(program, "forward", lanes));
  // Without a mask of its own, every token counts.
  if (Buffer *mask = call.input("loss_mask_input"))
    std::memset(mask->data(), 1, mask->size());
  SegmentReader reader(std::move(call), std::move(carry));
  reader.segmentLength = tokens->shape[1];
  reader.vocabularySize = logits->shape[2];
  reader.lossType = loss->dtype;
  reader.logitType = logits->dtype;
  return reader;
}

void SegmentReader::read(const Parameters &parameters, const int32_t *tokens,
                         const uint8_t *starts) {
  Buffer *tokenInput = call.input("tokens");
  std::memcpy(tokenInput->data(), tokens, tokenInput->size());
  uint8_t *startInput = call.input("start_of_sequence")->as<uint8_t>();
  std::transform(starts, starts + lanes(), startInput,
                 [](uint8_t flag) { return flag != 0; });
  call.run(parameters, carry);
}

double SegmentReader::getTokenLoss(int64_t lane, int64_t i) const {
  return readReal(lossType, call.output("token_loss")->data(),
                  lane * segmentLength + i);
}

double SegmentReader::getLogit(int64_t lane, int64_t i, int64_t token) const {
  return readReal(logitType, call.output("logits")->data(),
                  (lane * segmentLength + i) * vocabularySize + token);
}
