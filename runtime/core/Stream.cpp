//===- Stream.cpp - Read tokens as they come ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Stream.h"
#include <algorithm>
#include <cstring>

using namespace brt::rt;

/// Checks what the two entry points have to have, and returns the logits.
static Result<const Port *> checkEntry(const EntryInfo &info) {
  BRT_ASSIGN_OR_RETURN(const Port *tokens,
                       info.expect(PortKind::Input, "tokens", 2));
  BRT_ASSIGN_OR_RETURN(const Port *counts,
                       info.expect(PortKind::Input, "counts", 1));
  BRT_ASSIGN_OR_RETURN(const Port *starts,
                       info.expect(PortKind::Input, "start_of_sequence", 1));
  BRT_ASSIGN_OR_RETURN(const Port *position,
                       info.expect(PortKind::Carry, "position", 1));
  BRT_ASSIGN_OR_RETURN(const Port *logits,
                       info.expect(PortKind::Output, "logits", 3));
  if (tokens->dtype != DType::I32 || counts->dtype != DType::I32 ||
      starts->dtype != DType::Bool || position->dtype != DType::I32 ||
      !isReal(logits->dtype))
    return makeError(StatusCode::Mismatch,
                     "the program's entry point '{}' has tokens, counts, flags "
                     "or logits of an unknown type",
                     info.name);
  return logits;
}

static bool haveSameCarry(const EntryInfo &a, const EntryInfo &b) {
  std::vector<Port> carry = a.getCarry();
  if (carry.size() != b.getCarry().size())
    return false;
  return std::all_of(carry.begin(), carry.end(), [&](const Port &port) {
    const Port *other = b.findArgument(PortKind::Carry, port.name);
    return other && other->hasTypeOf(port);
  });
}

Result<Stream> Stream::create(const Program &program, int64_t lanes) {
  BRT_ASSIGN_OR_RETURN(Call prefill, Call::create(program, "prefill", lanes));
  BRT_ASSIGN_OR_RETURN(Call decode, Call::create(program, "decode", lanes));
  prefill.shareArena(decode);
  BRT_ASSIGN_OR_RETURN(Carry carry, Carry::create(program, "prefill", lanes));
  BRT_ASSIGN_OR_RETURN(const Port *logits, checkEntry(prefill.info()));
  BRT_ASSIGN_OR_RETURN(const Port *decodeLogits, checkEntry(decode.info()));
  if (logits->dtype != decodeLogits->dtype ||
      logits->shape[2] != decodeLogits->shape[2] ||
      !haveSameCarry(prefill.info(), decode.info()))
    return makeError(StatusCode::Mismatch,
                     "the program's entry points 'prefill' and 'decode' do not "
                     "share their carry or the type of their logits");
  int64_t blockLength =
      prefill.info().findArgument(PortKind::Input, "tokens")->shape[1];

  Stream stream(std::move(prefill), std::move(decode), std::move(carry));
  stream.blockLength = blockLength;
  stream.vocabularySize = logits->shape[2];
  stream.logitType = logits->dtype;
  stream.starts.assign(lanes, 1);
  stream.logits.assign(lanes, std::vector<double>(stream.vocabularySize));
  return stream;
}

void Stream::readPart(Call &call, const Parameters &parameters,
                      const std::vector<std::vector<int32_t>> &tokens,
                      const std::vector<size_t> &offsets,
                      const std::vector<int32_t> &counts) {
  Buffer *tokenInput = call.input("tokens");
  size_t length = tokenInput->size() / sizeof(int32_t) / tokens.size();
  tokenInput->clear();
  for (size_t lane = 0; lane < tokens.size(); ++lane)
    std::copy_n(tokens[lane].begin() + offsets[lane], counts[lane],
                tokenInput->as<int32_t>() + lane * length);
  std::copy(counts.begin(), counts.end(), call.input("counts")->as<int32_t>());
  std::copy(starts.begin(), starts.end(),
            call.input("start_of_sequence")->as<uint8_t>());
  call.run(parameters, carry);
  std::fill(starts.begin(), starts.end(), 0);

  const void *scores = call.output("logits")->data();
  for (size_t lane = 0; lane < tokens.size(); ++lane) {
    if (counts[lane] == 0)
      continue;
    size_t row = lane * length + counts[lane] - 1;
    for (int64_t token = 0; token < vocabularySize; ++token)
      logits[lane][token] =
          readReal(logitType, scores, row * vocabularySize + token);
  }
}

void Stream::read(const Parameters &parameters,
                  const std::vector<std::vector<int32_t>> &tokens) {
  std::vector<size_t> offsets(tokens.size(), 0);
  std::vector<int32_t> counts(tokens.size());
  while (true) {
    const int32_t *positions = carry.tensors().find("position")->as<int32_t>();
    for (size_t lane = 0; lane < tokens.size(); ++lane) {
      // A call stays inside one block.
      int64_t position = starts[lane] ? 0 : positions[lane];
      int64_t left = tokens[lane].size() - offsets[lane];
      counts[lane] =
          std::min<int64_t>(left, blockLength - position % blockLength);
    }
    int32_t most = *std::max_element(counts.begin(), counts.end());
    if (most == 0)
      return;
    readPart(most == 1 ? decode : prefill, parameters, tokens, offsets, counts);
    for (size_t lane = 0; lane < tokens.size(); ++lane)
      offsets[lane] += counts[lane];
  }
}
