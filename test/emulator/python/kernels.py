# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels in Triton, as its tutorials write them."""

import triton
import triton.language as tl


@triton.jit
def add(x, y, out, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    keep = i < n
    tl.store(out + i, tl.load(x + i, keep) + tl.load(y + i, keep), keep)


@triton.jit
def add_unguarded(x, y, out, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out + i, tl.load(x + i) + tl.load(y + i))


@triton.jit
def softmax(x, out, columns, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    i = tl.arange(0, BLOCK)
    keep = i < columns
    values = tl.load(x + row * columns + i, keep, other=-float("inf"))
    weights = tl.exp(values - tl.max(values, 0))
    tl.store(out + row * columns + i, weights / tl.sum(weights, 0), keep)


@triton.jit
def layer_norm(x, scale, shift, out, columns, eps, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    i = tl.arange(0, BLOCK)
    keep = i < columns
    values = tl.load(x + row * columns + i, keep, other=0.0)
    mean = tl.sum(values, 0) / columns
    centred = tl.where(keep, values - mean, 0.0)
    variance = tl.sum(centred * centred, 0) / columns
    normal = centred * tl.rsqrt(variance + eps)
    result = normal * tl.load(scale + i, keep) + tl.load(shift + i, keep)
    tl.store(out + row * columns + i, result, keep)


@triton.jit
def matmul(a, b, c, M, N, K, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    rows = tl.program_id(0) * BM + tl.arange(0, BM)
    columns = tl.program_id(1) * BN + tl.arange(0, BN)
    depth = tl.arange(0, BK)
    sums = tl.zeros((BM, BN), tl.float32)
    for k in range(0, K, BK):
        left = tl.load(a + rows[:, None] * K + (k + depth)[None, :],
                       (rows[:, None] < M) & ((k + depth)[None, :] < K), 0.0)
        right = tl.load(b + (k + depth)[:, None] * N + columns[None, :],
                        ((k + depth)[:, None] < K) & (columns[None, :] < N), 0.0)
        sums = tl.dot(left, right, sums)
    tl.store(c + rows[:, None] * N + columns[None, :], sums,
             (rows[:, None] < M) & (columns[None, :] < N))


@triton.jit
def attention(q, k, v, out, scale, N, D: tl.constexpr, BM: tl.constexpr,
              BN: tl.constexpr, CAUSAL: tl.constexpr):
    rows = tl.program_id(0) * BM + tl.arange(0, BM)
    base = tl.program_id(1) * N * D
    width = tl.arange(0, D)
    queries = tl.load(q + base + rows[:, None] * D + width[None, :])
    largest = tl.full((BM,), -float("inf"), tl.float32)
    total = tl.zeros((BM,), tl.float32)
    sums = tl.zeros((BM, D), tl.float32)
    end = (tl.program_id(0) + 1) * BM if CAUSAL else N
    for start in range(0, end, BN):
        keys = start + tl.arange(0, BN)
        block = tl.load(k + base + keys[None, :] * D + width[:, None])
        score = tl.dot(queries, block) * scale
        if CAUSAL:
            score = tl.where(rows[:, None] >= keys[None, :], score, -float("inf"))
        highest = tl.maximum(largest, tl.max(score, 1))
        weight = tl.exp2(score - highest[:, None])
        fade = tl.exp2(largest - highest)
        total = total * fade + tl.sum(weight, 1)
        values = tl.load(v + base + keys[:, None] * D + width[None, :])
        sums = tl.dot(weight.to(values.dtype), values, sums * fade[:, None])
        largest = highest
    result = sums / total[:, None]
    tl.store(out + base + rows[:, None] * D + width[None, :],
             result.to(out.dtype.element_ty))


@triton.jit
def locked_sum(x, total, lock, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    part = tl.load(x + tl.program_id(0) * BLOCK + i)
    while tl.atomic_cas(lock, 0, 1) == 1:
        pass
    tl.store(total + i, tl.load(total + i) + part)
    tl.debug_barrier()
    tl.atomic_xchg(lock, 0)


@triton.jit
def histogram(x, counts, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.atomic_add(counts + tl.load(x + i, i < n, 0), 1, i < n)


@triton.jit
def scan_and_sort(x, sums, sorted_, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    values = tl.load(x + i)
    tl.store(sums + i, tl.cumsum(values, 0))
    tl.store(sorted_ + i, tl.sort(values))


@triton.jit
def matmul_descriptors(a, b, c, M, N, K, BM: tl.constexpr, BN: tl.constexpr,
                       BK: tl.constexpr):
    left = tl.make_tensor_descriptor(a, [M, K], [K, 1], [BM, BK])
    right = tl.make_tensor_descriptor(b, [N, K], [K, 1], [BN, BK])
    out = tl.make_tensor_descriptor(c, [M, N], [N, 1], [BM, BN])
    row = tl.program_id(0) * BM
    column = tl.program_id(1) * BN
    sums = tl.zeros((BM, BN), tl.float32)
    for k in range(0, K, BK):
        sums = tl.dot(left.load([row, k]), right.load([column, k]).T, sums)
    out.store([row, column], sums.to(tl.float16))
