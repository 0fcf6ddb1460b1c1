//===- BrtAdjointOps.td - Adjoints of norms, gates, products and the loss -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `--brt-differentiate` emits where upstream ops do not say it. G is the
// gradient of the result of the op that is differentiated. Sums over lanes and
// positions are taken lanes first to last, positions in order; in f32 where
// the terms are bf16.

#ifndef BRT_ADJOINT_OPS_TD
#define BRT_ADJOINT_OPS_TD

include "dialects/Brt/BrtAttrs.td"

//===----------------------------------------------------------------------===//
// brt.sum_leading, brt.weight_gradient
//===----------------------------------------------------------------------===//

def Brt_SumLeadingOp
    : Brt_Op<"sum_leading", [Pure, Brt_Differentiable]> {
  let summary = "Sum over the leading axes";
  let description = [{
    `result[i...] = sum_n input[n..., i...]`: sums over as many leading axes as
    `input` has more than `result`, in row-major order. It is the gradient of
    what stands for every lane or position, such as a bias.

    Constraints:

    * (C1) The shape of `result` is the end of that of `input`.

    Example:

    ```mlir
    func.func @bias_gradient(%g: tensor<?x8x16xf32>) -> tensor<16xf32> {
      %0 = brt.sum_leading %g : tensor<?x8x16xf32> -> tensor<16xf32>
      return %0 : tensor<16xf32>
    }
    ```
  }];
  let arguments = (ins Brt_FloatTensor:$input);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Brt_WeightGradientOp
    : Brt_Op<"weight_gradient", [Pure, Brt_Differentiable]> {
  let summary = "Gradient of a matrix of parameters by its products";
  let description = [{
    `result[k, m] = sum_n input[n..., k] gradient[n..., m]`, n over all axes but
    the last, in row-major order: the gradient of the weight of `brt.linear`.

    Constraints:

    * (C1) `input` and `gradient` have a last axis and agree on the others.
    * (C2) `result` is [K, M], the last extents of `input` and `gradient`.

    Example:

    ```mlir
    func.func @weight(%x: tensor<?x8x16xf32>, %g: tensor<?x8x32xf32>) -> tensor<16x32xf32> {
      %0 = brt.weight_gradient %x, %g : tensor<?x8x16xf32>, tensor<?x8x32xf32> -> tensor<16x32xf32>
      return %0 : tensor<16x32xf32>
    }
    ```
  }];
  let arguments = (ins Brt_FloatTensor:$input, Brt_FloatTensor:$gradient);
  let results = (outs Brt_ParameterTensor:$result);
  let assemblyFormat = [{
    $input `,` $gradient attr-dict
    `:` type($input) `,` type($gradient) `->` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.embed_adjoint
//===----------------------------------------------------------------------===//

def Brt_EmbedAdjointOp : Brt_Op<"embed_adjoint", [Pure]> {
  let summary = "Gradient of the embedding table by lookups";
  let description = [{
    `result[v, :] = sum G[b, i, :]` over the tokens `tokens[b, i] mod V = v`, lanes
    first to last and positions in order.

    Constraints:

    * (C1) `tokens` has rank 2 and `result` rank 2.
    * (C2) `gradient` is [B, N, E].

    Example:

    ```mlir
    func.func @table(%t: tensor<?x8xi32>, %g: tensor<?x8x16xf32>) -> tensor<256x16xf32> {
      %0 = brt.embed_adjoint %t, %g : tensor<?x8xi32>, tensor<?x8x16xf32> -> tensor<256x16xf32>
      return %0 : tensor<256x16xf32>
    }
    ```
  }];
  let arguments = (ins Brt_IndexTensor:$tokens, Brt_FloatTensor:$gradient);
  let results = (outs Brt_ParameterTensor:$result);
  let assemblyFormat = [{
    $tokens `,` $gradient attr-dict
    `:` type($tokens) `,` type($gradient) `->` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.norm_adjoint, brt.unit_normalize_adjoint
//===----------------------------------------------------------------------===//

def Brt_NormAdjointOp : Brt_Op<"norm_adjoint", [
    Pure, AllTypesMatch<["input", "gradient", "input_gradient"]>,
    AllTypesMatch<["scale", "scale_gradient"]>]> {
  let summary = "Adjoint of brt.norm";
  let description = [{
    With `r = rsqrt(mean((x - m)^2) + epsilon)`, `u = (x - m) r` and `h = G scale`,
    where `m` is 0 for `rms` and `mean(x)` for `layer`:

    | kind | `input_gradient` |
    |---|---|
    | `rms` | `r (h - u mean(h u))` |
    | `layer` | `r (h - mean(h) - u mean(h u))` |

    `scale_gradient` is the sum of `G u` over all axes but the last. The gradient
    of a bias is a `brt.sum_leading`.

    Constraints:

    * (C1) `scale` holds one number per feature, the last axis.
    * (C2) `epsilon` is positive.

    Example:

    ```mlir
    func.func @norm(%x: tensor<?x8x16xf32>, %s: tensor<16xf32>, %g: tensor<?x8x16xf32>)
        -> (tensor<?x8x16xf32>, tensor<16xf32>) {
      %0, %1 = brt.norm_adjoint rms %x, %s, %g : tensor<?x8x16xf32>, tensor<16xf32>
      return %0, %1 : tensor<?x8x16xf32>, tensor<16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_NormKindAttr:$kind,
    Brt_FloatTensor:$input,
    Brt_ParameterTensor:$scale,
    Brt_FloatTensor:$gradient,
    DefaultValuedAttr<F64Attr, "1e-6">:$epsilon);
  let results = (outs
    Brt_FloatTensor:$input_gradient, Brt_ParameterTensor:$scale_gradient);
  let assemblyFormat = [{
    `` $kind $input `,` $scale `,` $gradient attr-dict
    `:` type($input) `,` type($scale)
  }];
  let hasVerifier = 1;
}

def Brt_UnitNormalizeAdjointOp : Brt_Op<"unit_normalize_adjoint", [
    Pure, AllTypesMatch<["input", "gradient", "result"]>]> {
  let summary = "Adjoint of brt.unit_normalize";
  let description = [{
    With `r = rsqrt(sum(x^2) + epsilon)` and `u = x r`, `result = r (G - u sum(G u))`,
    sums over the last axis.

    Constraints:

    * (C1) `epsilon` is positive.

    Example:

    ```mlir
    func.func @unit(%q: tensor<?x8x4x8xf32>, %g: tensor<?x8x4x8xf32>) -> tensor<?x8x4x8xf32> {
      %0 = brt.unit_normalize_adjoint %q, %g : tensor<?x8x4x8xf32>
      return %0 : tensor<?x8x4x8xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$input, Brt_FloatTensor:$gradient,
    DefaultValuedAttr<F64Attr, "1e-6">:$epsilon);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "$input `,` $gradient attr-dict `:` type($input)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.activation_adjoint
//===----------------------------------------------------------------------===//

def Brt_ActivationAdjointOp : Brt_Op<"activation_adjoint", [
    Pure, AllTypesMatch<["input", "gradient", "result"]>]> {
  let summary = "Adjoint of brt.activation";
  let description = [{
    | kind | `result` |
    |---|---|
    | `relu` | `G` where `x > 0`, else 0 |
    | `swish` | `G s (1 + x (1 - s))`, `s = sigmoid(x)` |
    | `sigmoid` | `G s (1 - s)` |
    | `tanh` | `G (1 - tanh(x)^2)` |
    | `softmax` | `p (G - sum(G p))`, `p = softmax(x)` |
    | `gelu` | `G (P(x) + x p(x))`, `P(x) = (1 + erf(x / sqrt 2)) / 2`, `p(x) = exp(-x^2 / 2) / sqrt(2 pi)` |

    Constraints:

    * (C1) `kind` is one of these.
    * (C2) The input of `softmax` has a last axis.

    Example:

    ```mlir
    func.func @relu(%x: tensor<?x8x32xf32>, %g: tensor<?x8x32xf32>) -> tensor<?x8x32xf32> {
      %0 = brt.activation_adjoint relu %x, %g : tensor<?x8x32xf32>
      return %0 : tensor<?x8x32xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_ActivationKindAttr:$kind, Brt_FloatTensor:$input,
    Brt_FloatTensor:$gradient);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = "`` $kind $input `,` $gradient attr-dict `:` type($input)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.gate_adjoint
//===----------------------------------------------------------------------===//

def Brt_GateAdjointOp : Brt_InferredOp<"gate_adjoint", [
    AllTypesMatch<["state", "update", "gradient"]>]> {
  let summary = "Adjoint of brt.gate";
  let description = [{
    | kind | of `state` | of `update` | of `activations` |
    |---|---|---|---|
    | `fixed`, `full` | `G g` | `G (1 - g)` | `G (state - update) g (1 - g)` |
    | `lstm` | `G f` | `G i` | `G state f (1 - f)`, `G update i (1 - i)` |

    `g`, `f` and `i` are the gate's sigmoids. The gradient of a `fixed` gate's
    activation is the sum over all axes but the last. That of a `residual` gate
    is G itself.

    Constraints:

    * (C1) `kind` is `fixed`, `full` or `lstm`.
    * (C2) `activations` are as of `brt.gate`.

    Example:

    ```mlir
    func.func @gate(%c: tensor<?x8x16xf32>, %y: tensor<?x8x16xf32>, %b: tensor<16xf32>,
                    %g: tensor<?x8x16xf32>) -> (tensor<?x8x16xf32>, tensor<16xf32>) {
      %0:3 = brt.gate_adjoint fixed %c, %y, %g (%b : tensor<16xf32>) : tensor<?x8x16xf32>
      return %0#0, %0#2 : tensor<?x8x16xf32>, tensor<16xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_GateKindAttr:$kind,
    Brt_FloatTensor:$state,
    Brt_FloatTensor:$update,
    Brt_FloatTensor:$gradient,
    Variadic<Brt_FloatTensor>:$activations);
  let results = (outs
    Brt_FloatTensor:$state_gradient, Brt_FloatTensor:$update_gradient,
    Variadic<Brt_FloatTensor>:$activation_gradients);
  let assemblyFormat = [{
    `` $kind $state `,` $update `,` $gradient
    ` ` `(` $activations `:` type($activations) `)` attr-dict `:` type($state)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// brt.cross_entropy_adjoint
//===----------------------------------------------------------------------===//

def Brt_CrossEntropyAdjointOp : Brt_Op<"cross_entropy_adjoint", [
    Pure, AllTypesMatch<["logits", "result"]>]> {
  let summary = "Adjoint of brt.cross_entropy";
  let description = [{
    `result[b, i, v] = G[b, i] (softmax(logits[b, i, :])[v] - [v = targets[b, i] mod V])`
    where `mask` is set, else 0. G is the gradient of the token's loss.

    Constraints:

    * (C1) `logits` has rank 3.
    * (C2) `targets`, `mask` and `gradient` are its first two axes.

    Example:

    ```mlir
    func.func @loss(%l: tensor<?x8x256xf32>, %t: tensor<?x8xi32>, %m: tensor<?x8xi1>, %g: tensor<?x8xf32>)
        -> tensor<?x8x256xf32> {
      %0 = brt.cross_entropy_adjoint %l, %t, %m, %g
          : tensor<?x8x256xf32>, tensor<?x8xi32>, tensor<?x8xi1>, tensor<?x8xf32>
      return %0 : tensor<?x8x256xf32>
    }
    ```
  }];
  let arguments = (ins
    Brt_FloatTensor:$logits, Brt_IndexTensor:$targets, Brt_FlagTensor:$mask,
    Brt_FloatTensor:$gradient);
  let results = (outs Brt_FloatTensor:$result);
  let assemblyFormat = [{
    $logits `,` $targets `,` $mask `,` $gradient attr-dict
    `:` type($logits) `,` type($targets) `,` type($mask) `,` type($gradient)
  }];
  let hasVerifier = 1;
}

#endif // BRT_ADJOINT_OPS_TD
