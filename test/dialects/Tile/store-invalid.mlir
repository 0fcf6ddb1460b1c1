// RUN: brt-opt %s --split-input-file --verify-diagnostics

func.func @store_c1(%tile: tensor<4x4xf32>, %view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects an index for each of the 2 axes of the view, but got 3}}
  tile.store %tile, %view[%i, %i, %i] axes [0, 1] : tensor<4x4xf32>, memref<8x8xf32>
  return
}

// -----

func.func @store_c2(%tile: tensor<4x4xf32>, %view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects 2 ascending axes of the view, but got [0, 0]}}
  tile.store %tile, %view[%i, %i] axes [0, 0] : tensor<4x4xf32>, memref<8x8xf32>
  return
}

// -----

func.func @store_c3(%tile: tensor<4x4xi32>, %view: memref<8x8xi32>, %i: index) {
  // expected-error @+1 {{expects tile and view to have the same floating-point type, but got 'i32' and 'i32'}}
  tile.store %tile, %view[%i, %i] axes [0, 1] : tensor<4x4xi32>, memref<8x8xi32>
  return
}
