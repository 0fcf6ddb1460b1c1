//===- CallOps.cpp - Calls of functions -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.12.5. Arguments and results are .param variables: part of the
// local memory of the caller's and the callee's frames, copied at the call and
// at the return.
//
//===----------------------------------------------------------------------===//

#include "exec/Calls.h"

#include <cstring>

using namespace brt::emu;

/// Copies bytes and their init marks from one frame's local memory to another.
static void copyLocal(Warp &warp, uint32_t to, uint32_t from, uint32_t bytes) {
  size_t total = size_t(warp.localBytes) * kLanes;
  for (uint32_t left = warp.active; left; left &= left - 1) {
    uint8_t *lane =
        warp.local.get() + size_t(__builtin_ctz(left)) * warp.localBytes;
    std::memcpy(lane + to, lane + from, bytes);
    std::memcpy(lane + total + to, lane + total + from, bytes);
  }
}

void brt::emu::copyResults(Warp &warp, const Frame &callee) {
  const CallInfo &call = callee.call->info<CallInfo>();
  for (size_t i = 0; i < call.results.size(); ++i)
    copyLocal(warp, callee.parent->localBase + call.results[i].at,
              callee.localBase + callee.code->resultAt[i],
              call.results[i].bytes);
}

static const Inst *enterFunction(const Inst *inst, Warp &warp,
                                 const Code &callee) {
  const CallInfo &call = inst->info<CallInfo>();
  Frame *caller = warp.frame;
  Frame *frame = warp.pushFrame(&callee, inst);
  if (!frame) {
    warp.state = WarpState::Faulted;
    return nullptr;
  }
  for (size_t i = 0; i < call.arguments.size(); ++i)
    copyLocal(warp, frame->localBase + callee.parameterAt[i],
              caller->localBase + call.arguments[i].at,
              call.arguments[i].bytes);
  warp.frame = frame;
  warp.regs = frame->registers;
  return callee.insts.data();
}

static const Inst *runCall(const Inst *inst, Warp &warp) {
  return enterFunction(inst, warp, *inst->info<CallInfo>().callee);
}

/// Lanes may call different functions: one after the other.
static const Inst *runCallIndirect(const Inst *inst, Warp &warp) {
  const uint64_t *to = warp.reg<uint64_t>(inst->a);
  uint64_t target = to[__builtin_ctz(warp.active)];
  uint32_t same = 0;
  for (uint32_t left = warp.active; left; left &= left - 1)
    same |= uint32_t(to[__builtin_ctz(left)] == target) << __builtin_ctz(left);
  const Program &program = *warp.block->launch.config.program;
  const CallInfo &call = inst->info<CallInfo>();
  auto found = program.functionAt.find(target);
  bool fits = found != program.functionAt.end() &&
              found->second->parameterAt.size() == call.arguments.size() &&
              found->second->resultAt.size() == call.results.size();
  if (!fits) {
    warp.reportAddress(inst, FindingKind::OutOfBounds,
                       __builtin_ctz(warp.active), target,
                       "the call goes to no function of that shape");
    warp.state = WarpState::Faulted;
    return nullptr;
  }
  if (same != warp.active)
    warp.others.push_back({warp.active & ~same, inst, warp.frame, false});
  warp.active = same;
  return enterFunction(inst, warp, *found->second);
}

/// Where the .param variables named in a call lie in the frame.
static bool placeArguments(Translator &t, const std::vector<Operand> &operands,
                           std::vector<CallInfo::Piece> &pieces) {
  for (const Operand &operand : operands) {
    Translator::Place place;
    if (operand.kind != Operand::Kind::Symbol || !operand.variable)
      return t.fail(operand.where, "expects a '.param' variable");
    if (!t.placeOf(operand, place))
      return false;
    pieces.push_back({static_cast<uint32_t>(place.offset),
                      static_cast<uint32_t>(operand.variable->size)});
  }
  return true;
}

static bool sizesMatch(const std::vector<CallInfo::Piece> &pieces,
                       const std::vector<std::unique_ptr<Variable>> &formals) {
  if (pieces.size() != formals.size())
    return false;
  for (size_t i = 0; i < pieces.size(); ++i)
    if (pieces[i].bytes != formals[i]->size)
      return false;
  return true;
}

static bool translateCall(Translator &t) {
  t.take("uni");
  t.group->needsWholePath = true;
  t.group->endsBlock = true;
  auto *call = t.keep<CallInfo>();
  if (!placeArguments(t, t.inst().arguments, call->arguments) ||
      !placeArguments(t, t.inst().results, call->results))
    return false;
  const Operand &target = t.operand(0);
  if (target.kind == Operand::Kind::Register) {
    uint32_t a = t.source(target, Type::U64);
    t.emit(runCallIndirect, 0, a).imm = reinterpret_cast<uint64_t>(call);
    return true;
  }
  const Function *callee = t.program.module->findFunction(target.text);
  if (!callee)
    return t.fail(target.where,
                  "expects a function, but got '" + target.text + "'");
  if (!sizesMatch(call->arguments, callee->parameters) ||
      !sizesMatch(call->results, callee->results))
    return t.fail("expects the call to match the parameters of '" +
                  callee->name + "'");
  if (!callee->hasBody) {
    Handler builtin = builtinFunction(callee->name);
    if (!builtin)
      return t.fail(target.where, "the external function '" + callee->name +
                                      "' is not supported");
    t.emit(builtin).imm = reinterpret_cast<uint64_t>(call);
    return true;
  }
  call->callee = t.program.codeOf.at(callee);
  t.emit(runCall).imm = reinterpret_cast<uint64_t>(call);
  return true;
}

void brt::emu::addCallOps(OpcodeTable &table) { table["call"] = translateCall; }
