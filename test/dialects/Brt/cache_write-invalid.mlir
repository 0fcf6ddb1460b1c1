// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Rows of another width.
func.func @cache_write_c1(%c: tensor<?x16x4xf32>, %r: tensor<?x1x5xf32>, %p: tensor<?xi32>) {
  // expected-error @+1 {{'brt.cache_write' op expects rows to have shape [?, 1, 4], but got 'tensor<?x1x5xf32>'}}
  %0 = brt.cache_write %c, %r at %p count %p : tensor<?x16x4xf32>, tensor<?x1x5xf32>, tensor<?xi32>
  return
}

// -----

// A cache of one axis.
func.func @cache_write_c1_b(%c: tensor<?xf32>, %r: tensor<?x1x4xf32>, %p: tensor<?xi32>) {
  // expected-error @+1 {{'brt.cache_write' op expects cache and rows to have rank 2 or more, but got 'tensor<?xf32>' and 'tensor<?x1x4xf32>'}}
  %0 = brt.cache_write %c, %r at %p count %p : tensor<?xf32>, tensor<?x1x4xf32>, tensor<?xi32>
  return
}

// -----

// Positions of other lanes.
func.func @cache_write_c2(%c: tensor<2x16x4xf32>, %r: tensor<?x1x4xf32>, %p: tensor<3xi32>) {
  // expected-error @+1 {{'brt.cache_write' op expects positions to have shape [2], but got 'tensor<3xi32>'}}
  %0 = brt.cache_write %c, %r at %p count %p : tensor<2x16x4xf32>, tensor<?x1x4xf32>, tensor<3xi32>
  return
}

// -----

// Rows of another element type.
func.func @cache_write_c3(%c: tensor<?x16x4xf32>, %r: tensor<?x1x4xbf16>, %p: tensor<?xi32>) {
  // expected-error @+1 {{'brt.cache_write' op expects rows to have elements of type 'f32', but got 'tensor<?x1x4xbf16>'}}
  %0 = brt.cache_write %c, %r at %p count %p : tensor<?x16x4xf32>, tensor<?x1x4xbf16>, tensor<?xi32>
  return
}
