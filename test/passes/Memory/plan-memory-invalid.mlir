// RUN: brt-opt %s --brt-plan-memory --split-input-file --verify-diagnostics

// expected-error@+1 {{expects an entry point as --brt-expose-buffers leaves it, but got}}
func.func @tensors(%x: tensor<?x8xf32> {brt.input = "x"}) attributes {brt.entry} {
  return
}

// -----

func.func @size_from_memory(%x: memref<?x8xf32>, %count: memref<index>) attributes {brt.entry} {
  %n = memref.load %count[] : memref<index>
  // expected-error@+1 {{expects a dense buffer whose size is affine in the number of lanes, but got 'memref<?x8xf32>'}}
  %0 = memref.alloc(%n) : memref<?x8xf32>
  memref.copy %0, %x : memref<?x8xf32> to memref<?x8xf32>
  return
}

// -----

func.func @square_of_lanes(%x: memref<?x8xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?x8xf32>
  // expected-error@+1 {{expects a dense buffer whose size is affine}}
  %0 = memref.alloc(%n, %n) : memref<?x?xf32>
  return
}

// -----

func.func @half_a_lane(%x: memref<?x8xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %x, %c0 : memref<?x8xf32>
  %half = arith.divui %n, %c2 : index
  // expected-error@+1 {{expects a dense buffer whose size is affine}}
  %0 = memref.alloc(%half) : memref<?x8xf32>
  return
}

// -----

func.func @buffer_of_the_last_iteration(%x: memref<8xf32>, %n: memref<index>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %count = memref.load %n[] : memref<index>
  %0 = scf.for %i = %c0 to %count step %c1 iter_args(%a = %x) -> (memref<8xf32>) {
    // expected-error@+1 {{expects a loop to yield the buffers that it carries, as --brt-update-loops-in-place has it, but got one of its iteration}}
    %1 = memref.alloc() : memref<8xf32>
    linalg.exp ins(%a : memref<8xf32>) outs(%1 : memref<8xf32>)
    scf.yield %1 : memref<8xf32>
  }
  memref.copy %0, %x : memref<8xf32> to memref<8xf32>
  return
}

// -----

func.func @parallel(%x: memref<8xf32>) attributes {brt.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    // expected-error@+1 {{expects buffers to be allocated outside of parallel loops}}
    %0 = memref.alloc() : memref<8xf32>
    memref.copy %x, %0 : memref<8xf32> to memref<8xf32>
  }
  return
}

// -----

func.func @deallocated(%x: memref<8xf32>) attributes {brt.entry} {
  %0 = memref.alloc() : memref<8xf32>
  // expected-error@+1 {{expects an entry point to deallocate nothing}}
  memref.dealloc %0 : memref<8xf32>
  return
}
