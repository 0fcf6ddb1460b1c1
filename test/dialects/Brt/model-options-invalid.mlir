// RUN: brt-opt %s --verify-diagnostics --split-input-file

// An option that no op has.
// expected-error @+1 {{expects an option to be one of 'segment', 'window', 'width', 'heads', 'head_width', 'ffn', 'cache', 'causal', 'position_bias', 'alibi_bound_per_head', 'qk_norm', 'temperature', 'attention_sink', 'attention_output_bias', 'norm', 'norm_bias', 'norm_epsilon', 'activation', 'ffn_layers', 'ffn_bias', 'feedback', 'stack_window', 'dropout', 'attention_dropout', 'precision', but got 'depth'}}
brt.model @unknown depth = 12 {
}

// -----

// An option of another op, behind one of this op.
brt.model @of_another_op {
  // expected-error @+1 {{expects an option to be one of 'vocabulary', 'absolute_positions', but got 'window'}}
  brt.embedding vocabulary = 256, window = 128
}

// -----

// expected-error @+1 {{expects option 'window' to be given once, but got it again}}
brt.model @twice window = 128, window = 128 {
}

// -----

// A keyword that is no gate.
brt.model @keyword {
  brt.embedding
  // expected-error @+1 {{expects option 'gate' to be one of 'fixed', 'lstm', 'full', 'residual', but got 'gru'}}
  brt.recurrent_layer gate = gru
}

// -----

// expected-error @+1 {{expects option 'window' to be an integer, but got 'wide'}}
brt.model @integer_keyword window = wide {
}

// -----

// expected-error @+1 {{expects option 'window' to be an integer, but got '128.5'}}
brt.model @integer_real window = 128.5 {
}

// -----

// More than 64 bits.
// expected-error @+1 {{expects option 'window' to be an integer, but got '99999999999999999999'}}
brt.model @integer_overflow window = 99999999999999999999 {
}

// -----

// expected-error @+1 {{expects option 'cache' to be true or false, but got '1'}}
brt.model @boolean cache = 1 {
}

// -----

// expected-error @+1 {{expects option 'dropout' to be a number, but got 'some'}}
brt.model @real dropout = some {
}

// -----

// expected-error @+1 {{expected '='}}
brt.model @no_value window {
}

// -----

// A comma with nothing behind it.
// expected-error @+1 {{expected valid keyword}}
brt.model @comma window = 128, {
}

// -----

// expected-error @+1 {{expects a value to be a keyword or a number}}
brt.model @string window = "128" {
}

// -----

// A minus sign with nothing behind it.
// expected-error @+1 {{expected integer value}}
brt.model @minus window = - {
}
