//===- Counters.cpp - What a launch did -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "exec/Counters.h"

#include "check/Report.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>

using namespace brt::emu;

void SiteCount::add(const SiteCount &other) {
  accesses += other.accesses;
  bytes += other.bytes;
  sectors += other.sectors;
  wavefronts += other.wavefronts;
  ideal += other.ideal;
  asyncBytes += other.asyncBytes;
}

void Counters::add(const Counters &other) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    blocks[i].warps += other.blocks[i].warps;
    blocks[i].diverged += other.blocks[i].diverged;
    blocks[i].lanes += other.blocks[i].lanes;
  }
  for (size_t i = 0; i < sites.size(); ++i)
    sites[i].add(other.sites[i]);
}

static bool hasModifier(const Instruction &inst, const char *name) {
  return std::find(inst.modifiers.begin(), inst.modifiers.end(), name) !=
         inst.modifiers.end();
}

/// True for what multiplies; wmma.load and wmma.store only move.
static bool isProduct(const Instruction &inst) {
  return inst.opcode == "mma" || inst.opcode == "wgmma" ||
         (inst.opcode == "wmma" && hasModifier(inst, "mma"));
}

/// The class under which an instruction is counted.
static const char *classOf(const Instruction &inst) {
  const std::string &op = inst.opcode;
  auto isOneOf = [&](std::initializer_list<const char *> names) {
    for (const char *name : names)
      if (op == name)
        return true;
    return false;
  };
  if (isProduct(inst))
    return "tensor";
  if (isOneOf({"ld", "st", "ldu", "ldmatrix", "stmatrix", "wmma"}))
    return "memory";
  if (op == "cp")
    return "async-copy";
  if (isOneOf({"atom", "red"}))
    return "atomic";
  if (isOneOf({"bar", "barrier", "membar", "fence", "mbarrier"}))
    return "barrier";
  if (isOneOf({"shfl", "vote", "match", "redux", "activemask", "elect"}))
    return "warp";
  if (isOneOf({"bra", "brx", "call", "ret", "exit", "trap", "brkpt"}))
    return "control";
  if (isOneOf({"cvt", "cvta"}))
    return "convert";
  if (isOneOf({"mov", "selp"}))
    return "move";
  if (isOneOf({"ex2", "lg2", "sin", "cos", "tanh", "rsqrt", "rcp", "sqrt"}))
    return "special";
  for (const std::string &modifier : inst.modifiers)
    if (modifier == "f32" || modifier == "f64" || modifier == "f16" ||
        modifier == "bf16" || modifier == "f16x2" || modifier == "bf16x2")
      return "float";
  return "integer";
}

/// Scalar multiply-adds of one tensor instruction, from its shape m16n8k16.
static uint64_t multiplyAdds(const Instruction &inst) {
  if (!isProduct(inst))
    return 0;
  for (const std::string &modifier : inst.modifiers) {
    unsigned m = 0, n = 0, k = 0;
    if (std::sscanf(modifier.c_str(), "m%un%uk%u", &m, &n, &k) == 3)
      return uint64_t(m) * n * k;
  }
  return 0;
}

CounterSummary brt::emu::summarise(const Program &program, const Code &kernel,
                                   const Counters &counters) {
  CounterSummary summary;
  summary.kernel = kernel.function->name;
  for (const Code &code : program.codes)
    for (size_t b = 0; b < code.blocks.size(); ++b) {
      const BlockCount &count = counters.blocks[code.firstBlock + b];
      if (!count.warps)
        continue;
      for (uint32_t i = code.blocks[b].first; i < code.blocks[b].last; ++i) {
        const Instruction &inst = code.function->body[i];
        summary.warpInstructions += count.warps;
        summary.divergedInstructions += count.diverged;
        summary.byClass[classOf(inst)] += count.warps;
        summary.tensorMultiplyAdds += count.warps * multiplyAdds(inst);
        CounterSummary::Line &line = summary.lines[inst.where.line];
        line.warpInstructions += count.warps;
        line.diverged += count.diverged;
        line.lanes += count.lanes;
        line.text = inst.spelling();
      }
    }
  for (size_t i = 0; i < program.sites.size(); ++i) {
    summary.memory.add(counters.sites[i]);
    auto line = summary.lines.find(program.sites[i]->where.line);
    if (line != summary.lines.end())
      line->second.memory.add(counters.sites[i]);
  }
  return summary;
}

std::string CounterSummary::text() const {
  std::string out = fmt::format("kernel {}\n", kernel);
  auto row = [&](const char *name, uint64_t value) {
    out += fmt::format("  {:<32}{:>14}\n", name, value);
  };
  row("warp instructions", warpInstructions);
  for (const auto &[name, count] : byClass)
    row(("  " + name).c_str(), count);
  row("diverged warp instructions", divergedInstructions);
  row("tensor multiply-adds", tensorMultiplyAdds);
  row("bytes requested", memory.bytes);
  row("global sectors (32 B)", memory.sectors);
  row("shared wavefronts", memory.wavefronts);
  row("  of them bank conflicts", memory.wavefronts - memory.ideal);
  row("async-copy bytes", memory.asyncBytes);
  out += fmt::format("  {:>5} {:>10} {:>9} {:>9} {:>9} {:>9}  {}\n", "line",
                     "warps", "diverged", "sectors", "wavefr.", "conflicts",
                     "instruction");
  for (const auto &[number, line] : lines)
    out += fmt::format("  {:>5} {:>10} {:>9} {:>9} {:>9} {:>9}  {}\n", number,
                       line.warpInstructions, line.diverged,
                       line.memory.sectors, line.memory.wavefronts,
                       line.memory.wavefronts - line.memory.ideal, line.text);
  return out;
}

static std::string memoryFields(const SiteCount &memory) {
  return fmt::format("\"bytes\":{},\"sectors\":{},\"wavefronts\":{},"
                     "\"bank_conflicts\":{},\"async_bytes\":{}",
                     memory.bytes, memory.sectors, memory.wavefronts,
                     memory.wavefronts - memory.ideal, memory.asyncBytes);
}

std::string CounterSummary::json() const {
  std::string out =
      fmt::format("{{\"kernel\":{},\"warp_instructions\":{},\"diverged\":{},"
                  "\"tensor_multiply_adds\":{},{},\"classes\":{{",
                  quoteJson(kernel), warpInstructions, divergedInstructions,
                  tensorMultiplyAdds, memoryFields(memory));
  const char *comma = "";
  for (const auto &[name, count] : byClass) {
    out += fmt::format("{}\"{}\":{}", comma, name, count);
    comma = ",";
  }
  out += "},\"lines\":[";
  comma = "";
  for (const auto &[number, line] : lines) {
    out +=
        fmt::format("{}{{\"line\":{},\"text\":{},\"warps\":{},"
                    "\"diverged\":{},\"lanes\":{},{}}}",
                    comma, number, quoteJson(line.text), line.warpInstructions,
                    line.diverged, line.lanes, memoryFields(line.memory));
    comma = ",";
  }
  return out + "]}";
}
