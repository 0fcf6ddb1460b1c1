/*===- Program.h - What a compiled program and the runtime share ----------===*\
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
|* A compiled program is an object that exports one symbol, `brt_program`. It
|* holds the code of every entry point for one or more instruction sets, and a
|* manifest, JSON text that names the arguments and results of each entry point:
|*
|*   { "abi": 5, "name": "books", "config": { ... },
|*     "entries": [
|*       { "name": "forward", "flops": 1234,
|*         "arguments": [
|*           { "kind": "parameter", "name": "embed/embedding",
|*             "dtype": "F32", "shape": [256, 256] },
|*           { "kind": "carry", "name": "0/keys",
|*             "dtype": "F32", "shape": [-1, 128, 4, 64] },
|*           { "kind": "input", "name": "tokens",
|*             "dtype": "I32", "shape": [-1, 512] }, ... ],
|*         "results": [
|*           { "kind": "output", "name": "logits", ... },
|*           { "kind": "carry", "name": "0/keys", ... } ],
|*         "arena": { "bytes_per_lane": 1048576, "bytes": 4096 } }, ... ] }
|*
|* "kernels" lists { "name": "brt_linear_1", "arguments": "..." } by number.
|*
|* `flops` are those of the products that the entry point computes for one lane.
|* The gradient of a parameter is an output named "gradient/<parameter>". An
|* extent of -1 is the number of lanes. Types are named as in safetensors:
|* F64, F32, BF16, I64, I32, and BOOL, one byte that is 0 or 1. Buffers are
|* dense and row-major.
|*
|* `train_step` also has ports of the kind "optimizer": state that is zero
|* before the first step. The arena is the memory that an entry point works in:
|* so many bytes for each lane, and so many besides.
\*===----------------------------------------------------------------------===*/

#ifndef BRT_C_PROGRAM_H
#define BRT_C_PROGRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with the layout of brt_program_t or the meaning of the manifest. */
#define BRT_PROGRAM_ABI 5

/* Runs an entry point on `lanes` lanes, at least 1: one buffer for each
 * argument and each result of the manifest, in its order, and an arena at a
 * multiple of 64 bytes, whose content is undefined before and after; it
 * allocates nothing else. A result of kind "parameter", "optimizer" or "carry"
 * with an argument of its kind and name is that argument, updated in place:
 * both have the same buffer, which is written in spite of the `const`. No two
 * other result buffers overlap, and none overlaps an argument. Calls on
 * different buffers may run at the same time. */
typedef void (*brt_entry_fn_t)(int64_t lanes, const void *const *arguments,
                               void *const *results, void *arena);

/* The code of all entry points for one instruction set. */
typedef struct brt_variant_t {
  const char *isa;               /* as "avx2", the best first */
  const brt_entry_fn_t *entries; /* in the manifest's order */
} brt_variant_t;

typedef struct brt_program_t {
  uint32_t abi; /* BRT_PROGRAM_ABI */
  uint32_t variant_count;
  const brt_variant_t *variants;
  const char *manifest; /* not terminated by a zero byte */
  uint64_t manifest_size;
} brt_program_t;

/* Called by compiled code: runs body(i, context) for every i in [0, count), on
 * several threads, and returns when all have run. Iterations write to disjoint
 * memory, so their order does not matter. */
void brt_parallel_for(int64_t count, void (*body)(int64_t index, void *context),
                      void *context);

/* Called by compiled code, on the thread that called the entry point, around
 * each run of a kernel: its number in the manifest, the FLOPs it computes and
 * the bytes of the buffers that it reads and writes. */
void brt_kernel_begin(int64_t kernel, int64_t flops, int64_t bytes);
void brt_kernel_end(int64_t kernel);

#ifdef __cplusplus
}
#endif

#endif /* BRT_C_PROGRAM_H */
