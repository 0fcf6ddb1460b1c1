// RUN: brt-opt %s --brt-compile-to=cell | FileCheck %s
// RUN: brt-opt %s --brt-compile-to=model | FileCheck %s --check-prefix=MODEL
// RUN: not brt-opt %s --brt-compile-to=sky 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// A level above stays as it is; a level below has nothing of it.
// MODEL: brt.model @tiny
// CHECK: brt.config = {{.*}}name = "tiny"
// CHECK-NOT: brt.model
// CHECK-NOT: brt.transformer_layer
// CHECK: func.func @init
// CHECK: func.func @forward
// CHECK: func.func @prefill
// CHECK: func.func @decode
// UNKNOWN: expects a level to be one of model{{.*}}cell{{.*}}but got 'sky'
brt.model @tiny segment = 8, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32 {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.head
}
