#!/usr/bin/env python3
"""The house of packs/cn: every register has a reader and a writer, the README lists every chapter, every procedure and rule is tested by a scenario,
no register keeps what is nobody's business.

Usage: house.py PACKS_CN
"""
import os
import re
import sys

folder = sys.argv[1]
names = sorted(n for n in os.listdir(folder) if re.match(r"\d\d.*\.md$", n))
text = "".join(open(os.path.join(folder, n), encoding="utf-8").read() for n in names)
blocks = re.findall(r"^```guiju\n(.*?)^```", text, re.S | re.M)
wrong = []


def items(s):
    return [x.strip() for x in s.replace("\n", " ").split(",") if x.strip()]


templates = {"register": set(), "rule": set()}
for b in blocks:
    m = re.match(r"template: (\S+)", b)
    if m:
        templates[re.search(r"^of: (\w+)$", b, re.M).group(1)].add(m.group(1))
kinds = {"register": set(), "rule": set(), "procedure": set()}
tested, readable, writable = set(), set(), set()
reads = {}  # role -> the registers that it reads
acts = []   # procedure, the register of its subject, the roles of its steps
for b in blocks:
    kind, name = re.match(r"(\w+): (\S+)", b).groups()
    if kind in kinds:
        kinds[kind].add(name)
    use = re.match(r"use: (\w+)\(([\w-]+)\)", b)
    if use:
        for k, of in templates.items():
            if use.group(1) in of:
                kinds[k].add(use.group(2))
    if kind == "scenario":
        for t in re.findall(r"^tests: \[(.*?)\]", b, re.M | re.S):
            tested.update(items(t))
    if kind == "ballot" and not re.search(r"^mode: (hands|voice)$", b, re.M):
        for key in ("by", "tellers"):
            if not re.search(rf"^{key}: ", b, re.M):
                wrong.append(f"the ballot {name} has papers, and does not say who sees to them ({key})")
    if kind == "role":
        for verb, of in re.findall(r"\b(read|write): *\[([^\]]*)\]", b):
            (writable if verb == "write" else readable).update(items(of))
            if verb == "read":
                reads.setdefault(name, set()).update(items(of))
    if kind == "procedure":
        by = set(x for one, many in re.findall(r"(?<![\w-])by: (?:([\w-]+)|\[([^\]]*)\])", b) for x in (items(many) if many else [one]))
        acts.append((name, re.search(r"^subject: \{register: (\w+)", b, re.M).group(1), by))

for r in sorted(kinds["register"] - readable):
    wrong.append(f"no role reads the register {r}")
for r in sorted(kinds["register"] - writable):
    wrong.append(f"no role writes the register {r}")
if [r for r in reads if "report_sender" in reads[r]] != ["report-handler"]:
    wrong.append("the reporter is for the handler's eyes alone")
for name, subject, by in acts:
    for role in sorted(by):
        if subject not in reads.get(role, ()):
            wrong.append(f"{role} acts in {name}, and does not read its subject {subject}")
for k in ("rule", "procedure"):
    for r in sorted(kinds[k] - tested):
        wrong.append(f"no scenario tests the {k} {r}")
with open(os.path.join(folder, "README.md"), encoding="utf-8") as f:
    listed = re.findall(r"^\| (\d\d-[^ |]+) \|", f.read(), re.M)
if listed != [n[:-3] for n in names]:
    wrong.append(f"README.md lists other chapters than there are: {sorted(set(listed) ^ {n[:-3] for n in names})}")

with open(os.path.join(folder, "mechanisms.csv"), encoding="utf-8") as f:
    known = {line.split(",")[0] for line in f}
for m in sorted(set(re.findall(r"\bM\d{3}\b", text)) - known):
    wrong.append(f"there is no mechanism {m}")

# What no register keeps of a person: belief, opinion, friends, movements, property, illness.  (What may be kept and not judged by: bars.py.)
KEPT_OF_NOBODY = "宗教|信仰|行踪|轨迹|社交|朋友|交往|忠诚|思想|情绪|舆情|微信|聊天|财产情况|房产|存款|病情|诊断|病史|定位"
for b in blocks:
    if re.match(r"register: ", b):
        for title in re.findall(r"\{title: ([^,}]*(?:" + KEPT_OF_NOBODY + r")[^,}]*), type:", b):
            wrong.append(f"{b.split()[1]} keeps {title}")

for w in wrong:
    print("not ok", w)
sys.exit(1 if wrong else 0)
