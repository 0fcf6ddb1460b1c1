//===- TrainTest.cpp - Training, killed and resumed -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a program that trains as a process. What a run leaves behind, log and
// checkpoints, must be that of an undisturbed run, byte for byte.
//
//===----------------------------------------------------------------------===//

#include "TemporaryFolder.h"
#include "brt/runtime/Program.h"
#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using nlohmann::json;
namespace fs = std::filesystem;

namespace {
struct Outcome {
  int code;
  std::string out, err;
};

class TrainRun : public testing::Test {
protected:
  void SetUp() override {
    if (!brt::rt::hasInstructionSet("avx2"))
      GTEST_SKIP() << "needs AVX2";
    folder.write("data/a.txt", "It is a truth universally acknowledged, that "
                               "a single man in possession of a good fortune");
    folder.write("data/b.txt", "Call me Ishmael.");
    folder.write("data/c.txt", "");
    folder.write("data/d.txt", "Happy families are all alike; every unhappy "
                               "family is unhappy in its own way.");
  }

  /// Runs a line of shell in the folder; `train` trains on the data.
  Outcome run(const std::string &line) {
    std::string script =
        "cd '" + folder.path() +
        "'; fake() { '" BRT_FAKE_TRAIN_EXE
        "' \"$@\"; }; train() { fake train --data data --seed 3 --threads 1 "
        "\"$@\"; }; (" +
        line + ") > out 2> err";
    int status = std::system(script.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("out"),
            folder.read("err")};
  }
  void expectSuccess(const std::string &line) {
    Outcome outcome = run(line);
    EXPECT_EQ(outcome.code, 0) << line << ": " << outcome.err;
  }
  void expectError(const std::string &line, const std::string &message) {
    Outcome outcome = run(line);
    EXPECT_EQ(outcome.code, 1) << line;
    EXPECT_NE(outcome.err.find(message), std::string::npos) << outcome.err;
  }

  int64_t getLastStep(const std::string &name) {
    return json::parse(folder.read(name + "/last/state.json"))["place"]["step"];
  }
  /// Every file of two runs is the same.
  void expectSameRuns(const std::string &left, const std::string &right) {
    EXPECT_EQ(listFiles(left), listFiles(right));
    for (const std::string &file : listFiles(left))
      EXPECT_EQ(folder.read(left + "/" + file), folder.read(right + "/" + file))
          << file;
  }
  std::vector<std::string> listFiles(const std::string &name) {
    std::vector<std::string> files;
    for (const auto &entry :
         fs::recursive_directory_iterator(folder.path(name)))
      if (entry.is_regular_file())
        files.push_back(fs::relative(entry.path(), folder.path(name)));
    std::sort(files.begin(), files.end());
    return files;
  }

  /// Starts training into `out` and kills it after a while. Whether it was
  /// still running.
  bool trainAndKill(const std::string &out, const std::string &steps,
                    std::chrono::microseconds delay) {
    pid_t child = ::fork();
    if (child == 0) {
      int null = ::open("/dev/null", O_WRONLY);
      ::dup2(null, STDOUT_FILENO);
      ::dup2(null, STDERR_FILENO);
      if (::chdir(folder.path().c_str()) != 0)
        ::_exit(126);
      ::execl(BRT_FAKE_TRAIN_EXE, "fake", "train", "--data", "data", "--seed",
              "3", "--threads", "1", "--out", out.c_str(), "--steps",
              steps.c_str(), "--checkpoint-every", "7", "--resume",
              static_cast<char *>(nullptr));
      ::_exit(127);
    }
    std::this_thread::sleep_for(delay);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
  }

  TemporaryFolder folder;
};
} // namespace

//===----------------------------------------------------------------------===//
// What a run leaves behind
//===----------------------------------------------------------------------===//

TEST_F(TrainRun, LogsEachStepAndKeepsTheLastCheckpoints) {
  expectSuccess("train --out run --steps 25 --checkpoint-every 10 --keep 2");
  std::istringstream log(folder.read("run/log.jsonl"));
  std::string line;
  int64_t step = 0;
  while (std::getline(log, line)) {
    json object = json::parse(line);
    EXPECT_EQ(object["step"], ++step);
    EXPECT_GT(object["loss"], 0);
  }
  EXPECT_EQ(step, 25);
  EXPECT_FALSE(fs::exists(folder.path("run/step-00000010")));
  EXPECT_TRUE(fs::exists(folder.path("run/step-00000020")));
  EXPECT_EQ(fs::read_symlink(folder.path("run/last")), "step-00000025");
  EXPECT_EQ(run("fake eval --data data --checkpoint run --json").out.find("{"),
            0u);
}

TEST_F(TrainRun, EvaluatesOnASchedule) {
  expectSuccess("train --out run --steps 5 --eval-every 2 --eval-data data");
  std::istringstream log(folder.read("run/eval.jsonl"));
  std::string line;
  int64_t step = 0;
  while (std::getline(log, line)) {
    json object = json::parse(line);
    EXPECT_EQ(object["step"], step += 2);
    EXPECT_GT(object["bits_per_byte"], 0);
  }
  EXPECT_EQ(step, 4);
  // What an interrupted process has left undone is done by the next one.
  std::string whole = folder.read("run/eval.jsonl");
  expectSuccess("train --out again --steps 4");
  expectSuccess("train --out again --steps 4 --eval-every 4 --eval-data data "
                "--resume");
  EXPECT_NE(whole.find("\n" + folder.read("again/eval.jsonl")),
            std::string::npos);
}

TEST_F(TrainRun, IsTheSameInPieces) {
  expectSuccess("train --out whole --steps 60 --checkpoint-every 20");
  expectSuccess("train --out parts --steps 20 --checkpoint-every 20");
  expectSuccess("train --out parts --steps 40 --checkpoint-every 20 --resume");
  expectSuccess("train --out parts --steps 60 --checkpoint-every 20 --resume");
  expectSameRuns("whole", "parts");
}

TEST_F(TrainRun, DependsOnSeedAndLanes) {
  expectSuccess("train --out a --steps 20");
  expectSuccess("fake train --data data --seed 4 --out b --steps 20");
  expectSuccess("train --out c --steps 20 --lanes 3");
  EXPECT_NE(folder.read("a/log.jsonl"), folder.read("b/log.jsonl"));
  EXPECT_NE(folder.read("a/log.jsonl"), folder.read("c/log.jsonl"));
}

TEST_F(TrainRun, InterruptionSavesAndLeaves) {
  Outcome outcome =
      run("'" BRT_FAKE_TRAIN_EXE "' train --data data --seed 3 --out run "
          "--steps 100000000 --checkpoint-every 100000000 & pid=$!; "
          "while test ! -s run/log.jsonl; do sleep 0.01; done; "
          "kill -INT $pid; wait $pid");
  EXPECT_EQ(outcome.code, 130);
  EXPECT_NE(outcome.err.find("which is saved"), std::string::npos)
      << outcome.err;
  int64_t step = getLastStep("run");
  EXPECT_GT(step, 0);
  std::string steps = std::to_string(step + 3);
  expectSuccess("train --out run --resume --steps " + steps);
  expectSuccess("train --out whole --steps " + steps);
  EXPECT_EQ(folder.read("run/log.jsonl"), folder.read("whole/log.jsonl"));
}

TEST_F(TrainRun, SurvivesKillsAtAnyMoment) {
  // A run without an end in reach, so that every kill meets it running.
  std::mt19937 random(1);
  std::uniform_int_distribution<int64_t> delay(0, 80000);
  int kills = 0, partial = 0;
  while (kills < 60) {
    ASSERT_TRUE(trainAndKill("run", "100000000",
                             std::chrono::microseconds(delay(random))));
    ++kills;
    std::error_code ignored;
    for (const auto &entry :
         fs::directory_iterator(folder.path("run"), ignored))
      partial += entry.path().extension() == ".partial";
  }
  // Some met a checkpoint being written.
  EXPECT_GT(partial, 0);
  std::string steps = std::to_string(getLastStep("run") + 10);
  expectSuccess("train --out run --checkpoint-every 7 --resume --steps " +
                steps);
  expectSuccess("train --out whole --checkpoint-every 7 --steps " + steps);
  expectSameRuns("run", "whole");
}

//===----------------------------------------------------------------------===//
// Broken checkpoints
//===----------------------------------------------------------------------===//

/// Where parts of a file begin and end: of a safetensors file its length,
/// header and each tensor; of text every byte.
static std::vector<size_t> getBoundaries(const std::string &content,
                                         bool isText) {
  std::vector<size_t> places = {0, 1, content.size() / 2, content.size() - 1};
  if (isText) {
    for (size_t i = 0; i + 1 < content.size(); ++i)
      places.push_back(i);
    return places;
  }
  uint64_t header = 0;
  std::memcpy(&header, content.data(), sizeof(header));
  json object = json::parse(content.substr(8, header));
  places.insert(places.end(), {7, 8, 9, 8 + header - 1, 8 + header});
  for (const auto &[name, tensor] : object.items())
    if (name != "__metadata__")
      for (uint64_t offset : tensor["data_offsets"])
        places.push_back(std::min(8 + header + offset, content.size() - 1));
  return places;
}

TEST_F(TrainRun, NamesADamagedCheckpointAndAnOlderOne) {
  expectSuccess("train --out run --steps 20 --checkpoint-every 10");
  for (const char *name :
       {"parameters.safetensors", "state.safetensors", "state.json"}) {
    std::string file = "run/step-00000020/" + std::string(name);
    std::string whole = folder.read(file);
    bool isText = file.find(".json") != std::string::npos;
    // A sample of a text's bytes keeps the test short.
    std::vector<size_t> places = getBoundaries(whole, isText);
    size_t stride = isText ? 17 : 1;
    for (size_t i = 0; i < places.size(); i += stride) {
      folder.write(file, whole.substr(0, places[i]));
      expectError("train --out run --steps 30 --resume",
                  "go on from it with --resume-step 10");
    }
    for (size_t i = 0; i < places.size(); i += stride) {
      std::string flipped = whole;
      flipped[places[i]] ^= 0x10;
      folder.write(file, flipped);
      expectError("train --out run --steps 30 --resume",
                  "go on from it with --resume-step 10");
    }
    folder.write(file, whole);
  }
  folder.write("run/step-00000020/state.json", "");
  expectSuccess("train --out run --steps 30 --resume-step 10");
  expectSuccess("train --out whole --steps 30 --checkpoint-every 10");
  EXPECT_EQ(folder.read("run/log.jsonl"), folder.read("whole/log.jsonl"));
}

//===----------------------------------------------------------------------===//
// Other errors
//===----------------------------------------------------------------------===//

TEST_F(TrainRun, FullDiskLeavesTheLastCheckpoint) {
  expectSuccess("train --out run --steps 10 --checkpoint-every 10");
  expectError("trap '' XFSZ; ulimit -f 3; train --out run --steps 20 --resume",
              "the newest checkpoint is of step 10");
  expectSuccess("train --out run --steps 20 --resume");
  expectSuccess("train --out whole --steps 20 --checkpoint-every 10");
  EXPECT_EQ(folder.read("run/log.jsonl"), folder.read("whole/log.jsonl"));
  EXPECT_EQ(folder.read("run/last/state.safetensors"),
            folder.read("whole/last/state.safetensors"));
}

TEST_F(TrainRun, BrokenDataLosesNoStep) {
  folder.write("bad/a.txt", std::string(50, 'x') + '\0');
  expectError("fake train --data bad --lanes 1 --out run --steps 99",
              "the byte 0 at 50; token 0 is padding");
  EXPECT_EQ(getLastStep("run"), 6);
}

TEST_F(TrainRun, RefusesWhatCannotTrain) {
  expectSuccess("train --out run --steps 10");
  expectError("train --out run --steps 20", "holds a run already");
  expectError("train --out run --steps 20 --resume --lanes 3",
              "--lanes 2, but got --lanes 3");
  expectError("train --out run --steps 20 --resume-step 7",
              "no checkpoint of step 7, it has: 10");
  expectError("train --out run --steps 20 --resume --resume-step 10",
              "excludes");
  expectError("fake train --data data --out run --steps 20 --resume --seed 9",
              "of a run with --seed 3, but got --seed 9");
  expectError("train --out new --steps 1 --eval-every 1", "--eval-data");
  expectError("train --out new --steps 0", "--steps");
  expectError("fake train --out new --steps 1 --data nowhere", "nowhere");
  expectError("'" BRT_FAKE_EXE "' train --out new --steps 1 --data data",
              "has no entry point 'train_step'");
  folder.write("data/d.txt", "another text");
  expectError("train --out run --steps 20 --resume",
              "of a run on other documents");
  expectError("(flock 9; train --out run --steps 20 --resume) 9>>run/log.jsonl",
              "another process is writing to 'run/log.jsonl'");
  folder.write("bad/a.txt", "what is this!");
  expectError("fake train --out bad-run --data bad --steps 9", "is not finite");
  folder.write("hollow/a.txt", "");
  expectError("fake train --out new --data hollow --steps 9", "are empty");
}
