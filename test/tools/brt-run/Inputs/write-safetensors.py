"""Writes a safetensors file: write-safetensors.py FILE NAME DTYPE SHAPE VALUES ...

SHAPE and VALUES are comma-separated numbers, an empty SHAPE for a scalar.
"""

import json
import struct
import sys

FORMATS = {"F64": "d", "F32": "f", "I64": "q", "I32": "i", "BOOL": "?"}

path, arguments = sys.argv[1], sys.argv[2:]
header, data = {}, b""
for name, dtype, shape, values in zip(*[iter(arguments)] * 4):
    numbers = [(float if dtype[0] == "F" else int)(v) for v in values.split(",")]
    begin = len(data)
    data += struct.pack("<%d%s" % (len(numbers), FORMATS[dtype]), *numbers)
    header[name] = {
        "dtype": dtype,
        "shape": [int(extent) for extent in shape.split(",") if extent],
        "data_offsets": [begin, len(data)],
    }
text = json.dumps(header).encode()
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
