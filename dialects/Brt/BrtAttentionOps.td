//===- BrtAttentionOps.td - Heads, positions and attention ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_ATTENTION_OPS_TD
#define BRT_ATTENTION_OPS_TD

include "dialects/Brt/BrtAttrs.td"

//===----------------------------------------------------------------------===//
// brt.split_heads, brt.merge_heads
//===----------------------------------------------------------------------===//

def Brt_SplitHeadsOp
    : Brt_InferredOp<"split_heads", [Brt_Differentiable]> {
  let summary = "Split the last axis into heads";
  let description = [{
    [B, n, H * D] becomes [B, n, H, D]: head h holds features h D ... (h + 1) D - 1.

    Constraints:

    * (C1) `input` has rank 3 and a last extent that `heads` divides.

    Example:

    ```mlir
    func.func @split(%x: tensor<?x8x32xf32>) -> tensor<?x8x4x8xf32> {
      %0 = brt.split_heads %x into 4 : tensor<?x8x32xf32>
      return %0 : tensor<?x8x4x8xf32>
    }
    ```
  }];
  let arguments = (ins Brt_FloatTensor:$input, Brt_IntAttr:$heads);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "$input `into` $heads attr-dict `:` type($input)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Brt_MergeHeadsOp : Brt_InferredOp<"merge_heads", [
    SameTypeOperands, Brt_Differentiable]> {
  let summary = "Concatenate heads along the last axis";
  let description = [{
    Tensors of [B, n, H, D] become one of [B, n, k * H * D], the heads of the
    first operand first.

    Constraints:

    * (C1) There is an operand, of rank 4.
    * (C2) The features put together are less than 2^31.

    Example:

    ```mlir
    func.func @merge(%a: tensor<?x8x4x8xf32>, %b: tensor<?x8x4x8xf32>) -> tensor<?x8x64xf32> {
      %0 = brt.merge_heads %a, %b : tensor<?x8x4x8xf32>, tensor<?x8x4x8xf32>
      return %0 : tensor<?x8x64xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Brt_FloatTensor>:$inputs);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "$inputs attr-dict `:` type($inputs)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// brt.unit_normalize
//===----------------------------------------------------------------------===//

def Brt_UnitNormalizeOp
    : Brt_Op<"unit_normalize", [
        Pure, Brt_Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "Scale each head vector to unit length";
  let description = [{
    `x rsqrt(sum(x^2) + epsilon)`, the sum over the last axis (brt-spec 3.1).

    Constraints:

    * (C1) `epsilon` is positive and finite.

    Example:

    ```mlir
    func.func @unit(%q: tensor<?x8x4x8xf32>) -> tensor<?x8x4x8xf32> {
      %0 = brt.unit_normalize %q : tensor<?x8x4x8xf32>
      return %0 : tensor<?x8x4x8xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$input, DefaultValuedAttr<F64Attr, "1e-6">:$epsilon);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.rotary
//===----------------------------------------------------------------------===//

def Brt_RotaryOp : Brt_Op<"rotary", [
    Pure, Brt_Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "Turn pairs of features by the position";
  let description = [{
    With `p = first + positions[b] + i` and `w_j = pi 10000^(-2j/D)`, the pair
    `(x_j, x_(j + D/2))` becomes `(x_j cos(p w_j) - x_(j + D/2) sin(p w_j),
    x_j sin(p w_j) + x_(j + D/2) cos(p w_j))` (brt-spec 3.3). Angles are computed
    in f64; `inverse` turns by `-p w_j`.

    Constraints:

    * (C1) `input` is [B, n, H, D] with an even D.
    * (C2) `positions` is [B].
    * (C3) `first` is less than 2^31 in magnitude.

    Example:

    ```mlir
    func.func @rotary(%k: tensor<?x16x4x8xf32>) -> tensor<?x16x4x8xf32> {
      %0 = brt.rotary %k {first = -8} : tensor<?x16x4x8xf32>
      return %0 : tensor<?x16x4x8xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$input,
    Optional<Brt_IndexTensor>:$positions,
    DefaultValuedAttr<Brt_IntAttr, "0">:$first,
    UnitAttr:$inverse);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`positions` `(` $positions^ `:` type($positions) `)`)? attr-dict
    `:` type($input)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.relative_bias
//===----------------------------------------------------------------------===//

def Brt_RelativeBiasOp
    : Brt_Op<"relative_bias", [Pure, Brt_Differentiable]> {
  let summary = "Bias of attention logits by distance";
  let description = [{
    Column r of the result [H, R] is the bias at distance `n = first_distance + r`,
    query position minus key position (brt-spec 3.3).

    | kind | parameters | `result[h, r]` |
    |---|---|---|
    | `t5` | table [H, 32] | `table[h, bucket(max(n, 0))]` |
    | `fourier` | [a ; b], [H, 2F] | `sum_p a[h,p] cos(w_p n) - b[h,p] sin(w_p n)`, `w_p = pi K^(-p/F)`, K = `max_keys` |
    | `alibi` | scale s [1], bound r [1] or [H] | `max(-2^(-8(h+1)/H) abs(s) abs(n), -abs(r))` |
    | `nn` | w1 [F], b1 [F], w2 [H, F] | `sum_f 3 sin(w2[h,f]/3) asinh(b1[f] - w1[f] n)` |

    `bucket(n)` is `n` below 16 and above
    `min(31, 16 + floor(ln(n/16 + eps) / ln(8) 16))`, eps the f32 machine epsilon.

    Constraints:

    * (C1) `kind` is `t5`, `fourier`, `alibi` or `nn`.
    * (C2) There are as many parameters as the table says, of those shapes.
    * (C3) `result` has rank 2.
    * (C4) `fourier` has a positive `max_keys`, less than 2^31, and an even number of columns.
    * (C5) `first_distance` is less than 2^31 in magnitude.
    * (C6) Parameters have the element type of `result`.

    Example:

    ```mlir
    func.func @bias(%t: tensor<4x32xf32>) -> tensor<4x128xf32> {
      %0 = brt.relative_bias t5 (%t) {first_distance = 1} : (tensor<4x32xf32>) -> tensor<4x128xf32>
      return %0 : tensor<4x128xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_PositionBiasAttr:$kind,
    Variadic<Brt_ParameterTensor>:$parameters,
    Brt_IntAttr:$first_distance,
    OptionalAttr<Brt_IntAttr>:$max_keys);
  let results = (outs Brt_ParameterTensor:$result);
  let assemblyFormat = [{
    `` $kind ` ` `(` $parameters `)` attr-dict `:` functional-type($parameters, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Buckets of the T5 table, and the first distance beyond exact buckets.
    static constexpr int64_t kBuckets = 32;
    static constexpr int64_t kExactBuckets = 16;
    static constexpr int64_t kMaxDistance = 128;
    /// The T5 bucket of a distance, unidirectional (brt-spec 3.3).
    static int64_t getBucket(int64_t distance);
  }];
}

//===----------------------------------------------------------------------===//
// brt.window_attention, brt.state_attention
//===----------------------------------------------------------------------===//

def Brt_WindowAttentionOp : Brt_Op<"window_attention", [
    Pure, AttrSizedOperandSegments, Brt_Differentiable,
    AllTypesMatch<["query", "result"]>, AllTypesMatch<["key", "value"]>]> {
  let summary = "Self-attention of tokens over a sliding window";
  let description = [{
    The query i of lane b stands at `p = positions[b] + i` on the key axis;
    without `positions` the last query stands at the last key, `p = m - n + i`.
    It sees the keys `j` with `-window <= j - p < 0`; where `causal` is off,
    all keys of its own block of `window` keys and of the block before, blocks
    counted from key 0 (brt-spec 4.1).

    ```
    A = scale q[b,i,h] . k[b,j,h]               the dot product over D
    A = (A + bias[h, p - j - f]) temperature[h]  f = 1, or 1 - window if not causal
    M = max(max_j A, Z)                          Z = sink[h], or -1000
    result[b,i,h] = sum_j exp(A_j - M) v[b,j,h] / (sum_j exp(A_j - M) + exp(Z - M))
    ```

    A row that sees no key is zero (brt-spec 3.2). `temperature_kind = absolute`
    takes the absolute value of the temperature. `log_sum_exp[b,h,i]`, the
    logarithm of the divisor plus M, is there for the adjoint op, which computes
    the weights again from it.

    With `draw`, in training, the weight of key j is then divided by
    1 - `dropout_rate`, or left out where `brt.dropout` would drop number
    `k = (h window + i mod window) R + p - j - f` at `dropout_site`; R is
    `window`, or 3 `window` - 1 if not causal. So lanes and blocks share one mask
    (brt-spec 2.3).

    Constraints:

    * (C1) `query` is [B, n, H, D]; `key` and `value` are [B, m, H, D].
    * (C2) `temperature` and `sink` are [H].
    * (C3) `bias` is [H, R], R at least `window`, or 3 * `window` - 1 if not causal.
    * (C4) `positions` is [B].
    * (C5) `window` is positive, at most 2^24.
    * (C6) Without `positions` there are at least as many keys as queries.
    * (C7) `key` has the element type of `query`.
    * (C8) `temperature`, `bias` and `sink` have the element type of `query`, or f32 where that is bf16.
    * (C9) `scale` is positive and finite.
    * (C10) `log_sum_exp` is [B, H, n], of the query's element type, or f32 for bf16.
    * (C11) `draw` has a seed and a step, and goes without `positions`.
    * (C12) `dropout_rate` is in [0, 1), and `dropout_site` between 0 and 2^31 - 1.

    Example:

    ```mlir
    func.func @attention(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>,
                         %v: tensor<?x16x4x16xf32>, %t: tensor<4xf32>) -> tensor<?x8x4x16xf32> {
      %0 = brt.window_attention %q, %k, %v temperature(%t : tensor<4xf32>) {window = 8}
          : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>
      return %0 : tensor<?x8x4x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$query,
    Brt_FloatTensor:$key,
    Brt_FloatTensor:$value,
    Optional<Brt_ParameterTensor>:$temperature,
    Optional<Brt_ParameterTensor>:$bias,
    Optional<Brt_ParameterTensor>:$sink,
    Optional<Brt_IndexTensor>:$positions,
    Optional<I64>:$seed,
    Optional<I64>:$step,
    Brt_IntAttr:$window,
    DefaultValuedAttr<BoolAttr, "true">:$causal,
    DefaultValuedAttr<Brt_TemperatureAttr, "Temperature::Absolute">:$temperature_kind,
    DefaultValuedAttr<F64Attr, "1.0">:$scale,
    DefaultValuedAttr<F64Attr, "0.0">:$dropout_rate,
    DefaultValuedAttr<Brt_IntAttr, "0">:$dropout_site);
  let results = (outs
    Brt_FloatTensor:$result, Optional<Brt_FloatTensor>:$log_sum_exp);
  let assemblyFormat = [{
    $query `,` $key `,` $value
    (`temperature` `(` $temperature^ `:` type($temperature) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`sink` `(` $sink^ `:` type($sink) `)`)?
    (`positions` `(` $positions^ `:` type($positions) `)`)?
    (`draw` `(` $seed^ `,` $step `)`)?
    attr-dict `:` type($query) `,` type($key) (`->` type($log_sum_exp)^)?
  }];
  let hasVerifier = 1;
}

def Brt_StateAttentionOp : Brt_Op<"state_attention", [
    Pure, Brt_Differentiable, AllTypesMatch<["query", "result"]>,
    AllTypesMatch<["key", "value"]>]> {
  let summary = "Attention from or to the recurrent state";
  let description = [{
    Every query sees every key, without a bias. It is the state's
    self-attention, the state's reading of tokens and the tokens' reading of
    the state (brt-spec 5.2).

    ```
    A = scale q[b,i,h] . k[b,j,h] temperature[h]
    M = max(max_j A, -1000)
    result[b,i,h] = sum_j exp(A_j - M) v[b,j,h] / (sum_j exp(A_j - M) + exp(-1000 - M))
    ```

    `log_sum_exp[b,h,i]` is the logarithm of the divisor plus M.

    Constraints:

    * (C1) `query` is [B, n, H, D]; `key` and `value` are [B, m, H, D].
    * (C2) `temperature` is [H].
    * (C3) `key` has the element type of `query`.
    * (C4) `temperature` has the element type of `query`, or f32 where that is bf16.
    * (C5) `scale` is positive and finite.
    * (C6) `log_sum_exp` is [B, H, n], of the query's element type, or f32 for bf16.

    Example:

    ```mlir
    func.func @read(%q: tensor<?x8x4x16xf32>, %k: tensor<?x32x4x16xf32>,
                    %v: tensor<?x32x4x16xf32>) -> tensor<?x8x4x16xf32> {
      %0 = brt.state_attention %q, %k, %v {scale = 0.25 : f64} : tensor<?x8x4x16xf32>, tensor<?x32x4x16xf32>
      return %0 : tensor<?x8x4x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$query,
    Brt_FloatTensor:$key,
    Brt_FloatTensor:$value,
    Optional<Brt_ParameterTensor>:$temperature,
    DefaultValuedAttr<Brt_TemperatureAttr, "Temperature::Absolute">:$temperature_kind,
    DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs
    Brt_FloatTensor:$result, Optional<Brt_FloatTensor>:$log_sum_exp);
  let assemblyFormat = [{
    $query `,` $key `,` $value
    (`temperature` `(` $temperature^ `:` type($temperature) `)`)?
    attr-dict `:` type($query) `,` type($key) (`->` type($log_sum_exp)^)?
  }];
  let hasVerifier = 1;
}

#endif // BRT_ATTENTION_OPS_TD
