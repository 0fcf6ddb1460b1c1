//===- BrtAttentionAdjointOps.td - Adjoints of attention and its bias -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// They compute the attention weights again from the saved log-sum-exp, so that
// nothing of queries times keys is kept. G is the gradient of the attention's
// result. Sums are taken lanes first to last, queries in order.

#ifndef BRT_ATTENTION_ADJOINT_OPS_TD
#define BRT_ATTENTION_ADJOINT_OPS_TD

include "dialects/Brt/BrtAttrs.td"

//===----------------------------------------------------------------------===//
// brt.window_attention_adjoint, brt.state_attention_adjoint
//===----------------------------------------------------------------------===//

def Brt_WindowAttentionAdjointOp : Brt_InferredOp<"window_attention_adjoint", [
    AttrSizedOperandSegments, AllTypesMatch<["query", "output", "gradient"]>,
    AllTypesMatch<["key", "value"]>]> {
  let summary = "Adjoint of brt.window_attention";
  let description = [{
    With the logits A of `brt.window_attention` over the keys a query sees, and
    `t` the temperature as it counts, for each lane b, query i, key j and head h:

    ```
    P = exp(A - log_sum_exp[b,h,i])
    F = P (K G[b,i,h] . v[b,j,h] - G[b,i,h] . output[b,i,h])

    query_gradient[b,i,h]    = sum_j F t scale k[b,j,h]
    key_gradient[b,j,h]      = sum_i F t scale q[b,i,h]
    value_gradient[b,j,h]    = sum_i P K G[b,i,h]
    temperature: [h]         = sum F A / t, times its sign where absolute
    bias:        [h,p-j-f]   = sum F t
    sink:        [h]         = sum -exp(sink[h] - log_sum_exp[b,h,i]) G[b,i,h] . output[b,i,h]
    ```

    K is 1 / (1 - `dropout_rate`), or 0 for a weight that `draw` leaves out; 1
    without it. `A / t` is taken before the product with t. `parameter_gradients` are those
    of `temperature`, `bias` and `sink`, of which are given, in this order.

    Constraints:

    * (C1) Operands and attributes are as of `brt.window_attention`.
    * (C2) `log_sum_exp` is [B, H, n], of the query's element type, or f32 for bf16.

    Example:

    ```mlir
    func.func @adjoint(%q: tensor<?x8x4x16xf32>, %k: tensor<?x16x4x16xf32>,
                       %v: tensor<?x16x4x16xf32>, %t: tensor<4xf32>, %o: tensor<?x8x4x16xf32>,
                       %l: tensor<?x4x8xf32>, %g: tensor<?x8x4x16xf32>) -> tensor<4xf32> {
      %0:4 = brt.window_attention_adjoint %q, %k, %v temperature(%t : tensor<4xf32>)
          output %o, %l gradient %g {window = 8}
          : tensor<?x8x4x16xf32>, tensor<?x16x4x16xf32>, tensor<?x4x8xf32>
      return %0#3 : tensor<4xf32>
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
    Brt_FloatTensor:$output,
    Brt_FloatTensor:$log_sum_exp,
    Brt_FloatTensor:$gradient,
    Brt_IntAttr:$window,
    DefaultValuedAttr<BoolAttr, "true">:$causal,
    DefaultValuedAttr<Brt_TemperatureAttr, "Temperature::Absolute">:$temperature_kind,
    DefaultValuedAttr<F64Attr, "1.0">:$scale,
    DefaultValuedAttr<F64Attr, "0.0">:$dropout_rate,
    DefaultValuedAttr<Brt_IntAttr, "0">:$dropout_site);
  let results = (outs
    Brt_FloatTensor:$query_gradient, Brt_FloatTensor:$key_gradient,
    Brt_FloatTensor:$value_gradient,
    Variadic<Brt_ParameterTensor>:$parameter_gradients);
  let assemblyFormat = [{
    $query `,` $key `,` $value
    (`temperature` `(` $temperature^ `:` type($temperature) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`sink` `(` $sink^ `:` type($sink) `)`)?
    (`positions` `(` $positions^ `:` type($positions) `)`)?
    (`draw` `(` $seed^ `,` $step `)`)?
    `output` $output `,` $log_sum_exp `gradient` $gradient attr-dict
    `:` type($query) `,` type($key) `,` type($log_sum_exp)
  }];
  let hasVerifier = 1;
}

def Brt_StateAttentionAdjointOp : Brt_InferredOp<"state_attention_adjoint", [
    AllTypesMatch<["query", "output", "gradient"]>,
    AllTypesMatch<["key", "value"]>]> {
  let summary = "Adjoint of brt.state_attention";
  let description = [{
    As `brt.window_attention_adjoint`, over all keys and without a bias.
    `parameter_gradients` is that of `temperature`, if given.

    Constraints:

    * (C1) Operands and attributes are as of `brt.state_attention`.
    * (C2) `log_sum_exp` is [B, H, n], of the query's element type, or f32 for bf16.

    Example:

    ```mlir
    func.func @adjoint(%q: tensor<?x8x4x16xf32>, %k: tensor<?x32x4x16xf32>,
                       %v: tensor<?x32x4x16xf32>, %o: tensor<?x8x4x16xf32>, %l: tensor<?x4x8xf32>,
                       %g: tensor<?x8x4x16xf32>) -> tensor<?x8x4x16xf32> {
      %0:3 = brt.state_attention_adjoint %q, %k, %v output %o, %l gradient %g {scale = 0.25 : f64}
          : tensor<?x8x4x16xf32>, tensor<?x32x4x16xf32>, tensor<?x4x8xf32>
      return %0#0 : tensor<?x8x4x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$query,
    Brt_FloatTensor:$key,
    Brt_FloatTensor:$value,
    Optional<Brt_ParameterTensor>:$temperature,
    Brt_FloatTensor:$output,
    Brt_FloatTensor:$log_sum_exp,
    Brt_FloatTensor:$gradient,
    DefaultValuedAttr<Brt_TemperatureAttr, "Temperature::Absolute">:$temperature_kind,
    DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs
    Brt_FloatTensor:$query_gradient, Brt_FloatTensor:$key_gradient,
    Brt_FloatTensor:$value_gradient,
    Variadic<Brt_ParameterTensor>:$parameter_gradients);
  let assemblyFormat = [{
    $query `,` $key `,` $value
    (`temperature` `(` $temperature^ `:` type($temperature) `)`)?
    `output` $output `,` $log_sum_exp `gradient` $gradient attr-dict
    `:` type($query) `,` type($key) `,` type($log_sum_exp)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.relative_bias_adjoint
//===----------------------------------------------------------------------===//

def Brt_RelativeBiasAdjointOp : Brt_Op<"relative_bias_adjoint", [Pure]> {
  let summary = "Adjoint of brt.relative_bias";
  let description = [{
    The gradients of `parameters`, in their order. With `n = first_distance + r`
    and every sum over the axes of G [H, R] that the gradient lacks:

    | kind | gradients |
    |---|---|
    | `t5` | `[h, u]`: sum of `G[h, r]` over `bucket(max(n, 0)) = u` |
    | `fourier` | `[h, p]`: sum of `G cos(w_p n)`; `[h, F + p]`: sum of `-G sin(w_p n)` |
    | `alibi` | s: sum of `-G 2^(-8(h+1)/H) sign(s) abs(n)` where the first term is the larger; r: sum of `-G sign(r)` elsewhere |
    | `nn` | with `z = b1[f] - w1[f] n`, `c = 3 sin(w2[h,f]/3) / sqrt(z^2 + 1)`: w1: sum of `-G c n`; b1: sum of `G c`; w2: sum of `G cos(w2[h,f]/3) asinh(z)` |

    Constraints:

    * (C1) `kind`, `parameters` and `max_keys` are as of `brt.relative_bias`.
    * (C2) `gradient` has rank 2.
    * (C3) Results have the types of `parameters`.

    Example:

    ```mlir
    func.func @bias(%t: tensor<4x32xf32>, %g: tensor<4x128xf32>) -> tensor<4x32xf32> {
      %0 = brt.relative_bias_adjoint t5 (%t), %g {first_distance = 1}
          : (tensor<4x32xf32>, tensor<4x128xf32>) -> tensor<4x32xf32>
      return %0 : tensor<4x32xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_PositionBiasAttr:$kind,
    Variadic<Brt_ParameterTensor>:$parameters,
    Brt_ParameterTensor:$gradient,
    Brt_IntAttr:$first_distance,
    OptionalAttr<Brt_IntAttr>:$max_keys);
  let results = (outs Variadic<Brt_ParameterTensor>:$parameter_gradients);
  let assemblyFormat = [{
    `` $kind ` ` `(` $parameters `)` `,` $gradient attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif // BRT_ATTENTION_ADJOINT_OPS_TD
