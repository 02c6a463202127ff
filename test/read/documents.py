"""Writes documents.json: what PyYAML's SafeLoader makes of whole documents. Run by hand: python3 documents.py > documents.json"""

import datetime
import json

import yaml

TEXTS = r'''
a: 1
---
a: 1
---
--- a
---
a: 1
...
---
a: 1
---
b: 2
---
# only a comment
---
- a
-
- - b
  - c
---
a:
b: ~
c: null
---
a:
- b
- c
---
{a: 1, b: [x, y], c}
---
{a:1}
---
{"a":1, 'b':2}
---
[a, b, ]
---
[a,b]
---
{a: b, }
---
a: "x\ty \x41 \u00e4 \U0001F600 \/ \e"
---
a: "x\d"
---
a: 'it''s'
---
a: "two
  lines"
---
a: two
  lines

  and more
---
a: |
  one
   two

  three
---
a: |-
  one

---
a: |+
  one

b: 1
---
a: >
  folded
  text

  more
   kept
---
a: |2
    indented
---
a: >-
  x
---
? a
: 1
---
? a
---
a: &x 1
b: *x
---
a: &x {k: 1}
b: {<<: *x, l: 2}
---
a: &x {k: 1, m: 1}
b: &y {k: 2, n: 2}
c: {<<: [*x, *y], m: 3}
---
a: &x {k: 1}
b:
  <<: *x
  k: 2
---
a: {<<: {k: 1}, k: 2}
---
a: {k: 2, <<: {k: 1}}
---
a: {<<: x}
---
a: {<<: [{k: 1}, 2]}
---
a: *x
---
a: %x
---
a: @x
---
a: `x`
---
a: b: c
---
a: "b" c
---
a: 'b
---
a: [b
---
a: {b
---
a: ]
---
a: x # comment
b: x#y
---
a: - b
---
a:
 - b
  - c
---
a: 1
 b: 2
---
- a
b: 1
---
a: :b
c: d:e
f: -g
h: ?i
---
a: http://x/y?z=1
---
a: !!str 12
b: !!int "12"
c: !!float 1
d: !!bool yes
e: !!null ""
---
a: !!set {x, y}
---
a: !!binary aGk=
---
a: !unknown x
---
2001-12-14: x
---
a: 2001-12-14
b: 2001-12-14t21:59:43.10-05:00
c: 2001-12-14 21:59:43
d: 2001-12-14T21:59:43Z
e: 2001-12-14 21:59:43.123456789 +5
f: 2001-1-1
g: 2001-1-1 1:02:03
---
1: a
1.5: b
yes: c
~: d
---
[a, b]: c
---
{a: b}: c
---
a: 0b
---
a: 1e3
b: 1.5e+3
c: 0o17
d: 017
e: 0x1f
f: 1_000
g: 12:30
h: .5
---
"a": 1
'b': 2
---
a: ""
b: ''
---
- {name: a, state: present}
- name: b
  state: absent
---
a: x y  z
b:   spaced
---
a: [x y, "z, w", 'v']
---
a: "{{ b }}"
c: '{{ d | default("e") }}'
---
a: {{ b }}
---
a: !!python/object:os.system x
---
a: yes no
b: y
c: 'yes'
---
key with spaces: value with spaces
---
a: "\
  x"
---
a: 'x

  y'
---
-a
---
a: |
 x
b: >
 y
---
a: [
  b,
  c
]
---
a: {
  b: c
}
---
a: "x: y"
b: 'x: y'
---
a: x: y
---
%YAML 1.1
---
a: 1
---
!!map {a: 1}
---
a: <b>
b: a=b
c: a,b
---
a: null b
---
a: ~b
'''

TABS = ["a:\tb\n", "a: b\t# c\n", "a:\n\tb: c\n", "a:\n  b:\tc\n", "\ta: b\n", "- a\n-\tb\n", "a: [b,\tc]\n", "a: |\n  x\n\ty\n"]
OTHERS = ["", "\n\n", "a: 1\r\nb: 2\r\n", "\ufeffa: 1\n", "a: 1\n---\n", "---\n---\n", "a: x\u00a0y\n", "a: \"x\u2028y\"\n", "a: 1", "# c"]


def described(value):
    if isinstance(value, dict):
        return {"dict": [[described(key), described(item)] for key, item in value.items()]}
    if isinstance(value, list):
        return [described(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return [described(item) for item in sorted(value)]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return {"int": str(value)}


def split(texts):
    """Documents of the list above: a line of --- ends one, unless one starts with a line of its own."""
    blocks = texts.strip("\n").split("\n---\n")
    out = []
    for block in blocks:
        if out and out[-1].startswith("%YAML") and "\n---\n" not in out[-1]:
            out[-1] += "---\n" + block + "\n"
        else:
            out.append(block + "\n")
    return out


rows = []
pairs = ["a: 1\n---\nb: 2\n", "---\na: 1\n...\n"]
for text in dict.fromkeys(split(TEXTS) + TABS + OTHERS + pairs):
    try:
        rows.append({"text": text, "value": described(yaml.load(text, Loader=yaml.CSafeLoader))})
    except (yaml.YAMLError, ValueError, AttributeError):
        rows.append({"text": text, "refused": True})
print("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]")
