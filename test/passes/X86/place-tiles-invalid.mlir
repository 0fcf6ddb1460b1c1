// RUN: brt-opt %s --brt-place-tiles-x86 --split-input-file --verify-diagnostics

func.func @elsewhere(%a: memref<8x8xf32>, %b: memref<8x8xf32>) {
  scf.forall (%i, %j) in (2, 2) {
    %0 = tile.load %a[%i, %j] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
    // expected-error @+1 {{expects a tile to be stored where it was loaded}}
    tile.store %0, %b[%i, %j] axes [0, 1] : tensor<4x4xf32>, memref<8x8xf32>
  }
  return
}

// -----

func.func @no_grid(%a: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects to be in the grid of a program over tiles}}
  %0 = tile.load %a[%i, %i] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @elementwise(%a: memref<8x8xf32>) {
  scf.forall (%i, %j) in (2, 2) {
    %0 = tile.load %a[%i, %j] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
    // expected-error @+1 {{expects to be a load, a fill, a contraction or a loop, to make a tile that is stored}}
    %1 = arith.addf %0, %0 : tensor<4x4xf32>
    tile.store %1, %a[%i, %j] axes [0, 1] : tensor<4x4xf32>, memref<8x8xf32>
  }
  return
}
