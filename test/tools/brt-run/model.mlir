// REQUIRES: brt-run
// A model is expanded: parameters from a seed, then two segments of one lane.

// RUN: brt-run --reference %s --entry=init --set seed=1 --out %t.parameters
// RUN: %python %S/Inputs/write-safetensors.py %t.in tokens I32 1,4 1,2,3,4 \
// RUN:   start_of_sequence BOOL 1 1
// RUN: brt-run --reference %s --inputs %t.parameters,%t.in --zero-carry --out %t.one
// RUN: %python %S/Inputs/print-safetensors.py %t.one | FileCheck %s
// CHECK:      carry_out/0/keys F64 [1, 2, 1, 2] {{.+}}
// CHECK-NEXT: carry_out/0/state F64 [1, 2, 4] {{.+}}
// CHECK-NEXT: carry_out/0/values F64 [1, 2, 1, 2] {{.+}}
// CHECK-NEXT: logits F64 [1, 4, 5] {{.+}}
// CHECK-NEXT: loss_sum F64 [] {{[1-9]}}
// CHECK-NEXT: token_count I64 [] 3
// CHECK-NEXT: token_loss F64 [1, 4] {{[0-9. ]+}} 0{{$}}

brt.model @tiny segment = 4, window = 2, width = 4, heads = 1, head_width = 2, ffn = 3 {
  brt.embedding vocabulary = 5
  brt.recurrent_layer gate = lstm, configuration = skip, states = 2
  brt.head
}
