//===- Program.cpp - A compiled program, linked in or loaded --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Program.h"
#include <dlfcn.h>

using namespace brt::rt;

/// The first variant, which is the best, that the processor can run, and that
/// it is not faster without.
static Result<const brt_variant_t *> pickVariant(const brt_program_t &program,
                                                 std::string_view isa) {
  std::string names;
  const brt_variant_t *slow = nullptr;
  for (uint32_t i = 0; i < program.variant_count; ++i) {
    const brt_variant_t &variant = program.variants[i];
    names += (i ? ", " : "") + std::string(variant.isa);
    if (!isa.empty() && isa != variant.isa)
      continue;
    bool canRun = hasInstructionSet(variant.isa);
    if (canRun && (!isa.empty() || isFast(variant.isa)))
      return &variant;
    if (canRun && !slow)
      slow = &variant;
    if (!isa.empty())
      return makeError(StatusCode::Unsupported,
                       "this processor has no '{}', which was asked for", isa);
  }
  if (slow)
    return slow;
  if (!isa.empty())
    return makeError(StatusCode::Unsupported,
                     "the program has no code for '{}', it has: {}", isa,
                     names);
  return makeError(StatusCode::Unsupported,
                   "this processor has none of the instruction sets of the "
                   "program: {}",
                   names);
}

Result<Program> Program::create(const brt_program_t &program,
                                std::string_view isa) {
  if (program.abi != BRT_PROGRAM_ABI)
    return makeError(StatusCode::Mismatch,
                     "the program has version {} of the interface, this "
                     "runtime has {}",
                     program.abi, BRT_PROGRAM_ABI);
  auto shared = std::make_shared<Shared>();
  shared->program = &program;
  BRT_ASSIGN_OR_RETURN(
      shared->manifest,
      Manifest::parse({program.manifest, program.manifest_size}));
  Program result;
  BRT_ASSIGN_OR_RETURN(result.variant, pickVariant(program, isa));
  result.shared = std::move(shared);
  return result;
}

Result<Program> Program::load(const std::string &path, std::string_view isa) {
  // A bare name would be searched for in the system's folders.
  std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  std::shared_ptr<void> library(::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL),
                                [](void *handle) {
                                  if (handle)
                                    ::dlclose(handle);
                                });
  if (!library)
    return makeError(StatusCode::System, "cannot load the program: {}",
                     ::dlerror());
  auto *program =
      static_cast<const brt_program_t *>(::dlsym(library.get(), "brt_program"));
  if (!program)
    return makeError(StatusCode::Mismatch,
                     "'{}' is not a compiled program: it has no 'brt_program'",
                     path);
  BRT_ASSIGN_OR_RETURN(Program result, create(*program, isa));
  auto shared = std::make_shared<Shared>(*result.shared);
  shared->library = std::move(library);
  result.shared = std::move(shared);
  return result;
}

std::vector<std::string> Program::getInstructionSets() const {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < shared->program->variant_count; ++i)
    names.push_back(shared->program->variants[i].isa);
  return names;
}
