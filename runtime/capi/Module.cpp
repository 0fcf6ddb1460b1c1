//===- Module.cpp - Statuses, modules and threads of the C API ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Wrap.h"
#include "brt/runtime/Threads.h"

using namespace brt::rt;

static_assert(int(StatusCode::InvalidArgument) == BRT_STATUS_INVALID_ARGUMENT &&
                  int(StatusCode::NotFound) == BRT_STATUS_NOT_FOUND &&
                  int(StatusCode::DataLoss) == BRT_STATUS_DATA_LOSS &&
                  int(StatusCode::Mismatch) == BRT_STATUS_MISMATCH &&
                  int(StatusCode::System) == BRT_STATUS_SYSTEM &&
                  int(StatusCode::Unsupported) == BRT_STATUS_UNSUPPORTED &&
                  int(StatusCode::Interrupted) == BRT_STATUS_INTERRUPTED,
              "both enums list the same codes");

brt_status_code_t brt_status_code(const brt_status_t *status) {
  return status ? static_cast<brt_status_code_t>(status->status.code())
                : BRT_STATUS_OK;
}

const char *brt_status_message(const brt_status_t *status) {
  return status ? status->status.message().c_str() : "";
}

void brt_status_release(brt_status_t *status) { delete status; }

/// Makes a module by a factory of Program.
template <typename Source>
static Status makeModule(const brt_module_options_t *given,
                         brt_module_t **result,
                         Result<Program> (*factory)(Source, std::string_view),
                         Source source) {
  brt_module_options_t options = {sizeof(options), nullptr};
  BRT_RETURN_IF_ERROR(readOptions(given, options));
  BRT_ASSIGN_OR_RETURN(Program program,
                       factory(source, options.isa ? options.isa : ""));
  std::string isa(program.isa());
  *result = new brt_module_t{std::move(program), std::move(isa)};
  return {};
}

brt_status_t *brt_module_create(const brt_program_t *program,
                                const brt_module_options_t *options,
                                brt_module_t **out_module) {
  return wrap(makeModule<const brt_program_t &>(options, out_module,
                                                Program::create, *program));
}

brt_status_t *brt_module_load(const char *path,
                              const brt_module_options_t *options,
                              brt_module_t **out_module) {
  return wrap(makeModule<const std::string &>(options, out_module,
                                              Program::load, path));
}

void brt_module_release(brt_module_t *module) { delete module; }

const char *brt_module_name(const brt_module_t *module) {
  return module->program.manifest().name.c_str();
}

const char *brt_module_isa(const brt_module_t *module) {
  return module->isa.c_str();
}

void brt_set_thread_count(uint32_t count) { setThreadCount(count); }
