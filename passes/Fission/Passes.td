//===- Passes.td - Fission of the recurrence ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FISSION_TD
#define BRT_PASSES_FISSION_TD

include "mlir/Pass/PassBase.td"

def FissionRecurrencePass : Pass<"brt-fission-recurrence"> {
  let summary = "Leave in the loop over blocks only what must be sequential";
  let description = [{
    Splits each `brt.recurrence` by the dependences of its region. What does not
    depend on the chain from block to block runs for all blocks at once before
    the loop; what the chain does not depend on, after it. In the loop stays what
    is on a path from a carried value to a carried value.

    Blocks become lanes: `[B, T w, ...]` is seen as `[B T, w, ...]`, which moves
    nothing. So an op can leave the loop if it is lane-wise: if it is
    element-wise, or says so by LaneWiseOpInterface. A value that is carried but
    in no chain, such as the keys of the block before, is what all blocks made,
    shifted by one block. A carried sum of what each block adds, such as the
    gradient of a parameter, is one sum over all blocks.

    ```mlir
    // before
    func.func @before(%x: tensor<?x8x4xf32>, %w: tensor<4x4xf32>, %s: tensor<?x2x4xf32>) -> tensor<?x8x4xf32> {
      %y, %last = brt.recurrence blocks = 4 over (%b = %x : tensor<?x8x4xf32>) carry (%c = %s : tensor<?x2x4xf32>) {
        %0 = brt.linear %b, %w : tensor<?x2x4xf32>, tensor<4x4xf32>
        %1 = arith.addf %0, %c : tensor<?x2x4xf32>
        %2 = math.tanh %1 : tensor<?x2x4xf32>
        %3 = brt.linear %2, %w : tensor<?x2x4xf32>, tensor<4x4xf32>
        brt.yield %3 : tensor<?x2x4xf32> carry %2 : tensor<?x2x4xf32>
      }
      return %y : tensor<?x8x4xf32>
    }

    // after, less reshapes
    func.func @after(%x: tensor<?x8x4xf32>, %w: tensor<4x4xf32>, %s: tensor<?x2x4xf32>) -> tensor<?x8x4xf32> {
      %0 = brt.linear %x, %w : tensor<?x8x4xf32>, tensor<4x4xf32>
      %1, %last = brt.recurrence blocks = 4 over (%b = %0 : tensor<?x8x4xf32>) carry (%c = %s : tensor<?x2x4xf32>) {
        %4 = arith.addf %b, %c : tensor<?x2x4xf32>
        %5 = math.tanh %4 : tensor<?x2x4xf32>
        brt.yield %5 : tensor<?x2x4xf32> carry %5 : tensor<?x2x4xf32>
      }
      %3 = brt.linear %1, %w : tensor<?x8x4xf32>, tensor<4x4xf32>
      return %3 : tensor<?x8x4xf32>
    }
    ```

    Remarks of the category `brt-fission-recurrence`, which `--brt-explain`
    prints, say what went where, and of each op that cannot leave the loop why.

    Requires: level `cell`.
    Ensures:  level `cell`.
    Numerics: bit-exact, but for carried sums, which are added in another order.
  }];
  let dependentDialects = [
    "brt::BrtDialect", "mlir::arith::ArithDialect",
    "mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect"];
}

#endif // BRT_PASSES_FISSION_TD
