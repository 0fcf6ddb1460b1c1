# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cuda-python's bindings of the driver interface."""

import ctypes
import pathlib

import numpy as np
from cuda.bindings import driver as cu

from device import run_tests

PTX = pathlib.Path(__file__).parent.parent / "ptx"


def done(result):
    """What a binding returned beside its error code."""
    code, *values = result
    assert code == cu.CUresult.CUDA_SUCCESS, code
    return values[0] if len(values) == 1 else values


done(cu.cuInit(0))
device = done(cu.cuDeviceGet(0))
context = done(cu.cuDevicePrimaryCtxRetain(device))
done(cu.cuCtxSetCurrent(context))


def load(name):
    text = (PTX / f"{name}.ptx").read_bytes() + b"\0"
    return done(cu.cuModuleGetFunction(done(cu.cuModuleLoadData(text)), b"reverse"))


def upload(array):
    address = done(cu.cuMemAlloc(array.nbytes))
    done(cu.cuMemcpyHtoD(address, array.ctypes.data, array.nbytes))
    return address


def reverse(name, values):
    """Launches a kernel that reverses one block; the result of a sync too."""
    source, to = upload(values), upload(np.zeros_like(values))
    stream = done(cu.cuStreamCreate(0))
    arguments = (int(source), int(to), values.size)
    kinds = (ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint32)
    done(cu.cuLaunchKernel(load(name), 1, 1, 1, values.size, 1, 1, 0, stream,
                           (arguments, kinds), 0))
    (code,) = cu.cuStreamSynchronize(stream)
    result = np.empty_like(values)
    cu.cuMemcpyDtoH(result.ctypes.data, to, result.nbytes)
    return code, result


def test_device():
    major = done(cu.cuDeviceGetAttribute(
        cu.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device))
    assert major == 8, major
    assert done(cu.cuDeviceGetCount()) == 1


def test_launch():
    values = np.random.default_rng(1).standard_normal(64, np.float32)
    code, result = reverse("reverse", values)
    assert code == cu.CUresult.CUDA_SUCCESS, code
    np.testing.assert_array_equal(result, values[::-1])


def test_error_names():
    name = done(cu.cuGetErrorName(cu.CUresult.CUDA_ERROR_ILLEGAL_ADDRESS))
    assert name == b"CUDA_ERROR_ILLEGAL_ADDRESS", name


def test_malformed_ptx_is_refused():
    code, _ = cu.cuModuleLoadData(b".version 8.0\n.target sm_80\nnonsense\0")
    assert code == cu.CUresult.CUDA_ERROR_INVALID_PTX, code


def test_race_is_found():
    # Last, as the context is lost.
    code, _ = reverse("reverse-race", np.zeros(64, np.float32))
    assert code == cu.CUresult.CUDA_ERROR_LAUNCH_FAILED, code


run_tests(globals())
