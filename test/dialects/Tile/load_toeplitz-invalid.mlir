// RUN: brt-opt %s --split-input-file --verify-diagnostics

func.func @load_toeplitz_c1(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects an index for each of the 2 axes of the view, but got 1}}
  %0 = tile.load_toeplitz %view[%i] : memref<8x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @load_toeplitz_c2(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects a tile of two axes, but got 'tensor<4xf32>'}}
  %0 = tile.load_toeplitz %view[%i, %i] : memref<8x8xf32> -> tensor<4xf32>
  return
}

// -----

func.func @load_toeplitz_c3(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects tile and view to have the same floating-point type, but got 'f64' and 'f32'}}
  %0 = tile.load_toeplitz %view[%i, %i] : memref<8x8xf32> -> tensor<4x4xf64>
  return
}
