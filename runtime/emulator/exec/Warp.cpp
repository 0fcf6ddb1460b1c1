//===- Warp.cpp - Paths, calls and findings of a warp ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Calls.h"

#include <algorithm>
#include <cstring>

using namespace brt::emu;

/// Registers start on a boundary that the widest vector load likes.
static constexpr size_t kRegisterAlign = 64;
/// A call chain deeper than this is a recursion that does not end.
static constexpr uint32_t kMaxCallDepth = 1024;
/// Registers start as quiet NaNs in every float format: what the hardware
/// leaves there is not zero either.
static constexpr int kNanByte = 0xff;

void Warp::start(const Code &kernel) {
  Warp fresh;
  fresh.block = block;
  fresh.index = index;
  fresh.live = fresh.active = fresh.present = present;
  std::copy(&tid[0][0], &tid[0][0] + 3 * kLanes, &fresh.tid[0][0]);
  fresh.localBytes = localBytes;
  fresh.local = std::move(local);
  fresh.spare = std::move(spare);
  *this = std::move(fresh);
  size_t localTotal = size_t(localBytes) * kLanes;
  std::memset(local.get(), kNanByte, localTotal);
  std::memset(local.get() + localTotal, 0, localTotal);
  frame = pushFrame(&kernel, nullptr);
  regs = frame->registers;
  pc = kernel.insts.data();
}

void Warp::run() {
  const Inst *inst = pc;
  while (inst)
    inst = inst->run(inst, *this);
}

bool Warp::stopped() const { return block->launch.report.stopped(); }

void Warp::enter(const Path &path) {
  active = path.lanes;
  frame = path.frame;
  regs = frame->registers;
  pc = path.at;
}

void Warp::park(const Inst *at, bool blocked) {
  others.push_back({active, at, frame, blocked});
  active = 0;
}

void Warp::unblockAll() {
  for (Path &path : others)
    path.blocked = false;
}

/// True if `a` is behind `b`: deeper in calls, or earlier in the code.
static bool behind(const Path &a, const Path &b) {
  if (a.frame->depth != b.frame->depth)
    return a.frame->depth > b.frame->depth;
  return a.at < b.at;
}

bool Warp::someoneBehind(const Inst *at) const {
  Path current{active, at, frame, false};
  for (const Path &path : others)
    if (!path.blocked && behind(path, current))
      return true;
  return false;
}

const Inst *Warp::switchPath() {
  size_t best = others.size();
  for (size_t i = 0; i < others.size(); ++i)
    if (!others[i].blocked &&
        (best == others.size() || behind(others[i], others[best])))
      best = i;
  if (best == others.size()) {
    // Every path waits for lanes that wait elsewhere.
    enter(others.front());
    reportPaths(others.front(), others.back());
    state = WarpState::Faulted;
    return nullptr;
  }
  Path path = others[best];
  others.erase(others.begin() + best);
  enter(path);
  return pc;
}

void Warp::mergeAt(const Inst *at) {
  for (size_t i = 0; i < others.size();) {
    if (others[i].at == at && others[i].frame == frame) {
      active |= others[i].lanes;
      others.erase(others.begin() + i);
      unblockAll();
    } else {
      ++i;
    }
  }
}

const Inst *Warp::branch(uint32_t taken, const Inst *target, const Inst *next) {
  uint32_t rest = active & ~taken;
  if (!rest)
    return target;
  if (!taken)
    return next;
  const Inst *first = target < next ? target : next;
  uint32_t firstLanes = target < next ? taken : rest;
  others.push_back(
      {active & ~firstLanes, first == target ? next : target, frame, false});
  active = firstLanes;
  return first;
}

bool Warp::gather(const Inst *at, uint32_t needed) {
  if ((needed & live & ~active) == 0)
    return true;
  mergeAt(at);
  if ((needed & live & ~active) == 0)
    return true;
  park(at, true);
  return false;
}

void Warp::dropFrameLanes(Frame *from, uint32_t lanes) {
  from->lanes &= ~lanes;
  if (from->lanes)
    return;
  for (size_t i = 0; i < frames.size(); ++i)
    if (frames[i].get() == from) {
      spare.push_back(std::move(frames[i]));
      frames.erase(frames.begin() + i);
      return;
    }
}

const Inst *Warp::exitLanes() {
  // What was not committed goes as well.
  for (uint32_t left = active; left; left &= left - 1)
    ++bulkGroups[__builtin_ctz(left)];
  finishStores(*this, active, 0);
  live &= ~active;
  for (Frame *at = frame; at;) {
    Frame *parent = at->parent;
    dropFrameLanes(at, active);
    at = parent;
  }
  active = 0;
  unblockAll();
  if (!others.empty())
    return switchPath();
  state = WarpState::Done;
  return nullptr;
}

const Inst *Warp::returnLanes() {
  Frame *callee = frame;
  if (!callee->parent)
    return exitLanes();
  const Inst *next = callee->call + 1;
  copyResults(*this, *callee);
  frame = callee->parent;
  regs = frame->registers;
  dropFrameLanes(callee, active);
  return next;
}

Frame *Warp::pushFrame(const Code *code, const Inst *call) {
  Frame *parent = frame;
  uint32_t depth = parent ? parent->depth + 1 : 0;
  uint32_t base = parent ? parent->localBase + parent->code->localBytes : 0;
  if (depth > kMaxCallDepth || base + code->localBytes > localBytes) {
    report(call, FindingKind::OutOfBounds, active,
           "the call needs more stack than a thread has");
    return nullptr;
  }
  std::unique_ptr<Frame> fresh;
  for (size_t i = 0; i < spare.size() && !fresh; ++i)
    if (spare[i]->code == code) {
      fresh = std::move(spare[i]);
      spare.erase(spare.begin() + i);
    }
  if (!fresh) {
    fresh = std::make_unique<Frame>();
    fresh->code = code;
    fresh->storage.reset(new uint8_t[code->frameBytes + kRegisterAlign]);
    uintptr_t start = reinterpret_cast<uintptr_t>(fresh->storage.get());
    fresh->registers = reinterpret_cast<uint8_t *>(
        (start + kRegisterAlign - 1) & ~(kRegisterAlign - 1));
    std::copy(code->constants.begin(), code->constants.end(),
              fresh->registers + code->constantsAt);
  }
  std::memset(fresh->registers, kNanByte, code->trackedAt);
  std::memset(fresh->registers + code->trackedAt, 0, code->trackedBytes);
  // A call's local memory holds nothing that may be read yet.
  uint8_t *localShadow = local.get() + size_t(localBytes) * kLanes;
  for (unsigned lane = 0; lane < kLanes && code->localBytes; ++lane)
    if (active >> lane & 1)
      std::memset(localShadow + size_t(lane) * localBytes + base, 0,
                  code->localBytes);
  fresh->parent = parent;
  fresh->call = call;
  fresh->depth = depth;
  fresh->localBase = base;
  fresh->lanes = active;
  frames.push_back(std::move(fresh));
  return frames.back().get();
}

/// FNV-1a over 8-byte words.
static uint64_t mix(uint64_t hash, uint64_t word) {
  return (hash ^ word) * 1099511628211u;
}

uint64_t Warp::hashState() const {
  uint64_t hash = 14695981039346656037u;
  hash = mix(hash, reinterpret_cast<uint64_t>(pc));
  hash = mix(hash, uint64_t(active) << 32 | live);
  for (const Path &path : others) {
    hash = mix(hash, reinterpret_cast<uint64_t>(path.at));
    hash = mix(hash, path.lanes);
  }
  for (const auto &each : frames) {
    const uint8_t *bytes = each->registers;
    for (uint32_t at = 0; at + 8 <= each->code->trackedAt; at += 8) {
      uint64_t word;
      std::memcpy(&word, bytes + at, sizeof word);
      hash = mix(hash, word);
    }
  }
  return hash;
}

/// The linear index of a lane's thread gives its coordinates.
Site Warp::siteOf(const Inst *inst, unsigned lane) const {
  Site site;
  const Program &program = *block->launch.config.program;
  if (inst->source) {
    site.line = inst->source->where.line;
    site.source = program.sourceOf(*inst->source);
  }
  for (int i = 0; i < 3; ++i) {
    site.block[i] = block->id[i];
    site.thread[i] = tid[i][lane];
  }
  return site;
}

void Warp::reportPaths(const Path &first, const Path &second) {
  Finding finding;
  finding.kind = FindingKind::BarrierDivergence;
  finding.kernel = block->launch.config.kernel->function->name;
  finding.site = siteOf(first.at, __builtin_ctz(first.lanes));
  finding.detail = "lanes of one warp wait for each other at two places";
  finding.hasOther = true;
  finding.other = siteOf(second.at, __builtin_ctz(second.lanes));
  block->launch.report.add(finding);
}

const Inst *Warp::reportAddress(const Inst *inst, FindingKind kind,
                                unsigned lane, uint64_t address,
                                std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.kernel = block->launch.config.kernel->function->name;
  finding.site = siteOf(inst, lane);
  finding.hasAddress = true;
  finding.address = address;
  finding.detail = std::move(detail);
  block->launch.report.add(finding);
  return nullptr;
}

const Inst *Warp::report(const Inst *inst, FindingKind kind, uint32_t lanes,
                         std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.kernel = block->launch.config.kernel->function->name;
  finding.site = siteOf(inst, lanes ? __builtin_ctz(lanes) : 0);
  finding.detail = std::move(detail);
  block->launch.report.add(finding);
  return nullptr;
}
