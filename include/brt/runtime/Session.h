//===- Session.h - Parameters, carries and calls of a program ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_SESSION_H
#define BRT_RUNTIME_SESSION_H

#include "brt/runtime/Arena.h"
#include "brt/runtime/Buffer.h"
#include "brt/runtime/Program.h"
#include "brt/runtime/Safetensors.h"
#include <map>

namespace brt::rt {

/// Memory of named tensors.
class TensorSet {
public:
  /// Adds a tensor of zeros. Errors: System where there is no memory.
  Status add(const Port &port, int64_t lanes);

  Buffer *find(std::string_view name);
  const Buffer *find(std::string_view name) const;
  /// The tensors in the order in which they were added.
  std::vector<TensorView> getViews() const;
  void clear();

private:
  struct Tensor {
    std::string name;
    DType dtype;
    std::vector<int64_t> shape;
    Buffer buffer;
  };
  std::vector<Tensor> tensors;
  std::map<std::string, size_t, std::less<>> indices;
};

/// The parameters of a model.
class Parameters {
public:
  /// Parameters from a seed, by the program's entry point `init`.
  static Result<Parameters> init(const Program &program, int64_t seed);
  /// Parameters from a checkpoint of this program, which is a file, or a folder
  /// that training wrote, or from the official implementation's tree
  /// (docs/parameters.md). Errors: Mismatch naming the tensor for a checkpoint
  /// of another model.
  static Result<Parameters> load(const Program &program,
                                 const std::string &path);
  /// Writes a checkpoint.
  Status save(const Program &program, const std::string &path) const;

  const TensorSet &tensors() const { return set; }

private:
  friend class Call;
  static Result<Parameters> allocate(const Program &program);
  TensorSet set;
};

/// What lanes keep from call to call of the entry points that share a carry:
/// `forward`, or `prefill` and `decode`. Zeros at first. Training and
/// evaluation each have their own (brt-spec 4.2).
class Carry {
public:
  static Result<Carry> create(const Program &program, std::string_view entry,
                              int64_t lanes);
  int64_t lanes() const { return laneCount; }
  /// The values that the next call reads and updates in place.
  TensorSet &tensors() { return set; }
  const TensorSet &tensors() const { return set; }

private:
  TensorSet set;
  int64_t laneCount = 0;
};

/// A repeated call of one entry point. All memory is allocated once; a call
/// allocates none.
class Call {
public:
  /// Errors: Unsupported where the program has no such entry point, System
  /// where there is no memory.
  static Result<Call> create(const Program &program, std::string_view entry,
                             int64_t lanes);

  /// Buffers to write before, and to read after a call; null for a name that
  /// the entry point does not have.
  Buffer *input(std::string_view name) { return inputs.find(name); }
  const Buffer *output(std::string_view name) const {
    return outputs.find(name);
  }
  const EntryInfo &info() const;

  /// Makes two calls that never run at the same time work in one arena.
  void shareArena(Call &other);

  /// Runs the entry point, which updates `carry`.
  void run(const Parameters &parameters, Carry &carry);

  /// Runs an entry point that also updates `parameters` and `optimizer`.
  void train(Parameters &parameters, TensorSet &optimizer, Carry &carry);

private:
  friend class Parameters;
  Call(Program program, int entry, int64_t lanes)
      : program(std::move(program)), entry(entry), laneCount(lanes) {}
  /// The memory of all ports but inputs and outputs.
  struct Memory {
    /// Parameters as arguments and as results; the same where they are updated.
    const TensorSet *parameters = nullptr;
    TensorSet *results = nullptr;
    TensorSet *optimizer = nullptr;
    Carry *carry = nullptr;
  };
  void invoke(const Memory &memory);

  Program program;
  int entry;
  int64_t laneCount;
  TensorSet inputs, outputs;
  Arena arena;
  /// The addresses that an entry point is given.
  std::vector<const void *> arguments;
  std::vector<void *> results;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_SESSION_H
