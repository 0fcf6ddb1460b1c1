// RUN: brt-opt %s --verify-diagnostics --split-input-file

// No blocks, read as text.
func.func @recurrence_c1(%c: tensor<4xf32>) {
  // expected-error @+1 {{expects blocks to be between 1 and 2^31 - 1, but got 0}}
  %0 = brt.recurrence blocks = 0 carry (%s = %c : tensor<4xf32>) {
    brt.yield carry %s : tensor<4xf32>
  }
  return
}

// -----

// No blocks, in generic form.
func.func @recurrence_c1_generic(%c: tensor<4xf32>) {
  // expected-error @+1 {{'brt.recurrence' op expects blocks to be between 1 and 2^31 - 1, but got -1}}
  %0 = "brt.recurrence"(%c) <{blocks = -1 : i64, operandSegmentSizes = array<i32: 0, 1>}> ({
  ^bb0(%s: tensor<4xf32>):
    "brt.yield"(%s) <{operandSegmentSizes = array<i32: 0, 1>}> : (tensor<4xf32>) -> ()
  }) : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

// Three blocks of eight tokens.
func.func @recurrence_c2(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects sequences to be tensors with a static axis 1 that 3 blocks divide, but got 'tensor<?x8xf32>'}}
  %0 = brt.recurrence blocks = 3 over (%b = %x : tensor<?x8xf32>) {
    brt.yield %b : tensor<?x2xf32>
  }
  return
}

// -----

// A sequence of unknown length, in generic form.
func.func @recurrence_c2_generic(%x: tensor<?x?xf32>) {
  // expected-error @+1 {{'brt.recurrence' op expects sequences to be tensors with a static axis 1 that 2 blocks divide, but got 'tensor<?x?xf32>'}}
  "brt.recurrence"(%x) <{blocks = 2 : i64, operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%b: tensor<?x4xf32>):
    "brt.yield"() <{operandSegmentSizes = array<i32: 0, 0>}> : () -> ()
  }) : (tensor<?x?xf32>) -> ()
  return
}

// -----

// A sequence of one axis.
func.func @recurrence_c2_rank(%x: tensor<8xf32>) {
  // expected-error @+1 {{expects sequences to be tensors with a static axis 1 that 2 blocks divide, but got 'tensor<8xf32>'}}
  brt.recurrence blocks = 2 over (%b = %x : tensor<8xf32>) {
  }
  return
}

// -----

// A sequence that is no tensor.
func.func @recurrence_c2_scalar(%x: f32) {
  // expected-error @+1 {{expects sequences to be tensors with a static axis 1 that 2 blocks divide, but got 'f32'}}
  brt.recurrence blocks = 2 over (%b = %x : f32) {
  }
  return
}

// -----

// The region takes a whole sequence.
func.func @recurrence_c3(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{'brt.recurrence' op expects types of the region's arguments to be ('tensor<?x4xf32>'), but got ('tensor<?x8xf32>')}}
  "brt.recurrence"(%x) <{blocks = 2 : i64, operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%b: tensor<?x8xf32>):
    "brt.yield"() <{operandSegmentSizes = array<i32: 0, 0>}> : () -> ()
  }) : (tensor<?x8xf32>) -> ()
  return
}

// -----

// The next carry has another type.
func.func @recurrence_c4(%c: tensor<4xf32>, %d: tensor<5xf32>) {
  // expected-error @+1 {{'brt.recurrence' op 0-th region iter_arg and 0-th yielded value have different type: 'tensor<4xf32>' != 'tensor<5xf32>'}}
  %0 = brt.recurrence blocks = 2 carry (%s = %c : tensor<4xf32>) {
    brt.yield carry %d : tensor<5xf32>
  }
  return
}

// -----

// There is no next carry.
func.func @recurrence_c4_missing(%c: tensor<4xf32>) {
  // expected-error @+1 {{'brt.recurrence' op expects types of the yielded carry to be ('tensor<4xf32>'), but got ()}}
  %0 = brt.recurrence blocks = 2 carry (%s = %c : tensor<4xf32>) {
  }
  return
}

// -----

// A piece without axis 1.
func.func @recurrence_c5(%x: tensor<4xf32>) {
  // expected-error @+1 {{expects yielded pieces to be tensors with a static axis 1 of less than 2^31, but got 'tensor<4xf32>'}}
  %0 = brt.recurrence blocks = 2 {
    brt.yield %x : tensor<4xf32>
  }
  return
}

// -----

// A piece that is no tensor.
func.func @recurrence_c5_scalar(%x: f32) {
  // expected-error @+1 {{expects yielded pieces to be tensors with a static axis 1 of less than 2^31, but got 'f32'}}
  %0 = brt.recurrence blocks = 2 {
    brt.yield %x : f32
  }
  return
}

// -----

// A piece of unknown length, in generic form.
func.func @recurrence_c5_generic(%x: tensor<?x?xf32>) {
  // expected-error @+1 {{'brt.recurrence' op expects yielded pieces to be tensors with a static axis 1 of less than 2^31, but got 'tensor<?x?xf32>'}}
  %0 = "brt.recurrence"() <{blocks = 2 : i64, operandSegmentSizes = array<i32: 0, 0>}> ({
    "brt.yield"(%x) <{operandSegmentSizes = array<i32: 1, 0>}> : (tensor<?x?xf32>) -> ()
  }) : () -> tensor<?x?xf32>
  return
}

// -----

// The result is as long as a piece.
func.func @recurrence_c6(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{'brt.recurrence' op expects types of the results to be ('tensor<?x8xf32>'), but got ('tensor<?x4xf32>')}}
  %0 = "brt.recurrence"(%x) <{blocks = 2 : i64, operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%b: tensor<?x4xf32>):
    "brt.yield"(%b) <{operandSegmentSizes = array<i32: 1, 0>}> : (tensor<?x4xf32>) -> ()
  }) : (tensor<?x8xf32>) -> tensor<?x4xf32>
  return
}

// -----

// A region that goes elsewhere.
func.func @recurrence_terminator() {
  // expected-error @+1 {{expects its region to end in 'brt.yield'}}
  brt.recurrence blocks = 2 {
    func.return
  }
  return
}

// -----

// Two blocks of code.
func.func @recurrence_two_blocks() {
  // expected-error @+1 {{'brt.recurrence' op expects region #0 to have 0 or 1 blocks}}
  "brt.recurrence"() <{blocks = 2 : i64, operandSegmentSizes = array<i32: 0, 0>}> ({
    "brt.yield"() <{operandSegmentSizes = array<i32: 0, 0>}> : () -> ()
  ^bb1:
    "brt.yield"() <{operandSegmentSizes = array<i32: 0, 0>}> : () -> ()
  }) : () -> ()
  return
}

// -----

func.func @yield_outside() {
  // expected-error @+1 {{'brt.yield' op expects parent op 'brt.recurrence'}}
  brt.yield
}
