//===- Manifest.h - What a compiled program says of itself ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_MANIFEST_H
#define BRT_RUNTIME_MANIFEST_H

#include "brt/runtime/DType.h"
#include "brt/runtime/Status.h"
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace brt::rt {

/// What an argument or a result is to the one who calls.
enum class PortKind { Parameter, Optimizer, Carry, Input, Output };

/// An argument or a result of an entry point; see brt-c/Program.h.
struct Port {
  PortKind kind;
  std::string name;
  DType dtype;
  /// An extent of -1 is the number of lanes.
  std::vector<int64_t> shape;

  /// The shape and the bytes for a number of lanes.
  std::vector<int64_t> getShape(int64_t lanes) const;
  size_t getBytes(int64_t lanes) const;

  /// Whether both hold the same elements.
  bool hasTypeOf(const Port &other) const {
    return dtype == other.dtype && shape == other.shape;
  }
};

struct EntryInfo {
  std::string name;
  std::vector<Port> arguments, results;
  /// FLOPs of the products that it computes for one lane; 0 if it is not said.
  int64_t flops = 0;
  /// Bytes of the arena for each lane, and besides.
  int64_t arenaBytesPerLane = 0, arenaBytes = 0;

  const Port *findArgument(PortKind kind, std::string_view name) const;
  const Port *findResult(PortKind kind, std::string_view name) const;

  /// The result of kind Output, or else the argument, of that name and rank.
  /// Errors: Mismatch where there is none.
  Result<const Port *> expect(PortKind kind, std::string_view name,
                              size_t rank) const;
  std::vector<Port> getCarry() const;
  size_t getArenaBytes(int64_t lanes) const {
    return arenaBytesPerLane * lanes + arenaBytes;
  }
};

/// A kernel that compiled code tells of when it runs: its name and the types of
/// its arguments, a text for people.
struct KernelInfo {
  std::string name, arguments;
};

/// The manifest of a program.
struct Manifest {
  std::string name;
  /// The options of the model as JSON text, an object.
  std::string config;
  std::vector<EntryInfo> entries;
  /// By number.
  std::vector<KernelInfo> kernels;

  /// Errors: Mismatch for another version, DataLoss for anything not
  /// understood or contradictory.
  static Result<Manifest> parse(std::string_view text);
  /// The index of an entry point, or -1.
  int findEntry(std::string_view name) const;
  /// The parameters of the model: those of the first entry that takes any.
  std::vector<Port> getParameters() const;

private:
  /// What those who call entry points rely on.
  Status check() const;
};

} // namespace brt::rt

#endif // BRT_RUNTIME_MANIFEST_H
