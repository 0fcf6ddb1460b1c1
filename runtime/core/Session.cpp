//===- Session.cpp - Carries and calls of a program -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Session.h"
#include "brt/runtime/FlushDenormals.h"

using namespace brt::rt;

//===----------------------------------------------------------------------===//
// TensorSet
//===----------------------------------------------------------------------===//

Status TensorSet::add(const Port &port, int64_t lanes) {
  Buffer buffer(port.getBytes(lanes));
  if (!buffer)
    return makeError(StatusCode::System, "no memory for the {} bytes of '{}'",
                     port.getBytes(lanes), port.name);
  indices[port.name] = tensors.size();
  tensors.push_back(
      {port.name, port.dtype, port.getShape(lanes), std::move(buffer)});
  return {};
}

Buffer *TensorSet::find(std::string_view name) {
  auto found = indices.find(name);
  return found == indices.end() ? nullptr : &tensors[found->second].buffer;
}

const Buffer *TensorSet::find(std::string_view name) const {
  return const_cast<TensorSet *>(this)->find(name);
}

std::vector<TensorView> TensorSet::getViews() const {
  std::vector<TensorView> views;
  for (const Tensor &tensor : tensors)
    views.push_back({tensor.name, tensor.dtype, tensor.shape,
                     tensor.buffer.data(), tensor.buffer.size()});
  return views;
}

void TensorSet::clear() {
  for (Tensor &tensor : tensors)
    tensor.buffer.clear();
}

//===----------------------------------------------------------------------===//
// Carry
//===----------------------------------------------------------------------===//

/// Bounds lanes, so that sizes cannot overflow (ManifestCheck.cpp).
static constexpr int64_t kMaxLanes = int64_t(1) << 20;

static Status checkLanes(int64_t lanes) {
  if (lanes >= 1 && lanes <= kMaxLanes)
    return {};
  return makeError(StatusCode::InvalidArgument,
                   "expects 1 to {} lanes, but got {}", kMaxLanes, lanes);
}

static Result<int> findEntry(const Program &program, std::string_view name) {
  int entry = program.manifest().findEntry(name);
  if (entry >= 0)
    return entry;
  std::string names;
  for (const EntryInfo &info : program.manifest().entries)
    names += (names.empty() ? "" : ", ") + info.name;
  return makeError(StatusCode::Unsupported,
                   "the program has no entry point '{}', it has: {}", name,
                   names);
}

Result<Carry> Carry::create(const Program &program, std::string_view entry,
                            int64_t lanes) {
  BRT_RETURN_IF_ERROR(checkLanes(lanes));
  BRT_ASSIGN_OR_RETURN(int index, findEntry(program, entry));
  Carry carry;
  carry.laneCount = lanes;
  for (const Port &port : program.manifest().entries[index].arguments)
    if (port.kind == PortKind::Carry)
      BRT_RETURN_IF_ERROR(carry.set.add(port, lanes));
  return carry;
}

//===----------------------------------------------------------------------===//
// Call
//===----------------------------------------------------------------------===//

Result<Call> Call::create(const Program &program, std::string_view entry,
                          int64_t lanes) {
  BRT_RETURN_IF_ERROR(checkLanes(lanes));
  BRT_ASSIGN_OR_RETURN(int index, findEntry(program, entry));
  Call call(program, index, lanes);
  for (const Port &port : call.info().arguments)
    if (port.kind == PortKind::Input)
      BRT_RETURN_IF_ERROR(call.inputs.add(port, lanes));
  for (const Port &port : call.info().results)
    if (port.kind == PortKind::Output)
      BRT_RETURN_IF_ERROR(call.outputs.add(port, lanes));
  Result<Arena> arena = Arena::map(call.info().getArenaBytes(lanes));
  if (!arena.ok())
    return makeError(arena.status().code(), "'{}' of {} lanes: {}", entry,
                     lanes, arena.status().message());
  call.arena = std::move(*arena);
  call.arguments.reserve(call.info().arguments.size());
  call.results.reserve(call.info().results.size());
  return call;
}

void Call::shareArena(Call &other) {
  if (arena.size() < other.arena.size())
    arena = other.arena;
  else
    other.arena = arena;
}

const EntryInfo &Call::info() const {
  return program.manifest().entries[entry];
}

void Call::invoke(const Memory &memory) {
  arguments.clear();
  results.clear();
  for (const Port &port : info().arguments) {
    const TensorSet *set = &inputs;
    if (port.kind == PortKind::Parameter)
      set = memory.parameters;
    else if (port.kind == PortKind::Optimizer)
      set = memory.optimizer;
    else if (port.kind == PortKind::Carry)
      set = &memory.carry->tensors();
    arguments.push_back(set->find(port.name)->data());
  }
  for (const Port &port : info().results) {
    TensorSet *set = &outputs;
    if (port.kind == PortKind::Parameter)
      set = memory.results;
    else if (port.kind == PortKind::Optimizer)
      set = memory.optimizer;
    else if (port.kind == PortKind::Carry)
      set = &memory.carry->tensors();
    results.push_back(set->find(port.name)->data());
  }
  FlushDenormals flush;
  program.getEntry(entry)(laneCount, arguments.data(), results.data(),
                          arena.data());
}

void Call::run(const Parameters &parameters, Carry &carry) {
  Memory memory;
  memory.parameters = &parameters.set;
  memory.carry = &carry;
  invoke(memory);
}

void Call::train(Parameters &parameters, TensorSet &optimizer, Carry &carry) {
  Memory memory;
  memory.parameters = memory.results = &parameters.set;
  memory.optimizer = &optimizer;
  memory.carry = &carry;
  invoke(memory);
}
