//===- ModuleImage.h - What a module may be loaded from -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX text; a fatbin, which holds PTX and cubins for several architectures; or
// the wrapper that nvcc puts around a fatbin in a host program. The layout of
// fatbins is not documented: this reader knows what CUDA 12 and 13 write.
//
//===----------------------------------------------------------------------===//

#ifndef BRT_EMULATOR_PTX_MODULEIMAGE_H
#define BRT_EMULATOR_PTX_MODULEIMAGE_H

#include <cstddef>
#include <string>

namespace brt::emu {

/// Why an image gives no PTX.
enum class ImageError {
  None,
  NoPtx,    // cubins only, or PTX for newer architectures only
  Malformed // not an image at all, or a damaged one
};

/// Finds the PTX to run on a device of `architecture` (80 for sm_80): of a
/// fatbin, that for the highest architecture up to it. `sm_90a` is taken on
/// exactly 90, `sm_100f` on 100 to 109. `bytes` says how much of `image` may be
/// read. On failure `message` says what was there instead.
ImageError ptxOfImage(const void *image, size_t bytes, unsigned architecture,
                      std::string &ptx, std::string &message);

/// The same for an image that says itself how long it is, as the driver
/// interface hands them over: by a terminating NUL, or in a fatbin's header.
ImageError ptxOfImage(const void *image, unsigned architecture,
                      std::string &ptx, std::string &message);

} // namespace brt::emu

#endif // BRT_EMULATOR_PTX_MODULEIMAGE_H
