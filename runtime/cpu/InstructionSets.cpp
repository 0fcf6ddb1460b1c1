//===- InstructionSets.cpp - What the processor can run -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Program.h"

using namespace brt::rt;

bool brt::rt::hasInstructionSet(std::string_view isa) {
  // The compiler's checks ask the operating system too, whether it saves the
  // registers.
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (isa == "avx2")
    return avx2;
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd") &&
                __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl");
  if (isa == "avx512")
    return avx512;
  return isa == "avx512_bf16" && avx512 && __builtin_cpu_supports("avx512bf16");
}

bool brt::rt::isFast(std::string_view isa) {
  // A dot product of pairs does as much as two multiply-adds of f32. On AMD's
  // processors it takes as long as one, on one of Intel's that has AMX for it
  // as long as four.
  __builtin_cpu_init();
  return isa != "avx512_bf16" || !__builtin_cpu_is("intel");
}
