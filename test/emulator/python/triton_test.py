# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Triton's own output, launched by Triton's own launcher.

Runs on whatever libcuda.so.1 the environment puts in front.
"""

import numpy as np
import triton
from triton.runtime import driver

import kernels
from device import Buffer, CudaError, check, from_bf16, run_tests, to_bf16

random = np.random.default_rng(1)
driver.active.get_current_device()


def normal(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def blocks(total, block):
    return -(-total // block)


def test_add():
    for n in (1, 1000, 4096):
        x, y = normal(n), normal(n)
        out = Buffer(np.zeros(n, np.float32))
        kernels.add[(blocks(n, 256),)](Buffer(x), Buffer(y), out, n, BLOCK=256)
        np.testing.assert_array_equal(out.read(), x + y)


def test_softmax():
    for rows, columns in ((5, 77), (3, 512)):
        x = normal(rows, columns)
        out = Buffer(np.zeros_like(x))
        kernels.softmax[(rows,)](Buffer(x), out, columns, BLOCK=512)
        weights = np.exp(x - x.max(1, keepdims=True))
        np.testing.assert_allclose(out.read(), weights / weights.sum(1, keepdims=True),
                                   rtol=1e-5, atol=1e-7)


def test_layer_norm():
    rows, columns = 4, 200
    x, scale, shift = normal(rows, columns), normal(columns), normal(columns)
    out = Buffer(np.zeros_like(x))
    kernels.layer_norm[(rows,)](Buffer(x), Buffer(scale), Buffer(shift), out, columns,
                                1e-5, BLOCK=256)
    wide = x.astype(np.float64)
    centred = wide - wide.mean(1, keepdims=True)
    expected = centred / np.sqrt(wide.var(1, keepdims=True) + 1e-5) * scale + shift
    np.testing.assert_allclose(out.read(), expected, rtol=1e-4, atol=1e-5)


def check_matmul(m, n, k, encode, decode, dtype, tolerance):
    a, b = encode(normal(m, k)), encode(normal(k, n))
    c = Buffer(np.zeros((m, n), np.float32))
    kernels.matmul[(blocks(m, 64), blocks(n, 64))](
        Buffer(a, dtype), Buffer(b, dtype), c, m, n, k, BM=64, BN=64, BK=32,
        num_warps=4, num_stages=3)
    expected = decode(a).astype(np.float64) @ decode(b).astype(np.float64)
    np.testing.assert_allclose(c.read(), expected, rtol=0, atol=tolerance)


def test_matmul_f16():
    for shape in ((64, 64, 64), (100, 72, 136)):
        check_matmul(*shape, lambda x: x.astype(np.float16), lambda x: x, "fp16", 1e-3)


def test_matmul_bf16():
    check_matmul(128, 64, 96, to_bf16, from_bf16, "bf16", 1e-3)


def test_matmul_tf32():
    # tf32 keeps 10 bits of each factor.
    check_matmul(64, 128, 64, lambda x: x, lambda x: x, "fp32", 5e-2)


def test_matmul_by_descriptors():
    # On sm_90a these are tensor maps that the kernel makes, and TMA.
    triton.set_allocator(lambda size, align, stream:
                         Buffer(np.zeros(size // 4, np.int32)))
    for m, n, k in ((64, 64, 64), (100, 72, 136)):
        a, b = normal(m, k).astype(np.float16), normal(n, k).astype(np.float16)
        c = Buffer(np.zeros((m, n), np.float16))
        kernels.matmul_descriptors[(blocks(m, 64), blocks(n, 64))](
            Buffer(a), Buffer(b), c, m, n, k, BM=64, BN=64, BK=64, num_warps=4,
            num_stages=3)
        expected = a.astype(np.float64) @ b.T.astype(np.float64)
        np.testing.assert_allclose(c.read(), expected, rtol=1e-3, atol=1e-3)


def test_attention():
    heads, n, width = 2, 128, 64
    q, k, v = (to_bf16(normal(heads, n, width)) for _ in range(3))
    for causal in (False, True):
        out = Buffer(np.zeros((heads, n, width), np.uint16), "bf16")
        kernels.attention[(n // 64, heads)](
            Buffer(q, "bf16"), Buffer(k, "bf16"), Buffer(v, "bf16"), out,
            np.log2(np.e) / width**0.5, n, D=width, BM=64, BN=32, CAUSAL=causal,
            num_warps=4, num_stages=2)
        scores = np.einsum("hqd,hkd->hqk", from_bf16(q), from_bf16(k)) / width**0.5
        if causal:
            scores = np.where(np.tri(n, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(2, keepdims=True))
        weights /= weights.sum(2, keepdims=True)
        np.testing.assert_allclose(from_bf16(out.read()), weights @ from_bf16(v),
                                   rtol=0, atol=3e-2)


def test_locks():
    x = normal(20, 256)
    total = Buffer(np.zeros(256, np.float32))
    kernels.locked_sum[(20,)](Buffer(x), total, Buffer(np.zeros(1, np.int32)),
                              BLOCK=256)
    np.testing.assert_allclose(total.read(), x.sum(0), rtol=0, atol=1e-4)


def test_atomics():
    n = 3000
    x = random.integers(0, 17, n, dtype=np.int32)
    counts = Buffer(np.zeros(17, np.int32))
    kernels.histogram[(blocks(n, 256),)](Buffer(x), counts, n, BLOCK=256)
    np.testing.assert_array_equal(counts.read(), np.bincount(x, minlength=17))


def test_scan_and_sort():
    x = random.integers(-1000, 1000, 256, dtype=np.int32)
    sums, ordered = Buffer(np.zeros_like(x)), Buffer(np.zeros_like(x))
    kernels.scan_and_sort[(1,)](Buffer(x), sums, ordered, BLOCK=256)
    np.testing.assert_array_equal(sums.read(), np.cumsum(x))
    np.testing.assert_array_equal(ordered.read(), np.sort(x))


def test_unguarded_access_is_found():
    # Last, as the context is lost.
    x = Buffer(normal(250))
    kernels.add_unguarded[(1,)](x, x, Buffer(np.zeros(250, np.float32)), BLOCK=256)
    try:
        check("cuCtxSynchronize")
    except CudaError as error:
        assert error.code == 700, error
    else:
        raise AssertionError("the access past the end was not found")


run_tests(globals())
