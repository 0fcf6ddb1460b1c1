//===- TensorFiles.cpp - Tensors of the evaluator in files ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TensorFiles.h"
#include "llvm/ADT/APFloat.h"
#include <cstring>
#include <list>

using namespace mlir;
using namespace brt;
using namespace brt::reference;
using rt::DType;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// Element n of type T. Data in a file need not be aligned.
template <typename T>
static T load(const void *data, int64_t n) {
  T value;
  std::memcpy(&value, static_cast<const char *>(data) + n * sizeof(T),
              sizeof(T));
  return value;
}

/// A bf16 is the upper half of an f32.
static float loadBF16(const void *data, int64_t n) {
  uint32_t bits = uint32_t(load<uint16_t>(data, n)) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

template <typename From>
static Tensor<double> readReals(const rt::TensorView &view,
                                From (*load)(const void *, int64_t)) {
  auto tensor = Tensor<double>::ofReals(view.shape);
  for (auto [n, x] : llvm::enumerate(tensor.getReals()))
    x = load(view.data, n);
  return tensor;
}

template <typename From>
static Tensor<double> readIntegers(const rt::TensorView &view) {
  auto tensor = Tensor<double>::ofIntegers(view.shape);
  for (auto [n, x] : llvm::enumerate(tensor.getIntegers()))
    x = load<From>(view.data, n);
  return tensor;
}

llvm::Expected<Tensor<double>> brt::readTensor(const rt::TensorView &view) {
  switch (view.dtype) {
  case DType::F64:
    return readReals<double>(view, load<double>);
  case DType::F32:
    return readReals<float>(view, load<float>);
  case DType::BF16:
    return readReals<float>(view, loadBF16);
  case DType::I64:
    return readIntegers<int64_t>(view);
  case DType::I32:
    return readIntegers<int32_t>(view);
  case DType::U8:
  case DType::Bool:
    return readIntegers<uint8_t>(view);
  default:
    return llvm::createStringError(
        "expects F64, F32, BF16, I64, I32, U8 or BOOL, but got " +
        StringRef(rt::getName(view.dtype)));
  }
}

/// Appends the bytes of an element of the type.
static void append(std::string &bytes, DType dtype,
                   const Tensor<double> &tensor, int64_t n) {
  auto put = [&](auto value) {
    bytes.append(reinterpret_cast<const char *>(&value), sizeof(value));
  };
  switch (dtype) {
  case DType::F64:
    return put(tensor.getReals()[n]);
  case DType::F32:
    return put(float(tensor.getReals()[n]));
  case DType::BF16: {
    APFloat value(tensor.getReals()[n]);
    bool loses;
    value.convert(APFloat::BFloat(), APFloat::rmNearestTiesToEven, &loses);
    return put(uint16_t(value.bitcastToAPInt().getZExtValue()));
  }
  case DType::I64:
    return put(tensor.getIntegers()[n]);
  case DType::I32:
    return put(int32_t(tensor.getIntegers()[n]));
  default:
    return put(uint8_t(tensor.getIntegers()[n]));
  }
}

std::string brt::getBytes(const Tensor<double> &tensor, DType dtype) {
  std::string bytes;
  bytes.reserve(tensor.getSize() * rt::getByteSize(dtype));
  for (int64_t n = 0; n < tensor.getSize(); ++n)
    append(bytes, dtype, tensor, n);
  return bytes;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

llvm::Expected<FileTensors> brt::readTensors(StringRef path) {
  rt::Result<rt::SafetensorsFile> file = rt::SafetensorsFile::open(path.str());
  if (!file.ok())
    return llvm::createStringError(file.status().message());
  FileTensors tensors;
  for (const rt::TensorView &view : file->tensors()) {
    llvm::Expected<Tensor<double>> tensor = readTensor(view);
    if (!tensor)
      return llvm::createStringError("tensor '" + view.name + "' of '" + path +
                                     "': " + toString(tensor.takeError()));
    tensors[view.name] = std::move(*tensor);
  }
  return tensors;
}

/// The type a result is written in.
static DType getDType(Type element, Arithmetic arithmetic) {
  if (element.isInteger(64))
    return DType::I64;
  if (element.isInteger(32))
    return DType::I32;
  if (element.isInteger(1))
    return DType::Bool;
  if (arithmetic == Arithmetic::F64 || element.isF64())
    return DType::F64;
  if (arithmetic == Arithmetic::F32 || element.isF32())
    return DType::F32;
  return DType::BF16;
}

/// The name of a result in a file.
static std::string getFileName(const Port &port) {
  switch (port.role) {
  case Role::Carry:
    return "carry_out/" + port.name;
  case Role::Gradient:
    return "grad/" + port.name;
  case Role::Parameter:
  case Role::Input:
  case Role::Optimizer:
  case Role::Output:
    return port.name;
  }
  llvm_unreachable("all roles are handled");
}

llvm::Error brt::writeResults(StringRef path, const EntryPoint &entry,
                              const NamedTensors &results,
                              Arithmetic arithmetic) {
  std::list<std::string> bytes;
  std::vector<rt::TensorView> views;
  for (const Port &port : entry.results) {
    const Tensor<double> &tensor = results.at({port.role, port.name});
    DType dtype = getDType(port.type.getElementType(), arithmetic);
    std::string &data = bytes.emplace_back(getBytes(tensor, dtype));
    views.push_back({getFileName(port), dtype, tensor.getShape().vec(),
                     data.data(), data.size()});
  }
  rt::Status status = rt::writeSafetensors(path.str(), views);
  if (!status.ok())
    return llvm::createStringError(status.message());
  return llvm::Error::success();
}
