# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Buffers of a CUDA device for NumPy arrays, and a runner of test functions."""

import ctypes
import sys
import traceback

import numpy as np

cuda = ctypes.CDLL("libcuda.so.1")


class CudaError(Exception):
    """A call returned something but success; `code` is what."""

    def __init__(self, call, code):
        super().__init__(f"{call} returned {code}")
        self.code = code


def check(call, *arguments):
    code = getattr(cuda, call)(*arguments)
    if code != 0:
        raise CudaError(call, code)


class Buffer:
    """An array on the device; Triton takes it for a tensor."""

    def __init__(self, array, dtype=None):
        array = np.ascontiguousarray(array)
        self.shape, self.type = array.shape, array.dtype
        self.dtype = dtype or {"f2": "fp16", "f4": "fp32", "i4": "i32"}[
            array.dtype.str[1:]]
        address = ctypes.c_uint64()
        check("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(array.nbytes))
        self.address = address.value
        check("cuMemcpyHtoD_v2", address, ctypes.c_void_p(array.ctypes.data),
              ctypes.c_size_t(array.nbytes))

    def data_ptr(self):
        return self.address

    def read(self):
        array = np.empty(self.shape, self.type)
        check("cuMemcpyDtoH_v2", ctypes.c_void_p(array.ctypes.data),
              ctypes.c_uint64(self.address), ctypes.c_size_t(array.nbytes))
        return array


def to_bf16(array):
    """Bits of the nearest bf16."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def from_bf16(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32)


def run_tests(namespace):
    """Runs the functions test_… in their order; exits with 1 if one failed."""
    passed = failed = 0
    for name, test in list(namespace.items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
            print(f"{name}: passed", flush=True)
        except Exception:
            failed += 1
            traceback.print_exc()
            print(f"{name}: failed", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)
