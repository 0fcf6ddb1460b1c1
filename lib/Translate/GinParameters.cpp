//===- GinParameters.cpp - Parameters of the official classes -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names and defaults are those of google-research/meliad at e8af054 (2022) and
// cc1aef5 (2025). Rows stand in the order of the model's parts.
//
//===----------------------------------------------------------------------===//

#include "GinParameters.h"
#include "llvm/ADT/STLExtras.h"

using namespace brt;

static constexpr GinRole Option = GinRole::Option;
static constexpr GinRole Training = GinRole::Training;
static constexpr GinRole Overridden = GinRole::Overridden;
static constexpr GinRole Fixed = GinRole::Fixed;

static const GinParameter kParameters[] = {
    // Around the model.
    {"Trainer", "model_definition", Fixed,
     "@DecoderOnlyLanguageModelRunner|@DecoderOnlyLanguageModel"},
    {"Trainer", "*", Training},
    {"ModelInfo", "*", Training},
    {"LoadPretrainedConfig", "*", Training},
    {"AdafactorConfig", "*", Training},
    {"AdamConfig", "*", Training},
    {"FlaxAdafactorConfig", "*", Training},
    {"FlaxAdamConfig", "*", Training},
    {"lr_constant", "*", Training},
    {"lr_cosine_decay", "*", Training},
    {"lr_cosine_decay_spike", "*", Training},
    {"lr_exponential_decay", "*", Training},
    {"lr_linear_decay", "*", Training},
    {"lr_rsqrt_decay", "*", Training},
    {"lr_rsqrt_decay_std", "*", Training},
    {"load_text_dataset", "*", Training},
    {"DataPipelineConfig", "loss_mask_fn", Option},
    {"DataPipelineConfig", "*", Training},
    {"process_summaries_function", "*", Training},
    {"DecoderOnlyLanguageModelRunner", "task_config", Fixed,
     "@TransformerTaskConfig"},
    {"DecoderOnlyLanguageModelRunner", "decoder_factory", Fixed,
     "@FlaxModuleModel"},
    {"DecoderOnlyLanguageModelRunner", "autoregressive", Fixed, "True"},
    {"DecoderOnlyLanguageModelRunner", "*", Training},
    {"DecoderOnlyLanguageModel", "task_config", Fixed,
     "@TransformerTaskConfig"},
    {"DecoderOnlyLanguageModel", "decoder_factory", Fixed, "@DecoderStack"},
    {"DecoderOnlyLanguageModel", "*", Training},
    {"FlaxModuleModel", "flax_module_factory", Fixed, "@DecoderStack"},

    // The task.
    {"TransformerTaskConfig", "sequence_length", Option},
    {"TransformerTaskConfig", "vocab_size", Option},
    {"TransformerTaskConfig", "batch_size", Training},
    {"TransformerTaskConfig", "dataset_name", Training},
    {"TransformerTaskConfig", "train_split", Training},
    {"TransformerTaskConfig", "test_split", Training},
    {"TransformerTaskConfig", "sequential_chunks", Training},

    // The stack. The plain stack of 2025 has parts of it in TransformerStack.
    {"DecoderStack", "num_layers", Option},
    {"DecoderStack", "embedding_size", Option},
    {"DecoderStack", "embedding_dim", Option},
    {"DecoderStack", "embedding_stddev", Fixed, "1.0|1"},
    {"DecoderStack", "layer_factory", Fixed, "@TransformerLayer"},
    {"DecoderStack", "stack_factory", Fixed, "@TransformerStack"},
    {"DecoderStack", "dstack_window_length", Option},
    {"DecoderStack", "use_absolute_positions", Option},
    {"DecoderStack", "use_final_layernorm", Option},
    {"DecoderStack", "final_dropout_rate", Option},
    {"DecoderStack", "final_mlp_factory", Fixed, "None"},
    {"DecoderStack", "recurrent_layer_indices", Option},
    {"DecoderStack", "feedback_recurrence", Option},
    // Without layers that have a memory its factory is not called.
    {"DecoderStack", "memory_factory", Overridden},
    {"DecoderStack", "memory_layer_indices", Fixed, "()|[]"},
    {"DecoderStack", "disable_position_encoding_for_memory_layers", Overridden},
    {"DecoderStack", "dtype", Option},
    {"TransformerStack", "num_layers", Option},
    {"TransformerStack", "layer_factory", Fixed, "@TransformerLayer"},
    {"TransformerStack", "side_layer_factory", Overridden},
    {"TransformerStack", "side_layer_indices", Fixed, "()|[]"},
    {"TransformerStack", "side_layer_is_mlp", Overridden},
    {"TransformerStack", "aux_output_layer_num", Fixed, "-1"},
    {"TransformerStack", "use_final_layernorm", Option},
    {"TransformerStack", "dtype", Overridden},
    {"memory_on_tpu_factory", "*", Overridden},

    // A layer.
    {"TransformerLayer", "num_heads", Option},
    {"TransformerLayer", "head_size", Option},
    {"TransformerLayer", "mlp_dim", Option},
    {"TransformerLayer", "window_length", Option},
    {"TransformerLayer", "use_long_xl_architecture", Option},
    {"TransformerLayer", "max_unrolled_windows", Training},
    {"TransformerLayer", "parallel_windowed_attention", Training},
    {"TransformerLayer", "relative_position_type", Option},
    {"TransformerLayer", "use_causal_mask", Option},
    {"TransformerLayer", "attn_dropout_rate", Option},
    {"TransformerLayer", "recurrent_num_states", Option},
    {"TransformerLayer", "recurrent_gate_type", Option},
    {"TransformerLayer", "recurrent_single_gate", Option},
    {"TransformerLayer", "recurrent_skip_ffn", Option},
    {"TransformerLayer", "recurrent_always_clear_state", Option},
    {"TransformerLayer", "transformer_base_factory", Fixed, "@TransformerBase"},
    {"TransformerLayer", "use_self_attention", Fixed, "True"},
    {"TransformerLayer", "use_cross_attention", Fixed, "False"},
    {"TransformerLayer", "cross_attention_aligned_positions", Overridden},
    {"TransformerLayer", "use_importance", Fixed, "False"},
    {"TransformerLayer", "compute_importance", Fixed, "False"},
    {"TransformerLayer", "output_embedding_size", Fixed, "None"},
    {"TransformerLayer", "memory_num_neighbors", Overridden},
    {"TransformerLayer", "memory_reset_on_new_doc", Overridden},
    {"TransformerLayer", "memory_combine_with_local", Overridden},
    {"TransformerLayer", "supported_modes_for_cache", Training},
    {"TransformerLayer", "update_memory_modes", Training},
    {"TransformerLayer", "dtype", Option},

    // What a layer does besides attention, under its name of each stack.
    {"MemTransformerBase", "attn_mlp_factory", Fixed, "@MLP"},
    {"MemTransformerBase", "ffn_factory", Fixed, "@MLP"},
    {"MemTransformerBase", "gate_type", Fixed, "\"residual\""},
    {"MemTransformerBase", "single_gate", Fixed, "False"},
    {"MemTransformerBase", "skip_ffn", Fixed, "False"},
    {"MemTransformerBase", "normalize_keys", Option},
    {"MemTransformerBase", "dropout_rate", Option},
    {"MemTransformerBase", "pre_attn_dropout", Fixed, "True"},
    {"MemTransformerBase", "post_attn_dropout", Fixed, "False"},
    {"MemTransformerBase", "pre_ffn_dropout", Fixed, "False"},
    {"MemTransformerBase", "post_ffn_dropout", Fixed, "True"},
    {"MemTransformerBase", "dtype", Overridden},
    {"KVQLayer", "normalize_keys", Overridden},
    {"KVQLayer", "dropout_rate", Overridden},
    {"KVQLayer", "pre_attn_dropout", Overridden},
    {"KVQLayer", "dtype", Overridden},
    {"MLP", "num_layers", Option},
    {"MLP", "num_hidden_units", Option},
    {"MLP", "hidden_activation", Option},
    {"MLP", "use_bias", Option},
    {"MLP", "initializer_scale", Fixed, "1.0|1"},
    {"MLP", "final_activation", Overridden},
    {"MLP", "gate_type", Overridden},
    {"MLP", "dtype", Overridden},
    {"LayerNorm", "epsilon", Option},
    {"LayerNorm", "use_mean", Option},
    {"LayerNorm", "use_bias", Option},
    {"LayerNorm", "use_scale", Fixed, "True"},
    {"LayerNorm", "use_scalar_scale_bias", Fixed, "False"},
    {"LayerNorm", "enable_layernorm", Fixed, "True"},
    // Statistics are computed in float32 whatever it says.
    {"LayerNorm", "dtype", Overridden},

    // Positions.
    {"RelativeFourierPositions", "position_vector_size", Fixed, "128"},
    {"RelativeFourierPositions", "max_number_of_keys", Overridden},
    {"RelativeFourierPositions", "num_heads", Overridden},
    {"RelativeFourierPositions", "dtype", Overridden},
    {"T5RelativePositionBiases", "num_buckets", Overridden},
    {"T5RelativePositionBiases", "max_distance", Overridden},
    {"T5RelativePositionBiases", "num_heads", Overridden},
    {"T5RelativePositionBiases", "dtype", Overridden},
    {"NNRelativePositionBiases", "num_hidden", Fixed, "128"},
    {"NNRelativePositionBiases", "max_coeff_out", Fixed, "3.0|3"},
    {"NNRelativePositionBiases", "translation_stddev", Fixed, "10.0|10"},
    {"BoundedALiBiIntegerPositions", "per_head_bound", Option},
    {"BoundedALiBiIntegerPositions", "trainable_slopes", Fixed, "False"},
    // The class around it passes these.
    {"BoundedALiBi", "per_head_bound", Overridden},
    {"BoundedALiBi", "trainable_slopes", Overridden},
    {"BoundedALiBi", "bound_initializer", Fixed, "@constant|@ones"},
    {"BoundedALiBi", "fixed_bound", Fixed, "None"},
    {"constant", "value", Fixed, "1.0|1"},
};

/// The class whose rows hold for `className`: the base of a layer has one name
/// in the stack with recurrence of 2025 and another everywhere else.
static llvm::StringRef getTableName(llvm::StringRef className) {
  return className == "TransformerBase" ? "MemTransformerBase" : className;
}

const GinParameter *brt::findGinParameter(llvm::StringRef className,
                                          llvm::StringRef name) {
  const GinParameter *all = nullptr;
  for (const GinParameter &parameter : kParameters) {
    if (parameter.className != getTableName(className))
      continue;
    if (parameter.name == name)
      return &parameter;
    if (parameter.name == "*")
      all = &parameter;
  }
  return all;
}

bool brt::isGinClass(llvm::StringRef className) {
  return llvm::any_of(kParameters, [&](const GinParameter &parameter) {
    return parameter.className == getTableName(className);
  });
}
