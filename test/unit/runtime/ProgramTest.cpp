//===- ProgramTest.cpp - The command line of a compiled program -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a program, the fake one linked with BrtProgramMain, as a process.
//
//===----------------------------------------------------------------------===//

#include "brt/runtime/Program.h"
#include "FakeProgram.h"
#include "TemporaryFolder.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace {
struct Outcome {
  int code;
  std::string out, err;
};

/// Folder of the files that the commands of a test name.
class ProgramRun : public testing::Test {
protected:
  void SetUp() override {
    if (!brt::rt::hasInstructionSet("avx2"))
      GTEST_SKIP() << "needs AVX2";
    folder.write("books/a.txt", "abcdefghijklmnopqrst");
    folder.write("books/b.txt", "hello");
    folder.write("empty/nothing.md", "x");
    folder.write("hollow/a.txt", "");
    folder.write("zero.txt", std::string("ab\0c", 4));
    folder.write("void.txt", "");
    ASSERT_EQ(run("fake init --seed 1 --out c.safetensors").code, 0);
    std::string checkpoint = folder.read("c.safetensors");
    folder.write("short.safetensors",
                 checkpoint.substr(0, checkpoint.size() - 4));
    folder.write("text.safetensors", "this is not a checkpoint");
  }

  /// Runs a line of shell in the folder; `fake` is the program.
  Outcome run(const std::string &line) {
    std::string script = "cd '" + folder.path() +
                         "'; fake() { '" BRT_FAKE_EXE "' \"$@\"; }; (" + line +
                         ") > out 2> err";
    int status = std::system(script.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("out"),
            folder.read("err")};
  }

  TemporaryFolder folder;
};

struct ErrorCase {
  const char *name, *line, *message;
};

std::ostream &operator<<(std::ostream &os, const ErrorCase &error) {
  return os << error.name;
}

class ProgramError : public ProgramRun,
                     public testing::WithParamInterface<ErrorCase> {};
} // namespace

static bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST_P(ProgramError, IsOneClearLine) {
  Outcome outcome = run(GetParam().line);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err.rfind("fake-program: error: ", 0), 0u) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, GetParam().message)) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
}

#define CHECKPOINT "--checkpoint c.safetensors "
static const ErrorCase kErrors[] = {
    {"NoCommand", "fake", "expects a command"},
    {"UnknownCommand", "fake trane", "trane"},
    {"UnknownFlag", "fake info --colour", "--colour"},
    {"MissingOut", "fake init --seed 1", "--out is required"},
    {"SeedIsText", "fake init --seed one --out x", "one"},
    {"SeedTooLarge", "fake init --out x --seed 99999999999999999999", "--seed"},
    {"OutIsThere", "fake init --out c.safetensors", "--force replaces it"},
    {"OutIsAFolder", "fake init --out books --force", "'books'"},
    {"OutFolderMissing", "fake init --out no/c.safetensors", "No such file"},
    {"DiskFull", "trap '' XFSZ; ulimit -f 1; fake init --out d.safetensors",
     "File too large"},
    {"CheckpointMissing", "fake eval --data books --checkpoint no.safetensors",
     "'no.safetensors': No such file"},
    {"CheckpointIsAFolder", "fake eval --data books --checkpoint books",
     "not a regular file"},
    {"CheckpointTruncated",
     "fake eval --data books --checkpoint short.safetensors", "head/scale"},
    {"CheckpointIsText", "fake eval --data books --checkpoint text.safetensors",
     "is not a safetensors file"},
    {"DataMissing", "fake eval " CHECKPOINT "--data no", "'no': No such file"},
    {"DataWithoutText", "fake eval " CHECKPOINT "--data empty",
     "holds no file that ends in .txt"},
    {"DataEmpty", "fake eval " CHECKPOINT "--data hollow", "are empty"},
    {"DataNoMatch", "fake eval " CHECKPOINT "--data 'books/*.md'",
     "no file matches"},
    {"DataWithZero", "fake eval " CHECKPOINT "--data zero.txt",
     "the byte 0 at 2"},
    {"LanesZero", "fake eval " CHECKPOINT "--data books --lanes 0", "--lanes"},
    {"ThreadsZero", "fake eval " CHECKPOINT "--data books --threads 0",
     "--threads"},
    {"MaxBytesZero", "fake eval " CHECKPOINT "--data books --max-bytes 0",
     "--max-bytes"},
    {"UnknownIsa", "fake info --isa mmx", "no code for 'mmx'"},
    {"OutputFull", "fake eval " CHECKPOINT "--data books > /dev/full",
     "No space left"},
    {"BenchUnknownEntry", "fake bench --entry train", "--entry"},
    {"BenchMissingEntry", "fake bench --entry train_step",
     "no entry point 'train_step'"},
    {"BenchLanesZero", "fake bench --lanes 0", "--lanes"},
    {"BenchSecondsText", "fake bench --seconds long", "--seconds"},
    {"ProfileUnknownEntry", "fake profile --entry train", "--entry"},
    {"ProfileMissingEntry", "fake profile --entry train_step",
     "no entry point 'train_step'"},
    {"ProfileNoFolder", "fake profile --out no/trace.json", "No such file"},
    {"NoPrompt", "fake generate " CHECKPOINT, "prompt"},
    {"EmptyPrompt", "fake generate " CHECKPOINT "--prompt ''", "got none"},
    {"TwoPrompts",
     "fake generate " CHECKPOINT "--prompt a --prompt-file zero.txt", "prompt"},
    {"PromptWithZero", "fake generate " CHECKPOINT "--prompt-file zero.txt",
     "the byte 0 at 2"},
    {"PromptFileMissing", "fake generate " CHECKPOINT "--prompt-file no",
     "'no': No such file"},
    {"PromptFileIsAFolder", "fake generate " CHECKPOINT "--prompt-file books",
     "Is a directory"},
    {"PromptFileEmpty", "fake generate " CHECKPOINT "--prompt-file void.txt",
     "got none"},
    {"TokensZero", "fake generate " CHECKPOINT "--prompt a --tokens 0",
     "--tokens"},
    {"TemperatureNegative",
     "fake generate " CHECKPOINT "--prompt a --temperature -1", "temperature"},
    {"TopPTooLarge", "fake generate " CHECKPOINT "--prompt a --top-p 2",
     "top-p"},
    {"TopKNegative", "fake generate " CHECKPOINT "--prompt a --top-k -1",
     "top-k"},
    {"PipeClosed",
     "(fake generate " CHECKPOINT
     "--prompt a --tokens 10000000; echo $? > code) | head -c 3 > part; "
     "exit $(cat code)",
     "Broken pipe"}};

INSTANTIATE_TEST_SUITE_P(All, ProgramError, testing::ValuesIn(kErrors),
                         [](const auto &info) { return info.param.name; });

TEST_F(ProgramRun, KeepsTheOldCheckpointWhenTheDiskIsFull) {
  std::string before = folder.read("c.safetensors");
  Outcome outcome = run("trap '' XFSZ; ulimit -f 1; "
                        "fake init --seed 2 --out c.safetensors --force");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(folder.read("c.safetensors"), before);
  EXPECT_EQ(run("ls | grep -c safetensors").out, "3\n") << "no leftovers";
}

TEST_F(ProgramRun, EndsWithCodeOnInterruption) {
  Outcome outcome =
      run("'" BRT_FAKE_EXE "' generate " CHECKPOINT
          "--prompt a --tokens 1000000000 > text & pid=$!; "
          "while test ! -s text; do sleep 0.01; done; kill -INT $pid; wait "
          "$pid");
  EXPECT_EQ(outcome.code, 130);
  EXPECT_EQ(outcome.err, "fake-program: error: interrupted\n");
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

TEST_F(ProgramRun, HelpTeachesWithAnExample) {
  for (const char *command :
       {"", "init", "train", "eval", "generate", "info"}) {
    Outcome outcome = run(std::string("fake ") + command + " --help");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_TRUE(contains(outcome.out, command));
    EXPECT_TRUE(*command == '\0' || contains(outcome.out, "Example:"));
  }
}

TEST_F(ProgramRun, ExamplesOfTheHelpAreTrue) {
  std::filesystem::remove(folder.path("c.safetensors"));
  for (const char *command : {"init", "eval", "generate", "info"}) {
    std::string get = std::string("fake ") + command +
                      " --help | sed -n '/^Example:/{n;p;}' | sh";
    Outcome outcome = run(get);
    EXPECT_EQ(outcome.code, 0) << command;
    EXPECT_EQ(outcome.err, "") << command;
    EXPECT_NE(outcome.out, "") << command;
  }
}

TEST_F(ProgramRun, SaysWhatItIs) {
  Outcome outcome = run("fake info --threads 3 --isa avx2");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char *line :
       {"model                     fake\n", "  segment                 8\n",
        "parameters                257 in 2 tensors, 1,028 bytes\n",
        "entry points              init, forward, prefill, decode\n",
        "  forward, a lane         state 4 bytes, cache 0 bytes\n",
        "  forward, arena          64 bytes a lane, 0 bytes besides\n",
        "avx512, avx2; this machine runs avx2\n",
        "threads                   3\n"})
    EXPECT_TRUE(contains(outcome.out, line)) << outcome.out;
}

/// Bits per byte of a text, whose first byte of every segment is not predicted.
static double getBits(const std::string &text) {
  double bits = 0;
  int predicted = 0;
  for (size_t i = 0; i < text.size(); ++i)
    if (i % fake::kSegment != 0) {
      bits += fake::getBits(text[i]);
      ++predicted;
    }
  return bits / predicted;
}

TEST_F(ProgramRun, PinsThreads) {
  EXPECT_EQ(run("fake info --threads 2 --pin").code, 0);
}

TEST_F(ProgramRun, EvaluatesDocuments) {
  for (const char *lanes : {"1", "2", "9"}) {
    Outcome outcome = run(
        std::string("fake eval " CHECKPOINT "--data books --json --lanes ") +
        lanes);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    auto root = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(root["bytes"], 25);
    EXPECT_EQ(root["predicted"], 21);
    EXPECT_EQ(root["complete"], true);
    EXPECT_EQ(root["documents"][0]["path"], "books/a.txt");
    EXPECT_NEAR(root["documents"][0]["bits_per_byte"],
                getBits("abcdefghijklmnopqrst"), 1e-6);
    EXPECT_NEAR(root["documents"][1]["bits_per_byte"], getBits("hello"), 1e-6);
  }
  Outcome table = run("fake eval " CHECKPOINT "--data books");
  EXPECT_TRUE(contains(table.out, "             20  books/a.txt\n"));
  EXPECT_TRUE(contains(table.out, "             25  all, "));
}

TEST_F(ProgramRun, StopsAfterSoManyBytes) {
  Outcome outcome =
      run("fake eval " CHECKPOINT "--data books --max-bytes 12 --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  auto root = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(root["bytes"], 12);
  EXPECT_EQ(root["documents"].size(), 1u);
  EXPECT_NEAR(root["bits_per_byte"], getBits("abcdefghijkl"), 1e-6);
}

/// What the fake model writes when it takes the likeliest.
static std::string continueText(const std::string &prompt, int count) {
  int64_t sum = 0;
  for (char byte : prompt)
    sum += static_cast<uint8_t>(byte);
  int32_t last = static_cast<uint8_t>(prompt.back());
  std::string text;
  for (int i = 0; i < count; ++i) {
    last = fake::getNext(sum, last);
    sum += last;
    text += static_cast<char>(last);
  }
  return text;
}

TEST_F(ProgramRun, ContinuesAPrompt) {
  for (const char *prompt : {"a", "abcd", "hello", "twelve bytes and more"}) {
    folder.write("prompt", prompt);
    std::string line = "fake generate " CHECKPOINT "--greedy --tokens 50 ";
    std::string expected = continueText(prompt, 50);
    EXPECT_EQ(run(line + "--prompt-file prompt").out, expected);
    EXPECT_EQ(run(line + "--prompt-file - < prompt").out, expected);
    EXPECT_EQ(run(line + "--prompt '" + prompt + "'").out, expected);
    EXPECT_EQ(run(line + "--temperature 1 --top-k 1 --prompt-file prompt").out,
              expected);
  }
}

TEST_F(ProgramRun, RepeatsWithItsSeed) {
  std::string line = "fake generate " CHECKPOINT "--prompt abc --seed ";
  EXPECT_EQ(run(line + "1").out, run(line + "1").out);
  EXPECT_NE(run(line + "1").out, run(line + "2").out);
  EXPECT_EQ(run(line + "1").out.size(), 200u);
}

TEST_F(ProgramRun, MeasuresItsEntryPoints) {
  Outcome outcome = run("fake bench --seconds 0 --decode-lanes 3 --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  auto root = nlohmann::json::parse(outcome.out);
  EXPECT_GT(root["read_bandwidth"], 0);
  EXPECT_GT(root["peak_memory"], 0);
  struct Expected {
    const char *entry;
    int64_t lanes, tokens, bytes;
  } expected[] = {
      {"forward", 1, fake::kSegment, 0}, {"prefill", 1, fake::kBlock, 0},
      {"decode", 1, 1, 1028 + 8},        {"decode, closes a block", 1, 1, 0},
      {"decode", 3, 3, 1028 + 3 * 8},    {"decode, closes a block", 3, 3, 0}};
  ASSERT_EQ(root["lines"].size(), std::size(expected));
  for (size_t i = 0; i < std::size(expected); ++i) {
    const nlohmann::json &line = root["lines"][i];
    EXPECT_EQ(line["entry"], expected[i].entry);
    EXPECT_EQ(line["lanes"], expected[i].lanes);
    EXPECT_EQ(line["tokens"], expected[i].tokens);
    EXPECT_EQ(line["bytes"], expected[i].bytes);
    EXPECT_GT(line["seconds"], 0);
  }
  Outcome table = run("fake bench --seconds 0 --entry forward --lanes 2");
  EXPECT_TRUE(contains(table.out, "forward")) << table.out;
  EXPECT_FALSE(contains(table.out, "decode")) << table.out;
}

TEST_F(ProgramRun, ProfilesItsKernels) {
  Outcome outcome =
      run("fake profile --entry forward --lanes 3 --calls 2 --out trace.json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "brt_fake_1 (memref<?x8xi32>)"))
      << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "between kernels")) << outcome.out;
  auto events = nlohmann::json::parse(folder.read("trace.json"))["traceEvents"];
  ASSERT_EQ(events.size(), 2u);
  for (const nlohmann::json &event : events) {
    EXPECT_EQ(event["name"], "brt_fake_1");
    EXPECT_EQ(event["ph"], "X");
    EXPECT_GE(event["dur"], 0);
    EXPECT_EQ(event["args"]["flops"], 3 * fake::kFlops);
  }
  EXPECT_LE(events[0]["ts"].get<double>() + events[0]["dur"].get<double>(),
            events[1]["ts"].get<double>());
  EXPECT_TRUE(contains(run("fake profile --top 0").out, "1 other kernels"));
}
