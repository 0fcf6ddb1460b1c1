// RUN: brt-opt %s --brt-print-summary -o /dev/null 2>&1 | FileCheck %s

// The exact totals of brt-spec 7.1: each row of the paper's table is a change of
// options.

// CHECK:      model @baseline_12
// CHECK-NEXT:   part count parameters FLOPs/token cache/lane state/lane
// CHECK-NEXT:   embedding 1 32,899,072 0 0 0
// CHECK-NEXT:   transformer_layer 12 151,022,688
// CHECK:        total 183,922,784
brt.model @baseline_12 {
  brt.embedding
  brt.transformer_layer count = 12
  brt.head
}

// CHECK:      model @baseline_13
// CHECK:        total 196,508,008
// CHECK-NEXT:   without the embedding 163,608,936 parameters
brt.model @baseline_13 {
  brt.embedding
  brt.transformer_layer count = 13
  brt.head
}

// A state and a cache of the sizes in 7.2.
// CHECK:      model @fixed_skip
// CHECK:        recurrent_layer fixed:skip 1 {{[0-9,]+}} {{[0-9,]+}} 1,048,576 524,288
// CHECK:        total 193,362,040 {{[0-9,]+}} 12,582,912 524,288
brt.model @fixed_skip {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = fixed, configuration = skip
  brt.transformer_layer count = 2
  brt.head
}

// CHECK:      model @fixed_dual
// CHECK:        total 201,752,696
brt.model @fixed_dual {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = fixed, configuration = dual
  brt.transformer_layer count = 2
  brt.head
}

// CHECK:      model @fixed_single
// CHECK:        total 203,847,800
brt.model @fixed_single {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = fixed, configuration = single
  brt.transformer_layer count = 2
  brt.head
}

// CHECK:      model @lstm_skip
// CHECK:        total 197,557,368
brt.model @lstm_skip {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = lstm, configuration = skip
  brt.transformer_layer count = 2
  brt.head
}

// CHECK:      model @lstm_single
// CHECK:        total 212,237,432
brt.model @lstm_single {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = lstm, configuration = single
  brt.transformer_layer count = 2
  brt.head
}

// CHECK:      model @lstm_dual
// CHECK:        total 214,337,656
brt.model @lstm_dual {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = lstm, configuration = dual
  brt.transformer_layer count = 2
  brt.head
}

// CHECK:      model @feedback_fixed_skip
// CHECK:        total 216,430,800
brt.model @feedback_fixed_skip feedback = true, stack_window = 512 {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = fixed, configuration = skip
  brt.transformer_layer count = 2
  brt.head
}

// CHECK:      model @feedback_lstm_single
// CHECK:        total 235,306,192
brt.model @feedback_lstm_single feedback = true, stack_window = 512 {
  brt.embedding
  brt.transformer_layer count = 9
  brt.recurrent_layer gate = lstm, configuration = single
  brt.transformer_layer count = 2
  brt.head
}

// A Transformer-XL of one window: costs count W keys, not N.
// CHECK:      model @xl
// CHECK:        transformer_layer 1 12,585,224 29,360,128
brt.model @xl segment = 1024, window = 1024 {
  brt.embedding
  brt.transformer_layer
  brt.head
}
