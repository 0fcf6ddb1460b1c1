//===- SharedRaces.h - Races on shared memory -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For every four bytes of shared memory: the last write and the last reads from
// two warps, each with the tick it belongs to (Clocks.h). An access that
// overlaps an earlier one of which it knows nothing, one of them a write, is a
// race. A copy under way (cp.async) is a write of nobody: whoever meets it
// races.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_CHECK_SHAREDRACES_H
#define BRT_EMULATOR_CHECK_SHAREDRACES_H

#include "check/AsyncReads.h"
#include "check/RemoteRaces.h"
#include "check/Rows.h"

namespace brt::emu {

class SharedRaces {
public:
  explicit SharedRaces(uint32_t bytes);

  /// Forgets all accesses; the next ones are those of another block.
  void start(const BlockClocks &clocks);

  /// Records a read of [offset, offset + size). True if it races.
  bool read(const Access &access, uint32_t offset, uint32_t size,
            Conflict &conflict);
  /// Records a write. `same` says that the bytes there already hold what is to
  /// be written: lanes of one instruction that agree do not race.
  bool write(const Access &access, uint32_t offset, uint32_t size, bool same,
             Conflict &conflict);
  /// The same for a row of lanes from `offset` on. True if that is done; false,
  /// with nothing recorded, where lane after lane has to be looked at.
  bool readRow(const Row &row, uint32_t offset);
  bool writeRow(const Row &row, uint32_t offset);
  /// A read by the asynchronous proxy begins: also races where
  /// fence.proxy.async is missing after a write. It ends with `endRead`, as if
  /// made at `tick`; until then every write races.
  bool beginRead(const Access &access, uint32_t offset, uint32_t size,
                 Conflict &conflict);
  void endRead(const Access &access, uint32_t tick, uint32_t offset,
               uint32_t size);
  /// A copy by the asynchronous proxy begins to write; it was asked for at
  /// `tick`, and ends with `landProxy`.
  bool launchProxy(const Access &access, uint32_t offset, uint32_t size,
                   Conflict &conflict);
  void landProxy(const Access &access, uint32_t tick, uint32_t offset,
                 uint32_t size);
  /// An asynchronous copy begins to write; it ends with `land`, of whole words.
  bool launchCopy(const Access &access, uint32_t offset, uint32_t size,
                  Conflict &conflict);
  /// The same for a row of lanes; as writeRow.
  bool launchCopies(const Row &row, uint32_t offset);
  void land(const Row &row, uint32_t offset);

  // What threads of another block of the cluster do here; `known` is that
  // block's. A copy's end is told to `remote`.
  bool remoteAccess(const BlockClocks &known, const Access &access,
                    uint32_t offset, uint32_t size, bool isWrite, bool same,
                    Conflict &conflict);
  bool launchRemote(const BlockClocks &known, const Access &access,
                    uint32_t offset, uint32_t size, bool byProxy,
                    Conflict &conflict);
  std::unique_ptr<RemoteRaces> remote; // null until the first

private:
  /// One access of each word.
  struct Stamps {
    std::vector<uint32_t> tick, who;
    std::vector<uint8_t> bytes; // which of the four
    explicit Stamps(size_t words) : tick(words), who(words), bytes(words) {}
    void clear();
    void set(size_t at, uint32_t newTick, uint32_t newWho, uint8_t newBytes);
  };
  const BlockClocks *clocks = nullptr;
  Stamps writers, readers[2];
  std::unique_ptr<AsyncReads> reads; // under way; null until the first

  bool races(const BlockClocks &known, const Access &access,
             const Stamps &earlier, size_t at) const;
  bool fill(Conflict &conflict, const Stamps &earlier, size_t at) const;
  template <class Shape>
  bool readWords(Shape shape, const Row &row, size_t at);
  template <class Shape>
  bool writeWords(Shape shape, const Row &row, size_t at);
  bool isUnfenced(const BlockClocks &known, const Access &access,
                  uint32_t offset, uint32_t size, Conflict &conflict) const;
  bool isRemote(const Row &row, uint32_t offset) const {
    return remote &&
           remote->isTouched(offset, row.lanes * row.words * kCellBytes);
  }
  /// True if a write overlaps an asynchronous read under way.
  bool overwritesRead(uint32_t offset, uint32_t size, Conflict &conflict) const;
  bool remoteMeets(const BlockClocks &known, const Access &access,
                   uint32_t offset, uint32_t size, bool isWrite, bool same,
                   Conflict &conflict);
  bool againstReaders(const Access &access, size_t at, uint8_t bytes,
                      Conflict &conflict) const;
};

} // namespace brt::emu

#endif // BRT_EMULATOR_CHECK_SHAREDRACES_H
