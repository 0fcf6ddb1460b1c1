//===- Passes.td - Fewer passes over memory -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_PASSES_FUSION_TD
#define BRT_PASSES_FUSION_TD

include "mlir/Pass/PassBase.td"

def FuseElementwisePass : Pass<"brt-fuse-elementwise"> {
  let summary = "Compute element-wise ops where their results are used";
  let description = [{
    A structured op whose loops are all parallel moves into the body of the op that
    uses its result, be that element-wise or a reduction, so that the result is
    never in memory. This follows from uses and indexing maps alone. An op stays
    where it is if

    * something else uses its result too, or the use is in another block, as a
      loop that it was moved out of;
    * the user multiplies matrices, which reads each element many times, and so
      does any user with more loops than the op has;
    * the user reads elements in another order than the op writes them in, so
      that one of the two would read what does not lie together.

    Constants of one number and filled tensors become numbers in the bodies that
    read them. Remarks of the category `brt-fuse-elementwise`, which `--brt-explain`
    prints, say what was fused, and why something was not.

    ```mlir
    // before
    func.func @f(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
      %e = tensor.empty() : tensor<4x8xf32>
      %0 = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%a, %b : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
      ^bb0(%x: f32, %y: f32, %old: f32):
        %s = arith.addf %x, %y : f32
        linalg.yield %s : f32
      } -> tensor<4x8xf32>
      %1 = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
      ^bb0(%x: f32, %old: f32):
        %s = math.exp %x : f32
        linalg.yield %s : f32
      } -> tensor<4x8xf32>
      return %1 : tensor<4x8xf32>
    }

    // after
    func.func @g(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
      %e = tensor.empty() : tensor<4x8xf32>
      %0 = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%a, %b : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
      ^bb0(%x: f32, %y: f32, %old: f32):
        %s = arith.addf %x, %y : f32
        %t = math.exp %s : f32
        linalg.yield %t : f32
      } -> tensor<4x8xf32>
      return %0 : tensor<4x8xf32>
    }
    ```

    Requires: structured ops on tensors.
    Ensures:  nothing beyond the above.
    Numerics: bit-exact.
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
                           "mlir::tensor::TensorDialect"];
}

#endif // BRT_PASSES_FUSION_TD
