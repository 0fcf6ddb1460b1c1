"""Fills a checkpoint with random numbers, under which a model repeats itself less
than under the initial ones.

usage: randomize.py FROM TO
"""

import array
import random
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
begin = 8 + int.from_bytes(data[:8], "little")
random.seed(1)
numbers = array.array("f", (random.gauss(0, 1)
                            for _ in range((len(data) - begin) // 4)))
with open(sys.argv[2], "wb") as file:
    file.write(data[:begin] + numbers.tobytes())
