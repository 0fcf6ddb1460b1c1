//===- KernelOps.td - Fused kernels ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_KERNEL_OPS_TD
#define BRT_KERNEL_OPS_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::brt::kernel";
  let summary = "What is computed in one launch and is no structured op";
  let description = [{
    At the level `kernel` most launches are ops of `linalg`. This dialect has those
    whose loops follow from data, and whose intermediate values never reach
    memory. They are destination-style ops on tensors or buffers, and belong to no
    target: the level `tile` says how they are computed.

    Letters are those of the dialect `brt`. B is the only extent that may be
    dynamic.
  }];
}

def Kernel_HasDefaults : NativeOpTrait<"HasDefaults"> {
  let cppNamespace = "::brt";
}

class Kernel_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kernel_Dialect, mnemonic, traits # [Kernel_HasDefaults]>;

def Kernel_Shaped : AnyTypeOf<[
    TensorRankOf<[F64, F32, BF16, I32], [1, 2, 3, 4]>,
    MemRefRankOf<[F64, F32, BF16, I32], [1, 2, 3, 4]>]>;

/// The bias of what has a window.
defvar Kernel_BiasMethods = [{
    /// The number of distances that have a column of the bias, and the smallest
    /// of them. There is a window.
    int64_t getDistances() {
      int64_t window = *getWindow();
      return getCausal() ? window : 3 * window - 1;
    }
    int64_t getClosest() {
      return getCausal() ? 1 : 1 - static_cast<int64_t>(*getWindow());
    }
}];

//===----------------------------------------------------------------------===//
// kernel.attention
//===----------------------------------------------------------------------===//

def Kernel_AttentionOp : Kernel_Op<"attention", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Softmax mean of values over a window or over all keys";
  let description = [{
    With `window`, what `brt.window_attention` computes; without, where every query
    sees every key, what `brt.state_attention` does. The query i of lane b stands
    at `p = positions[b] + i` on the key axis, or at `p = m - n + i`.

    ```
    A = (scale q[b,i,h] . k[b,j,h] + bias[h, p - j - f]) temperature[h]
    M = max(max_j A, Z)                            Z = sink[h], or -1000
    result[b,i,h] = sum_j exp(A_j - M) v[b,j,h] / (sum_j exp(A_j - M) + exp(Z - M))
    log_sum_exp[b,h,i] = M + log(sum_j exp(A_j - M) + exp(Z - M))
    ```

    The sums are over the keys that the query sees; f is 1, or 1 - `window` if not
    causal. `draw` drops weights as that of `brt.window_attention`.

    Constraints:

    * (C1) `query` and the result are [B, n, H, D], `key` and `value` are [B, m, H, D],
      of one floating-point type and static but for B.
    * (C2) `temperature` and `sink` are [H].
    * (C3) `bias` is [H, R], R at least `window`, or 3 * `window` - 1 if not causal.
    * (C4) `positions` is [B].
    * (C5) `bias`, `positions` and `draw` go with a `window`, which is positive.
    * (C6) `draw` has a seed and a step.
    * (C7) There is an init for the result and at most one for `log_sum_exp`, which is
      [B, H, n].

    Example:

    ```mlir
    func.func @attention(%q: memref<?x8x4x16xf32>, %k: memref<?x16x4x16xf32>,
                         %v: memref<?x16x4x16xf32>, %y: memref<?x8x4x16xf32>) {
      kernel.attention %q, %k, %v outs(%y : memref<?x8x4x16xf32>) {window = 8}
          : memref<?x8x4x16xf32>, memref<?x16x4x16xf32>, memref<?x16x4x16xf32>
      return
    }
    ```
  }];
  let arguments = (ins
    Kernel_Shaped:$query,
    Kernel_Shaped:$key,
    Kernel_Shaped:$value,
    Optional<Kernel_Shaped>:$temperature,
    Optional<Kernel_Shaped>:$bias,
    Optional<Kernel_Shaped>:$sink,
    Optional<Kernel_Shaped>:$positions,
    Optional<I64>:$seed,
    Optional<I64>:$step,
    Variadic<Kernel_Shaped>:$inits,
    OptionalAttr<I64Attr>:$window,
    DefaultValuedAttr<BoolAttr, "true">:$causal,
    DefaultValuedAttr<F64Attr, "1.0">:$scale,
    DefaultValuedAttr<F64Attr, "0.0">:$dropout_rate,
    DefaultValuedAttr<I64Attr, "0">:$dropout_site);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $query `,` $key `,` $value
    (`temperature` `(` $temperature^ `:` type($temperature) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`sink` `(` $sink^ `:` type($sink) `)`)?
    (`positions` `(` $positions^ `:` type($positions) `)`)?
    (`draw` `(` $seed^ `,` $step `)`)?
    `outs` `(` $inits `:` type($inits) `)`
    attr-dict `:` type($query) `,` type($key) `,` type($value)
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = Kernel_BiasMethods # [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); }

    /// The init for `log_sum_exp`, or null.
    ::mlir::Value getLogSumExpInit() {
      return getInits().size() > 1 ? getInits()[1] : ::mlir::Value();
    }
  }];
}

//===----------------------------------------------------------------------===//
// kernel.attention_adjoint
//===----------------------------------------------------------------------===//

def Kernel_AttentionAdjointOp : Kernel_Op<"attention_adjoint", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Adjoint of kernel.attention";
  let description = [{
    With the logits A of `kernel.attention` over the keys that a query sees,
    `gradient` that of its result, and `delta` the product of both over features:

    ```
    P = exp(A - log_sum_exp[b,h,i])
    F = P (K gradient[b,i,h] . v[b,j,h] - delta[b,h,i])

    query_gradient[b,i,h]       = sum_j F temperature[h] scale k[b,j,h]
    key_gradient[b,j,h]         = sum_i F temperature[h] scale q[b,i,h]
    value_gradient[b,j,h]       = sum_i P K gradient[b,i,h]
    temperature_gradient[b,h,i] = sum_j F A / temperature[h]
    bias_gradient[b,h,p-j-f]    = sum F temperature[h]
    ```

    K is 1 / (1 - `dropout_rate`), or 0 for a weight that `draw` leaves out; 1
    without it. `A / temperature` is taken before the product. A sink is in
    `log_sum_exp`, and its gradient follows from it and `delta` alone. Sums over
    lanes, and of a temperature over queries, are left to an op after this one, so
    that launches need not wait for each other.

    Constraints:

    * (C1) `query` and `gradient` are [B, n, H, D], `key` and `value` are [B, m, H, D],
      of one floating-point type and static but for B.
    * (C2) `log_sum_exp` and `delta` are [B, H, n], of one floating-point type.
    * (C3) `temperature` is [H].
    * (C4) `bias` is [H, R], R at least `window`, or 3 * `window` - 1 if not causal.
    * (C5) `positions` is [B].
    * (C6) `bias`, `positions` and `draw` go with a `window`, which is positive.
    * (C7) `draw` has a seed and a step.
    * (C8) There are inits for the gradients of queries, keys and values, of their
      shapes, then of `temperature`, [B, H, n], and `bias`, [B, H, R], where given.
    * (C9) Gradients of keys and values have the type of `key`, the others that of
      `log_sum_exp`.

    Example:

    ```mlir
    func.func @adjoint(%q: memref<?x8x4x16xf32>, %k: memref<?x16x4x16xf32>,
                       %v: memref<?x16x4x16xf32>, %g: memref<?x8x4x16xf32>,
                       %l: memref<?x4x8xf32>, %d: memref<?x4x8xf32>, %dq: memref<?x8x4x16xf32>,
                       %dk: memref<?x16x4x16xf32>, %dv: memref<?x16x4x16xf32>) {
      kernel.attention_adjoint %q, %k, %v
          gradient(%g, %l, %d : memref<?x8x4x16xf32>, memref<?x4x8xf32>, memref<?x4x8xf32>)
          outs(%dq, %dk, %dv : memref<?x8x4x16xf32>, memref<?x16x4x16xf32>, memref<?x16x4x16xf32>)
          {window = 8} : memref<?x8x4x16xf32>, memref<?x16x4x16xf32>, memref<?x16x4x16xf32>
      return
    }
    ```
  }];
  let arguments = (ins
    Kernel_Shaped:$query,
    Kernel_Shaped:$key,
    Kernel_Shaped:$value,
    Optional<Kernel_Shaped>:$temperature,
    Optional<Kernel_Shaped>:$bias,
    Optional<Kernel_Shaped>:$positions,
    Optional<I64>:$seed,
    Optional<I64>:$step,
    Kernel_Shaped:$gradient,
    Kernel_Shaped:$log_sum_exp,
    Kernel_Shaped:$delta,
    Variadic<Kernel_Shaped>:$inits,
    OptionalAttr<I64Attr>:$window,
    DefaultValuedAttr<BoolAttr, "true">:$causal,
    DefaultValuedAttr<F64Attr, "1.0">:$scale,
    DefaultValuedAttr<F64Attr, "0.0">:$dropout_rate,
    DefaultValuedAttr<I64Attr, "0">:$dropout_site);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $query `,` $key `,` $value
    (`temperature` `(` $temperature^ `:` type($temperature) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`positions` `(` $positions^ `:` type($positions) `)`)?
    (`draw` `(` $seed^ `,` $step `)`)?
    `gradient` `(` $gradient `,` $log_sum_exp `,` $delta `:` type($gradient) `,`
    type($log_sum_exp) `,` type($delta) `)`
    `outs` `(` $inits `:` type($inits) `)`
    attr-dict `:` type($query) `,` type($key) `,` type($value)
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = Kernel_BiasMethods # [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); }

    /// The inits for gradients; the last two may be null.
    ::mlir::Value getQueryGradientInit() { return getInits()[0]; }
    ::mlir::Value getKeyGradientInit() { return getInits()[1]; }
    ::mlir::Value getValueGradientInit() { return getInits()[2]; }
    ::mlir::Value getTemperatureGradientInit() {
      return getTemperature() ? getInits()[3] : ::mlir::Value();
    }
    ::mlir::Value getBiasGradientInit() {
      return getBias() ? getInits().back() : ::mlir::Value();
    }
  }];
}

#endif // BRT_KERNEL_OPS_TD
