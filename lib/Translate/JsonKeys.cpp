//===- JsonKeys.cpp - Keys of the JSON description of a model -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "JsonKeys.h"
#include "brt/dialects/Brt/Brt.h"
#include "llvm/ADT/STLExtras.h"

using namespace brt;

llvm::ArrayRef<JsonKey> brt::getJsonKeys() {
  using Owner = JsonOwner;
  static const JsonKey keys[] = {
      {"segment", Owner::Model, "segment", true},
      {"window", Owner::Model, "window", true},
      {"width", Owner::Model, "width", true},
      {"heads", Owner::Model, "heads", true},
      {"head_width", Owner::Model, "head_width", true},
      {"ffn", Owner::Model, "ffn", true},
      {"vocabulary", Owner::Embedding, "vocabulary", true},
      {"gate", Owner::Recurrent, "gate", true, "null"},
      {"configuration", Owner::Recurrent, "configuration", true, "null"},
      {"states", Owner::Recurrent, "states", true, "0"},
      {"state_ids", Owner::Recurrent, "state_ids", false, "true"},
      {"learned_initial_state", Owner::Recurrent, "learned_initial_state",
       false, "true"},
      {"always_clear_state", Owner::Recurrent, "always_clear", false, "false"},
      {"feedback", Owner::Model, "feedback"},
      {"stack_window", Owner::Model, "stack_window"},
      {"cache", Owner::Model, "cache"},
      {"causal_mask", Owner::Model, "causal"},
      {"position_bias", Owner::Model, "position_bias"},
      {"alibi_per_head_bound", Owner::Model, "alibi_bound_per_head"},
      {"absolute_positions", Owner::Embedding, "absolute_positions"},
      {"qk_norm", Owner::Model, "qk_norm"},
      {"attention_sink", Owner::Model, "attention_sink"},
      {"attention_output_bias", Owner::Model, "attention_output_bias"},
      {"norm", Owner::Model, "norm"},
      {"norm_bias", Owner::Model, "norm_bias"},
      {"norm_epsilon", Owner::Model, "norm_epsilon"},
      {"final_norm", Owner::Head, "final_norm"},
      {"logit_scale", Owner::Head, "logit_scale"},
      {"ffn_activation", Owner::Model, "activation"},
      {"ffn_layers", Owner::Model, "ffn_layers"},
      {"ffn_bias", Owner::Model, "ffn_bias"},
      {"dropout", Owner::Model, "dropout"},
      {"attention_dropout", Owner::Model, "attention_dropout"},
      {"dtype", Owner::Model, "precision"},
  };
  return keys;
}

const Option &brt::getJsonOption(const JsonKey &key) {
  llvm::ArrayRef<Option> options;
  switch (key.owner) {
  case JsonOwner::Model:
    options = ModelOp::getOptions();
    break;
  case JsonOwner::Embedding:
    options = EmbeddingOp::getOptions();
    break;
  case JsonOwner::Recurrent:
    options = RecurrentLayerOp::getOptions();
    break;
  case JsonOwner::Head:
    options = HeadOp::getOptions();
    break;
  }
  return *llvm::find_if(
      options, [&](const Option &option) { return option.name == key.option; });
}

bool brt::isJsonSpecialKey(llvm::StringRef name) {
  static constexpr llvm::StringLiteral keys[] = {
      "fourier_max_keys", "fourier_vector_size", "layers",
      "loss_mask_input",  "loss_mask_shifted",   "name",
      "parameter_dtype",  "recurrent_layers",    "temperature_abs"};
  return llvm::is_contained(keys, name);
}

bool brt::isJsonRunFact(llvm::StringRef name) {
  static constexpr llvm::StringLiteral facts[] = {
      "comment",   "kept_steps",
      "lanes",     "negative_temperatures",
      "optimizer", "parameter_count",
      "segments",  "shapes",
      "source",    "steps"};
  return llvm::is_contained(facts, name);
}
