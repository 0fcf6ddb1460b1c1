// RUN: brt-opt %s --brt-place-tiles-x86 --split-input-file --verify-diagnostics

func.func @no_grid(%a: memref<8x8xf32>, %i: index) {
  // expected-error @+1 {{expects to be in the grid of a program over tiles}}
  %0 = tile.load %a[%i, %i] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @elementwise(%a: memref<8x8xf32>) {
  scf.forall (%i, %j) in (2, 2) {
    %0 = tile.load %a[%i, %j] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
    // expected-error @+1 {{expects to be a load, a store, a structured op, a loop or a branch, which is what x86 can place}}
    %1 = arith.addf %0, %0 : tensor<4x4xf32>
    tile.store %1, %a[%i, %j] axes [0, 1] : tensor<4x4xf32>, memref<8x8xf32>
  }
  return
}

// -----

func.func @factor_nowhere(%a: memref<8x8xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (2) {
    %empty = tensor.empty() : tensor<4x4xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x4xf32>) -> tensor<4x4xf32>
    // expected-error @+1 {{expects to be a product of two tiles that are somewhere}}
    %sum = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
        ins(%zeros, %zeros : tensor<4x4xf32>, tensor<4x4xf32>) outs(%zeros : tensor<4x4xf32>) -> tensor<4x4xf32>
    tile.store %sum, %a[%i, %c0] axes [0, 1] : tensor<4x4xf32>, memref<8x8xf32>
  }
  return
}

// -----

func.func @exchanged(%a: memref<8x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.forall (%i) in (2) {
    %0 = tile.load %a[%i, %c0] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
    %1 = tile.load %a[%i, %c1] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
    // expected-error @+1 {{expects to yield a tile that was computed, and not in the place of another}}
    %2:2 = scf.for %j = %c0 to %c2 step %c1 iter_args(%x = %0, %y = %1) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
      scf.yield %y, %x : tensor<4x4xf32>, tensor<4x4xf32>
    }
    tile.store %2#0, %a[%i, %c0] axes [0, 1] : tensor<4x4xf32>, memref<8x8xf32>
  }
  return
}

// -----

func.func @branches(%a: memref<8x8xf32>, %flag: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.forall (%i) in (2) {
    %0 = tile.load %a[%i, %c0] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
    %1 = tile.load %a[%i, %c1] axes [0, 1] : memref<8x8xf32> -> tensor<4x4xf32>
    // expected-error @+1 {{expects both branches to update one tile}}
    %2 = scf.if %flag -> (tensor<4x4xf32>) {
      scf.yield %0 : tensor<4x4xf32>
    } else {
      scf.yield %1 : tensor<4x4xf32>
    }
    tile.store %2, %a[%i, %c0] axes [0, 1] : tensor<4x4xf32>, memref<8x8xf32>
  }
  return
}

// -----

func.func @carries_number(%a: memref<8x8xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.forall (%i) in (2) {
    // expected-error @+1 {{expects to carry tiles, but got 'f32'}}
    %0 = scf.for %j = %c0 to %c1 step %c1 iter_args(%y = %x) -> (f32) {
      scf.yield %y : f32
    }
  }
  return
}
