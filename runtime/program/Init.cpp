//===- Init.cpp - Write new parameters ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"
#include "Terminal.h"
#include "brt/runtime/Session.h"
#include <filesystem>

using namespace brt::rt;

Status brt::rt::runInit(const Program &program, const InitOptions &options) {
  std::error_code ignored;
  if (!options.force && std::filesystem::exists(options.out, ignored))
    return makeError(StatusCode::InvalidArgument,
                     "'{}' is there already; --force replaces it", options.out);
  BRT_ASSIGN_OR_RETURN(Parameters parameters,
                       Parameters::init(program, options.seed));
  BRT_RETURN_IF_ERROR(parameters.save(program, options.out));
  uint64_t count = 0;
  for (const TensorView &tensor : parameters.tensors().getViews())
    count += tensor.bytes / getByteSize(tensor.dtype);
  return print(fmt::format("wrote {} parameters to '{}'\n", formatCount(count),
                           options.out));
}
