// RUN: brt-opt %s | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-op-generic | brt-opt | FileCheck %s --strict-whitespace
// RUN: brt-opt %s --mlir-print-debuginfo | brt-opt | FileCheck %s --strict-whitespace

// Each option with a value that is not its default, which is printed, and with
// its default, which is not. The options given are all on one line.

// CHECK: brt.model @cache segment = 512, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, cache = false {
brt.model @cache segment = 512, cache = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @cache_default segment = 512, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @cache_default segment = 512, cache = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @causal segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, causal = false {
brt.model @causal causal = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @causal_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @causal_default causal = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @position_bias segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, position_bias = none {
brt.model @position_bias position_bias = none {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @position_bias_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @position_bias_default position_bias = t5 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @position_bias_rotary segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, position_bias = rotary {
brt.model @position_bias_rotary position_bias = rotary {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @position_bias_fourier segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, position_bias = fourier {
brt.model @position_bias_fourier position_bias = fourier {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @position_bias_alibi segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, position_bias = alibi {
brt.model @position_bias_alibi position_bias = alibi {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @position_bias_nn segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, position_bias = nn {
brt.model @position_bias_nn position_bias = nn {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @alibi_bound_per_head segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, position_bias = alibi, alibi_bound_per_head = true {
brt.model @alibi_bound_per_head position_bias = alibi, alibi_bound_per_head = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @alibi_bound_per_head_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @alibi_bound_per_head_default alibi_bound_per_head = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @qk_norm segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, qk_norm = false {
brt.model @qk_norm qk_norm = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @qk_norm_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @qk_norm_default qk_norm = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @temperature segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, temperature = signed {
brt.model @temperature temperature = signed {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @temperature_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @temperature_default temperature = absolute {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @attention_sink segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, attention_sink = true {
brt.model @attention_sink attention_sink = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @attention_sink_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @attention_sink_default attention_sink = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @attention_output_bias segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, attention_output_bias = true {
brt.model @attention_output_bias attention_output_bias = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @attention_output_bias_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @attention_output_bias_default attention_output_bias = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @norm segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, norm = layer {
brt.model @norm norm = layer {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @norm_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @norm_default norm = rms {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @norm_bias segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, norm = layer, norm_bias = true {
brt.model @norm_bias norm = layer, norm_bias = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @norm_bias_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @norm_bias_default norm_bias = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @norm_epsilon segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, norm_epsilon = 0.001 {
brt.model @norm_epsilon norm_epsilon = 0.001 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @norm_epsilon_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @norm_epsilon_default norm_epsilon = 1.0e-6 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, activation = none {
brt.model @activation activation = none {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @activation_default activation = relu {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation_swish segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, activation = swish {
brt.model @activation_swish activation = swish {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation_sigmoid segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, activation = sigmoid {
brt.model @activation_sigmoid activation = sigmoid {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation_tanh segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, activation = tanh {
brt.model @activation_tanh activation = tanh {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation_softmax segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, activation = softmax {
brt.model @activation_softmax activation = softmax {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation_gelu segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, activation = gelu {
brt.model @activation_gelu activation = gelu {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @activation_swiglu segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, activation = swiglu {
brt.model @activation_swiglu activation = swiglu {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @ffn_layers segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, ffn_layers = 3 {
brt.model @ffn_layers ffn_layers = 3 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @ffn_layers_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @ffn_layers_default ffn_layers = 2 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @ffn_bias segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, ffn_bias = true {
brt.model @ffn_bias ffn_bias = true {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @ffn_bias_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @ffn_bias_default ffn_bias = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @feedback segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, feedback = true, stack_window = 1024 {
brt.model @feedback feedback = true, stack_window = 1024 {
  brt.embedding
  brt.recurrent_layer
  brt.head
}

// CHECK: brt.model @feedback_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @feedback_default feedback = false {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @stack_window segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, stack_window = 1024 {
brt.model @stack_window stack_window = 1024 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @stack_window_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @stack_window_default stack_window = 0 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @dropout segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, dropout = 0.25 {
brt.model @dropout dropout = 0.25 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @dropout_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @dropout_default dropout = 0.05 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @attention_dropout segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, attention_dropout = 0 {
brt.model @attention_dropout attention_dropout = 0.0 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @attention_dropout_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @attention_dropout_default attention_dropout = 0.05 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @precision segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, precision = bf16 {
brt.model @precision precision = bf16 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @precision_default segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096 {
brt.model @precision_default precision = f32 {
  brt.embedding
  brt.transformer_layer
  brt.head
}

// CHECK: brt.model @precision_f64 segment = 4096, window = 512, width = 1024, heads = 8, head_width = 128, ffn = 4096, precision = f64 {
brt.model @precision_f64 precision = f64 {
  brt.embedding
  brt.transformer_layer
  brt.head
}
