//===- Tensors.cpp - Arrays in safetensors files --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Tensors.h"

#include "brt/runtime/Safetensors.h"

using namespace brt;
using namespace brt::emu;

bool brt::emu::isSafetensors(const std::string &path) {
  static const std::string ending = ".safetensors";
  return path.size() > ending.size() &&
         path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
}

std::string brt::emu::descriptorOf(rt::DType type) {
  const char *kind = "<u";
  switch (type) {
  case rt::DType::F64:
  case rt::DType::F32:
  case rt::DType::F16:
    kind = "<f";
    break;
  case rt::DType::I64:
  case rt::DType::I32:
  case rt::DType::I16:
  case rt::DType::I8:
    kind = "<i";
    break;
  default:
    break;
  }
  return kind + std::to_string(rt::getByteSize(type));
}

bool brt::emu::readTensor(const std::string &path, const std::string &name,
                          NpyArray &array, std::string &error) {
  auto file = rt::SafetensorsFile::open(path);
  if (!file.ok()) {
    error = file.status().message();
    return false;
  }
  const rt::TensorView *tensor = name.empty() && file->tensors().size() == 1
                                     ? &file->tensors().front()
                                     : file->find(name);
  if (!tensor) {
    error = name.empty() ? "expects the name of one of its tensors"
                         : "expects a tensor '" + name + "', but got none";
    return false;
  }
  array.type = descriptorOf(tensor->dtype);
  array.shape.assign(tensor->shape.begin(), tensor->shape.end());
  const auto *bytes = static_cast<const uint8_t *>(tensor->data);
  array.data.assign(bytes, bytes + tensor->bytes);
  return true;
}

bool brt::emu::writeTensors(const std::string &path,
                            const std::vector<NamedArray> &named,
                            std::string &error) {
  std::vector<rt::TensorView> views;
  for (const NamedArray &each : named) {
    rt::TensorView view;
    view.name = each.name;
    view.dtype = each.type;
    view.shape.assign(each.array->shape.begin(), each.array->shape.end());
    view.data = each.array->data.data();
    view.bytes = each.array->data.size();
    views.push_back(std::move(view));
  }
  rt::Status status = rt::writeSafetensors(path, views);
  error = status.message();
  return status.ok();
}
