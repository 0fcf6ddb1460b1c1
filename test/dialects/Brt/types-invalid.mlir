// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Only the number of lanes may be dynamic.
func.func @dynamic_tokens(%x: tensor<?x?x16xf32>, %g: tensor<16xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 64-bit float or 32-bit float or bfloat16 type values with static extents of 1 to 2^31 - 1 after the first, but got 'tensor<?x?x16xf32>'}}
  %0 = brt.norm rms %x, %g : tensor<?x?x16xf32>, tensor<16xf32>
  return
}

// -----

// A row of no features has no mean.
func.func @no_features(%x: tensor<?x8x0xf32>, %w: tensor<16x16xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 64-bit float or 32-bit float or bfloat16 type values with static extents of 1 to 2^31 - 1 after the first, but got 'tensor<?x8x0xf32>'}}
  %0 = brt.linear %x, %w : tensor<?x8x0xf32>, tensor<16x16xf32>
  return
}

// -----

// A parameter is static.
func.func @dynamic_parameter(%x: tensor<?x8x16xf32>, %w: tensor<?x16xf32>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of 64-bit float or 32-bit float or bfloat16 type values with static extents of 1 to 2^31 - 1, but got 'tensor<?x16xf32>'}}
  %0 = brt.linear %x, %w : tensor<?x8x16xf32>, tensor<?x16xf32>
  return
}

// -----

// No vocabulary: a token modulo nothing.
func.func @no_vocabulary(%t: tensor<?x8xi32>, %e: tensor<0x16xf32>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of 64-bit float or 32-bit float or bfloat16 type values with static extents of 1 to 2^31 - 1, but got 'tensor<0x16xf32>'}}
  %0 = brt.embed %t, %e : tensor<?x8xi32>, tensor<0x16xf32> -> tensor<?x8x16xf32>
  return
}

// -----

// An extent whose square overflows.
func.func @huge(%x: tensor<?x2147483648xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 64-bit float or 32-bit float or bfloat16 type values with static extents of 1 to 2^31 - 1 after the first, but got 'tensor<?x2147483648xf32>'}}
  %0 = brt.activation relu %x : tensor<?x2147483648xf32>
  return
}

// -----

// f16 is not a precision of ours.
func.func @f16(%x: tensor<?x8xf16>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 64-bit float or 32-bit float or bfloat16 type values with static extents of 1 to 2^31 - 1 after the first, but got 'tensor<?x8xf16>'}}
  %0 = brt.activation relu %x : tensor<?x8xf16>
  return
}

// -----

// Tokens are i32.
func.func @i64_tokens(%t: tensor<?x8xi64>, %e: tensor<256x16xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit signless integer values with static extents of 1 to 2^31 - 1 after the first, but got 'tensor<?x8xi64>'}}
  %0 = brt.embed %t, %e : tensor<?x8xi64>, tensor<256x16xf32> -> tensor<?x8x16xf32>
  return
}

// -----

// Flags are i1.
func.func @i8_flags(%f: tensor<?xi8>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 1-bit signless integer values with static extents of 1 to 2^31 - 1 after the first, but got 'tensor<?xi8>'}}
  %0 = brt.any_lane %f : tensor<?xi8>
  return
}
