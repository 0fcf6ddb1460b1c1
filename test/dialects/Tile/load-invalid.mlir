// RUN: brt-opt %s --split-input-file --verify-diagnostics

func.func @load_c1(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects an index for each of the 2 axes of the view, but got 1}}
  %0 = tile.load %view[%i] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @load_c2(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects 2 ascending axes of the view, but got [1, 0]}}
  %0 = tile.load %view[%i, %i] axes [1, 0] : memref<8x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @load_c2_number(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects 1 ascending axes of the view, but got [0, 1]}}
  %0 = tile.load %view[%i, %i] axes [0, 1] : memref<8x8xf32> -> tensor<4xf32>
  return
}

// -----

func.func @load_c2_axis(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects 1 ascending axes of the view, but got [2]}}
  %0 = tile.load %view[%i, %i] axes [2] : memref<8x8xf32> -> tensor<4xf32>
  return
}

// -----

func.func @load_c3(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects tile and view to have the same floating-point type, but got 'f64' and 'f32'}}
  %0 = tile.load %view[%i, %i] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf64>
  return
}

// -----

func.func @dynamic_tile(%view: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{must be tensor of static shape without encoding}}
  %0 = tile.load %view[%i, %i] axes [0, 1] : memref<8x8xf32> -> tensor<?x4xf32>
  return
}
