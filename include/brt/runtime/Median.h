//===- Median.h - The middle of measurements --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_MEDIAN_H
#define BRT_RUNTIME_MEDIAN_H

#include <algorithm>
#include <vector>

namespace brt::rt {

/// The median of at least one number, the greater of two in the middle.
inline double getMedian(std::vector<double> values) {
  auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

} // namespace brt::rt

#endif // BRT_RUNTIME_MEDIAN_H
