/*===- Runtime.h - Run compiled programs --------------------------*- C -*-===*\
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
|* Every call that can fail returns a status; results leave through the last
|* parameters, which are untouched on failure. A handle belongs to whoever
created
|* it and is released once; releasing NULL does nothing. Calls on one session
must
|* not overlap, calls on two sessions may. A session keeps its module alive.
|*
|* Letters: B lanes, N tokens of a segment, V tokens of the vocabulary. Arrays
are
|* dense and row-major.
\*===----------------------------------------------------------------------===*/

#ifndef BRT_C_RUNTIME_H
#define BRT_C_RUNTIME_H

#include "brt-c/Program.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*===----------------------------------------------------------------------===*\
|* Status
\*===----------------------------------------------------------------------===*/

/* NULL means success. */
typedef struct brt_status_t brt_status_t;

typedef enum brt_status_code_t {
  BRT_STATUS_OK = 0,
  BRT_STATUS_INVALID_ARGUMENT, /* what no input could make valid */
  BRT_STATUS_NOT_FOUND,        /* a file or a name is not there */
  BRT_STATUS_DATA_LOSS,        /* a file's content is broken */
  BRT_STATUS_MISMATCH,         /* a sound file of something else */
  BRT_STATUS_SYSTEM,           /* the system refused: disk, rights, memory */
  BRT_STATUS_UNSUPPORTED,      /* the program or the machine lacks it */
  BRT_STATUS_INTERRUPTED       /* the user stopped the work */
} brt_status_code_t;

brt_status_code_t brt_status_code(const brt_status_t *status);
/* One sentence, valid until the status is released. */
const char *brt_status_message(const brt_status_t *status);
void brt_status_release(brt_status_t *status);

/*===----------------------------------------------------------------------===*\
|* Modules: loaded programs
\*===----------------------------------------------------------------------===*/

typedef struct brt_module_t brt_module_t;

typedef struct brt_module_options_t {
  size_t struct_size; /* set to sizeof(brt_module_options_t) */
  const char *isa;    /* as "avx2"; NULL: the best of this machine */
} brt_module_options_t;

/* Takes a program that is linked in, or the file of a shared object. `options`
 * may be NULL. */
brt_status_t *brt_module_create(const brt_program_t *program,
                                const brt_module_options_t *options,
                                brt_module_t **out_module);
brt_status_t *brt_module_load(const char *path,
                              const brt_module_options_t *options,
                              brt_module_t **out_module);
void brt_module_release(brt_module_t *module);

/* Valid until the module is released. */
const char *brt_module_name(const brt_module_t *module);
const char *brt_module_isa(const brt_module_t *module);

/*===----------------------------------------------------------------------===*\
|* Sessions: parameters, and lanes that read
\*===----------------------------------------------------------------------===*/

typedef struct brt_session_t brt_session_t;

typedef struct brt_session_options_t {
  size_t struct_size; /* set to sizeof(brt_session_options_t) */
  int64_t lanes;      /* B; 1 without options */
} brt_session_options_t;

/* `options` may be NULL. */
brt_status_t *brt_session_create(const brt_module_t *module,
                                 const brt_session_options_t *options,
                                 brt_session_t **out_session);
void brt_session_release(brt_session_t *session);

/* A session reads only after it has got parameters: from a seed, or from a
 * checkpoint. */
brt_status_t *brt_session_init_parameters(brt_session_t *session, int64_t seed);
brt_status_t *brt_session_load_parameters(brt_session_t *session,
                                          const char *path);
brt_status_t *brt_session_save_parameters(const brt_session_t *session,
                                          const char *path);

/* What is read in segments for training, and for evaluation, has a carry of its
 * own each. */
typedef int32_t brt_use_t;
enum { BRT_USE_TRAIN = 0, BRT_USE_EVAL = 1 };

/* N and V of the module's segments. */
brt_status_t *brt_session_segment_sizes(brt_session_t *session,
                                        int64_t *out_segment,
                                        int64_t *out_vocabulary);

/* Reads a segment: `tokens` [B, N], and `starts` [B], not 0 for a lane that
 * begins a document. Gives the loss of token i + 1 at i, in nats, [B, N], and
 * the scores of the token after i, [B, N, V]; either may be NULL. */
brt_status_t *brt_session_read_segment(brt_session_t *session, brt_use_t use,
                                       const int32_t *tokens,
                                       const uint8_t *starts,
                                       double *out_losses, double *out_logits);

/* Streams are a third use, with a carry of their own. Reads counts[b] tokens,
 * which may be none, of tokens[b] on each lane b, and gives the scores of each
 * lane's next token, [B, V]; `out_logits` may be NULL. */
brt_status_t *brt_session_read_stream(brt_session_t *session,
                                      const int32_t *const *tokens,
                                      const int64_t *counts,
                                      double *out_logits);
/* Lets a lane of the stream begin a document with its next token, as all lanes
 * do at first. */
brt_status_t *brt_session_restart_lane(brt_session_t *session, int64_t lane);

/*===----------------------------------------------------------------------===*\
|* Threads
\*===----------------------------------------------------------------------===*/

/* Threads of the process that compiled code runs on; 0: as many as there are
 * processors to use. Not to be called while compiled code runs. Results do not
 * depend on it. */
void brt_set_thread_count(uint32_t count);

#ifdef __cplusplus
}
#endif

#endif /* BRT_C_RUNTIME_H */
