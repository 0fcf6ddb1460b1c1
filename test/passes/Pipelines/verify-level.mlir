// RUN: brt-opt %s --brt-verify-level=model --verify-diagnostics --split-input-file
// RUN: not brt-opt %s --brt-verify-level=cell --split-input-file 2>&1 | FileCheck %s --check-prefix=CELL
// RUN: not brt-opt %s --brt-verify-level=level=sky 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// RUN: brt-opt --brt-verify-level=kernel %S/Inputs/extents.mlir
// RUN: brt-opt --brt-verify-level=target %S/Inputs/extents.mlir

// UNKNOWN: expects a level to be one of 'model', 'cell'{{.*}}, but got 'sky'

// CELL: 'brt.model' op expects to be of another level than 'cell'
brt.model @model {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'func.func' op expects to be of another level than 'model'}}
func.func @cell(%x: tensor<?x4x8xf32>) -> tensor<?x4x8xf32> {
  // expected-error @+1 {{'brt.activation' op expects to be of another level than 'model'}}
  %0 = brt.activation relu %x : tensor<?x4x8xf32>
  // expected-error @+1 {{'func.return' op expects to be of another level than 'model'}}
  return %0 : tensor<?x4x8xf32>
}
