// RUN: brt-opt %s --brt-compile-to=kernel | FileCheck %s --check-prefix=KERNEL --implicit-check-not=brt.linear
// RUN: brt-opt %s --brt-compile-to=tile | FileCheck %s --check-prefix=TILE
// RUN: brt-opt %s --brt-compile-to=target | FileCheck %s --check-prefix=TARGET --implicit-check-not=tile. --implicit-check-not=linalg.

// A product on the way down: a structured op on buffers, a program over tiles,
// loops of vectors.

// KERNEL: func.func private @brt_linear
// KERNEL: linalg.generic {{.*}} outs(%{{.*}} : memref<
// TILE: func.func private @brt_linear
// TILE: scf.forall
// TILE: tile.load
// TILE: linalg.contract
// TILE: tile.store
// TARGET: func.func private @brt_linear
// TARGET: vector.fma
brt.model @tiny segment = 16, window = 8, width = 16, heads = 2, head_width = 8, ffn = 32 {
  brt.embedding vocabulary = 31
  brt.recurrent_layer states = 8
  brt.head
}
