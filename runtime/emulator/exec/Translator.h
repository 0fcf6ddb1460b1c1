//===- Translator.h - PTX instructions to handlers ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_EMULATOR_EXEC_TRANSLATOR_H
#define BRT_EMULATOR_EXEC_TRANSLATOR_H

#include "exec/Program.h"

#include <functional>
#include <map>

namespace brt::emu {

/// What one PTX instruction became.
struct Group {
  std::vector<Inst> insts;
  std::vector<uint32_t> reads, writes; // Function::registers
  /// Has no effect but its result: of unwritten registers it makes a result
  /// that counts as unwritten, which is no error until something is done with
  /// it.
  bool passesOn = false;
  bool endsBlock = false;   // the next instruction starts a basic block
  bool fallsThrough = true; // the next instruction may follow
  /// Waits for other lanes or runs a call: with a guard, lanes branch around.
  bool needsWholePath = false;
  /// wgmma: operands whose registers are in flight after it.
  std::vector<const Operand *> asyncOperands;
  bool guardTaken = false;       // the handler looks at the guard itself
  std::vector<uint32_t> targets; // labels
  /// Insts whose `imm` is a label index, to become the address of its code.
  std::vector<size_t> labelUsers;
  /// brx.idx: filled with the code of `targets`.
  std::vector<const Inst *> *targetTable = nullptr;
};

/// Per instruction: registers that some path leaves unwritten when it gets
/// there. A register is watched at run time only if such a read exists.
struct UnwrittenReads {
  std::vector<bool> watched;                 // [register]
  std::vector<std::vector<uint32_t>> checks; // [instruction] -> registers
  /// The same, where the result only passes on that it is unwritten.
  std::vector<std::vector<uint32_t>> passed;
};

/// What the written lanes of a result follow from; Inst::imm of
/// `runJoinWritten`.
struct WrittenJoin {
  std::vector<uint32_t> sources; // masks of written lanes; all must be
  /// selp: the first source counts where the predicate holds, the second where
  /// it does not.
  bool selects = false, negated = false;
  uint32_t predicate = 0;
};
UnwrittenReads findUnwrittenReads(const Function &function,
                                  const std::vector<Group> &groups);

/// Lays out the groups of a function, with guards, basic block heads and checks
/// of unwritten registers, and resolves labels.
void assemble(Program &program, Code &code, std::vector<Group> &groups,
              const std::vector<bool> &startsBlock,
              const std::vector<uint32_t> &registerAt);

/// Translates the instructions of one function. An opcode's translator asks for
/// modifiers and operands and emits handlers; whatever modifier nobody asked
/// for makes the form unsupported.
class Translator {
public:
  Translator(Program &program, const Function &function, Code &code,
             Diagnostic &diagnostic);
  /// False after the first form that is malformed or not supported.
  bool run();

  // The instruction at hand.
  const Instruction &inst() const { return *current; }
  bool fail(std::string message);
  bool fail(Location where, std::string message);
  /// Refuses the form by name.
  bool unsupported();

  /// True if the modifier is present; it counts as understood.
  bool take(const char *modifier);
  /// The first of `modifiers` that is present, or null.
  const char *takeOneOf(std::initializer_list<const char *> modifiers);
  /// The next type modifier, in the order written; None when there are no more.
  Type takeType();
  bool expectOperands(size_t count);
  const Operand &operand(size_t index) const;

  // Operands as offsets into the frame. A failure is noted and shows at the
  // end.
  uint32_t source(const Operand &operand, Type type);
  uint32_t target(const Operand &operand, Type type);
  /// A predicate source; negation is resolved.
  uint32_t predicate(const Operand &operand);
  uint32_t predicateTarget(const Operand &operand);
  /// A register that may be wider than `type`; its width in bytes comes back.
  uint32_t wideSource(const Operand &operand, Type type, unsigned &width);
  uint32_t wideTarget(const Operand &operand, Type type, unsigned &width);
  uint32_t constant(uint64_t bits, unsigned bytes);
  uint32_t predicateConstant(bool value);
  /// Registers that live until the end of this instruction.
  uint32_t temporary(unsigned bytesPerLane);
  uint32_t temporaryMask();
  unsigned widthOf(const Operand &operand) const;

  Inst &emit(Handler handler, uint32_t d = 0, uint32_t a = 0, uint32_t b = 0,
             uint32_t c = 0);
  /// Keeps what a handler points to for as long as the program lives.
  template <class T>
  T *keep() {
    auto info = std::make_shared<T>();
    program.infos.push_back(info);
    return info.get();
  }
  /// A counter for a memory access.
  uint32_t newSite();

  /// Where a variable lies: a shared offset, an offset in the frame's local
  /// memory, in the parameter block, or a device address.
  struct Place {
    Space space = Space::Generic;
    uint64_t offset = 0;
    bool dynamicShared = false;
    bool entryParameter = false;
  };
  bool placeOf(const Operand &symbol, Place &place);

  Program &program;
  const Function &function;
  Code &code;
  Group *group = nullptr;

private:
  Diagnostic &diagnostic;
  bool good = true;
  const Instruction *current = nullptr;
  std::vector<bool> understood; // modifiers of `current`
  size_t nextType = 0;
  std::vector<uint32_t> registerAt;
  /// Of registers that are written once, by a mov; in exact mode.
  std::map<uint32_t, const Operand *> constantIn;
  std::map<const Variable *, uint32_t> localAt, sharedAt;
  std::map<std::pair<uint64_t, unsigned>, uint32_t> constantAt;
  uint32_t temporaryStart = 0, temporaryAt = 0, temporaryEnd = 0;
  std::vector<Group> groups;
  std::vector<bool> startsBlock; // Function::body, and one past its end

  void findConstants();
  bool isNegativeZero(const Operand &operand, Type type) const;
  void layOutRegisters();
  void layOutMemory();
  bool translateOne(size_t index);
  uint32_t special(const Operand &operand, Type type);
  uint32_t symbolAddress(const Operand &operand, Type type);
  bool registerWidth(const Operand &operand, Type type, unsigned &width);
};

/// Opcode -> translator of its forms.
using OpcodeTable = std::map<std::string, bool (*)(Translator &)>;
const OpcodeTable &opcodeTable();

// One function per file of handlers.
void addArithmeticOps(OpcodeTable &table);
void addBitOps(OpcodeTable &table);
void addByteOps(OpcodeTable &table);
void addApproximateOps(OpcodeTable &table);
void addCompareOps(OpcodeTable &table);
void addConvertOps(OpcodeTable &table);
void addMoveOps(OpcodeTable &table);
void addMemoryOps(OpcodeTable &table);
void addAtomicOps(OpcodeTable &table);
void addControlOps(OpcodeTable &table);
void addCallOps(OpcodeTable &table);
void addWarpOps(OpcodeTable &table);
void addBarrierOps(OpcodeTable &table);
void addMatrixOps(OpcodeTable &table);
void addLdmatrixOps(OpcodeTable &table);
void addWmmaOps(OpcodeTable &table);
void addAsyncOps(OpcodeTable &table);
void addMbarrierOps(OpcodeTable &table);
void addWgmmaOps(OpcodeTable &table);
void addTensorMapOps(OpcodeTable &table);
void addClusterOps(OpcodeTable &table);
/// barrier.cluster, after those words.
bool translateClusterBarrier(Translator &t);

// Handlers the translator itself emits (ControlOps.cpp, MoveOps.cpp,
// SpecialOps.cpp).
const Inst *runLeader(const Inst *, Warp &);
const Inst *runPushGuard(const Inst *, Warp &);
const Inst *runPopGuard(const Inst *, Warp &);
const Inst *runSkipUnlessGuard(const Inst *, Warp &);
const Inst *runCheckWritten(const Inst *, Warp &);
const Inst *runNoteWritten(const Inst *, Warp &);
const Inst *runJoinWritten(const Inst *, Warp &);
const Inst *runCheckInFlight(const Inst *, Warp &);
const Inst *runReportIntegerUse(const Inst *, Warp &);
const Inst *runFallOff(const Inst *, Warp &);
const Inst *runSpecial(const Inst *, Warp &);
const Inst *runExplicitCluster(const Inst *, Warp &);
const Inst *runFrameAddress(const Inst *, Warp &);
const Inst *runDynamicShared(const Inst *, Warp &);
const Inst *runParameterAddress(const Inst *, Warp &);
const Inst *runNotMask(const Inst *, Warp &);
const Inst *runNarrow(const Inst *, Warp &);

/// Special registers (PTX ISA 10), as Inst::aux of `runSpecial`.
enum class Special : uint32_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NwarpId,
  LaneMaskEq,
  LaneMaskLt,
  LaneMaskLe,
  LaneMaskGt,
  LaneMaskGe,
  Clock,
  Clock64,
  GlobalTimer,
  SmId,
  NsmId,
  GridId,
  EnvReg1,
  EnvReg2,
  DynamicShared,
  TotalShared,
  ClusteridX,
  ClusteridY,
  ClusteridZ,
  NclusteridX,
  NclusteridY,
  NclusteridZ,
  ClusterCtaidX,
  ClusterCtaidY,
  ClusterCtaidZ,
  ClusterNctaidX,
  ClusterNctaidY,
  ClusterNctaidZ,
  ClusterCtarank,
  ClusterNctarank
};

/// Generic address windows (PTX ISA 5.1): far from anything the host maps.
constexpr uint64_t kSharedWindow = uint64_t(1) << 56;
constexpr uint64_t kLocalWindow = uint64_t(2) << 56;
constexpr uint64_t kWindowMask = ~((uint64_t(1) << 56) - 1);
/// Addresses of functions, as values only.
constexpr uint64_t kFunctionWindow = uint64_t(3) << 56;

} // namespace brt::emu

#endif // BRT_EMULATOR_EXEC_TRANSLATOR_H
