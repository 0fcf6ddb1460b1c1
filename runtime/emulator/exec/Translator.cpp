//===- Translator.cpp - PTX instructions to handlers ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Arithmetic.h"

#include <algorithm>
#include <cstring>
#include <set>

using namespace brt::emu;

/// Room for what one instruction needs beside its operands.
static constexpr uint32_t kTemporaryBytes = 16384;
static constexpr uint32_t kRegisterAlign = 64;

static uint32_t alignTo(uint32_t value, uint32_t align) {
  return (value + align - 1) & ~(align - 1);
}

const OpcodeTable &brt::emu::opcodeTable() {
  static const OpcodeTable table = [] {
    OpcodeTable built;
    for (auto *add :
         {addArithmeticOps, addBitOps,      addByteOps,     addApproximateOps,
          addCompareOps,    addConvertOps,  addMoveOps,     addMemoryOps,
          addAtomicOps,     addControlOps,  addCallOps,     addWarpOps,
          addBarrierOps,    addMatrixOps,   addLdmatrixOps, addWmmaOps,
          addAsyncOps,      addMbarrierOps, addWgmmaOps,    addTensorMapOps,
          addClusterOps})
      add(built);
    return built;
  }();
  return table;
}

Translator::Translator(Program &program, const Function &function, Code &code,
                       Diagnostic &diagnostic)
    : program(program), function(function), code(code), diagnostic(diagnostic) {
  code.function = &function;
  if (program.exact)
    findConstants();
  layOutRegisters();
  layOutMemory();
}

/// Bytes that one lane of a register takes; 8-bit registers are kept in 16.
static unsigned laneBytes(Type type) { return std::max(2u, sizeOf(type)); }

void Translator::layOutRegisters() {
  uint32_t at = 0;
  registerAt.resize(function.registers.size());
  for (size_t i = 0; i < function.registers.size(); ++i) {
    Type type = function.registers[i].type;
    if (type == Type::Pred)
      continue;
    registerAt[i] = at;
    at += laneBytes(type) * kLanes;
  }
  for (size_t i = 0; i < function.registers.size(); ++i) {
    if (function.registers[i].type != Type::Pred)
      continue;
    registerAt[i] = at;
    at += sizeof(uint32_t);
  }
  code.trackedAt = alignTo(at, kRegisterAlign);
  uint32_t masks = static_cast<uint32_t>(function.registers.size()) *
                   static_cast<uint32_t>(sizeof(uint32_t));
  temporaryStart = alignTo(code.trackedAt + masks, kRegisterAlign);
  temporaryEnd = temporaryStart + kTemporaryBytes;
  code.constantsAt = temporaryEnd;
}

/// Shared variables of functions other than kernels keep one place in every
/// kernel of the module, as their code is shared too; a kernel's own follow.
static uint32_t placeShared(const Program &program, const Function &function,
                            std::map<const Variable *, uint32_t> &sharedAt) {
  uint32_t at = 0;
  auto place = [&](const Variable &variable) {
    if (variable.space != Space::Shared || variable.isExtern)
      return;
    at = alignTo(at, variable.align);
    sharedAt[&variable] = at;
    at += static_cast<uint32_t>(variable.size);
  };
  for (const auto &variable : program.module->variables)
    place(*variable);
  for (const auto &other : program.module->functions)
    if (!other->isEntry)
      for (const auto &variable : other->variables)
        place(*variable);
  if (function.isEntry)
    for (const auto &variable : function.variables)
      place(*variable);
  return at;
}

void Translator::layOutMemory() {
  uint32_t local = 0;
  auto placeLocal = [&](const Variable &variable) {
    local = alignTo(local, variable.align);
    localAt[&variable] = local;
    local += static_cast<uint32_t>(variable.size);
  };
  if (!function.isEntry) {
    for (const auto &result : function.results) {
      placeLocal(*result);
      code.resultAt.push_back(localAt[result.get()]);
    }
    for (const auto &parameter : function.parameters) {
      placeLocal(*parameter);
      code.parameterAt.push_back(localAt[parameter.get()]);
    }
  }
  for (const auto &variable : function.variables)
    if (variable->space == Space::Local || variable->space == Space::Param)
      placeLocal(*variable);
  constexpr uint32_t kStackAlign = 16;
  code.localBytes = alignTo(local, kStackAlign);

  code.staticShared = placeShared(program, function, sharedAt);
  uint32_t dynamicAlign = 16;
  for (const auto &variable : program.module->variables)
    if (variable->space == Space::Shared && variable->isExtern)
      dynamicAlign = std::max(dynamicAlign, variable->align);
  code.dynamicSharedAt = alignTo(code.staticShared, dynamicAlign);

  if (!function.isEntry)
    return;
  uint32_t at = 0;
  for (const auto &parameter : function.parameters) {
    at = alignTo(at, parameter->align);
    code.parameterOffsets.push_back(at);
    at += static_cast<uint32_t>(parameter->size);
  }
  code.parameterBytes = at;
}

bool Translator::fail(Location where, std::string message) {
  if (good)
    diagnostic = {where, std::move(message)};
  good = false;
  return false;
}

bool Translator::fail(std::string message) {
  return fail(current->where, std::move(message));
}

bool Translator::unsupported() {
  return fail("'" + current->spelling() + "' is not supported");
}

bool Translator::take(const char *modifier) {
  for (size_t i = 0; i < current->modifiers.size(); ++i)
    if (!understood[i] && current->modifiers[i] == modifier) {
      understood[i] = true;
      return true;
    }
  return false;
}

const char *
Translator::takeOneOf(std::initializer_list<const char *> modifiers) {
  for (const char *modifier : modifiers)
    if (take(modifier))
      return modifier;
  return nullptr;
}

Type Translator::takeType() {
  for (size_t i = nextType; i < current->modifiers.size(); ++i) {
    Type type = typeFromName(current->modifiers[i]);
    if (type == Type::None || understood[i])
      continue;
    understood[i] = true;
    nextType = i + 1;
    return type;
  }
  return Type::None;
}

bool Translator::expectOperands(size_t count) {
  if (current->operands.size() == count)
    return true;
  return fail("expects '" + current->spelling() + "' to have " +
              std::to_string(count) + " operands, but got " +
              std::to_string(current->operands.size()));
}

const Operand &Translator::operand(size_t index) const {
  static const Operand none;
  return index < current->operands.size() ? current->operands[index] : none;
}

unsigned Translator::widthOf(const Operand &operand) const {
  if (operand.kind != Operand::Kind::Register)
    return 0;
  return sizeOf(function.registers[operand.index].type);
}

bool Translator::registerWidth(const Operand &operand, Type type,
                               unsigned &width) {
  const Register &reg = function.registers[operand.index];
  width = laneBytes(reg.type);
  if (reg.type != Type::Pred && width >= sizeOf(type))
    return true;
  return fail(operand.where, "expects a register of " +
                                 std::to_string(8 * sizeOf(type)) +
                                 " bits, but got '" + reg.name + "'");
}

uint32_t Translator::wideSource(const Operand &operand, Type type,
                                unsigned &width) {
  width = laneBytes(type);
  if (program.exact && isFloatType(type) && isNegativeZero(operand, type))
    return constant(0, width);
  switch (operand.kind) {
  case Operand::Kind::Register:
    if (!registerWidth(operand, type, width))
      return 0;
    group->reads.push_back(operand.index);
    return registerAt[operand.index];
  case Operand::Kind::Integer: {
    uint64_t bits = operand.bits;
    // An integer where a float is due is its value.
    if (type == Type::F32) {
      float value = static_cast<float>(static_cast<int64_t>(bits));
      bits = 0;
      std::memcpy(&bits, &value, sizeof value);
    } else if (type == Type::F64) {
      double value = static_cast<double>(static_cast<int64_t>(bits));
      std::memcpy(&bits, &value, sizeof value);
    }
    return constant(bits, width);
  }
  case Operand::Kind::Float: {
    uint64_t bits = operand.bits;
    if (width == sizeof(float) && !operand.single) {
      double wide;
      std::memcpy(&wide, &bits, sizeof wide);
      float narrow = static_cast<float>(wide);
      bits = 0;
      std::memcpy(&bits, &narrow, sizeof narrow);
    } else if (width == sizeof(double) && operand.single) {
      float narrow;
      std::memcpy(&narrow, &bits, sizeof narrow);
      double wide = narrow;
      std::memcpy(&bits, &wide, sizeof wide);
    } else if (width == 2) {
      fail(operand.where, "expects an integer literal for a 16-bit operand");
    }
    return constant(bits, width);
  }
  case Operand::Kind::Special:
    return special(operand, type);
  case Operand::Kind::Symbol:
    return symbolAddress(operand, type);
  default:
    fail(operand.where, "expects a register or a constant");
    return 0;
  }
}

uint32_t Translator::source(const Operand &operand, Type type) {
  unsigned width = 0;
  uint32_t at = wideSource(operand, type, width);
  if (good && width != laneBytes(type))
    fail(operand.where,
         "expects a register of " + std::to_string(8 * sizeOf(type)) +
             " bits, but got one of " + std::to_string(8 * width));
  return at;
}

uint32_t Translator::wideTarget(const Operand &operand, Type type,
                                unsigned &width) {
  width = laneBytes(type);
  if (operand.kind == Operand::Kind::Sink)
    return temporary(width);
  if (operand.kind != Operand::Kind::Register) {
    fail(operand.where, "expects a register to write to");
    return 0;
  }
  if (!registerWidth(operand, type, width))
    return 0;
  group->writes.push_back(operand.index);
  return registerAt[operand.index];
}

uint32_t Translator::target(const Operand &operand, Type type) {
  unsigned width = 0;
  uint32_t at = wideTarget(operand, type, width);
  if (good && width != laneBytes(type))
    fail(operand.where,
         "expects a register of " + std::to_string(8 * sizeOf(type)) +
             " bits, but got one of " + std::to_string(8 * width));
  return at;
}

uint32_t Translator::predicate(const Operand &operand) {
  if (operand.kind == Operand::Kind::Integer)
    return predicateConstant((operand.bits != 0) != operand.negated);
  if (operand.kind == Operand::Kind::Special &&
      operand.text == "%is_explicit_cluster") {
    uint32_t at = temporaryMask();
    emit(runExplicitCluster, at);
    return at;
  }
  if (operand.kind != Operand::Kind::Register ||
      function.registers[operand.index].type != Type::Pred) {
    fail(operand.where, "expects a predicate");
    return 0;
  }
  group->reads.push_back(operand.index);
  uint32_t at = registerAt[operand.index];
  if (!operand.negated)
    return at;
  uint32_t inverse = temporaryMask();
  emit(runNotMask, inverse, at);
  return inverse;
}

uint32_t Translator::predicateTarget(const Operand &operand) {
  if (operand.kind == Operand::Kind::Sink)
    return temporaryMask();
  if (operand.kind != Operand::Kind::Register ||
      function.registers[operand.index].type != Type::Pred) {
    fail(operand.where, "expects a predicate to write to");
    return 0;
  }
  group->writes.push_back(operand.index);
  return registerAt[operand.index];
}

uint32_t Translator::constant(uint64_t bits, unsigned bytes) {
  if (bytes < 8)
    bits &= (uint64_t(1) << (8 * bytes)) - 1;
  auto key = std::make_pair(bits, bytes);
  auto found = constantAt.find(key);
  if (found != constantAt.end())
    return found->second;
  size_t at = code.constants.size();
  code.constants.resize(at + size_t(bytes) * kLanes);
  for (unsigned lane = 0; lane < kLanes; ++lane)
    std::memcpy(&code.constants[at + size_t(lane) * bytes], &bits, bytes);
  uint32_t offset = code.constantsAt + static_cast<uint32_t>(at);
  constantAt[key] = offset;
  return offset;
}

uint32_t Translator::predicateConstant(bool value) {
  // A word of any 32-bit constant is a full mask or an empty one.
  return constant(value ? ~0u : 0u, sizeof(uint32_t));
}

uint32_t Translator::temporary(unsigned bytesPerLane) {
  uint32_t at = temporaryAt;
  temporaryAt += std::max(2u, bytesPerLane) * kLanes;
  if (temporaryAt > temporaryEnd) {
    fail("expects fewer operands");
    temporaryAt = temporaryStart;
  }
  return at;
}

uint32_t Translator::temporaryMask() { return temporary(2); }

Inst &Translator::emit(Handler handler, uint32_t d, uint32_t a, uint32_t b,
                       uint32_t c) {
  Inst made;
  made.run = handler;
  made.d = d;
  made.a = a;
  made.b = b;
  made.c = c;
  made.source = current;
  group->insts.push_back(made);
  return group->insts.back();
}

uint32_t Translator::newSite() {
  program.sites.push_back(current);
  return program.siteCount++;
}

uint32_t Translator::special(const Operand &operand, Type type) {
  static const std::map<std::string, Special> table = {
      {"%tid.x", Special::TidX},
      {"%tid.y", Special::TidY},
      {"%tid.z", Special::TidZ},
      {"%ntid.x", Special::NtidX},
      {"%ntid.y", Special::NtidY},
      {"%ntid.z", Special::NtidZ},
      {"%ctaid.x", Special::CtaidX},
      {"%ctaid.y", Special::CtaidY},
      {"%ctaid.z", Special::CtaidZ},
      {"%nctaid.x", Special::NctaidX},
      {"%nctaid.y", Special::NctaidY},
      {"%nctaid.z", Special::NctaidZ},
      {"%laneid", Special::LaneId},
      {"%warpid", Special::WarpId},
      {"%nwarpid", Special::NwarpId},
      {"%lanemask_eq", Special::LaneMaskEq},
      {"%lanemask_lt", Special::LaneMaskLt},
      {"%lanemask_le", Special::LaneMaskLe},
      {"%lanemask_gt", Special::LaneMaskGt},
      {"%lanemask_ge", Special::LaneMaskGe},
      {"%clock", Special::Clock},
      {"%clock64", Special::Clock64},
      {"%globaltimer", Special::GlobalTimer},
      {"%smid", Special::SmId},
      {"%nsmid", Special::NsmId},
      {"%gridid", Special::GridId},
      {"%envreg1", Special::EnvReg1},
      {"%envreg2", Special::EnvReg2},
      {"%dynamic_smem_size", Special::DynamicShared},
      {"%total_smem_size", Special::TotalShared},
      {"%clusterid.x", Special::ClusteridX},
      {"%clusterid.y", Special::ClusteridY},
      {"%clusterid.z", Special::ClusteridZ},
      {"%nclusterid.x", Special::NclusteridX},
      {"%nclusterid.y", Special::NclusteridY},
      {"%nclusterid.z", Special::NclusteridZ},
      {"%cluster_ctaid.x", Special::ClusterCtaidX},
      {"%cluster_ctaid.y", Special::ClusterCtaidY},
      {"%cluster_ctaid.z", Special::ClusterCtaidZ},
      {"%cluster_nctaid.x", Special::ClusterNctaidX},
      {"%cluster_nctaid.y", Special::ClusterNctaidY},
      {"%cluster_nctaid.z", Special::ClusterNctaidZ},
      {"%cluster_ctarank", Special::ClusterCtarank},
      {"%cluster_nctarank", Special::ClusterNctarank}};
  auto found = table.find(operand.text);
  if (found == table.end()) {
    fail(operand.where, "the special register '" + operand.text +
                            "' is not supported, or no such register is "
                            "declared");
    return 0;
  }
  bool wide = found->second == Special::Clock64 ||
              found->second == Special::GlobalTimer ||
              found->second == Special::GridId;
  unsigned width = laneBytes(type);
  if (width != (wide ? 8u : 4u)) {
    fail(operand.where, "expects '" + operand.text + "' to be read as " +
                            (wide ? "64" : "32") + " bits");
    return 0;
  }
  uint32_t at = temporary(width);
  emit(runSpecial, at).aux = static_cast<uint32_t>(found->second);
  return at;
}

bool Translator::placeOf(const Operand &symbol, Place &place) {
  const Variable *variable = symbol.variable;
  if (!variable) {
    const Function *callee = program.module->findFunction(symbol.text);
    if (!callee)
      return fail(symbol.where,
                  "expects a variable, but got '" + symbol.text + "'");
    place.space = Space::Generic;
    for (const auto &[address, target] : program.functionAt)
      if (target->function == callee)
        place.offset = address;
    if (!place.offset)
      return fail(symbol.where, "expects '" + symbol.text +
                                    "' to have a body, to take its address");
    return true;
  }
  place.space = variable->space;
  if (auto local = localAt.find(variable); local != localAt.end()) {
    place.offset = local->second;
  } else if (variable->space == Space::Shared) {
    place.dynamicShared = variable->isExtern;
    if (!place.dynamicShared)
      place.offset = sharedAt.at(variable);
  } else if (variable->space == Space::Param) {
    place.entryParameter = true;
    for (size_t i = 0; i < function.parameters.size(); ++i)
      if (function.parameters[i].get() == variable)
        place.offset = code.parameterOffsets[i];
  } else {
    auto found = program.addressOf.find(variable);
    if (found == program.addressOf.end())
      return fail(symbol.where, "expects '" + variable->name +
                                    "' to be defined in this module");
    place.offset = found->second;
  }
  place.offset += symbol.bits;
  return true;
}

/// The address of a symbol in its own space, as a value.
uint32_t Translator::symbolAddress(const Operand &operand, Type type) {
  Place place;
  if (!placeOf(operand, place))
    return 0;
  unsigned width = laneBytes(type);
  if (width < 4) {
    fail(operand.where, "expects an address to fill 32 or 64 bits");
    return 0;
  }
  Handler handler = nullptr;
  if (place.dynamicShared)
    handler = runDynamicShared;
  else if (place.entryParameter)
    handler = runParameterAddress;
  else if (place.space == Space::Local || place.space == Space::Param)
    handler = runFrameAddress;
  if (!handler)
    return constant(place.offset, width);
  uint32_t at = temporary(width);
  Inst &made = emit(handler, at);
  made.imm = place.offset;
  made.aux = width;
  return at;
}

/// Instructions whose result depends on their operands alone.
static bool isPure(const std::string &opcode) {
  static const std::set<std::string> pure = {
      "mov", "selp", "add",  "sub", "mul",   "mad",  "fma", "neg",  "abs",
      "min", "max",  "and",  "or",  "xor",   "not",  "cvt", "shl",  "shr",
      "shf", "lop3", "bfe",  "bfi", "prmt",  "popc", "clz", "cvta", "ex2",
      "lg2", "rcp",  "sqrt", "div", "rsqrt", "sin",  "cos", "tanh", "brev"};
  return pure.count(opcode);
}

bool Translator::translateOne(size_t index) {
  current = &function.body[index];
  group = &groups[index];
  understood.assign(current->modifiers.size(), false);
  nextType = 0;
  temporaryAt = temporaryStart;
  const OpcodeTable &table = opcodeTable();
  auto found = table.find(current->opcode);
  if (found == table.end())
    return fail("the instruction '" + current->spelling() +
                "' is not supported");
  group->passesOn = isPure(current->opcode);
  if (!found->second(*this) || !good)
    return false;
  for (size_t i = 0; i < understood.size(); ++i)
    if (!understood[i])
      return fail("'." + current->modifiers[i] + "' is not supported in '" +
                  current->spelling() + "'");
  if (current->guard) {
    // The guard is read whether or not the handler looks at it.
    group->reads.push_back(current->guard->index);
    if (function.registers[current->guard->index].type != Type::Pred)
      return fail(current->guard->where, "expects the guard to be a predicate");
  }
  return true;
}

bool Translator::run() {
  size_t count = function.body.size();
  groups.assign(count, {});
  startsBlock.assign(count + 1, false);
  startsBlock[0] = true;
  for (uint32_t label : function.labels)
    startsBlock[label] = true;
  for (size_t i = 0; i < count; ++i) {
    if (!translateOne(i))
      return false;
    bool aroundGuard = groups[i].needsWholePath && function.body[i].guard;
    if (groups[i].endsBlock || aroundGuard)
      startsBlock[i + 1] = true;
  }
  assemble(program, code, groups, startsBlock, registerAt);
  code.frameBytes =
      code.constantsAt + static_cast<uint32_t>(code.constants.size());
  return true;
}
