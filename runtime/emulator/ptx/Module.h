//===- Module.h - The syntax tree of one PTX module -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_PTX_MODULE_H
#define BRT_EMULATOR_PTX_MODULE_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace brt::emu {

/// A place in the PTX text, both counted from one.
struct Location {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// The first thing that is wrong with a PTX text.
struct Diagnostic {
  Location where;
  std::string message;
};

/// State spaces (PTX ISA 5.1). `Generic` is the absence of one.
enum class Space : uint8_t {
  Generic,
  Reg,
  Global,
  Shared,        // of the block
  SharedCluster, // of any block of the cluster
  Local,
  Const,
  Param
};

/// Fundamental types (PTX ISA 5.2) and the packed halves.
enum class Type : uint8_t {
  None,
  Pred,
  B8,
  B16,
  B32,
  B64,
  B128,
  U8,
  U16,
  U32,
  U64,
  S8,
  S16,
  S32,
  S64,
  F16,
  BF16,
  F16x2,
  BF16x2,
  TF32,
  E4M3,
  E5M2,
  E4M3x2,
  E5M2x2,
  F32,
  F64
};

/// Bytes of one value; a predicate has none.
unsigned sizeOf(Type type);
/// The type a modifier such as "f32" names, or None.
Type typeFromName(const std::string &name);

/// A named piece of memory: a module variable, a parameter, a shared array or a
/// function's local array.
struct Variable {
  /// A word of the initialiser that holds the address of another symbol.
  struct Relocation {
    uint64_t at = 0; // byte offset in this variable
    std::string symbol;
    int64_t addend = 0;
    bool generic = false; // generic(symbol): the generic address of it
    Location where;
  };

  std::string name;
  Space space = Space::Global;
  Type type = Type::None;
  uint64_t size = 0; // bytes; 0 for `.extern .shared name[]`
  uint32_t align = 1;
  bool isExtern = false;
  std::vector<uint8_t> init; // empty, or at most `size` bytes
  std::vector<Relocation> relocations;
  Location where;
};

struct Operand {
  enum class Kind : uint8_t {
    Register, // index into Function::registers
    Special,  // text: "%tid.x"
    Integer,  // bits
    Float,    // bits of an f64, or of an f32 when `single`
    Symbol,   // text; a variable, a function, a label
    Address,  // [elements[0] + bits], further elements follow a comma
    Vector,   // {elements}
    Sink      // _
  };
  Kind kind = Kind::Sink;
  bool negated = false; // !p
  bool single = false;
  uint32_t index = 0; // register; label; Function::variables
  uint64_t bits = 0;
  std::string text;
  /// For a symbol: the variable it names, when that is known to the parser.
  const Variable *variable = nullptr;
  std::vector<Operand> elements;
  /// p|q: the second destination.
  std::shared_ptr<Operand> second;
  Location where;
};

struct Instruction {
  Location where;
  std::string opcode;
  std::vector<std::string> modifiers;
  std::vector<Operand> operands;
  /// Guard predicate: @p or @!p.
  std::optional<Operand> guard;
  /// The call's results and arguments; `operands` then holds the callee and,
  /// for an indirect call, the prototype.
  std::vector<Operand> results, arguments;
  /// The source line of the last `.loc`, 0 where there is none.
  uint32_t sourceFile = 0, sourceLine = 0;

  bool has(const char *modifier) const;
  /// ".sync.aligned" as written, for messages.
  std::string spelling() const;
};

struct Register {
  std::string name;
  Type type = Type::None;
};

struct Function {
  std::string name;
  bool isEntry = false;
  bool hasBody = false;
  Location where;
  std::vector<std::unique_ptr<Variable>> results, parameters;
  /// Local arrays, shared arrays and .param variables declared in the body.
  std::vector<std::unique_ptr<Variable>> variables;
  std::vector<Register> registers;
  std::vector<Instruction> body;
  /// Label index -> index into `body` of the instruction that follows it.
  std::vector<uint32_t> labels;
  /// `.branchtargets` lists: name -> label indices.
  std::vector<std::pair<std::string, std::vector<uint32_t>>> branchTargets;
  uint32_t maxThreads[3] = {0, 0, 0};      // .maxntid
  uint32_t requiredThreads[3] = {0, 0, 0}; // .reqntid
  uint32_t requiredCluster[3] = {0, 0, 0}; // .reqnctapercluster
  bool explicitCluster = false;
  bool blocksAreClusters = false;
  uint32_t maxClusterRank = 0; // 0: not given
};

struct Module {
  unsigned versionMajor = 0, versionMinor = 0;
  unsigned target = 0; // 80 for sm_80
  std::vector<std::unique_ptr<Variable>> variables;
  std::vector<std::unique_ptr<Function>> functions;
  std::vector<std::string> files; // by number of the `.file` directive

  const Variable *findVariable(const std::string &name) const;
  const Function *findFunction(const std::string &name) const;
};

} // namespace brt::emu

#endif // BRT_EMULATOR_PTX_MODULE_H
