//===- AsyncReads.cpp - Shared memory that is being read ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "check/AsyncReads.h"

using namespace brt::emu;

void AsyncReads::begin(const Access &access, uint32_t offset, uint32_t size) {
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at) {
    ++count[at];
    who[at] = packWho(access);
  }
}

void AsyncReads::end(uint32_t offset, uint32_t size) {
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    --count[at];
}

bool AsyncReads::meets(uint32_t offset, uint32_t size,
                       Conflict &conflict) const {
  for (size_t at = offset / kCellBytes; at * kCellBytes < offset + size; ++at)
    if (count[at]) {
      conflict.other = unpackWho(who[at]);
      conflict.reading = true;
      return true;
    }
  return false;
}
