// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Flags of other lanes.
func.func @select_lanes_c1(%f: tensor<3xi1>, %a: tensor<2x4xf32>) {
  // expected-error @+1 {{'brt.select_lanes' op expects flags to have shape [2], but got 'tensor<3xi1>'}}
  %0 = brt.select_lanes %f, %a, %a : tensor<3xi1>, tensor<2x4xf32>, tensor<2x4xf32>
  return
}

// -----

// No lanes.
func.func @select_lanes_c1_b(%f: tensor<?xi1>, %a: tensor<f32>) {
  // expected-error @+1 {{'brt.select_lanes' op expects on_false to have an axis of lanes, but got 'tensor<f32>'}}
  %0 = brt.select_lanes %f, %a, %a : tensor<?xi1>, tensor<f32>, tensor<f32>
  return
}

// -----

// Sides of two shapes.
func.func @select_lanes_c2(%f: tensor<?xi1>, %a: tensor<4x16xf32>, %b: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.select_lanes' op expects on_true to have the type of on_false, with or without its axis 0, but got 'tensor<4x16xf32>' and 'tensor<?x8x16xf32>'}}
  %0 = brt.select_lanes %f, %a, %b : tensor<?xi1>, tensor<4x16xf32>, tensor<?x8x16xf32>
  return
}

// -----

// Sides of two element types.
func.func @select_lanes_c2_b(%f: tensor<?xi1>, %a: tensor<8x16xf64>, %b: tensor<?x8x16xf32>) {
  // expected-error @+1 {{'brt.select_lanes' op expects on_true to have the type of on_false, with or without its axis 0, but got 'tensor<8x16xf64>' and 'tensor<?x8x16xf32>'}}
  %0 = brt.select_lanes %f, %a, %b : tensor<?xi1>, tensor<8x16xf64>, tensor<?x8x16xf32>
  return
}
