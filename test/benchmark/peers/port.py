"""Times the PyTorch port of the block-recurrent transformer.

Prints one JSON object for each thing asked for: `train`, `train-bf16` (under CPU
autocast) and `generate`, on the sizes of test/benchmark/six-layers.mlir, with
random tokens and one lane.
"""

import argparse
import json
import resource
import statistics
import time

import torch
from block_recurrent_transformer_pytorch import (
    BlockRecurrentTransformer, RecurrentTrainerWrapper)

SEGMENT = 4096


def make_model():
    torch.manual_seed(1)
    return BlockRecurrentTransformer(
        num_tokens=256, dim=512, depth=6, dim_head=64, heads=8,
        max_seq_len=SEGMENT, block_width=512, num_state_vectors=512,
        recurrent_layers=(4,))


def report(what, tokens, times):
    print(json.dumps({
        "what": what,
        "tokens_per_second": tokens / statistics.median(times),
        "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }), flush=True)


def train(steps, bf16):
    model = make_model()
    trainer = RecurrentTrainerWrapper(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    tokens = torch.randint(1, 256, (1, SEGMENT + 1))
    times = []
    # The first step warms up.
    for _ in range(steps + 1):
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            loss = trainer(tokens)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter() - start)
    report("train-bf16" if bf16 else "train", SEGMENT, times[1:])


def generate(tokens):
    """The time of a token: the difference of a long and a short continuation."""
    model = make_model().eval()
    prime = torch.randint(1, 256, (1, 64))

    def run(length):
        start = time.perf_counter()
        model.generate(prime, length)
        return time.perf_counter() - start

    run(66)
    times = [run(64 + tokens) - run(65) for _ in range(3)]
    report("generate", tokens - 1, times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["train", "train-bf16", "generate"])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=65)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.what == "generate":
        generate(arguments.tokens)
    else:
        train(arguments.steps, arguments.what == "train-bf16")


if __name__ == "__main__":
    main()
