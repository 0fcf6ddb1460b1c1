//===- SessionTest.cpp - Programs, parameters, segments and streams -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FakeProgram.h"
#include "TemporaryFolder.h"
#include "brt/runtime/Segments.h"
#include "brt/runtime/Stream.h"
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

using namespace brt::rt;

namespace {
class Session : public testing::Test {
protected:
  void SetUp() override {
    if (!hasInstructionSet("avx2"))
      GTEST_SKIP() << "needs AVX2";
    Result<Program> created = Program::create(brt_program);
    ASSERT_TRUE(created.ok()) << created.status().message();
    program = *created;
    Result<Parameters> made = Parameters::init(program, 1);
    ASSERT_TRUE(made.ok()) << made.status().message();
    parameters = std::move(*made);
  }

  /// The error of loading a checkpoint of these tensors.
  std::string loadError(const std::vector<TensorView> &tensors,
                        const Metadata &metadata = {}) {
    EXPECT_TRUE(writeSafetensors(file, tensors, metadata).ok());
    return Parameters::load(program, file).status().message();
  }

  Program program;
  Parameters parameters;
  TemporaryFolder folder;
  std::string file = folder.path("c.safetensors");
};

using Lanes = std::vector<std::vector<int32_t>>;
} // namespace

static bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

TEST_F(Session, PicksItsInstructionSet) {
  EXPECT_EQ(program.isa(), hasInstructionSet("avx512") ? "avx512" : "avx2");
  EXPECT_EQ(Program::create(brt_program, "avx2")->isa(), "avx2");
  EXPECT_TRUE(contains(Program::create(brt_program, "sse9").status().message(),
                       "no code for 'sse9', it has: avx512, avx2"));
  brt_variant_t three[] = {
      {"avx512_bf16", nullptr}, {"avx512", nullptr}, {"avx2", nullptr}};
  brt_program_t ofBF16 = brt_program;
  ofBF16.variants = three;
  ofBF16.variant_count = 3;
  bool hasBF16 = hasInstructionSet("avx512_bf16");
  EXPECT_EQ(Program::create(ofBF16)->isa() == "avx512_bf16",
            hasBF16 && isFast("avx512_bf16"));
  EXPECT_EQ(Program::create(ofBF16, "avx512_bf16").ok(), hasBF16);
  // Slow code is better than none.
  ofBF16.variant_count = 1;
  EXPECT_EQ(Program::create(ofBF16).ok(), hasBF16);
  brt_variant_t alien = {"sve", nullptr};
  brt_program_t foreign = brt_program;
  foreign.variants = &alien;
  foreign.variant_count = 1;
  Status status = Program::create(foreign).status();
  EXPECT_EQ(status.code(), StatusCode::Unsupported);
  EXPECT_TRUE(contains(status.message(), "none of the instruction sets"));
}

TEST_F(Session, RefusesAnotherInterface) {
  brt_program_t old = brt_program;
  old.abi = 0;
  EXPECT_EQ(Program::create(old).status().code(), StatusCode::Mismatch);
}

TEST_F(Session, LoadsASharedObject) {
  Result<Program> loaded = Program::load(BRT_FAKE_SHARED);
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->manifest().name, "fake");
  EXPECT_TRUE(SegmentReader::create(*loaded, 2).ok());
}

TEST_F(Session, RefusesFilesThatAreNoProgram) {
  EXPECT_EQ(Program::load(folder.path("missing.so")).status().code(),
            StatusCode::System);
  folder.write("text.so", "text");
  EXPECT_FALSE(Program::load(folder.path("text.so")).ok());
  Status status = Program::load("libm.so.6").status();
  EXPECT_FALSE(status.ok()) << "a bare name is a file of this folder";
}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

TEST_F(Session, ReadsBackItsCheckpoint) {
  ASSERT_TRUE(parameters.save(program, file).ok());
  Result<Parameters> loaded = Parameters::load(program, file);
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  std::vector<TensorView> before = parameters.tensors().getViews();
  std::vector<TensorView> after = loaded->tensors().getViews();
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].name, after[i].name);
    EXPECT_EQ(std::memcmp(before[i].data, after[i].data, before[i].bytes), 0);
  }
}

TEST_F(Session, ReadsTheOfficialTrees) {
  for (const char *prefix : {"target/", "params/", "decoder/",
                             "params/decoder/", "target/params/decoder/"}) {
    std::vector<TensorView> views = parameters.tensors().getViews();
    for (TensorView &view : views)
      view.name = prefix + view.name;
    EXPECT_EQ(loadError(views), "") << prefix;
  }
}

TEST_F(Session, WidensAndRoundsParameters) {
  std::vector<double> table(fake::kVocabulary, 0.5);
  std::vector<uint16_t> scale = {0x3fc0}; // 1.5 in BF16
  ASSERT_TRUE(writeSafetensors(
                  file, {{"head/table", DType::F64, {256}, table.data(), 2048},
                         {"head/scale", DType::BF16, {1}, scale.data(), 2}})
                  .ok());
  Result<Parameters> loaded = Parameters::load(program, file);
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->tensors().find("head/table")->as<float>()[255], 0.5f);
  EXPECT_EQ(loaded->tensors().find("head/scale")->as<float>()[0], 1.5f);
}

TEST_F(Session, RefusesForeignCheckpoints) {
  std::vector<TensorView> views = parameters.tensors().getViews();
  std::vector<TensorView> missing = {views[0]};
  EXPECT_TRUE(contains(loadError(missing), "it has no tensor 'head/scale'"));

  std::vector<TensorView> more = views;
  more.push_back({"tail", DType::F32, {1}, views[1].data, 4});
  EXPECT_TRUE(contains(loadError(more), "the model has no tensor 'tail'"));

  std::vector<TensorView> shape = views;
  shape[0].shape = {128, 2};
  EXPECT_TRUE(contains(loadError(shape), "'head/table' is [128, 2] in the "
                                         "file, the model wants [256]"));
  std::vector<TensorView> dtype = views;
  dtype[1].dtype = DType::I32;
  EXPECT_TRUE(contains(loadError(dtype), "'head/scale' is I32 in the file, the "
                                         "model wants F32"));
  EXPECT_TRUE(contains(loadError(views, {{"brt.model", "other"}}),
                       "of the model 'other', this program is of 'fake'"));
  std::vector<TensorView> twice = views;
  twice.push_back(views[1]);
  twice.back().name = "params/head/scale";
  EXPECT_TRUE(contains(loadError(twice), "'head/scale' twice"));
}

TEST_F(Session, RefusesCheckpointsOfAnotherConfiguration) {
  std::vector<TensorView> views = parameters.tensors().getViews();
  EXPECT_TRUE(contains(
      loadError(views, {{"brt.config", R"({"name":"fake","window":4})"}}),
      "'window'"));
  // Segments of any length have the same parameters.
  EXPECT_EQ(
      loadError(views, {{"brt.config", R"({"name":"fake","segment":9})"}}), "");
}

//===----------------------------------------------------------------------===//
// Segments
//===----------------------------------------------------------------------===//

TEST_F(Session, CarriesLanesFromSegmentToSegment) {
  SegmentReader reader = std::move(*SegmentReader::create(program, 2));
  EXPECT_EQ(reader.segment(), fake::kSegment);
  std::vector<int32_t> tokens(2 * fake::kSegment);
  std::iota(tokens.begin(), tokens.end(), 1);
  std::vector<uint8_t> starts = {1, 1};
  reader.read(parameters, tokens.data(), starts.data());
  const float *state = reader.getCarry().tensors().find("0/state")->as<float>();
  EXPECT_EQ(state[0], 36);
  EXPECT_EQ(state[1], 100);
  EXPECT_FLOAT_EQ(reader.getTokenLoss(1, 2) / std::log(2.0), fake::getBits(12));
  EXPECT_EQ(reader.getTokenLoss(1, 7), 0);

  // Lane 0 goes on, lane 1 starts again; any byte but 0 is a flag.
  starts = {0, 7};
  reader.read(parameters, tokens.data(), starts.data());
  // In place.
  EXPECT_EQ(reader.getCarry().tensors().find("0/state")->as<float>(), state);
  EXPECT_EQ(state[0], 72);
  EXPECT_EQ(state[1], 100);
  EXPECT_EQ(reader.getLogit(0, 0, fake::getNext(37, 1)), 0);
}

TEST_F(Session, KeepsCarriesApart) {
  SegmentReader train = std::move(*SegmentReader::create(program, 1));
  SegmentReader eval = std::move(*SegmentReader::create(program, 1));
  std::vector<int32_t> tokens(fake::kSegment, 1);
  uint8_t start = 0;
  train.read(parameters, tokens.data(), &start);
  train.read(parameters, tokens.data(), &start);
  eval.read(parameters, tokens.data(), &start);
  EXPECT_EQ(*train.getCarry().tensors().find("0/state")->as<float>(), 16);
  EXPECT_EQ(*eval.getCarry().tensors().find("0/state")->as<float>(), 8);
}

/// An entry point `init` whose second parameter is half of a tiny number.
static void initTiny(int64_t, const void *const *, void *const *results,
                     void *) {
  volatile float tiny = 1e-38f, half = 0.5f;
  *static_cast<float *>(results[1]) = tiny * half;
}

TEST_F(Session, FlushesDenormalsInEntryPoints) {
  brt_entry_fn_t entries[] = {initTiny, nullptr, nullptr, nullptr};
  brt_variant_t variant = {"avx2", entries};
  brt_program_t tiny = brt_program;
  tiny.variants = &variant;
  tiny.variant_count = 1;
  Result<Program> created = Program::create(tiny);
  ASSERT_TRUE(created.ok()) << created.status().message();
  Result<Parameters> made = Parameters::init(*created, 1);
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(*made->tensors().find("head/scale")->as<float>(), 0);
}

TEST_F(Session, NamesAnEntryPointThatIsMissing) {
  Status status = Call::create(program, "train", 1).status();
  EXPECT_EQ(status.code(), StatusCode::Unsupported);
  EXPECT_TRUE(contains(status.message(),
                       "no entry point 'train', it has: init, "
                       "forward, prefill, decode"));
}

/// More than any machine has addresses for.
TEST_F(Session, SaysWhenThereIsNoMemoryForTheArena) {
  std::string manifest(brt_program.manifest, brt_program.manifest_size);
  std::string arena = R"("bytes_per_lane": 64)";
  manifest.replace(manifest.find(arena), arena.size(),
                   R"("bytes_per_lane": 1099511627776)");
  brt_program_t large = brt_program;
  large.manifest = manifest.data();
  large.manifest_size = manifest.size();
  Result<Program> changed = Program::create(large);
  ASSERT_TRUE(changed.ok()) << changed.status().message();
  Status status = Call::create(*changed, "forward", 4096).status();
  EXPECT_EQ(status.code(), StatusCode::System);
  EXPECT_TRUE(contains(status.message(),
                       "'forward' of 4096 lanes: no memory for an arena of "
                       "4503599627370496 bytes"))
      << status.message();
}

TEST_F(Session, RefusesLanesOutOfRange) {
  for (int64_t lanes : {int64_t(-1), int64_t(0), int64_t(1) << 45})
    EXPECT_EQ(SegmentReader::create(program, lanes).status().code(),
              StatusCode::InvalidArgument);
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

/// The token with the greatest logit.
static int32_t getBest(const std::vector<double> &logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) -
                              logits.begin());
}

TEST_F(Session, StreamsAnySplitTheSame) {
  std::vector<int32_t> text(21);
  std::iota(text.begin(), text.end(), 3);
  for (size_t split = 0; split <= text.size(); ++split) {
    Stream stream = std::move(*Stream::create(program, 1));
    stream.read(parameters, {{text.begin(), text.begin() + split}});
    for (size_t i = split; i < text.size(); ++i)
      stream.read(parameters, {{text[i]}});
    int64_t sum = std::accumulate(text.begin(), text.end(), int64_t(0));
    EXPECT_EQ(getBest(stream.getLogits(0)), fake::getNext(sum, text.back()))
        << "split at " << split;
  }
}

TEST_F(Session, StreamsLanesOfUnequalLength) {
  Stream stream = std::move(*Stream::create(program, 3));
  stream.read(parameters, {{1, 2, 3, 4, 5, 6}, {}, {9}});
  EXPECT_EQ(getBest(stream.getLogits(0)), fake::getNext(21, 6));
  EXPECT_EQ(getBest(stream.getLogits(2)), fake::getNext(9, 9));
  EXPECT_EQ(stream.getLogits(1), std::vector<double>(fake::kVocabulary, 0));
  stream.read(parameters, {{}, {7, 8}, {1, 1, 1, 1, 1, 1, 1, 1}});
  EXPECT_EQ(getBest(stream.getLogits(0)), fake::getNext(21, 6)) << "as before";
  EXPECT_EQ(getBest(stream.getLogits(1)), fake::getNext(15, 8));
  EXPECT_EQ(getBest(stream.getLogits(2)), fake::getNext(17, 1));
}

TEST_F(Session, RestartsALane) {
  Stream stream = std::move(*Stream::create(program, 2));
  stream.read(parameters, {{1, 2, 3, 4, 5, 6}, {1, 2, 3}});
  stream.restart(0);
  stream.read(parameters, {{5, 5, 5, 5, 5}, {4}});
  EXPECT_EQ(getBest(stream.getLogits(0)), fake::getNext(25, 5));
  EXPECT_EQ(getBest(stream.getLogits(1)), fake::getNext(10, 4));
}
