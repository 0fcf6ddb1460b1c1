//===- BrtCellOps.td - Embedding, norms, projections, activations ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_CELL_OPS_TD
#define BRT_CELL_OPS_TD

include "dialects/Brt/BrtAttrs.td"

//===----------------------------------------------------------------------===//
// brt.embed
//===----------------------------------------------------------------------===//

def Brt_EmbedOp : Brt_Op<"embed", [Pure, Brt_Differentiable]> {
  let summary = "Look tokens up in the embedding table";
  let description = [{
    `result[b, i, :] = table[tokens[b, i] mod V, :]`. A negative token counts
    from the end, as a floor modulus says (brt-spec 2, item 6).

    Constraints:

    * (C1) `tokens` has rank 2 and `table` rank 2.
    * (C2) `result` is [B, N, E].
    * (C3) `table` has the element type of `result`, or f32 where that is bf16.

    Example:

    ```mlir
    func.func @embed(%t: tensor<?x8xi32>, %e: tensor<256x16xf32>) -> tensor<?x8x16xf32> {
      %0 = brt.embed %t, %e : tensor<?x8xi32>, tensor<256x16xf32> -> tensor<?x8x16xf32>
      return %0 : tensor<?x8x16xf32>
    }
    ```
  }];
  let arguments = (ins Brt_IndexTensor:$tokens, Brt_ParameterTensor:$table);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $tokens `,` $table attr-dict `:` type($tokens) `,` type($table) `->` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.add_absolute_positions
//===----------------------------------------------------------------------===//

def Brt_AddAbsolutePositionsOp
    : Brt_Op<"add_absolute_positions", [
        Pure, Brt_Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "Add sines and cosines of the position";
  let description = [{
    `result[b, i, e] = input[b, i, e] + cos(p w_e)` for e < E/2, and
    `+ sin(p w_(e - E/2))` above, with `w_e = pi 10000^(-2e/E)` and
    `p = positions[b] + i`, or `i` without `positions` (brt-spec 3.3).

    Constraints:

    * (C1) `input` has rank 3 and an even last extent.
    * (C2) `positions` is [B].

    Example:

    ```mlir
    func.func @positions(%x: tensor<?x8x16xf32>) -> tensor<?x8x16xf32> {
      %0 = brt.add_absolute_positions %x : tensor<?x8x16xf32>
      return %0 : tensor<?x8x16xf32>
    }
    ```
  }];
  let arguments = (ins Brt_FloatTensor:$input, Optional<Brt_IndexTensor>:$positions);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`positions` `(` $positions^ `:` type($positions) `)`)? attr-dict
    `:` type($input)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.norm
//===----------------------------------------------------------------------===//

def Brt_NormOp : Brt_Op<"norm", [
    Pure, Brt_Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "RMS or classic layer norm over the last axis";
  let description = [{
    | kind | `result` |
    |---|---|
    | `rms` | `x rsqrt(mean(x^2) + epsilon) scale` |
    | `layer` | `(x - m) rsqrt(mean((x - m)^2) + epsilon) scale + bias`, `m = mean(x)` |

    Statistics are in f32 where the input is bf16 (brt-spec 2.1).

    Constraints:

    * (C1) `scale` and `bias` hold one number per feature, the last axis.
    * (C2) `bias` goes with `layer`.
    * (C3) `epsilon` is positive and finite.
    * (C4) `scale` and `bias` have the element type of `input`, or f32 where that is bf16.

    Example:

    ```mlir
    func.func @norm(%x: tensor<?x8x16xf32>, %g: tensor<16xf32>) -> tensor<?x8x16xf32> {
      %0 = brt.norm rms %x, %g {epsilon = 1.0e-6 : f64} : tensor<?x8x16xf32>, tensor<16xf32>
      return %0 : tensor<?x8x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_NormKindAttr:$kind,
    Brt_FloatTensor:$input,
    Brt_ParameterTensor:$scale,
    Optional<Brt_ParameterTensor>:$bias,
    DefaultValuedAttr<F64Attr, "1e-6">:$epsilon);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    `` $kind $input `,` $scale (`bias` `(` $bias^ `:` type($bias) `)`)? attr-dict
    `:` type($input) `,` type($scale)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.linear
//===----------------------------------------------------------------------===//

def Brt_LinearOp : Brt_InferredOp<"linear", [Brt_Differentiable]> {
  let summary = "Project the last axis by a matrix of parameters";
  let description = [{
    `result[..., m] = sum_k input[..., k] weight[k, m] (+ bias[m])`. Sums are in
    f32 where the input is bf16; the result has the input's element type. A
    `transposed` product reads `weight[m, k]` instead.

    Constraints:

    * (C1) `weight` is [K, M], K the last extent of `input`; `transposed`, [M, K].
    * (C2) `bias` is [M].
    * (C3) `weight` and `bias` have the element type of `input`, or f32 where that is bf16.

    Example:

    ```mlir
    func.func @linear(%x: tensor<?x8x16xf32>, %w: tensor<16x32xf32>) -> tensor<?x8x32xf32> {
      %0 = brt.linear %x, %w : tensor<?x8x16xf32>, tensor<16x32xf32>
      return %0 : tensor<?x8x32xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$input,
    Brt_ParameterTensor:$weight,
    Optional<Brt_ParameterTensor>:$bias,
    UnitAttr:$transposed);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` (`transposed` $transposed^)? $weight (`bias` `(` $bias^ `:` type($bias) `)`)? attr-dict
    `:` type($input) `,` type($weight)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.activation
//===----------------------------------------------------------------------===//

def Brt_ActivationOp
    : Brt_Op<"activation", [
        Pure, Brt_Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "Activation of a feed-forward network";
  let description = [{
    | kind | `result` |
    |---|---|
    | `none` | `x` |
    | `relu` | `max(x, 0)` |
    | `swish` | `x sigmoid(x)` |
    | `sigmoid` | `1 / (1 + exp(-x))` |
    | `tanh` | `tanh(x)` |
    | `softmax` | `exp(x - m) / sum exp(x - m)` over the last axis, `m` its maximum |
    | `gelu` | `x (1 + erf(x / sqrt 2)) / 2` |

    Constraints:

    * (C1) `kind` is not `swiglu`, which is a `swish` times a second projection.
    * (C2) `softmax` has a last axis.

    Example:

    ```mlir
    func.func @relu(%x: tensor<?x8x32xf32>) -> tensor<?x8x32xf32> {
      %0 = brt.activation relu %x : tensor<?x8x32xf32>
      return %0 : tensor<?x8x32xf32>
    }
    ```
  }];
  let arguments = (ins Brt_ActivationKindAttr:$kind, Brt_FloatTensor:$input);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($input)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// brt.logits
//===----------------------------------------------------------------------===//

def Brt_LogitsOp : Brt_Op<"logits", [Pure, Brt_Differentiable]> {
  let summary = "Logits by the tied embedding table";
  let description = [{
    `result[b, i, v] = (sum_e input[b, i, e] table[v, e]) / divisor`
    (brt-spec 2, item 4). The result of a bf16 input is f32, by f32 products.

    Constraints:

    * (C1) `input` has rank 3; `table` is [V, E], E the last extent of `input`.
    * (C2) `result` is [B, N, V].
    * (C3) `divisor` is positive and finite.
    * (C4) `table` has the element type of `input`, or f32 where that is bf16.
    * (C5) `result` has the element type of `input`, f32 where that is bf16.

    Example:

    ```mlir
    func.func @logits(%y: tensor<?x8x16xf32>, %e: tensor<256x16xf32>) -> tensor<?x8x256xf32> {
      %0 = brt.logits %y, %e {divisor = 4.0 : f64} : tensor<?x8x16xf32>, tensor<256x16xf32> -> tensor<?x8x256xf32>
      return %0 : tensor<?x8x256xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$input, Brt_ParameterTensor:$table, F64Attr:$divisor);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $table attr-dict `:` type($input) `,` type($table) `->` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.dropout
//===----------------------------------------------------------------------===//

def Brt_DropoutOp : Brt_Op<"dropout", [
    Pure, Brt_Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "Drop features at random, as training does";
  let description = [{
    `result[b, i, e] = input[b, i, e] / (1 - rate)`, or 0 where the element is
    dropped. Lanes share one mask, and so do tiles of t positions: t is n or 128,
    whichever is less, halved until it divides n, but n where it would become
    less than 8 (brt-spec 2.3).

    Number `k = (i mod t) E + e` is dropped where the first word of Philox4x32-10
    (Salmon et al., SC 2011) at counter `[k, k >> 32, step, site]` under the key
    `seed` is less than `rate 2^32`. So the mask depends on nothing else, and is
    drawn again where it is needed again: the adjoint is the same op.

    Constraints:

    * (C1) `input` is [B, n, E].
    * (C2) `rate` is in [0, 1).
    * (C3) `site` is between 0 and 2^31 - 1.

    Example:

    ```mlir
    func.func @dropout(%x: tensor<?x8x16xf32>, %seed: i64, %step: i64) -> tensor<?x8x16xf32> {
      %0 = brt.dropout %x draw(%seed, %step) {rate = 0.05 : f64, site = 3 : i64} : tensor<?x8x16xf32>
      return %0 : tensor<?x8x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$input, I64:$seed, I64:$step, F64Attr:$rate,
    Brt_IntAttr:$site);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $input `draw` `(` $seed `,` $step `)` attr-dict `:` type($input)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Positions of a sequence of `length` that have masks of their own.
    static int64_t getTile(int64_t length);
    /// A word is less than this where its element is dropped.
    static uint64_t getThreshold(double rate);
  }];
}

#endif // BRT_CELL_OPS_TD
