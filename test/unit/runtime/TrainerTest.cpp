//===- TrainerTest.cpp - Steps of training, batches read ahead ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "brt/runtime/Trainer.h"
#include "TemporaryFolder.h"
#include "brt/runtime/BatchReader.h"
#include <gtest/gtest.h>

using namespace brt::rt;

extern "C" const brt_program_t brt_program;

namespace {
class Training : public testing::Test {
protected:
  void SetUp() override {
    if (!hasInstructionSet("avx2"))
      GTEST_SKIP() << "needs AVX2";
    folder.write("a.txt", "abcdefghijklmnop");
    folder.write("b.txt", "qrst");
  }
  DocumentLanes makeLanes() {
    return DocumentLanes::createEndless(*findDocuments(folder.path()), 2, 8, 1);
  }

  TemporaryFolder folder;
};
} // namespace

/// The error of a trainer for the program with some of its manifest changed.
static Status getError(const std::string &from, const std::string &to) {
  std::string manifest(brt_program.manifest, brt_program.manifest_size);
  // `train_step` comes last.
  manifest.replace(manifest.rfind(from), from.size(), to);
  brt_program_t changed = brt_program;
  changed.manifest = manifest.data();
  changed.manifest_size = manifest.size();
  Result<Program> program = Program::create(changed);
  return program.ok() ? Trainer::create(*program, 1, 0).status()
                      : program.status();
}

TEST_F(Training, RefusesAnotherEntryPoint) {
  EXPECT_TRUE(getError("train_step", "train_step").ok());
  Status status = getError("train_step", "gradient");
  EXPECT_EQ(status.code(), StatusCode::Unsupported);
  EXPECT_NE(status.message().find("cannot train"), std::string::npos);
  status = getError(R"("name": "step", "dtype": "I64")",
                    R"("name": "step", "dtype": "I32")");
  EXPECT_NE(status.message().find("'step' of type I32, training wants I64"),
            std::string::npos)
      << status.message();
  status = getError(R"("name": "loss_sum", "dtype": "F64")",
                    R"("name": "loss_sum", "dtype": "I64")");
  EXPECT_NE(status.message().find("'loss_sum' of type I64, training wants a"),
            std::string::npos)
      << status.message();
  status = getError("gradient_norm", "gradient_sum");
  EXPECT_NE(status.message().find("'gradient_norm'"), std::string::npos)
      << status.message();
  status = getError(
      R"({"kind": "input", "name": "seed")",
      R"({"kind": "input", "name": "learning_rate", "dtype": "F64", "shape": []},
         {"kind": "input", "name": "seed")");
  EXPECT_NE(status.message().find("wants the input 'learning_rate'"),
            std::string::npos)
      << status.message();
}

TEST_F(Training, GoesOnFromItsState) {
  Program program = *Program::create(brt_program);
  Trainer trainer = std::move(*Trainer::create(program, 2, 5));
  DocumentLanes lanes = makeLanes();
  LaneBatch batch;
  ASSERT_TRUE(*lanes.next(batch));
  trainer.step(batch, 0);
  ASSERT_TRUE(
      trainer.getParameters().save(program, folder.path("parameters")).ok());
  ASSERT_TRUE(writeSafetensors(folder.path("state"), trainer.getState()).ok());
  ASSERT_TRUE(*lanes.next(batch));
  StepReport report = trainer.step(batch, 1);

  Trainer other = std::move(*Trainer::create(program, 2, 5));
  EXPECT_NE(other.step(batch, 1).lossSum, report.lossSum);
  SafetensorsFile state = *SafetensorsFile::open(folder.path("state"));
  Result<Parameters> parameters =
      Parameters::load(program, folder.path("parameters"));
  ASSERT_TRUE(other.restore(std::move(*parameters), state).ok());
  StepReport repeated = other.step(batch, 1);
  EXPECT_EQ(repeated.lossSum, report.lossSum);
  EXPECT_EQ(repeated.gradientNorm, report.gradientNorm);

  // State of another number of lanes.
  Trainer wide = std::move(*Trainer::create(program, 3, 5));
  EXPECT_EQ(
      wide.restore(std::move(*Parameters::init(program, 5)), state).code(),
      StatusCode::Mismatch);
}

TEST_F(Training, ReadsTheSameBatchesAhead) {
  DocumentLanes lanes = makeLanes();
  BatchReader reader(makeLanes());
  for (int i = 0; i < 40; ++i) {
    LaneBatch batch;
    ASSERT_TRUE(*lanes.next(batch));
    Result<PlacedBatch> placed = reader.next();
    ASSERT_TRUE(placed.ok());
    EXPECT_EQ(placed->batch.tokens, batch.tokens);
    EXPECT_EQ(placed->batch.starts, batch.starts);
    EXPECT_EQ(placed->place.epoch, lanes.getPlace().epoch);
    EXPECT_EQ(placed->place.taken, lanes.getPlace().taken);
  }
}

TEST_F(Training, RepeatsTheErrorOfAReader) {
  BatchReader reader(makeLanes());
  ASSERT_TRUE(reader.next().ok());
  folder.write("a.txt", "");
  folder.write("b.txt", "");
  Result<PlacedBatch> placed = reader.next();
  while (placed.ok())
    placed = reader.next();
  EXPECT_EQ(placed.status().code(), StatusCode::DataLoss);
  EXPECT_EQ(reader.next().status().code(), StatusCode::DataLoss);
}
