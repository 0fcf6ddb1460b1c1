# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Triton's kernels in exact mode: the tiles they work in change no bit.

Run with BRT_EMU_EXACT=1.
"""

import numpy as np
import triton
from triton.runtime import driver

import kernels
from device import Buffer, run_tests, to_bf16

random = np.random.default_rng(1)
driver.active.get_current_device()


def normal(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def blocks(total, block):
    return -(-total // block)


def matmul(a, b, dtype, m, n, k, tile):
    c = Buffer(np.zeros((m, n), np.float32))
    rows, columns, depth = tile
    kernels.matmul[(blocks(m, rows), blocks(n, columns))](
        Buffer(a, dtype), Buffer(b, dtype), c, m, n, k, BM=rows, BN=columns, BK=depth,
        num_warps=4, num_stages=2)
    return c.read().view(np.uint32)


def test_matmul():
    m, n, k = 70, 50, 96
    for encode, dtype in ((lambda x: x.astype(np.float16), "fp16"), (to_bf16, "bf16")):
        a, b = encode(normal(m, k)), encode(normal(k, n))
        first = matmul(a, b, dtype, m, n, k, (64, 64, 32))
        for tile in ((32, 64, 64), (64, 32, 16)):
            np.testing.assert_array_equal(matmul(a, b, dtype, m, n, k, tile), first)
        b[k // 2, :] = b[k // 2 + 1, :]
        assert (matmul(a, b, dtype, m, n, k, (64, 64, 32)) != first).all()


def attention(q, k, v, length, width, piece):
    out = Buffer(np.zeros((1, length, width), np.float16))
    kernels.attention[(length // 64, 1)](
        Buffer(q), Buffer(k), Buffer(v), out, 0.25, length, D=width, BM=64, BN=piece,
        CAUSAL=False, num_warps=4, num_stages=2)
    return out.read().view(np.uint16)


def test_attention():
    length, width = 128, 64
    q, k, v = (normal(1, length, width).astype(np.float16) for _ in range(3))
    first = attention(q, k, v, length, width, 64)
    np.testing.assert_array_equal(attention(q, k, v, length, width, 32), first)
    v[0, 5, :] = v[0, 6, :]
    assert (attention(q, k, v, length, width, 32) != first).mean() > 0.9


run_tests(globals())
