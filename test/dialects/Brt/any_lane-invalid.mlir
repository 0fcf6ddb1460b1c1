// RUN: brt-opt %s --verify-diagnostics --split-input-file

// Flags of two axes.
func.func @any_lane_c1(%f: tensor<?x2xi1>) {
  // expected-error @+1 {{'brt.any_lane' op expects flags to have rank 1, but got 'tensor<?x2xi1>'}}
  %0 = brt.any_lane %f : tensor<?x2xi1>
  return
}
