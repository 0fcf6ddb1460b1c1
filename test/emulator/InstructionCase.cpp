//===- InstructionCase.cpp - One instruction against the manual -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "InstructionCase.h"

using namespace brt::emu;
using namespace brt::emu::test;

static std::string caseText(const std::string &text,
                            const std::vector<std::string> &types) {
  std::string body = "  mov.u32 %r0, %tid.x;\n  mul.wide.u32 %rd0, %r0, 8;\n";
  for (size_t i = 0; i < types.size(); ++i) {
    std::string name = i ? std::string(1, static_cast<char>('a' + i - 1)) : "d";
    body += "  .reg ." + types[i] + " %" + name + ";\n";
    std::string address = "%rd" + std::to_string(i + 1);
    body += "  add.u64 " + address + ", %p" + std::to_string(i) + ", %rd0;\n";
    if (i && types[i] == "pred")
      body += "  ld.global.u32 %r" + std::to_string(i) + ", [" + address +
              "];\n  setp.ne.u32 %" + name + ", %r" + std::to_string(i) +
              ", 0;\n";
    else if (i)
      body +=
          "  ld.global." + types[i] + " %" + name + ", [" + address + "];\n";
  }
  body += "  " + text + "\n";
  if (types[0] == "pred")
    body += "  selp.u32 %r60, 1, 0, %d;\n  st.global.u32 [%rd1], %r60;\n";
  else
    body += "  st.global." + types[0] + " [%rd1], %d;\n";
  return ptxKernel(body, static_cast<unsigned>(types.size()));
}

std::vector<uint64_t>
brt::emu::test::evaluate(const std::string &text,
                         const std::vector<std::string> &types,
                         const std::vector<Row> &rows) {
  Machine machine;
  auto program = machine.load(caseText(text, types));
  EXPECT_TRUE(program) << machine.diagnostic.message << " at line "
                       << machine.diagnostic.where.line;
  std::vector<uint64_t> results(rows.size(), 0);
  if (!program)
    return results;
  std::vector<uint64_t> arguments = {machine.upload(results)};
  for (size_t i = 1; i < types.size(); ++i) {
    std::vector<uint64_t> column;
    for (const Row &row : rows)
      column.push_back(row[i - 1]);
    arguments.push_back(machine.upload(column));
  }
  LaunchOutcome outcome = machine.run(
      *program, "k", 1, static_cast<uint32_t>(rows.size()), arguments);
  EXPECT_TRUE(outcome.findings.empty());
  return machine.download<uint64_t>(arguments[0], rows.size());
}

void brt::emu::test::expectRows(const std::string &text,
                                const std::vector<std::string> &types,
                                const std::vector<Row> &rows) {
  std::vector<uint64_t> results = evaluate(text, types, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string operands;
    for (size_t j = 0; j + 1 < rows[i].size(); ++j)
      operands += (j ? ", " : "") + std::to_string(rows[i][j]);
    EXPECT_EQ(results[i], rows[i].back())
        << text << " of row " << i << " (" << operands << ")" << std::hex
        << " gave 0x" << results[i] << ", expected 0x" << rows[i].back();
  }
}
