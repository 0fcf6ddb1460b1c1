//===- BrtModelOps.td - Level `model`: a model in a few lines -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_MODEL_OPS_TD
#define BRT_MODEL_OPS_TD

include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "dialects/Brt/BrtAttrs.td"

/// An op of the level `model`: a list of `name = value` options, each with the
/// official implementation's default. The options that an op prints always are
/// its sizes; any other is printed where it differs from its default.
class Brt_OptionsOp<string mnemonic, list<Trait> traits = []>
    : Brt_Op<mnemonic, traits> {
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The options of this op, in the order in which they are printed.
    static llvm::ArrayRef<Option> getOptions();
  }];
}

class Brt_LayerOp<string mnemonic>
    : Brt_OptionsOp<mnemonic, [HasParent<"ModelOp">]>;

class Brt_Default<Attr attr, string value> : DefaultValuedAttr<attr, value>;

//===----------------------------------------------------------------------===//
// brt.model
//===----------------------------------------------------------------------===//

def Brt_ModelOp : Brt_OptionsOp<"model", [
    Symbol, NoTerminator, SingleBlock, NoRegionArguments, IsolatedFromAbove]> {
  let summary = "A decoder-only block-recurrent language model";
  let description = [{
    A model is a list of layers between an embedding and a head. Its options
    hold for all layers; every default is the official implementation's.

    | option | default | meaning |
    |---|---|---|
    | `segment` N | 4096 | tokens a lane reads in one step |
    | `window` W | 512 | length of a block, of the attention window and of the cache |
    | `width` E, `heads` H, `head_width` D, `ffn` M | 1024, 8, 128, 4096 | sizes |
    | `cache` | true | keep the keys and values of the last block for the next segment |
    | `causal` | true | a token sees exactly the W tokens before it; off: all keys it is given |
    | `position_bias` | t5 | `none`, `t5`, `rotary`, `fourier`, `alibi`, `nn` (a position net) |
    | `alibi_bound_per_head` | false | one bound a head instead of one for all |
    | `qk_norm` | true | queries and keys of unit length and a learned temperature; off: queries times 1/sqrt(D) |
    | `temperature` | absolute | `absolute` or `signed` |
    | `attention_sink` | false | a learned logit a head joins the softmax of token self-attention |
    | `attention_output_bias` | false | bias of the projection after token attention |
    | `norm`, `norm_bias`, `norm_epsilon` | rms, false, 1e-6 | `rms` or `layer` |
    | `activation` | relu | `none`, `relu`, `swish`, `sigmoid`, `tanh`, `softmax`, `gelu`, `swiglu` |
    | `ffn_layers`, `ffn_bias` | 2, false | number of products of a feed-forward network; biases |
    | `feedback` | false | all layers read the state of the last recurrent layer |
    | `stack_window` | 0 | run the stack in chunks of so many tokens; 0: layer by layer |
    | `dropout`, `attention_dropout` | 0.05, 0.05 | rates; they act in training only |
    | `precision` | f32 | of activations: `f32`, `bf16` (f32 sums, statistics and parameters), `f64` |

    Constraints:

    * (C1) Sizes are between 1 and 2^24; H * D, E * M, V * E and S * E are less than 2^31.
    * (C2) N is a multiple of W, or less than W where there is no cache.
    * (C3) Without a cache N is not greater than W.
    * (C4) `stack_window` is 0, or a multiple of W that divides N.
    * (C5) `feedback` has a `stack_window` and a recurrent layer.
    * (C6) Rotary positions have an even D, `absolute_positions` an even E.
    * (C7) The body is one `brt.embedding`, layers, one `brt.head`, in this order.
    * (C8) `ffn_layers` is 1 to 8, and 2 with `swiglu`.
    * (C9) `norm_epsilon` is positive, dropout rates are in [0, 1).
    * (C10) `norm_bias` goes with `norm = layer`.
    * (C11) `alibi_bound_per_head` goes with `position_bias = alibi`.
    * (C12) The model has at most 1024 layers.

    Example:

    ```mlir
    brt.model @paper segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
      brt.embedding vocabulary = 32128
      brt.transformer_layer count = 9
      brt.recurrent_layer gate = fixed, configuration = skip, states = 512
      brt.transformer_layer count = 2
      brt.head
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    Brt_Default<Brt_IntAttr, "4096">:$segment,
    Brt_Default<Brt_IntAttr, "512">:$window,
    Brt_Default<Brt_IntAttr, "1024">:$width,
    Brt_Default<Brt_IntAttr, "8">:$heads,
    Brt_Default<Brt_IntAttr, "128">:$head_width,
    Brt_Default<Brt_IntAttr, "4096">:$ffn,
    Brt_Default<BoolAttr, "true">:$cache,
    Brt_Default<BoolAttr, "true">:$causal,
    Brt_Default<Brt_PositionBiasAttr, "PositionBias::T5">:$position_bias,
    Brt_Default<BoolAttr, "false">:$alibi_bound_per_head,
    Brt_Default<BoolAttr, "true">:$qk_norm,
    Brt_Default<Brt_TemperatureAttr, "Temperature::Absolute">:$temperature,
    Brt_Default<BoolAttr, "false">:$attention_sink,
    Brt_Default<BoolAttr, "false">:$attention_output_bias,
    Brt_Default<Brt_NormKindAttr, "NormKind::RMS">:$norm,
    Brt_Default<BoolAttr, "false">:$norm_bias,
    Brt_Default<F64Attr, "1e-6">:$norm_epsilon,
    Brt_Default<Brt_ActivationKindAttr, "ActivationKind::ReLU">:$activation,
    Brt_Default<Brt_IntAttr, "2">:$ffn_layers,
    Brt_Default<BoolAttr, "false">:$ffn_bias,
    Brt_Default<BoolAttr, "false">:$feedback,
    Brt_Default<Brt_IntAttr, "0">:$stack_window,
    Brt_Default<F64Attr, "0.05">:$dropout,
    Brt_Default<F64Attr, "0.05">:$attention_dropout,
    Brt_Default<Brt_PrecisionAttr, "Precision::F32">:$precision);
  let regions = (region SizedRegion<1>:$body);
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    static llvm::ArrayRef<Option> getOptions();
    EmbeddingOp getEmbedding();
    HeadOp getHead();
    /// The layers in order, each as often as its `count` says.
    llvm::SmallVector<mlir::Operation *> getLayers();
    /// 0-based indices of the recurrent layers in getLayers().
    llvm::SmallVector<int64_t> getRecurrentLayers();
  }];
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

def Brt_EmbeddingOp : Brt_LayerOp<"embedding"> {
  let summary = "Token embedding, tied with the head";
  let description = [{
    Looks up each token in a table [V, E] of parameters.

    | option | default | meaning |
    |---|---|---|
    | `vocabulary` V | 32128 | rows of the table |
    | `absolute_positions` | false | add sines and cosines of the position in the segment |

    Example:

    ```mlir
    brt.model @bytes {
      brt.embedding vocabulary = 256
      brt.transformer_layer
      brt.head
    }
    ```
  }];
  let arguments = (ins
    Brt_Default<Brt_IntAttr, "32128">:$vocabulary,
    Brt_Default<BoolAttr, "false">:$absolute_positions);
}

def Brt_TransformerLayerOp : Brt_LayerOp<"transformer_layer"> {
  let summary = "A pre-norm transformer layer with a sliding window";
  let description = [{
    Windowed self-attention and a feed-forward network, each around a residual
    (brt-spec 2.2). With N = W it is a Transformer-XL layer.

    | option | default | meaning |
    |---|---|---|
    | `count` | 1 | that many layers in a row |

    Example:

    ```mlir
    brt.model @baseline {
      brt.embedding
      brt.transformer_layer count = 12
      brt.head
    }
    ```
  }];
  let arguments = (ins Brt_Default<Brt_IntAttr, "1">:$count);
  let hasCanonicalizeMethod = 1;
}

def Brt_RecurrentLayerOp : Brt_LayerOp<"recurrent_layer"> {
  let summary = "A layer with a recurrent state: the block-recurrent cell";
  let description = [{
    A transformer layer that also reads S state vectors, which advance once a
    block (brt-spec 5).

    | option | default | meaning |
    |---|---|---|
    | `count` | 1 | that many layers in a row |
    | `gate` | fixed | `fixed`, `lstm`, `full`, `residual` (6.1) |
    | `configuration` | skip | `dual`, `single`, `skip` (6.2) |
    | `states` S | 512 | state vectors |
    | `state_ids` | true | learned vectors added to the normed state |
    | `learned_initial_state` | true | off: a document starts with zeros |
    | `always_clear` | false | start every segment from the initial state |

    Example:

    ```mlir
    brt.model @lstm_dual {
      brt.embedding
      brt.transformer_layer count = 9
      brt.recurrent_layer gate = lstm, configuration = dual, states = 512
      brt.transformer_layer count = 2
      brt.head
    }
    ```
  }];
  let arguments = (ins
    Brt_Default<Brt_GateKindAttr, "GateKind::Fixed">:$gate,
    Brt_Default<Brt_ConfigurationAttr, "Configuration::Skip">:$configuration,
    Brt_Default<Brt_IntAttr, "512">:$states,
    Brt_Default<BoolAttr, "true">:$state_ids,
    Brt_Default<BoolAttr, "true">:$learned_initial_state,
    Brt_Default<BoolAttr, "false">:$always_clear,
    Brt_Default<Brt_IntAttr, "1">:$count);
  let hasCanonicalizeMethod = 1;
}

def Brt_HeadOp : Brt_LayerOp<"head"> {
  let summary = "Final norm, logits by the tied embedding, and loss";
  let description = [{
    Logits are the product of the normed output and the embedding table, over a
    constant; the loss is the cross entropy of the next token (brt-spec 2).

    | option | default | meaning |
    |---|---|---|
    | `final_norm` | true | normalise before the product |
    | `logit_scale` | sqrt_width | divide by sqrt(E) or, `sqrt_vocab`, by sqrt(V) |
    | `loss_mask` | none | `input`: an input marks the tokens that predict; `shifted`: those predicted |

    Example:

    ```mlir
    brt.model @c22 {
      brt.embedding
      brt.transformer_layer
      brt.head logit_scale = sqrt_vocab, loss_mask = input
    }
    ```
  }];
  let arguments = (ins
    Brt_Default<BoolAttr, "true">:$final_norm,
    Brt_Default<Brt_LogitScaleAttr, "LogitScale::SqrtWidth">:$logit_scale,
    Brt_Default<Brt_LossMaskAttr, "LossMask::None">:$loss_mask);
}

#endif // BRT_MODEL_OPS_TD
