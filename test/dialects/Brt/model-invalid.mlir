// RUN: brt-opt %s --verify-diagnostics --split-input-file

// expected-error @+1 {{'brt.model' op expects 'window' to be between 1 and 16777216, but got 0}}
brt.model @model_c1 window = 0 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'heads' to be between 1 and 16777216, but got -8}}
brt.model @model_c1_negative heads = -8 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'ffn' to be between 1 and 16777216, but got 9223372036854775807}}
brt.model @model_c1_huge ffn = 9223372036854775807 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// Heads and their width overflow a matrix.
// expected-error @+1 {{'brt.model' op expects 'heads' * 'head_width' to be less than 2^31, but got 65536 * 32768}}
brt.model @model_c1_attention heads = 65536, head_width = 32768 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'width' * 'ffn' to be less than 2^31, but got 1048576 * 2048}}
brt.model @model_c1_ffn width = 1048576, ffn = 2048 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

brt.model @model_c1_table {
  // expected-error @+1 {{'brt.embedding' op expects 'vocabulary' * 'width' to be less than 2^31, but got 2097152 * 1024}}
  brt.embedding vocabulary = 2097152
  brt.transformer_layer
  brt.head
}

// -----

brt.model @model_c1_vocabulary {
  // expected-error @+1 {{'brt.embedding' op expects 'vocabulary' to be between 1 and 16777216, but got 0}}
  brt.embedding vocabulary = 0
  brt.transformer_layer
  brt.head
}

// -----

brt.model @model_c1_states {
  brt.embedding
  // expected-error @+1 {{'brt.recurrent_layer' op expects 'states' to be between 1 and 16777216, but got -1}}
  brt.recurrent_layer states = -1
  brt.head
}

// -----

brt.model @model_c1_state {
  brt.embedding
  // expected-error @+1 {{'brt.recurrent_layer' op expects 'states' * 'width' to be less than 2^31, but got 4194304 * 1024}}
  brt.recurrent_layer states = 4194304
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'segment' to be a multiple of 'window' 512, but got 700}}
brt.model @model_c2 segment = 700 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'segment' without a cache not to be greater than 'window' 512, but got 1024}}
brt.model @model_c3 segment = 1024, cache = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// A chunk of a window and a half.
// expected-error @+1 {{'brt.model' op expects 'stack_window' to be 0, or a multiple of 'window' 512 that divides 'segment' 4096, but got 768}}
brt.model @model_c4 stack_window = 768 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// Chunks that do not fill the segment.
// expected-error @+1 {{'brt.model' op expects 'stack_window' to be 0, or a multiple of 'window' 512 that divides 'segment' 4096, but got 1536}}
brt.model @model_c4_segment stack_window = 1536 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'feedback' to come with a 'stack_window', but got 0}}
brt.model @model_c5 feedback = true {
  brt.embedding
  brt.recurrent_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'feedback' to come with a recurrent layer, but got none}}
brt.model @model_c5_layer feedback = true, stack_window = 512 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'head_width' to be even for rotary positions, but got 63}}
brt.model @model_c6 position_bias = rotary, head_width = 63 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'width' to be even for absolute positions, but got 1023}}
brt.model @model_c6_absolute width = 1023 {
  brt.embedding absolute_positions = true
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'brt.embedding', then layers, then 'brt.head', but got no layer}}
brt.model @model_c7 {
}

// -----

// An embedding and a head, and nothing to do between.
// expected-error @+1 {{'brt.model' op expects 'brt.embedding', then layers, then 'brt.head', but got no layer}}
brt.model @model_c7_no_layer {
  brt.embedding
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'brt.embedding', then layers, then 'brt.head', but got 'brt.transformer_layer' out of place}}
brt.model @model_c7_no_embedding {
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'brt.embedding', then layers, then 'brt.head', but got 'brt.transformer_layer' out of place}}
brt.model @model_c7_no_head {
  brt.embedding
  brt.transformer_layer
}

// -----

// expected-error @+1 {{'brt.model' op expects 'brt.embedding', then layers, then 'brt.head', but got 'brt.head' out of place}}
brt.model @model_c7_two_heads {
  brt.embedding
  brt.transformer_layer
  brt.head
  brt.head
}

// -----

brt.model @model_c7_other_op {
  brt.embedding
  // expected-error @+1 {{'arith.constant' op expects to be outside of 'brt.model', whose layers are 'brt.embedding', 'brt.transformer_layer', 'brt.recurrent_layer' and 'brt.head'}}
  %0 = arith.constant 1 : i32
  brt.transformer_layer
  brt.head
}

// -----

// A model inside a model.
brt.model @model_c7_nested {
  brt.embedding
  // expected-error @+1 {{'brt.model' op symbol's parent must have the SymbolTable trait}}
  brt.model @inner {
    brt.embedding
    brt.transformer_layer
    brt.head
  }
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'ffn_layers' to be between 1 and 8, but got 9}}
brt.model @model_c8 ffn_layers = 9 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'ffn_layers' to be 2 with 'swiglu', but got 3}}
brt.model @model_c8_swiglu ffn_layers = 3, activation = swiglu {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'norm_epsilon' to be in (0, 1), but got 0.000000e+00}}
brt.model @model_c9 norm_epsilon = 0 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'norm_epsilon' to be in (0, 1), but got nan}}
brt.model @model_c9_nan norm_epsilon = nan {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'dropout' to be in [0, 1), but got 1.000000e+00}}
brt.model @model_c9_dropout dropout = 1.0 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'attention_dropout' to be in [0, 1), but got -5.000000e-01}}
brt.model @model_c9_attention_dropout attention_dropout = -0.5 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'norm_bias' to go with 'norm = layer', but got 'rms'}}
brt.model @model_c10 norm_bias = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects 'alibi_bound_per_head' to go with 'position_bias = alibi', but got 't5'}}
brt.model @model_c11 alibi_bound_per_head = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// -----

brt.model @model_c12_count {
  brt.embedding
  // expected-error @+1 {{'brt.transformer_layer' op expects 'count' to be between 1 and 1024, but got 0}}
  brt.transformer_layer count = 0
  brt.head
}

// -----

// expected-error @+1 {{'brt.model' op expects at most 1024 layers, but got 1025}}
brt.model @model_c12 {
  brt.embedding
  brt.transformer_layer count = 1024
  brt.recurrent_layer
  brt.head
}

// -----

// expected-error @+1 {{'brt.head' op expects parent op 'brt.model'}}
brt.head

// -----

// expected-note @+1 {{see existing symbol definition here}}
brt.model @twice {
  brt.embedding
  brt.transformer_layer
  brt.head
}
// expected-error @+1 {{redefinition of symbol named 'twice'}}
brt.model @twice {
  brt.embedding
  brt.transformer_layer
  brt.head
}
