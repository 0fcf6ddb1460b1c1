// RUN: brt-opt %s --split-input-file --verify-diagnostics

func.func @add_toeplitz_c1(%tile: tensor<4x4xf32>, %view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects an index for each of the 2 axes of the view, but got 1}}
  tile.add_toeplitz %tile, %view[%i] : tensor<4x4xf32>, memref<8x8xf32>
  return
}

// -----

func.func @add_toeplitz_c2(%tile: tensor<4xf32>, %view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects a tile of two axes, but got 'tensor<4xf32>'}}
  tile.add_toeplitz %tile, %view[%i, %i] : tensor<4xf32>, memref<8x8xf32>
  return
}

// -----

func.func @add_toeplitz_c3(%tile: tensor<4x4xf64>, %view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects tile and view to have the same floating-point type, but got 'f64' and 'f32'}}
  tile.add_toeplitz %tile, %view[%i, %i] : tensor<4x4xf64>, memref<8x8xf32>
  return
}
