"""Writes scalars.json: how PyYAML's SafeLoader reads plain scalars. Run by hand: python3 scalars.py > scalars.json"""

import datetime
import itertools
import json
import math

import yaml

WORDS = """yes Yes YES yEs no No NO nO true True TRUE tRUE false False FALSE on On ON oN off Off OFF
y Y n N t f null Null NULL nULL ~ none None nil
0 00 0644 0o644 0O644 09 08 0888 0_7 007 -0 +0 -0644 +0644 1 -1 +1 1_000 1__0 _1 1_ 9007199254740991 9007199254740993
-9007199254740993 123456789012345678901234567890 0x1F 0X1F 0xg -0x1f 0x 0x_1 0b101 0b102 0B1 -0b11 0b
1e3 1E3 1.0 1. .5 -.5 +.5 1.5e3 1.5e+3 1.5e-3 1.5E+3 1e+3 .5e+3 1_0.5 1._5 1.2.3 1.10 3.10 0.0 -0.0 00.5 08.5
.inf .Inf .INF -.inf +.inf inf .nan .NaN .NAN nan -.nan . - + .. ...x
12:30:45 12:30 1:2 190:20:30 -12:30 +1:30 012:30 0:30 12:60 12:5 12:305 1:30.5 12:30:45.25 22:22 8:00
2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00 2001-12-14 2026-02-30x 20010101
= << x abc a.b 1a a1 1.2.3.4 10.0.0.1 1/2 1,000 $1 1% @x /x 0.9.0.1 2.11.0 1.8.0_161 v1 +a -a 0xdeadbeef 1e 1.e3 e5 --- 1-2
""".split()


def described(value):
    if value is None:
        return {"type": "null"}
    if isinstance(value, bool):
        return {"type": "bool", "value": value}
    if isinstance(value, int):
        return {"type": "int", "value": str(value)}
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return {"type": "float", "value": str(value)}
        return {"type": "float", "value": repr(value)}
    if isinstance(value, (datetime.date, datetime.datetime)):
        return {"type": "date", "value": str(value)}
    return {"type": "str", "value": value}


rows = []
digits = ["".join(part) for part in itertools.product("-01", "0189._:x", "0179._", ["", "5", "e+1"])]
for word in dict.fromkeys(WORDS + digits):
    try:
        rows.append({"text": word, **described(yaml.safe_load("k: " + word)["k"])})
    except Exception:
        pass  # what PyYAML refuses altogether has no value to compare
print("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]")
