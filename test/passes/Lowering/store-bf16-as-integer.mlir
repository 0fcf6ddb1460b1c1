// RUN: brt-opt %s --brt-store-bf16-as-integer | FileCheck %s

// Only instructions know bf16.
// CHECK-LABEL: llvm.func @round
// CHECK:         %[[X:.*]] = llvm.load {{.*}} -> vector<8xf32>
// CHECK:         %[[Y:.*]] = llvm.fptrunc %[[X]] : vector<8xf32> to vector<8xbf16>
// CHECK:         %[[BITS:.*]] = llvm.bitcast %[[Y]] : vector<8xbf16> to vector<8xi16>
// CHECK:         llvm.store %[[BITS]], %{{.*}} : vector<8xi16>, !llvm.ptr
llvm.func @round(%from: !llvm.ptr, %to: !llvm.ptr) {
  %0 = llvm.load %from : !llvm.ptr -> vector<8xf32>
  %1 = llvm.fptrunc %0 : vector<8xf32> to vector<8xbf16>
  llvm.store %1, %to : vector<8xbf16>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @dot
// CHECK:         %[[LOADED:.*]] = llvm.load {{.*}} -> vector<8xi16>
// CHECK:         llvm.bitcast %[[LOADED]] : vector<8xi16> to vector<8xbf16>
// CHECK:         llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.128"(%{{.*}}, %{{.*}}, %{{.*}}) : (vector<4xf32>, vector<8xbf16>, vector<8xbf16>)
llvm.func @dot(%sums: vector<4xf32>, %from: !llvm.ptr) -> vector<4xf32> {
  %0 = llvm.load %from : !llvm.ptr -> vector<8xbf16>
  %1 = llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.128"(%sums, %0, %0)
      : (vector<4xf32>, vector<8xbf16>, vector<8xbf16>) -> vector<4xf32>
  llvm.return %1 : vector<4xf32>
}
