//===- Generate.cpp - Continue a prompt -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"
#include "Terminal.h"
#include "brt/runtime/Documents.h"
#include "brt/runtime/Stream.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace brt::rt;

/// Keeps a wrong file, or an endless one, from filling the memory.
static constexpr size_t kMaxPrompt = size_t(1) << 30;

static Result<std::string> readAll(const std::string &path) {
  int descriptor =
      path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  char buffer[1 << 16];
  ssize_t count = descriptor < 0 ? -1 : 1;
  while (count > 0 && text.size() < kMaxPrompt) {
    count = ::read(descriptor, buffer, sizeof(buffer));
    if (count > 0)
      text.append(buffer, count);
    else if (count < 0 && errno == EINTR && !isInterrupted())
      count = 1;
  }
  int error = errno;
  if (descriptor > STDIN_FILENO)
    ::close(descriptor);
  if (isInterrupted())
    return makeError(StatusCode::Interrupted, "interrupted");
  if (count < 0)
    return makeError(StatusCode::System, "cannot read the prompt from '{}': {}",
                     path, std::strerror(error));
  if (count > 0)
    return makeError(StatusCode::InvalidArgument,
                     "expects a prompt of at most {} bytes, but '{}' is longer",
                     kMaxPrompt, path);
  return text;
}

static Result<std::string> getPrompt(const GenerateOptions &options) {
  std::string text = options.prompt;
  if (!options.promptFile.empty()) {
    BRT_ASSIGN_OR_RETURN(text, readAll(options.promptFile));
  }
  if (text.empty())
    return makeError(StatusCode::InvalidArgument,
                     "expects a prompt of at least one byte, but got none");
  if (size_t zero = text.find('\0'); zero != std::string::npos)
    return makeError(StatusCode::InvalidArgument,
                     "expects the prompt to be text, but it holds the byte 0 "
                     "at {}; token 0 is padding",
                     zero);
  return text;
}

Status brt::rt::drawSample(const Program &program, const Parameters &parameters,
                           const SampleOptions &options,
                           const std::function<Status(char)> &emit) {
  BRT_ASSIGN_OR_RETURN(Sampler sampler, Sampler::create(options.sampler));
  BRT_ASSIGN_OR_RETURN(Stream stream, Stream::create(program, /*lanes=*/1));
  BRT_RETURN_IF_ERROR(checkByteVocabulary(stream.vocabulary()));
  std::vector<int32_t> next;
  for (char byte : options.prompt)
    next.push_back(static_cast<uint8_t>(byte));
  for (int64_t i = 0; i < options.tokens && !isInterrupted(); ++i) {
    stream.read(parameters, {next});
    // Tokens beyond the bytes have no text.
    std::vector<double> logits = stream.getLogits(0);
    logits.resize(kByteVocabulary);
    BRT_ASSIGN_OR_RETURN(int32_t token, sampler.sample(logits));
    BRT_RETURN_IF_ERROR(emit(static_cast<char>(token)));
    next = {token};
  }
  return {};
}

Status brt::rt::runGenerate(const Program &program,
                            const GenerateOptions &options) {
  // Before a prompt is read or typed.
  BRT_RETURN_IF_ERROR(Sampler::create(options.sampler).status());
  BRT_RETURN_IF_ERROR(Stream::create(program, /*lanes=*/1).status());
  BRT_ASSIGN_OR_RETURN(std::string prompt, getPrompt(options));
  BRT_ASSIGN_OR_RETURN(Parameters parameters,
                       Parameters::load(program, options.checkpoint));
  BRT_RETURN_IF_ERROR(drawSample(program, parameters,
                                 {prompt, options.tokens, options.sampler},
                                 [](char byte) { return print({&byte, 1}); }));
  if (::isatty(STDOUT_FILENO))
    BRT_RETURN_IF_ERROR(print("\n"));
  if (isInterrupted())
    return makeError(StatusCode::Interrupted, "interrupted");
  return {};
}
