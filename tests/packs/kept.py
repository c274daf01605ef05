#!/usr/bin/env python3
"""mechanisms-kept.csv tells, sentence by sentence, where packs/cn keeps what a mechanism asks: every place and every scenario that it names is there,
every gate that it names refuses in a scenario of its procedure, every sentence has a scenario or says why it has none, and no mechanism of appointment is left out of it.

Usage: kept.py PACKS_CN ROOT
"""
import csv
import os
import re
import sys

folder, root = sys.argv[1:3]
names = sorted(n for n in os.listdir(folder) if re.match(r"\d\d.*\.md$", n))
text = "".join(open(os.path.join(folder, n), encoding="utf-8").read() for n in names)
blocks = re.findall(r"^```guiju\n(.*?)^```", text, re.S | re.M)
declared, scenarios, steps, wrong = {}, {}, {}, []
for b in blocks:
    kind, name = re.match(r"(\w+): (\S+)", b).groups()
    if kind == "scenario":
        scenarios[name] = b
        continue
    use = re.match(r"use: \w+\(([\w-]+)\)", b)
    declared[use.group(1) if use else name] = b
    if kind == "procedure":
        at = ""
        for line in b.splitlines():
            m = re.match(r"  - \{?\s*step: ([\w-]+)", line)
            at = m.group(1) if m else at
            steps[name, at] = steps.get((name, at), "") + line + "\n"

# What appointment, its supervision, the Party and the village are made of: none of them may lose its scenario unseen.
ASKED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 34, 35, 36, 39, 43, 46, 47, 48, 49, 51, 52, 54, 55, 56, 57, 65, 66,
         136, 140, 142, 143, 149, 150, 151, 152, 170, 182, 183, 185, 186]
with open(os.path.join(folder, "mechanisms.csv"), encoding="utf-8") as f:
    known = {row["id"] for row in csv.DictReader(f)}
with open(os.path.join(folder, "mechanisms-kept.csv"), encoding="utf-8") as f:
    rows = list(csv.DictReader(f))


def place_found(place):
    if "/" in place:
        return os.path.exists(os.path.join(root, place))
    part = place.split(".")
    if part[0] not in declared:
        return False
    if len(part) == 1:
        return True
    gate = re.compile(rf"\bgate: {re.escape(part[-1])}\b")
    if len(part) == 2:
        return (part[0], part[1]) in steps or gate.search(steps.get((part[0], ""), "")) is not None
    return gate.search(steps.get((part[0], part[1]), "")) is not None


shown = set()
for n, row in enumerate(rows, 2):
    at = f"mechanisms-kept.csv line {n} ({row['id']})"
    if None in row or row["note"] is None:
        wrong.append(f"{at}: not five cells")
        continue
    if row["id"] not in known:
        wrong.append(f"{at}: no such mechanism")
    if not row["sentence"]:
        wrong.append(f"{at}: no sentence")
    for place in row["where"].split():
        if not place_found(place):
            wrong.append(f"{at}: there is no {place}")
    named = row["scenarios"].split()
    for s in named:
        if s not in scenarios:
            wrong.append(f"{at}: there is no scenario {s}")
    proofs = "".join(scenarios.get(s, "") for s in named)
    for place in row["where"].split():
        part = [place] if "/" in place else place.split(".")
        at_open = len(part) == 2 and (part[0], part[1]) not in steps
        if named and (len(part) == 3 or at_open) and not re.search(rf"(refused: |: ){re.escape(part[-1])}\b", proofs):
            wrong.append(f"{at}: none of its scenarios shows {place} refusing")
    if not row["where"] and not row["note"]:
        wrong.append(f"{at}: neither where it is kept nor why not")
    if not named and not row["note"]:
        wrong.append(f"{at}: neither a scenario nor why there is none")
    if named and row["where"]:
        shown.add(row["id"])
for n in ASKED:
    if f"M{n:03d}" not in shown:
        wrong.append(f"M{n:03d} has no sentence that a scenario proves")
    if not re.search(rf"implements: \[[^\]]*M{n:03d}", text):
        wrong.append(f"nothing implements M{n:03d}")

for w in wrong:
    print("not ok", w)
sys.exit(1 if wrong else 0)
