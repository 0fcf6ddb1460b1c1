/*===- runtime.c - The C API of the runtime, from C -----------------------===*\
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
|* Runs the hand-written program of FakeProgram.cpp, of which N is 8 and V 256.
\*===----------------------------------------------------------------------===*/

#include "brt-c/Runtime.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const brt_program_t brt_program;

enum { LANES = 2, SEGMENT = 8, VOCABULARY = 256 };

static int failures = 0;

#define EXPECT(condition)                                                      \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: expects %s\n", __FILE__, __LINE__, #condition);  \
      ++failures;                                                              \
    }                                                                          \
  } while (0)

static void expectOk(brt_status_t *status, int line) {
  if (status) {
    fprintf(stderr, "line %d: %s\n", line, brt_status_message(status));
    ++failures;
  }
  brt_status_release(status);
}
#define EXPECT_OK(call) expectOk(call, __LINE__)

/* Expects a failure of that code whose message has that part. */
static void expectError(brt_status_t *status, brt_status_code_t code,
                        const char *part, int line) {
  if (brt_status_code(status) != code ||
      !strstr(brt_status_message(status), part)) {
    fprintf(stderr, "line %d: expects '%s', but got code %d, '%s'\n", line,
            part, (int)brt_status_code(status), brt_status_message(status));
    ++failures;
  }
  brt_status_release(status);
}
#define EXPECT_ERROR(call, code, part) expectError(call, code, part, __LINE__)

static int getBest(const double *logits) {
  int best = 0;
  for (int token = 1; token < VOCABULARY; ++token)
    if (logits[token] > logits[best])
      best = token;
  return best;
}

static void testModules(void) {
  brt_module_t *module = NULL;
  brt_module_options_t options = {sizeof(options), "mmx"};
  EXPECT_ERROR(brt_module_create(&brt_program, &options, &module),
               BRT_STATUS_UNSUPPORTED, "no code for 'mmx'");
  options.struct_size = sizeof(options) + 8;
  EXPECT_ERROR(brt_module_create(&brt_program, &options, &module),
               BRT_STATUS_INVALID_ARGUMENT, "struct_size");
  EXPECT_ERROR(brt_module_load("missing.so", NULL, &module), BRT_STATUS_SYSTEM,
               "missing.so");
  EXPECT(module == NULL);

  /* Who knows of no options but the size gets the defaults. */
  options.struct_size = sizeof(options.struct_size);
  EXPECT_OK(brt_module_create(&brt_program, &options, &module));
  EXPECT(strcmp(brt_module_name(module), "fake") == 0);
  EXPECT(strncmp(brt_module_isa(module), "avx", 3) == 0);
  brt_module_release(module);
  brt_module_release(NULL);
}

static void testParameters(const brt_module_t *module, const char *path) {
  brt_session_t *session = NULL;
  brt_session_options_t none = {sizeof(none), 0};
  EXPECT_ERROR(brt_session_create(module, &none, &session),
               BRT_STATUS_INVALID_ARGUMENT, "1 lane or more");
  EXPECT(session == NULL);
  EXPECT_OK(brt_session_create(module, NULL, &session));
  EXPECT_ERROR(brt_session_save_parameters(session, path),
               BRT_STATUS_INVALID_ARGUMENT, "a session with parameters");
  EXPECT_ERROR(brt_session_load_parameters(session, path), BRT_STATUS_NOT_FOUND,
               "No such file");
  EXPECT_OK(brt_session_init_parameters(session, 3));
  EXPECT_OK(brt_session_save_parameters(session, path));
  brt_session_release(session);
}

static void testSegments(brt_session_t *session) {
  int64_t segment = 0, vocabulary = 0;
  EXPECT_OK(brt_session_segment_sizes(session, &segment, &vocabulary));
  EXPECT(segment == SEGMENT && vocabulary == VOCABULARY);

  int32_t tokens[LANES * SEGMENT];
  uint8_t starts[LANES] = {1, 1};
  double losses[LANES * SEGMENT];
  double *logits = malloc(sizeof(double) * LANES * SEGMENT * VOCABULARY);
  for (int i = 0; i < LANES * SEGMENT; ++i)
    tokens[i] = i + 1;
  EXPECT_OK(brt_session_read_segment(session, BRT_USE_EVAL, tokens, starts,
                                     losses, logits));
  /* The loss of token 4 under a seed of 3. */
  EXPECT(fabs(losses[2] - 3 * 4 * log(2.0)) < 1e-5);
  EXPECT(losses[SEGMENT - 1] == 0);
  EXPECT(getBest(logits) == (7 * 1 + 1) % 255 + 1);

  /* The carry of training is still empty. */
  starts[0] = starts[1] = 0;
  EXPECT_OK(brt_session_read_segment(session, BRT_USE_TRAIN, tokens, starts,
                                     NULL, logits));
  EXPECT(getBest(logits) == (7 * 1 + 1) % 255 + 1);
  EXPECT_OK(brt_session_read_segment(session, BRT_USE_EVAL, tokens, starts,
                                     NULL, logits));
  EXPECT(getBest(logits) == (7 * 37 + 1) % 255 + 1);
  EXPECT_ERROR(brt_session_read_segment(session, 2, tokens, starts, NULL, NULL),
               BRT_STATUS_INVALID_ARGUMENT, "a use of");
  free(logits);
}

static void testStreams(brt_session_t *session) {
  const int32_t first[] = {1, 2, 3, 4, 5}, second[] = {6};
  const int32_t *tokens[LANES] = {first, second};
  int64_t counts[LANES] = {5, 1};
  double logits[LANES * VOCABULARY];
  EXPECT_OK(brt_session_read_stream(session, tokens, counts, logits));
  EXPECT(getBest(logits) == (7 * 15 + 5) % 255 + 1);
  EXPECT(getBest(logits + VOCABULARY) == (7 * 6 + 6) % 255 + 1);

  EXPECT_OK(brt_session_restart_lane(session, 0));
  EXPECT_OK(brt_session_read_stream(session, tokens, counts, logits));
  EXPECT(getBest(logits) == (7 * 15 + 5) % 255 + 1);
  EXPECT(getBest(logits + VOCABULARY) == (7 * 12 + 6) % 255 + 1);
  counts[1] = -1;
  EXPECT_ERROR(brt_session_read_stream(session, tokens, counts, logits),
               BRT_STATUS_INVALID_ARGUMENT, "lane 1 has -1");
  EXPECT_ERROR(brt_session_restart_lane(session, LANES),
               BRT_STATUS_INVALID_ARGUMENT, "a lane below 2, but got 2");
}

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "capi.safetensors";
  remove(path);
  brt_set_thread_count(2);
  testModules();

  brt_module_t *module = NULL;
  EXPECT_OK(brt_module_create(&brt_program, NULL, &module));
  testParameters(module, path);

  brt_session_t *session = NULL;
  brt_session_options_t options = {sizeof(options), LANES};
  EXPECT_OK(brt_session_create(module, &options, &session));
  brt_module_release(module);
  EXPECT_OK(brt_session_load_parameters(session, path));
  testSegments(session);
  testStreams(session);
  brt_session_release(session);
  remove(path);
  printf("%d failed\n", failures);
  return failures != 0;
}
