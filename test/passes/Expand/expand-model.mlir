// RUN: brt-opt %s --brt-expand-model --split-input-file | FileCheck %s

// The loop over blocks holds the cell; tokens read the state that comes in, and
// the keys of the block before come round as a carry.
// CHECK-LABEL: func.func @init(
// CHECK-SAME:    tensor<i64> {brt.input = "seed"}
// CHECK-SAME:    tensor<31x16xf32> {brt.parameter = "embed/embedding"}
// CHECK:         brt.random normal %{{.+}} {mean = 0.000000e+00 : f64, stddev = 1.000000e+00 : f64
// CHECK-LABEL: func.func @forward(
// CHECK-SAME:    {brt.parameter = "embed/embedding"}
// CHECK-SAME:    tensor<?x4x2x12xf32> {brt.carry = "0/keys"}
// CHECK-SAME:    tensor<?x5x16xf32> {brt.carry = "1/state"}
// CHECK-SAME:    %[[TOKENS:[^:]+]]: tensor<?x12xi32> {brt.input = "tokens"}
// CHECK-SAME:    %[[START:[^:]+]]: tensor<?xi1> {brt.input = "start_of_sequence"}
// CHECK-SAME:    {brt.output = "logits"}
// CHECK-SAME:    attributes {brt.entry}
// CHECK:         brt.window_attention
// CHECK-SAME:      {window = 4 : i64} : tensor<?x12x2x12xf32>, tensor<?x16x2x12xf32>
// CHECK:         brt.recurrence blocks = 3
// CHECK-SAME:      over (%[[X:.+]] = %{{.+}} : tensor<?x12x16xf32>)
// CHECK-SAME:      carry (%{{.+}}, %{{.+}}, %[[C:.+]] = %{{.+}} : tensor<?x5x16xf32>)
// CHECK:           brt.norm rms %[[X]]
// CHECK:           %[[S:.+]] = brt.norm rms %[[C]]
// CHECK:           brt.add_state_ids %[[S]]
// CHECK:           brt.window_attention
// CHECK:           brt.state_attention
// CHECK:           %[[NEXT:.+]] = brt.gate fixed %[[C]]
// CHECK:           brt.yield %{{.+}} : tensor<?x4x16xf32> carry %{{.+}}, %{{.+}}, %[[NEXT]]
// CHECK:         brt.shift_targets %[[TOKENS]]
// CHECK:         brt.cross_entropy
// CHECK-LABEL: func.func @prefill(
// CHECK-SAME:    tensor<?x8x2x12xf32> {brt.carry = "0/keys"}
// CHECK-SAME:    tensor<?x5x2x12xf32> {brt.carry = "1/state_keys"}
// CHECK-SAME:    tensor<?xi32> {brt.carry = "position"}
// CHECK-SAME:    tensor<?x4xi32> {brt.input = "tokens"}
// CHECK-SAME:    tensor<?xi32> {brt.input = "counts"}
// CHECK-LABEL: func.func @decode(
// CHECK-SAME:    tensor<?x1xi32> {brt.input = "tokens"}
// CHECK:         brt.any_lane
// CHECK:         scf.if
// CHECK:         brt.cache_write
// CHECK:         brt.any_lane
// CHECK:         scf.if
// CHECK:           brt.gate fixed
// CHECK-NOT:   brt.model
brt.model @recurrent segment = 12, window = 4, width = 16, heads = 2, head_width = 12, ffn = 32 {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.recurrent_layer gate = fixed, configuration = skip, states = 5
  brt.head
}

// -----

// A model that sees tokens to come cannot be read one by one.
// CHECK-LABEL: func.func @forward(
// CHECK:         brt.window_attention
// CHECK-SAME:      {causal = false, window = 4 : i64}
// CHECK-NOT:   func.func @prefill
// CHECK-NOT:   func.func @decode
brt.model @both_ways segment = 8, window = 4, width = 16, heads = 2, head_width = 12, ffn = 32, causal = false {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.head
}

// -----

// Without a cache there is no past block, not even zeros.
// CHECK-LABEL: func.func @forward(
// CHECK-NOT:     brt.carry
// CHECK-NOT:     tensor.concat
// CHECK:         brt.window_attention %{{.+}} : tensor<?x6x2x12xf32>, tensor<?x6x2x12xf32>
brt.model @no_cache segment = 6, window = 8, width = 16, heads = 2, head_width = 12, ffn = 32, cache = false {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.head
}

// -----

// Under feedback the stack runs chunk by chunk, and every layer reads the state.
// CHECK-LABEL: func.func @forward(
// CHECK:         brt.recurrence blocks = 2
// CHECK:           brt.window_attention
// CHECK:           brt.state_attention
// CHECK:           brt.recurrence blocks = 2
// CHECK:             brt.gate lstm
// CHECK:             brt.yield
// CHECK:           brt.yield
// CHECK-LABEL: func.func @prefill(
// CHECK-SAME:    {brt.carry = "feedback/keys"}
brt.model @feedback segment = 16, window = 4, width = 16, heads = 2, head_width = 12, ffn = 32, feedback = true, stack_window = 8 {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.recurrent_layer gate = lstm, configuration = single, states = 3
  brt.head
}

// -----

// `single` has no attention projection, and a bounded candidate.
// CHECK-LABEL: func.func @forward(
// CHECK:         brt.recurrence
// CHECK:           %[[READ:.+]] = brt.merge_heads
// CHECK:           %[[READ2:.+]] = brt.merge_heads
// CHECK-NEXT:      brt.linear %[[READ2]], %{{.+}} : tensor<?x3x48xf32>, tensor<48x32xf32>
// CHECK:           %[[CANDIDATE:.+]] = brt.activation tanh
// CHECK-NEXT:      brt.gate residual %{{.+}}, %[[CANDIDATE]]
brt.model @single segment = 4, window = 4, width = 16, heads = 2, head_width = 12, ffn = 32 {
  brt.embedding vocabulary = 31
  brt.recurrent_layer gate = residual, configuration = single, states = 3
  brt.head
}

// -----

// A state cleared in every segment is not read: the carry passes through.
// CHECK-LABEL: func.func @forward(
// CHECK-SAME:    %[[STATE:[^:]+]]: tensor<?x3x16xf32> {brt.carry = "0/state"}
// CHECK:         %[[ALL:.+]] = tensor.splat %true
// CHECK:         brt.select_lanes %[[ALL]], %{{.+}}, %[[STATE]]
// CHECK:         return {{.*}}, %[[STATE]] :
brt.model @cleared segment = 4, window = 4, width = 16, heads = 2, head_width = 12, ffn = 32 {
  brt.embedding vocabulary = 31
  brt.recurrent_layer gate = fixed, configuration = skip, states = 3, always_clear = true
  brt.head
}

// -----

// Without normalised queries there is a scale and no temperature; logits go by
// the square root of the vocabulary; the loss mask is an input.
// CHECK-LABEL: func.func @forward(
// CHECK-SAME:    {brt.input = "loss_mask_input"}
// CHECK-NOT:     brt.unit_normalize
// CHECK:         brt.window_attention
// CHECK-NOT:     temperature
// CHECK-SAME:      scale = 2.500000e-01
// CHECK:         brt.logits
// CHECK-SAME:      divisor = 6.000000e+00
// CHECK:         brt.shift_targets %{{.+}} mask(%{{.+}}) {shift_mask}
brt.model @plain segment = 4, window = 4, width = 16, heads = 2, head_width = 16, ffn = 32, qk_norm = false {
  brt.embedding vocabulary = 36
  brt.transformer_layer
  brt.head logit_scale = sqrt_vocab, loss_mask = shifted
}

// -----

// Activations in bf16, parameters, logits and loss in f32.
// CHECK-LABEL: func.func @forward(
// CHECK-SAME:    tensor<31x16xf32> {brt.parameter = "embed/embedding"}
// CHECK-SAME:    tensor<?x4x2x8xbf16> {brt.carry = "0/keys"}
// CHECK-SAME:    tensor<?x4x31xf32> {brt.output = "logits"}
brt.model @bf16 segment = 4, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32, precision = bf16 {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.head
}

// -----

// Both sides of a gated feed-forward network; a sink; rotary keys of the past
// block stand before position 0.
// CHECK-LABEL: func.func @forward(
// CHECK:         %[[Q:.+]] = brt.rotary %{{.+}} : tensor<?x4x2x8xf32>
// CHECK:         %[[K:.+]] = brt.rotary %{{.+}} {first = -4 : i64} : tensor<?x8x2x8xf32>
// CHECK:         brt.window_attention %[[Q]], %[[K]]
// CHECK-SAME:      sink(
// CHECK:         %[[GATE:.+]] = brt.activation swish
// CHECK:         arith.mulf %[[GATE]]
brt.model @modern segment = 4, window = 4, width = 16, heads = 2, head_width = 8, ffn = 32, position_bias = rotary, attention_sink = true, activation = swiglu {
  brt.embedding vocabulary = 31
  brt.transformer_layer
  brt.head
}
