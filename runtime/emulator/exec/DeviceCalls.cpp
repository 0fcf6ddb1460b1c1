//===- DeviceCalls.cpp - Functions the driver provides to kernels ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// vprintf, __assertfail, malloc and free, as nvcc declares them.
//
//===----------------------------------------------------------------------===//

#include "exec/Calls.h"
#include "exec/Memory.h"

#include <cstdio>
#include <cstring>

using namespace brt::emu;

/// Reads of the current lane, with the checks of any other read.
namespace {
class LaneReader {
public:
  LaneReader(const Inst *inst, Warp &warp, unsigned lane)
      : inst(inst), warp(warp), lane(lane) {}

  template <class T>
  T read(uint64_t address) {
    T value{};
    Resolved where;
    where.address[lane] = address;
    resolveAt(inst, warp, Space::Generic, where.address, 1u << lane, sizeof(T),
              AccessKind::Read, where);
    if (where.lanes)
      std::memcpy(&value, where.host[lane], sizeof value);
    else
      failed = true;
    return value;
  }

  std::string text(uint64_t address) {
    constexpr size_t kMaxText = 4096;
    std::string result;
    while (!failed && result.size() < kMaxText) {
      char c = static_cast<char>(read<uint8_t>(address++));
      if (!c)
        break;
      result += c;
    }
    return result;
  }

  /// Argument `index` of the call, which is 8 bytes.
  uint64_t argument(unsigned index) {
    const CallInfo::Piece &piece = inst->info<CallInfo>().arguments[index];
    const uint8_t *local = warp.local.get() + size_t(lane) * warp.localBytes;
    uint64_t value = 0;
    std::memcpy(&value, local + warp.frame->localBase + piece.at, piece.bytes);
    return value;
  }

  bool failed = false;

private:
  const Inst *inst;
  Warp &warp;
  unsigned lane;
};
} // namespace

/// One conversion of the format, `spec` with its '%' and its letter. Length
/// modifiers are replaced by what the value is on the host.
static std::string formatOne(LaneReader &reader, std::string spec,
                             uint64_t &at) {
  char letter = spec.back();
  bool wide = spec.find('l') != std::string::npos ||
              spec.find('z') != std::string::npos ||
              spec.find('j') != std::string::npos;
  std::string flags;
  for (char c : spec.substr(1, spec.size() - 2))
    if (!std::strchr("lhzjt", c))
      flags += c;
  auto take = [&](auto value) {
    at = (at + sizeof(value) - 1) & ~uint64_t(sizeof(value) - 1);
    value = reader.read<decltype(value)>(at);
    at += sizeof(value);
    return value;
  };
  char buffer[512];
  if (letter == 's') {
    std::string text = reader.text(take(uint64_t()));
    std::snprintf(buffer, sizeof buffer, ("%" + flags + "s").c_str(),
                  text.c_str());
  } else if (letter == 'p') {
    std::snprintf(buffer, sizeof buffer, "0x%llx",
                  static_cast<unsigned long long>(take(uint64_t())));
  } else if (letter == 'c') {
    std::snprintf(buffer, sizeof buffer, ("%" + flags + "c").c_str(),
                  take(int32_t()));
  } else if (std::strchr("eEfFgGaA", letter)) {
    std::snprintf(buffer, sizeof buffer, ("%" + flags + letter).c_str(),
                  take(double()));
  } else {
    bool isSigned = letter == 'd' || letter == 'i';
    long long value = wide       ? take(int64_t())
                      : isSigned ? static_cast<long long>(take(int32_t()))
                                 : static_cast<long long>(take(uint32_t()));
    std::snprintf(buffer, sizeof buffer, ("%" + flags + "ll" + letter).c_str(),
                  value);
  }
  return buffer;
}

static std::string formatText(LaneReader &reader, const std::string &format,
                              uint64_t arguments) {
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    if (i + 1 < format.size() && format[i + 1] == '%') {
      out += '%';
      ++i;
      continue;
    }
    size_t end = format.find_first_of("diouxXcspeEfFgGaA", i + 1);
    if (end == std::string::npos)
      break;
    out += formatOne(reader, format.substr(i, end + 1 - i), arguments);
    i = end;
  }
  return out;
}

/// What the call returns to a lane, where the caller wants it.
template <class T>
static void giveResult(const Inst *inst, Warp &warp, unsigned lane, T value) {
  const CallInfo &call = inst->info<CallInfo>();
  if (call.results.empty())
    return;
  uint8_t *to = warp.local.get() + size_t(lane) * warp.localBytes +
                warp.frame->localBase + call.results[0].at;
  std::memcpy(to, &value, sizeof value);
  std::memset(to + size_t(warp.localBytes) * kLanes, 1, sizeof value);
}

static const Inst *runPrintf(const Inst *inst, Warp &warp) {
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    LaneReader reader(inst, warp, lane);
    std::string format = reader.text(reader.argument(0));
    uint64_t arguments = reader.argument(1);
    std::string text = formatText(reader, format, arguments);
    std::fwrite(text.data(), 1, text.size(), stdout);
    giveResult(inst, warp, lane, static_cast<uint32_t>(text.size()));
  }
  std::fflush(stdout);
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

/// __assertfail(message, file, line, function, character size).
static const Inst *runAssertFail(const Inst *inst, Warp &warp) {
  unsigned lane = __builtin_ctz(warp.active);
  LaneReader reader(inst, warp, lane);
  std::string message = reader.text(reader.argument(0));
  std::string file = reader.text(reader.argument(1));
  uint32_t line = static_cast<uint32_t>(reader.argument(2));
  warp.report(inst, FindingKind::Trap, warp.active,
              "assertion '" + message + "' failed at " + file + ":" +
                  std::to_string(line));
  warp.state = WarpState::Faulted;
  return nullptr;
}

/// An allocation for each lane; null where there is no room.
static const Inst *runMalloc(const Inst *inst, Warp &warp) {
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    uint64_t bytes = LaneReader(inst, warp, lane).argument(0);
    giveResult(inst, warp, lane, warp.block->launch.memory.allocate(bytes));
  }
  BRT_EMU_NEXT(inst + 1, warp);
}

static const Inst *runFree(const Inst *inst, Warp &warp) {
  for (uint32_t left = warp.active; left; left &= left - 1) {
    unsigned lane = __builtin_ctz(left);
    uint64_t address = LaneReader(inst, warp, lane).argument(0);
    if (address && !warp.block->launch.memory.retire(address))
      warp.reportAddress(inst, FindingKind::UseAfterFree, lane, address,
                         "free of what is not allocated, or not any more");
  }
  if (warp.stopped())
    return nullptr;
  BRT_EMU_NEXT(inst + 1, warp);
}

Handler brt::emu::builtinFunction(const std::string &name) {
  if (name == "vprintf")
    return runPrintf;
  if (name == "__assertfail")
    return runAssertFail;
  if (name == "malloc")
    return runMalloc;
  if (name == "free")
    return runFree;
  return nullptr;
}
