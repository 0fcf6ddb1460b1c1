//===- BrtInitOps.td - Initial values of parameters -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_INIT_OPS_TD
#define BRT_INIT_OPS_TD

include "dialects/Brt/BrtAttrs.td"

def Brt_RandomOp : Brt_Op<"random", [Pure]> {
  let summary = "Draw a tensor from a counter-based generator";
  let description = [{
    Element n, in row-major order, is drawn from Philox4x32-10 (Salmon et al.,
    SC 2011) at counter `[n, n >> 32, 0, 0]` under the key `seed + stream`: of the
    four words, the first two make `u = (w0 2^20 + (w1 >> 12) + 1/2) / 2^52`. It is
    independent of the order of evaluation and of the target.

    | distribution | value |
    |---|---|
    | `normal` | `mean + stddev Q(u)` |
    | `truncated_normal` | `mean + stddev / 0.87962566103423978 Q(P(-2) + u (P(2) - P(-2)))` |

    Q is the inverse of the normal distribution P by Acklam's rational
    approximation, in f64. A truncated value lies within two standard deviations
    of the untruncated distribution and has the standard deviation `stddev`
    (brt-spec 7).

    Constraints:

    * (C1) `mean` is finite; `stddev` is finite and not negative.

    Example:

    ```mlir
    func.func @init(%seed: i64) -> tensor<256x16xf32> {
      %0 = brt.random normal %seed {mean = 0.0 : f64, stddev = 1.0 : f64, stream = 7 : i64} : tensor<256x16xf32>
      return %0 : tensor<256x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_DistributionAttr:$distribution, I64:$seed, F64Attr:$mean, F64Attr:$stddev,
    Brt_IntAttr:$stream);
  let results = (outs Brt_ParameterTensor:$result);
  let assemblyFormat = "`` $distribution $seed attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // BRT_INIT_OPS_TD
