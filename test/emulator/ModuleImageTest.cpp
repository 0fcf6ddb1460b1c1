//===- ModuleImageTest.cpp - Modules from fatbins -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fatbins are nvcc's, with PTX for sm_75, sm_80 and sm_90a and a cubin for
// sm_80, once for each way to compress them.
//
//===----------------------------------------------------------------------===//

#include "DriverFixture.h"

#include "ptx/ModuleImage.h"

using namespace brt::emu;
using namespace brt::emu::test;

namespace {
class ModuleImages : public DriverTest {
protected:
  static std::string fatbin(const std::string &mode) {
    std::ifstream file(std::string(BRT_TEST_PTX_DIR) + "/images-" + mode +
                           ".fatbin",
                       std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)), {});
  }

  /// The kernel doubles what it is given and adds the architecture it was
  /// compiled for.
  void expectRuns(CUfunction function) {
    CUdeviceptr word = upload(std::vector<unsigned>{7});
    ASSERT_EQ(run(function, {1}, {1}, 0, word), CUDA_SUCCESS);
    EXPECT_EQ(download<unsigned>(word, 1)[0], 14u + 800);
  }
};

const char *const kModes[] = {"none", "speed", "balance", "size"};
} // namespace

TEST_F(ModuleImages, EveryCompression) {
  for (const char *mode : kModes) {
    std::string image = fatbin(mode);
    ASSERT_FALSE(image.empty()) << mode;
    CUmodule module = nullptr;
    ASSERT_EQ(cuModuleLoadData(&module, image.data()), CUDA_SUCCESS) << mode;
    expectRuns(find(module, "twice"));
    EXPECT_EQ(cuModuleUnload(module), CUDA_SUCCESS);
    ASSERT_EQ(cuModuleLoadFatBinary(&module, image.data()), CUDA_SUCCESS);
    expectRuns(find(module, "twice"));
  }
}

TEST_F(ModuleImages, LibrariesAndFiles) {
  std::string image = fatbin("balance");
  CUlibrary library = nullptr;
  ASSERT_EQ(cuLibraryLoadData(&library, image.data(), nullptr, nullptr, 0,
                              nullptr, nullptr, 0),
            CUDA_SUCCESS);
  CUkernel kernel = nullptr;
  ASSERT_EQ(cuLibraryGetKernel(&kernel, library, "twice"), CUDA_SUCCESS);
  CUfunction function = nullptr;
  ASSERT_EQ(cuKernelGetFunction(&function, kernel), CUDA_SUCCESS);
  expectRuns(function);
  EXPECT_EQ(cuLibraryUnload(library), CUDA_SUCCESS);

  std::string path = std::string(BRT_TEST_PTX_DIR) + "/images-speed.fatbin";
  CUmodule module = nullptr;
  ASSERT_EQ(cuModuleLoad(&module, path.c_str()), CUDA_SUCCESS);
  expectRuns(find(module, "twice"));
  ASSERT_EQ(cuLibraryLoadFromFile(&library, path.c_str(), nullptr, nullptr, 0,
                                  nullptr, nullptr, 0),
            CUDA_SUCCESS);
  ASSERT_EQ(cuLibraryGetKernel(&kernel, library, "twice"), CUDA_SUCCESS);
  // A kernel may be launched as it is.
  expectRuns(reinterpret_cast<CUfunction>(kernel));
}

TEST_F(ModuleImages, WrapperOfAHostProgram) {
  std::string image = fatbin("balance");
  struct {
    int magic = 0x466243b1, version = 1;
    const void *data;
    void *more = nullptr;
  } wrapper;
  wrapper.data = image.data();
  CUmodule module = nullptr;
  ASSERT_EQ(cuModuleLoadFatBinary(&module, &wrapper), CUDA_SUCCESS);
  expectRuns(find(module, "twice"));
}

TEST(ModuleImage, ChoosesByArchitecture) {
  std::ifstream file(std::string(BRT_TEST_PTX_DIR) + "/images-none.fatbin",
                     std::ios::binary);
  std::string image((std::istreambuf_iterator<char>(file)), {}), ptx, message;
  for (auto [architecture, target] :
       {std::pair{75u, ".target sm_75"}, std::pair{80u, ".target sm_80"},
        std::pair{89u, ".target sm_80"}, std::pair{90u, ".target sm_90a"},
        std::pair{100u, ".target sm_80"}}) {
    ASSERT_EQ(
        ptxOfImage(image.data(), image.size(), architecture, ptx, message),
        ImageError::None);
    EXPECT_NE(ptx.find(target), std::string::npos) << architecture;
  }
  EXPECT_EQ(ptxOfImage(image.data(), image.size(), 70, ptx, message),
            ImageError::NoPtx);
  EXPECT_NE(message.find("a cubin for sm_80"), std::string::npos) << message;
  EXPECT_NE(message.find("PTX for sm_90a"), std::string::npos) << message;
}

TEST(ModuleImage, DamagedOnesAreRefused) {
  for (const char *mode : kModes) {
    std::ifstream file(std::string(BRT_TEST_PTX_DIR) + "/images-" + mode +
                           ".fatbin",
                       std::ios::binary);
    std::string image((std::istreambuf_iterator<char>(file)), {}), ptx, message;
    // Cut anywhere: never read past the end, never taken for whole.
    for (size_t bytes = 4; bytes < image.size(); bytes += 61)
      EXPECT_EQ(ptxOfImage(std::string(image, 0, bytes).data(), bytes, 80, ptx,
                           message),
                ImageError::Malformed);
  }
  std::string cubin("\x7f"
                    "ELF",
                    4),
      ptx, message;
  cubin.resize(64);
  cubin[0x31] = 86;
  EXPECT_EQ(ptxOfImage(cubin.data(), 80, ptx, message), ImageError::NoPtx);
  EXPECT_NE(message.find("cubin for sm_86"), std::string::npos) << message;
  EXPECT_EQ(ptxOfImage("nonsense", 80, ptx, message), ImageError::Malformed);
}
