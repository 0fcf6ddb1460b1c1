// A cell that is not in the dialect: a decaying sum of what each block says,
// written as a region of upstream ops and a few of ours. Only the attributes of
// the entry points are special; the compiler does not know this cell.
//
//   state' = d state + (1 - d) mean over the block of x W_in,  d = sigmoid(decay)
//   out    = x + tanh(x + state) W_out, where every token reads the state that
//            the blocks before left

#feature = affine_map<(b, i, e) -> (e)>
#token = affine_map<(b, i, e) -> (b, i, e)>
#summary = affine_map<(b, i, e) -> (b, 0, e)>

func.func @init(%seed_tensor: tensor<i64> {brt.input = "seed"})
    -> (tensor<256x32xf32> {brt.parameter = "embed/embedding"},
        tensor<32xf32> {brt.parameter = "cell/decay"},
        tensor<32x32xf32> {brt.parameter = "cell/in/kernel"},
        tensor<32x32xf32> {brt.parameter = "cell/out/kernel"})
    attributes {brt.entry} {
  %seed = tensor.extract %seed_tensor[] : tensor<i64>
  %table = brt.random normal %seed {mean = 0.0 : f64, stddev = 1.0 : f64, stream = 1 : i64} : tensor<256x32xf32>
  %decay = arith.constant dense<2.0> : tensor<32xf32>
  %in = brt.random truncated_normal %seed {mean = 0.0 : f64, stddev = 0.18 : f64, stream = 2 : i64} : tensor<32x32xf32>
  %out = brt.random truncated_normal %seed {mean = 0.0 : f64, stddev = 0.18 : f64, stream = 3 : i64} : tensor<32x32xf32>
  return %table, %decay, %in, %out : tensor<256x32xf32>, tensor<32xf32>, tensor<32x32xf32>, tensor<32x32xf32>
}

func.func @forward(
    %table: tensor<256x32xf32> {brt.parameter = "embed/embedding"},
    %decay: tensor<32xf32> {brt.parameter = "cell/decay"},
    %in: tensor<32x32xf32> {brt.parameter = "cell/in/kernel"},
    %out: tensor<32x32xf32> {brt.parameter = "cell/out/kernel"},
    %carried: tensor<?x1x32xf32> {brt.carry = "0/state"},
    %tokens: tensor<?x64xi32> {brt.input = "tokens"},
    %start: tensor<?xi1> {brt.input = "start_of_sequence"})
    -> (tensor<?x64x256xf32> {brt.output = "logits"},
        tensor<?x64xf32> {brt.output = "token_loss"},
        tensor<f32> {brt.output = "loss_sum"},
        tensor<i64> {brt.output = "token_count"},
        tensor<?x1x32xf32> {brt.carry = "0/state"})
    attributes {brt.entry} {
  %zero_state = arith.constant dense<0.0> : tensor<1x32xf32>
  %state = brt.select_lanes %start, %zero_state, %carried : tensor<?xi1>, tensor<1x32xf32>, tensor<?x1x32xf32>
  %x = brt.embed %tokens, %table : tensor<?x64xi32>, tensor<256x32xf32> -> tensor<?x64x32xf32>
  %y, %last = brt.recurrence blocks = 4 over (%block = %x : tensor<?x64x32xf32>) carry (%s = %state : tensor<?x1x32xf32>) {
    %c0 = arith.constant 0 : index
    %lanes = tensor.dim %s, %c0 : tensor<?x1x32xf32>
    %zero = arith.constant 0.0 : f32

    // Tokens read the state that came in.
    %empty = tensor.empty(%lanes) : tensor<?x16x32xf32>
    %read = linalg.generic {indexing_maps = [#token, #summary, #token], iterator_types = ["parallel", "parallel", "parallel"]}
        ins(%block, %s : tensor<?x16x32xf32>, tensor<?x1x32xf32>) outs(%empty : tensor<?x16x32xf32>) {
    ^bb0(%a: f32, %b: f32, %unused: f32):
      %sum = arith.addf %a, %b : f32
      %bounded = math.tanh %sum : f32
      linalg.yield %bounded : f32
    } -> tensor<?x16x32xf32>
    %mixed = brt.linear %read, %out : tensor<?x16x32xf32>, tensor<32x32xf32>
    %output = arith.addf %block, %mixed : tensor<?x16x32xf32>

    // The state forgets a little and adds the block's mean.
    %said = brt.linear %block, %in : tensor<?x16x32xf32>, tensor<32x32xf32>
    %empty_sum = tensor.empty(%lanes) : tensor<?x1x32xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty_sum : tensor<?x1x32xf32>) -> tensor<?x1x32xf32>
    %total = linalg.generic {indexing_maps = [#token, #summary], iterator_types = ["parallel", "reduction", "parallel"]}
        ins(%said : tensor<?x16x32xf32>) outs(%zeros : tensor<?x1x32xf32>) {
    ^bb0(%a: f32, %sum: f32):
      %next = arith.addf %sum, %a : f32
      linalg.yield %next : f32
    } -> tensor<?x1x32xf32>
    %new = linalg.generic {indexing_maps = [#token, #token, #feature, #token], iterator_types = ["parallel", "parallel", "parallel"]}
        ins(%s, %total, %decay : tensor<?x1x32xf32>, tensor<?x1x32xf32>, tensor<32xf32>) outs(%empty_sum : tensor<?x1x32xf32>) {
    ^bb0(%old: f32, %sum: f32, %d: f32, %unused: f32):
      %one = arith.constant 1.0 : f32
      %length = arith.constant 16.0 : f32
      %negated = arith.negf %d : f32
      %power = math.exp %negated : f32
      %below = arith.addf %power, %one : f32
      %keep = arith.divf %one, %below : f32
      %rest = arith.subf %one, %keep : f32
      %mean = arith.divf %sum, %length : f32
      %kept = arith.mulf %keep, %old : f32
      %added = arith.mulf %rest, %mean : f32
      %sum_of_both = arith.addf %kept, %added : f32
      linalg.yield %sum_of_both : f32
    } -> tensor<?x1x32xf32>
    brt.yield %output : tensor<?x16x32xf32> carry %new : tensor<?x1x32xf32>
  }
  %logits = brt.logits %y, %table {divisor = 5.65685424949238 : f64} : tensor<?x64x32xf32>, tensor<256x32xf32> -> tensor<?x64x256xf32>
  %targets, %mask = brt.shift_targets %tokens : tensor<?x64xi32>
  %token_loss, %loss_sum, %token_count = brt.cross_entropy %logits, %targets, %mask : tensor<?x64x256xf32>, tensor<?x64xi32>, tensor<?x64xi1>
  return %logits, %token_loss, %loss_sum, %token_count, %last
      : tensor<?x64x256xf32>, tensor<?x64xf32>, tensor<f32>, tensor<i64>, tensor<?x1x32xf32>
}
