"""Prints the tensors of a safetensors file, one a line, sorted by name."""

import json
import struct
import sys

FORMATS = {"F64": "d", "F32": "f", "I64": "q", "I32": "i", "BOOL": "?"}

with open(sys.argv[1], "rb") as file:
    content = file.read()
size = struct.unpack("<Q", content[:8])[0]
header, data = json.loads(content[8 : 8 + size]), content[8 + size :]
for name, tensor in sorted(header.items()):
    begin, end = tensor["data_offsets"]
    if tensor["dtype"] == "BF16":
        # The upper half of an f32.
        halves = struct.unpack("<%dH" % ((end - begin) // 2), data[begin:end])
        numbers = [struct.unpack("<f", struct.pack("<HH", 0, h))[0] for h in halves]
    else:
        code = FORMATS[tensor["dtype"]]
        count = (end - begin) // struct.calcsize(code)
        numbers = struct.unpack("<%d%s" % (count, code), data[begin:end])
    values = " ".join("%.6g" % n for n in numbers)
    print(name, tensor["dtype"], tensor["shape"], values)
