// RUN: brt-translate --brt-to-dot %s | FileCheck %s

// A run of equal layers is one box; the state advances beside its layer.
// CHECK:      digraph "rec" {
// CHECK:      tokens [label="tokens [B, 512]", shape=plaintext];
// CHECK-NEXT: embedding [label="embedding 256 x 64"];
// CHECK-NEXT: tokens -> embedding;
// CHECK-NEXT: layer0 [label="transformer layers 0 to 2 (3)\nwindow attention W 128, 4 heads of 16, t5\nfeed-forward 64 - 96 - 64, relu"];
// CHECK-NEXT: layer0 -> layer0 [label="cached keys, values [B, 128, 4, 16]", style=dashed];
// CHECK-NEXT: embedding -> layer0 [label="[B, 512, 64]"];
// CHECK-NEXT: layer1 [label="recurrent layer 3\n{{.*}}"];
// CHECK-NEXT: layer1 -> layer1 [{{.*}}style=dashed];
// CHECK-NEXT: state_of_layer1 [label="state [B, 32, 64]", shape=ellipse];
// CHECK-NEXT: layer1 -> state_of_layer1 [label="keys, values [B, 256, 4, 16]"];
// CHECK-NEXT: state_of_layer1 -> layer1 [label="state before the block"];
// CHECK-NEXT: state_of_layer1 -> state_of_layer1 [label="lstm gate, dual, once a block"];
// CHECK-NEXT: layer0 -> layer1 [label="[B, 512, 64]"];
// CHECK-NEXT: layer2 [label="transformer layer 4\n{{.*}}"];
// CHECK:      layer1 -> layer2
// CHECK-NOT:  feedback
// CHECK:      head [label="head: rms norm, embedding transposed / sqrt(64)"];
// CHECK-NEXT: layer2 -> head [label="[B, 512, 64]"];
// CHECK-NEXT: embedding -> head [label="tied", style=dotted, constraint=false];
// CHECK-NEXT: logits [label="logits [B, 512, 256]", shape=plaintext];
// CHECK-NEXT: head -> logits;
// CHECK-NEXT: }
brt.model @rec segment = 512, window = 128, width = 64, heads = 4, head_width = 16, ffn = 96 {
  brt.embedding vocabulary = 256
  brt.transformer_layer count = 3
  brt.recurrent_layer gate = lstm, configuration = dual, states = 32
  brt.transformer_layer
  brt.head
}

// All transformer layers read the state of the last recurrent layer.
// CHECK:      digraph "feed\"back" {
// CHECK:      layer0 [label="recurrent layers 0 to 1 (2)\nwindow attention W 64, 4 heads of 16, no positions, not causal, no unit length\nfeed-forward 64 - 96 - 96 - 64, tanh"];
// CHECK:      state_of_layer0 [label="2 states [B, 32, 64]\ncleared in every segment", shape=ellipse];
// CHECK:      state_of_layer2 -> layer1 [label="feedback", style=dotted, constraint=false];
// CHECK-NEXT: state_of_layer2 -> layer3 [label="feedback", style=dotted, constraint=false];
// CHECK-NEXT: head [label="head: embedding transposed / sqrt(256)"];
brt.model @"feed\22back" segment = 512, window = 64, width = 64, heads = 4, head_width = 16, ffn = 96, position_bias = none, causal = false, qk_norm = false, activation = tanh, ffn_layers = 3, feedback = true, stack_window = 64 {
  brt.embedding vocabulary = 256
  brt.recurrent_layer gate = fixed, configuration = skip, states = 32, always_clear = true, count = 2
  brt.transformer_layer
  brt.recurrent_layer gate = fixed, configuration = skip, states = 32
  brt.transformer_layer
  brt.head final_norm = false, logit_scale = sqrt_vocab
}
