//===- Passes.td - Time and cost of kernels -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_PROFILE_TD
#define BRT_PASSES_PROFILE_TD

include "mlir/Pass/PassBase.td"

def InstrumentKernelsPass : Pass<"brt-instrument-kernels", "mlir::ModuleOp"> {
  let summary = "Tell the runtime when kernels begin and end";
  let description = [{
    Around each call of a kernel in an entry point come calls of the runtime's
    `brt_kernel_begin`, with the kernel's number, its FLOPs and its bytes, and
    `brt_kernel_end` (brt-c/Program.h). The module's attribute `brt.kernels`
    lists name and type of the kernels by number.

    ```mlir
    // before
    func.func private @brt_copy_1(%a: memref<8xf32>, %b: memref<8xf32>) {
      linalg.copy ins(%a : memref<8xf32>) outs(%b : memref<8xf32>)
      return
    }
    func.func @f(%a: memref<8xf32>, %b: memref<8xf32>) {
      call @brt_copy_1(%a, %b) : (memref<8xf32>, memref<8xf32>) -> ()
      return
    }

    // after
    module attributes {brt.kernels = [{name = "brt_copy_1", type = (memref<8xf32>, memref<8xf32>) -> ()} ]} {
      func.func private @brt_kernel_begin(i64, i64, i64)
      func.func private @brt_kernel_end(i64)
      func.func private @brt_copy_1(%a: memref<8xf32>, %b: memref<8xf32>) {
        linalg.copy ins(%a : memref<8xf32>) outs(%b : memref<8xf32>)
        return
      }
      func.func @f(%a: memref<8xf32>, %b: memref<8xf32>) {
        %number = arith.constant 0 : i64
        %flops = arith.constant 0 : i64
        %bytes = arith.constant 64 : i64
        call @brt_kernel_begin(%number, %flops, %bytes) : (i64, i64, i64) -> ()
        call @brt_copy_1(%a, %b) : (memref<8xf32>, memref<8xf32>) -> ()
        call @brt_kernel_end(%number) : (i64) -> ()
        return
      }
    }
    ```

    Requires: kernels as --brt-outline-kernels makes them.
    Ensures:  each run of a kernel from an entry point is told of.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::func::FuncDialect",
                           "mlir::memref::MemRefDialect"];
}

#endif // BRT_PASSES_PROFILE_TD
