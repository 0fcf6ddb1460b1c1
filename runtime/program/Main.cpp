//===- Main.cpp - The command line of a compiled program ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"
#include "EntryRunner.h"
#include "Terminal.h"
#include "brt/runtime/Threads.h"
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <filesystem>

using namespace brt::rt;

extern "C" const brt_program_t brt_program;

/// As a shell's for a process that SIGINT has ended.
static constexpr int kInterruptedExitCode = 130;

namespace {
/// Everything that the command line says.
struct Options {
  unsigned threads = 0;
  bool pin = false;
  std::string isa;
  InitOptions init;
  TrainOptions train;
  EvalOptions eval;
  GenerateOptions generate;
  BenchOptions bench;
  ProfileOptions profile;
  bool greedy = false;
};
} // namespace

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

/// Refuses what is no integer of type T; CLI11 itself takes the nearest.
template <typename T>
static CLI::Validator isInteger() {
  return CLI::Validator(
      [](const std::string &text) {
        T value;
        const char *end = text.data() + text.size();
        auto [last, error] = std::from_chars(text.data(), end, value);
        return error == std::errc() && last == end
                   ? std::string()
                   : fmt::format("expects an integer of 64 bits, but got '{}'",
                                 text);
      },
      "");
}

static CLI::App *addCommand(CLI::App &app, Options &options, const char *name,
                            const char *summary, const std::string &example) {
  CLI::App *command = app.add_subcommand(name, summary);
  command->footer("Example:\n  " + example);
  command
      ->add_option("--threads", options.threads,
                   "Threads to use (default: as many as there are processors)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--pin", options.pin,
                    "Keep each thread on a processor of its own");
  command->add_option("--isa", options.isa,
                      "Instruction set to use, of those that `info` lists "
                      "(default: the best this machine has)");
  return command;
}

static void addInit(CLI::App &app, Options &options, const std::string &path) {
  CLI::App *command =
      addCommand(app, options, "init", "Write a checkpoint with new parameters",
                 path + " init --seed 1 --out c.safetensors");
  command
      ->add_option("--seed", options.init.seed,
                   "Equal seeds give equal parameters")
      ->capture_default_str()
      ->check(isInteger<int64_t>());
  command->add_option("--out", options.init.out, "File to write")->required();
  command->add_flag("--force", options.init.force,
                    "Replace the file if there is one");
}

static void addEval(CLI::App &app, Options &options, const std::string &path) {
  CLI::App *command =
      addCommand(app, options, "eval",
                 "Print the bits per byte of documents, of each and of all",
                 path + " eval --data books/ --checkpoint c.safetensors");
  command
      ->add_option("--data", options.eval.data.path,
                   "A folder, of which every .txt below is a document, a file, "
                   "or a pattern such as 'books/a*.txt'. A document must not "
                   "hold the byte 0")
      ->required();
  command
      ->add_option("--checkpoint", options.eval.checkpoint,
                   "Parameters to evaluate: a file, or the folder of a run")
      ->required();
  command
      ->add_option("--lanes", options.eval.data.lanes,
                   "Documents to read side by side; changes the speed only")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command
      ->add_option("--max-bytes", options.eval.data.maxBytes,
                   "Stop after so many bytes of the documents in their order")
      ->check(isInteger<uint64_t>())
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", options.eval.json, "Print JSON");
}

static void addGenerate(CLI::App &app, Options &options,
                        const std::string &path) {
  GenerateOptions &generate = options.generate;
  CLI::App *command = addCommand(
      app, options, "generate", "Continue a prompt, byte by byte",
      path + " generate --checkpoint c.safetensors --prompt \"Call me \" "
             "--tokens 200 --temperature 0.8");
  command
      ->add_option("--checkpoint", generate.checkpoint,
                   "Parameters to use: a file, or the folder of a run")
      ->required();
  CLI::Option_group *prompt = command->add_option_group("prompt");
  prompt->add_option("--prompt", generate.prompt, "Text to continue");
  prompt->add_option("--prompt-file", generate.promptFile,
                     "File that holds it, - for standard input");
  prompt->require_option(1);
  command->add_option("--tokens", generate.tokens, "Bytes to write")
      ->capture_default_str()
      ->check(isInteger<int64_t>())
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--temperature", generate.sampler.temperature,
                   "Divides the logits: less is more certain")
      ->capture_default_str();
  command
      ->add_option("--top-k", generate.sampler.topK,
                   "Choose among so many of the likeliest; 0: among all")
      ->capture_default_str();
  command
      ->add_option("--top-p", generate.sampler.topP,
                   "Choose among the likeliest that have this share together")
      ->capture_default_str();
  command
      ->add_option("--seed", generate.sampler.seed,
                   "Equal seeds give equal text")
      ->capture_default_str()
      ->check(isInteger<uint64_t>());
  command->add_flag("--greedy", options.greedy, "Always take the likeliest");
}

static void addTrain(CLI::App &app, Options &options, const std::string &path) {
  TrainOptions &train = options.train;
  CLI::App *command = addCommand(
      app, options, "train", "Train on documents, with checkpoints in a folder",
      path + " train --data books/ --out run --steps 400 "
             "--checkpoint-every 100");
  auto addCount = [&](const char *name, int64_t &count, int64_t least,
                      const char *text) {
    return command->add_option(name, count, text)
        ->capture_default_str()
        ->check(isInteger<int64_t>())
        ->check(CLI::Range(least, int64_t(1) << 40));
  };
  command
      ->add_option("--data", train.data,
                   "Documents to train on: a folder, a file or a pattern, as "
                   "for `eval`")
      ->required();
  command
      ->add_option("--out", train.out,
                   "Folder of the run: checkpoints, log.jsonl with a line for "
                   "each step, eval.jsonl")
      ->required();
  addCount("--steps", train.steps, 1, "Steps of the whole run")->required();
  command
      ->add_option("--seed", train.seed,
                   "Of the parameters, the order of documents and dropout")
      ->capture_default_str()
      ->check(isInteger<int64_t>());
  command
      ->add_option("--lanes", train.lanes,
                   "Documents to read side by side in a step")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  addCount("--checkpoint-every", train.checkpointEvery, 1,
           "Steps between checkpoints; the last step has one too");
  addCount("--keep", train.keep, 1, "Checkpoints to keep");
  CLI::Option *resume = command->add_flag(
      "--resume", train.resume,
      "Go on from the newest checkpoint; begin if there is none");
  addCount("--resume-step", train.resumeStep, 1,
           "Go on from the checkpoint of this step")
      ->default_str("")
      ->excludes(resume);
  addCount("--eval-every", train.evalEvery, 0,
           "Steps between evaluations on --eval-data; 0: none");
  command->add_option("--eval-data", train.evalData.path,
                      "Documents to evaluate on");
  command
      ->add_option("--eval-bytes", train.evalData.maxBytes,
                   "Bytes of them to read at most (default: all)")
      ->check(isInteger<uint64_t>())
      ->check(CLI::PositiveNumber);
  addCount("--sample-every", train.sampleEvery, 0,
           "Steps between samples of text; 0: none");
  command
      ->add_option("--sample-prompt", train.sample.prompt, "What they continue")
      ->capture_default_str();
}

static void addBench(CLI::App &app, Options &options, const std::string &path) {
  BenchOptions &bench = options.bench;
  CLI::App *command = addCommand(
      app, options, "bench",
      "Measure tokens a second, beside what the machine can do at most",
      path + " bench --entry train_step --entry decode");
  command
      ->add_option("--entry", bench.entries,
                   "Entry point to measure: train_step, forward, prefill or "
                   "decode; may be given again (default: all there are)")
      ->check(CLI::IsMember(getRunnableEntries()));
  auto addLanes = [&](const char *name, int64_t &lanes, const char *text) {
    command->add_option(name, lanes, text)
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
  };
  addLanes("--lanes", bench.lanes,
           "Lanes of all but the second line of decode");
  addLanes("--decode-lanes", bench.decodeLanes, "Lanes of that line");
  command->add_option("--seconds", bench.seconds, "Time for each line")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0));
  command->add_flag("--json", bench.json, "Print JSON");
}

static void addProfile(CLI::App &app, Options &options,
                       const std::string &path) {
  ProfileOptions &profile = options.profile;
  CLI::App *command =
      addCommand(app, options, "profile",
                 "Say where the time of an entry point goes, kernel by kernel",
                 path + " profile --entry train_step --out trace.json");
  command
      ->add_option(
          "--entry", profile.entry,
          "Entry point to call: train_step, forward, prefill or decode")
      ->capture_default_str()
      ->check(CLI::IsMember(getRunnableEntries()));
  command->add_option("--lanes", profile.lanes, "Lanes of a call")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command->add_option("--calls", profile.calls, "Calls to average over")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command->add_option("--top", profile.top, "Kernels to list")
      ->capture_default_str()
      ->check(isInteger<size_t>());
  command->add_option("--out", profile.out,
                      "File for a trace of all kernels, which "
                      "https://ui.perfetto.dev shows");
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static Status run(const CLI::App &app, Options &options) {
  catchSignals();
  setThreadCount(options.threads);
  if (options.pin && !pinThreads())
    return makeError(StatusCode::System,
                     "the system does not let threads be pinned");
  BRT_ASSIGN_OR_RETURN(Program program,
                       Program::create(brt_program, options.isa));
  if (app.got_subcommand("init"))
    return runInit(program, options.init);
  if (app.got_subcommand("train"))
    return runTrain(program, options.train);
  if (app.got_subcommand("eval"))
    return runEval(program, options.eval);
  if (app.got_subcommand("bench"))
    return runBench(program, options.bench);
  if (app.got_subcommand("profile"))
    return runProfile(program, options.profile);
  if (app.got_subcommand("generate")) {
    if (options.greedy)
      options.generate.sampler.temperature = 0;
    return runGenerate(program, options.generate);
  }
  return runInfo(program);
}

static int fail(const std::string &name, std::string_view message, int code) {
  std::string line = fmt::format("{}: error: {}\n", name, message);
  std::fwrite(line.data(), 1, line.size(), stderr);
  return code;
}

int main(int argc, char **argv) {
  std::string path = argc > 0 ? argv[0] : "program";
  std::string name = std::filesystem::path(path).filename().string();
  Options options;
  CLI::App app("A block-recurrent transformer, compiled by BRT.", name);
  app.require_subcommand(0, 1);
  app.footer("`" + path + " <command> --help` explains a command.");
  addInit(app, options, path);
  addTrain(app, options, path);
  addEval(app, options, path);
  addGenerate(app, options, path);
  addBench(app, options, path);
  addProfile(app, options, path);
  addCommand(app, options, "info", "Print what this program is and needs",
             path + " info");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    // The help of the command that was asked for, or of the program.
    std::string help = app.help();
    for (const CLI::App *command : app.get_subcommands())
      help = command->help(path);
    Status status = print(help + "\n");
    return status.ok() ? 0 : fail(name, status.message(), 1);
  } catch (const CLI::ParseError &error) {
    return fail(name,
                fmt::format("{}; --help tells what there is", error.what()), 1);
  }

  if (app.get_subcommands().empty())
    return fail(
        name,
        "expects a command: init, train, eval, generate, bench, profile or "
        "info; --help tells what they do",
        1);
  Status status = run(app, options);
  if (status.ok())
    return 0;
  return fail(name, status.message(),
              status.code() == StatusCode::Interrupted ? kInterruptedExitCode
                                                       : 1);
}
