//===- BulkTest.cpp - cp.async.bulk and TMA -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA 9.7.9.25.5-6. Boxes come back to global memory by plain loads, so
// that where each byte lay in shared memory is seen.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include "exec/TensorMap.h"

#include <gtest/gtest.h>

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
class Bulk : public testing::Test {
protected:
  /// %p0 is the first argument, %p1 a kilobyte or more that is stored to, %p2
  /// the third. A barrier %bar for one arrival, shared memory at %tile. `body`
  /// is run by one warp; then shared memory is written to %p1 unless `after` is
  /// something else.
  std::vector<Finding> run(const std::string &body, uint64_t first,
                           uint64_t third = 0, const char *after = kStoreAll) {
    std::string text = R"(
  .shared .align 1024 .b8 s[4096]; .shared .align 8 .b64 b;
  .reg .b32 %bar; .reg .b32 %tile; .reg .b64 %gen;
  mov.u32 %bar, b; mov.u32 %tile, s; mov.u32 %r0, %tid.x;
  setp.eq.u32 %q7, %r0, 0;
  @%q7 mbarrier.init.shared::cta.b64 [%bar], 1;
  fence.mbarrier_init.release.cluster; bar.sync 0;
)" + body + after;
    auto program = machine.load(ptxKernel(text, 3));
    EXPECT_TRUE(program) << machine.diagnostic.message << " line "
                         << machine.diagnostic.where.line << "\n"
                         << text;
    if (!program)
      return {};
    out = machine.upload(std::vector<uint8_t>(4096, 0xee));
    return machine.run(*program, "k", 1, 32, {first, out, third}).findings;
  }
  std::vector<uint8_t> result(size_t bytes) {
    return machine.download<uint8_t>(out, bytes);
  }
  void expectClean(const std::vector<Finding> &found) {
    EXPECT_TRUE(found.empty()) << found[0].text();
  }
  void expectKind(const std::vector<Finding> &found, const char *kind) {
    ASSERT_FALSE(found.empty());
    EXPECT_STREQ(nameOf(found[0].kind), kind) << found[0].text();
  }

  /// Bytes that say where they are.
  std::vector<uint8_t> pattern(size_t bytes) {
    std::vector<uint8_t> made(bytes);
    for (size_t i = 0; i < bytes; ++i)
      made[i] = static_cast<uint8_t>(i * 7 + i / 256);
    return made;
  }

  // 64 bytes a lane: 2048 in all.
  static constexpr const char *kStoreAll = R"(
  shl.b32 %r1, %r0, 6; add.u32 %r2, %tile, %r1; cvt.u64.u32 %rd0, %r1;
  add.u64 %rd1, %p1, %rd0; mov.u32 %r3, 0;
  C: ld.shared.v4.u32 {%r4, %r5, %r6, %r7}, [%r2];
  st.global.v4.u32 [%rd1], {%r4, %r5, %r6, %r7};
  add.u32 %r2, %r2, 16; add.u64 %rd1, %rd1, 16; add.u32 %r3, %r3, 1;
  setp.lt.u32 %q0, %r3, 4; @%q0 bra C;
)";
  /// Zeros in the first 2048 bytes of shared memory, seen by TMA as well.
  static constexpr const char *kClear = R"(
  shl.b32 %r1, %r0, 6; add.u32 %r2, %tile, %r1; mov.u32 %r3, 0;
  Z: st.shared.u32 [%r2], 0; add.u32 %r2, %r2, 4; add.u32 %r3, %r3, 1;
  setp.lt.u32 %q0, %r3, 16; @%q0 bra Z;
  fence.proxy.async.shared::cta; bar.sync 0;
)";
  static constexpr const char *kWait =
      "{ W: mbarrier.try_wait.parity.shared::cta.b64 %q1, [%bar], 0; "
      "@!%q1 bra W; }\n";
  static std::string expect(unsigned bytes) {
    return "@%q7 mbarrier.arrive.expect_tx.shared::cta.b64 _, [%bar], " +
           std::to_string(bytes) + ";\n";
  }

  Machine machine;
  uint64_t out = 0;
};
const char *const kLinear =
    "@%q7 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
    "[%tile], [%p0], 2048, [%bar];\n";
} // namespace

TEST_F(Bulk, LinearLoads) {
  auto bytes = pattern(2048);
  for (uint64_t seed = 1; seed < 8; ++seed) { // early and late
    machine.options.seed = seed;
    expectClean(run(expect(2048) + kLinear + kWait, machine.upload(bytes)));
    EXPECT_EQ(result(2048), bytes);
  }
  // Without the wait, and with a wait for something else.
  machine.options.setChecks("race");
  expectKind(run(expect(2048) + kLinear, machine.upload(bytes)), "race");
  machine.options.setChecks("all");
  expectKind(run(expect(2032) + kLinear + kWait, machine.upload(bytes)),
             "deadlock");
  // Memory that was stored to needs a fence before TMA writes it.
  std::string unfenced = kClear;
  unfenced.erase(unfenced.find("fence.proxy"), 30);
  expectKind(
      run(unfenced + expect(2048) + kLinear + kWait, machine.upload(bytes)),
      "race");
  expectClean(
      run(kClear + expect(2048) + kLinear + kWait, machine.upload(bytes)));
}

TEST_F(Bulk, LinearStores) {
  std::string store =
      "@%q7 cp.async.bulk.global.shared::cta.bulk_group [%p1], [%tile], 1024; "
      "@%q7 cp.async.bulk.commit_group;\n";
  auto bytes = pattern(2048);
  for (const char *wait :
       {"cp.async.bulk.wait_group.read 0;", "cp.async.bulk.wait_group 0;", ""})
    for (uint64_t seed = 1; seed < 6; ++seed) {
      machine.options.seed = seed;
      // What TMA wrote itself needs no fence.
      expectClean(run(expect(2048) + kLinear + kWait + store + wait,
                      machine.upload(bytes), 0, ""));
      auto got = result(2048);
      EXPECT_TRUE(std::equal(got.begin(), got.begin() + 1024, bytes.begin()));
      EXPECT_EQ(got[1024], 0xee);
    }
  std::string unfenced = kClear;
  unfenced.erase(unfenced.find("fence.proxy"), 30);
  expectClean(run(kClear + store, 0, 0, ""));
  expectKind(run(unfenced + store, 0, 0, ""), "race");
  expectKind(run(store, 0, 0, ""), "uninitialised");
}

TEST_F(Bulk, TilesInUse) {
  auto bytes = pattern(2048);
  std::string store =
      expect(2048) + kLinear + kWait +
      "@%q7 cp.async.bulk.global.shared::cta.bulk_group [%p1], [%tile], 1024; "
      "@%q7 cp.async.bulk.commit_group;\n";
  auto find = [&](const std::string &after) {
    return run(store + after, machine.upload(bytes), 0, "");
  };
  std::string own = "@%q7 st.shared.u32 [%tile], 0; ";
  std::string other =
      "setp.eq.u32 %q6, %r0, 1; @%q6 st.shared.u32 [%tile], 0; ";
  std::string beside = "@%q7 st.shared.u32 [%tile+1024], 0; ";
  std::string wait = "@%q7 cp.async.bulk.wait_group.read 0; ";
  for (uint64_t seed = 1; seed < 6; ++seed) {
    machine.options.seed = seed;
    expectClean(find(wait + own));
    expectClean(find(beside + wait));
    expectKind(find(own + wait), "race");
    expectKind(find("@%q7 cp.async.bulk.wait_group.read 1; " + own), "race");
    // Others have to know that it was waited for.
    expectClean(find(wait + "bar.warp.sync -1; " + other));
    expectKind(find(wait + other), "race");
  }
}

/// A map for a picture of rows x columns halves of `pitch` bytes a row.
static TensorMap mapOf(uint64_t base, uint32_t columns, uint32_t rows,
                       uint32_t pitch, uint32_t boxColumns, uint32_t boxRows,
                       uint8_t mask = 0) {
  TensorMap map;
  map.rank = 2;
  map.elementBytes = 2;
  map.swizzleMask = mask;
  map.base = base;
  map.strides[0] = pitch;
  map.extents[0] = columns;
  map.extents[1] = rows;
  map.box[0] = boxColumns;
  map.box[1] = boxRows;
  return map;
}

static std::string tensorLoad(const std::string &form, int x, int y) {
  return "@%q7 cp.async.bulk.tensor." + form + " [%tile], [%p0, {" +
         std::to_string(x) + ", " + std::to_string(y) + "}], [%bar];\n";
}
static const char *const kPlain =
    "2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes";

TEST_F(Bulk, TilesAndSwizzles) {
  // 40 x 20 halves in rows of 96 bytes; boxes of one span by 16 rows.
  constexpr uint32_t columns = 40, rows = 20, pitch = 96;
  auto picture = pattern(pitch * rows);
  uint64_t base = machine.upload(picture);
  for (auto [mask, span] : {std::pair{0u, 32u}, std::pair{1u, 32u},
                            std::pair{3u, 64u}, std::pair{7u, 128u}})
    for (auto [x, y] : {std::pair{0, 0}, std::pair{8, 2}, std::pair{-3, 9},
                        std::pair{30, -5}, std::pair{100, 0}}) {
      TensorMap map = mapOf(base, columns, rows, pitch, span / 2, 16,
                            static_cast<uint8_t>(mask));
      expectClean(
          run(kClear + expect(span * 16) + tensorLoad(kPlain, x, y) + kWait,
              machine.upload(std::vector<TensorMap>{map})));
      auto got = result(2048);
      for (unsigned row = 0; row < 16; ++row)
        for (unsigned at = 0; at < span; ++at) {
          int column = x + static_cast<int>(at / 2);
          int line = y + static_cast<int>(row);
          bool inside = column >= 0 && column < static_cast<int>(columns) &&
                        line >= 0 && line < static_cast<int>(rows);
          uint8_t expected =
              inside ? picture[line * pitch + column * 2 + at % 2] : 0;
          // Pieces of 16 bytes change places within 128, 64 or 32 bytes, by the
          // number of the 128-byte line.
          unsigned linear = row * span + at;
          unsigned piece = linear / 16 % (span / 16);
          unsigned turned = mask ? piece ^ (linear / 128 % (span / 16)) : piece;
          unsigned where = linear / span * span + turned * 16 + linear % 16;
          ASSERT_EQ(got[where], expected)
              << "mask " << mask << " at " << x << ", " << y << " row " << row
              << " byte " << at;
        }
    }
}

TEST_F(Bulk, ElementStrides) {
  // Every third of 8 rows from row 1 on: rows 1, 4 and 7 of 6.
  auto picture = pattern(96 * 6);
  TensorMap map = mapOf(machine.upload(picture), 40, 6, 96, 16, 8);
  map.steps[1] = 3;
  expectClean(run(kClear + expect(3 * 32) + tensorLoad(kPlain, 2, 1) + kWait,
                  machine.upload(std::vector<TensorMap>{map})));
  auto got = result(128);
  for (unsigned row = 0; row < 4; ++row)
    for (unsigned at = 0; at < 32; ++at)
      EXPECT_EQ(got[32 * row + at],
                row < 2 ? picture[(1 + 3 * row) * 96 + 4 + at] : 0);
  // Stores leave out the rows between.
  std::vector<uint8_t> target(96 * 6, 0xee);
  map.base = machine.upload(target);
  picture = pattern(2048);
  expectClean(run(expect(2048) + kLinear + kWait +
                      "@%q7 cp.async.bulk.tensor.2d.global.shared::cta."
                      "bulk_group [%p2, {0, 1}], [%tile];",
                  machine.upload(picture),
                  machine.upload(std::vector<TensorMap>{map}), ""));
  target = machine.download<uint8_t>(map.base, target.size());
  for (unsigned row = 0; row < 6; ++row)
    EXPECT_EQ(target[96 * row + 9],
              row % 3 == 1 ? picture[row / 3 * 32 + 9] : 0xee);
}

TEST_F(Bulk, FormsOfTileLoads) {
  auto picture = pattern(96 * 20);
  uint64_t base = machine.upload(picture);
  uint64_t map =
      machine.upload(std::vector<TensorMap>{mapOf(base, 40, 20, 96, 16, 16)});
  std::string policy = "mov.b64 %rd5, 1; ";
  for (std::string text :
       {"@%q7 cp.async.bulk.tensor.2d.shared::cta.global.mbarrier::complete_tx"
        "::bytes [%tile], [%p0, {0, 0}], [%bar];",
        "@%q7 cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::"
        "complete_tx::bytes.L2::cache_hint [%tile], [%p0, {0, 0}], [%bar], "
        "%rd5;"})
    expectClean(run("prefetch.tensormap [%p0];" + policy + kClear +
                        expect(512) + text + kWait,
                    map));
  // A third dimension, and a multicast to nobody else.
  TensorMap deep = mapOf(base, 16, 4, 96, 16, 4);
  deep.rank = 3;
  deep.strides[1] = 4 * 96;
  deep.extents[2] = 5;
  deep.box[2] = 3;
  for (std::string text :
       {"@%q7 cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::"
        "complete_tx::bytes.L2::cache_hint [%tile], [%p0, {0, 1, 3}], [%bar], "
        "%rd5;",
        "mov.b16 %h0, 1; @%q7 cp.async.bulk.tensor.3d.shared::cluster.global."
        "mbarrier::complete_tx::bytes.multicast::cluster.L2::cache_hint "
        "[%tile], [%p0, {0, 1, 3}], [%bar], %h0, %rd5;"}) {
    expectClean(run(policy + kClear + expect(32 * 12) + text + kWait,
                    machine.upload(std::vector<TensorMap>{deep})));
    auto got = result(32 * 12);
    for (unsigned z = 0; z < 3; ++z)
      for (unsigned y = 0; y < 4; ++y)
        for (unsigned at = 0; at < 32; ++at) {
          bool inside = 1 + y < 4 && 3 + z < 5;
          EXPECT_EQ(got[(z * 4 + y) * 32 + at],
                    inside ? picture[((3 + z) * 4 + 1 + y) * 96 + at] : 0);
        }
  }
}

TEST_F(Bulk, TileStores) {
  // Only what lies inside is written, unswizzled.
  auto picture = pattern(2048);
  for (std::string form : {"2d.global.shared::cta.bulk_group",
                           "2d.global.shared::cta.tile.bulk_group"}) {
    std::vector<uint8_t> target(64 * 20, 0xee);
    uint64_t base = machine.upload(target);
    TensorMap map = mapOf(base, 30, 20, 64, 32, 8, 3);
    expectClean(run(expect(2048) + kLinear + kWait +
                        "@%q7 cp.async.bulk.tensor." + form +
                        " [%p2, {2, 14}], [%tile]; "
                        "@%q7 cp.async.bulk.commit_group;",
                    machine.upload(picture),
                    machine.upload(std::vector<TensorMap>{map}), ""));
    auto got = machine.download<uint8_t>(base, target.size());
    for (unsigned y = 0; y < 20; ++y)
      for (unsigned at = 0; at < 64; ++at) {
        int row = static_cast<int>(y) - 14, byte = static_cast<int>(at) - 4;
        uint8_t expected = 0xee;
        if (row >= 0 && row < 8 && byte >= 0 && at < 60) {
          unsigned linear = static_cast<unsigned>(row * 64 + byte);
          unsigned turned = linear / 16 % 4 ^ linear / 128 % 4;
          expected = picture[linear / 64 * 64 + turned * 16 + linear % 16];
        }
        ASSERT_EQ(got[64 * y + at], expected) << form << y << ", " << at;
      }
  }
}

TEST_F(Bulk, TileStoresInThreeDimensions) {
  // A box of 16 x 2 x 2 halves at (0, 1, 1) of 16 x 3 x 2: half of it is
  // inside.
  auto picture = pattern(2048);
  std::vector<uint8_t> target(32 * 6, 0xee);
  uint64_t base = machine.upload(target);
  TensorMap map = mapOf(base, 16, 3, 32, 16, 2);
  map.rank = 3;
  map.strides[1] = 96;
  map.extents[2] = map.box[2] = 2;
  expectClean(run(expect(2048) + kLinear + kWait +
                      "@%q7 cp.async.bulk.tensor.3d.global.shared::cta."
                      "bulk_group [%p2, {0, 1, 1}], [%tile];",
                  machine.upload(picture),
                  machine.upload(std::vector<TensorMap>{map}), ""));
  auto got = machine.download<uint8_t>(base, target.size());
  for (unsigned at = 0; at < got.size(); ++at) {
    bool inside = at >= 4 * 32;
    EXPECT_EQ(got[at], inside ? picture[at - 4 * 32] : 0xee) << at;
  }
}

TEST_F(Bulk, MapsMadeByTheKernel) {
  // 40 x 20 halves in rows of 96 bytes: a box of 16 x 16 at (8, 2).
  auto picture = pattern(96 * 20);
  uint64_t base = machine.upload(picture);
  uint64_t room = machine.allocate(256) + 128;
  std::string make = R"(
    shl.b32 %r1, %r0, 2; add.u32 %r2, %tile, %r1; st.shared.u32 [%r2], 0;
    bar.warp.sync -1; mov.u32 %r20, 16; mov.u64 %rd10, 96;
    cvt.u64.u32 %rd11, %tile;
    @%q7 tensormap.replace.tile.global_address.shared::cta.b1024.b64 [%rd11],
      %p0;
    @%q7 tensormap.replace.tile.rank.shared::cta.b1024.b32 [%rd11], 1;
    @%q7 tensormap.replace.tile.box_dim.shared::cta.b1024.b32 [%rd11], 0, %r20;
    @%q7 tensormap.replace.tile.box_dim.shared::cta.b1024.b32 [%rd11], 1, %r20;
    @%q7 tensormap.replace.tile.global_dim.shared::cta.b1024.b32 [%rd11], 0, 40;
    @%q7 tensormap.replace.tile.global_dim.shared::cta.b1024.b32 [%rd11], 1, 20;
    @%q7 tensormap.replace.tile.global_stride.shared::cta.b1024.b64 [%rd11], 0,
      %rd10;
    @%q7 tensormap.replace.tile.element_stride.shared::cta.b1024.b32 [%rd11], 0,
      STEP;
    @%q7 tensormap.replace.tile.elemtype.shared::cta.b1024.b32 [%rd11], 6;
    @%q7 tensormap.replace.tile.swizzle_mode.shared::cta.b1024.b32 [%rd11], 0;
    bar.warp.sync -1;
    tensormap.cp_fenceproxy.global.shared::cta.tensormap::generic.release.gpu.sync.aligned
      [%p2], [%rd11], 128;
    fence.proxy.tensormap::generic.acquire.gpu [%p2], 128; bar.warp.sync -1;
  )";
  std::string load = tensorLoad(kPlain, 8, 2);
  load.replace(load.find("%p0"), 3, "%p2");
  std::string good = make, bad = make;
  good.replace(good.find("STEP"), 4, "1");
  bad.replace(bad.find("STEP"), 4, "9");
  expectClean(run(good + kClear + expect(512) + load + kWait, base, room));
  auto got = result(512);
  for (unsigned row = 0; row < 16; ++row)
    for (unsigned at = 0; at < 32; ++at)
      ASSERT_EQ(got[32 * row + at], picture[(row + 2) * 96 + 16 + at]);
  expectKind(run(bad, base, room), "out-of-bounds");
}

TEST_F(Bulk, Misuse) {
  auto bytes = pattern(2048);
  expectKind(run(expect(2048) + kLinear + kWait, machine.upload(pattern(2000))),
             "out-of-bounds");
  std::string odd = kLinear;
  odd.replace(odd.find("2048"), 4, "2040");
  expectKind(run(expect(2040) + odd + kWait, machine.upload(bytes)),
             "misaligned");
  expectKind(
      run(std::string("@%q7 mbarrier.inval.shared::cta.b64 [%bar]; ") + kLinear,
          machine.upload(bytes)),
      "mbarrier");
  expectKind(
      run(expect(512) + tensorLoad(kPlain, 0, 0), machine.upload(pattern(128))),
      "out-of-bounds");
  expectKind(run(expect(2048) + kLinear + kWait, machine.allocate(2048)),
             "uninitialised");
}
