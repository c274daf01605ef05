#!/usr/bin/env python3
"""Every bar of every procedure of packs/cn is seen to hold: each gate, each notice's window, each `not-by`, each day before which a step may not be
done, each limit that refuses, each quorum, each referral and sub-case has a scenario in which it refuses (or drops who does not meet it).  Each step is done in some scenario.

Usage: gates.py PACKS_CN
"""
import os
import re
import sys

folder = sys.argv[1]
names = sorted(n for n in os.listdir(folder) if re.match(r"\d\d.*\.md$", n))
text = "".join(open(os.path.join(folder, n), encoding="utf-8").read() for n in names)
blocks = re.findall(r"^```guiju\n(.*?)^```", text, re.S | re.M)

steps = {}     # (procedure, step) -> text of the step; "" is what stands before the first one
ballots, notices = {}, {}
for b in blocks:
    kind, name = re.match(r"(\w+): (\S+)", b).groups()
    if kind == "ballot":
        ballots[name] = b
    if kind == "notice":
        notices[name] = re.search(r"^of: (\S+)", b, re.M).group(1)
    if kind == "procedure":
        at = ""
        for line in b.splitlines():
            m = re.match(r"  - \{?\s*step: ([\w-]+)", line)
            at = m.group(1) if m else at
            steps[name, at] = steps.get((name, at), "") + line + "\n"

seen, closed = {}, set()   # procedure -> (step or None, what refused); what was closed
for b in blocks:
    m = re.match(r"scenario: (\S+)", b)
    if not m or "\ndo:" not in b:
        continue
    do, _, expect = b.partition("\nexpect:")
    procedure, ours = None, set()
    for act in re.split(r"\n  - ", do.split("\ndo:")[1]):
        opened = re.search(r"\bopen: ([\w-]+)", act)
        procedure = opened.group(1) if opened else procedure
        refused = re.search(r"\brefused: ([\w-]+)", act)
        step = re.search(r"\bclose: ([\w-]+)", act)
        ours.add(procedure)
        if refused:
            seen.setdefault(procedure, set()).add((step.group(1) if step else "", refused.group(1)))
        elif step:
            closed.add((procedure, step.group(1)))
        if "taken:" in act and not refused:
            closed.update((procedure, s) for s in re.findall(r"\bstep: ([\w-]+)", act))
    out = re.search(r"\bout: \{([^}]*)\}", expect)
    for why in re.findall(r": ([\w-]+)", out.group(1)) if out else []:
        for p in ours:
            seen.setdefault(p, set()).add(("", why))

wrong = []
for (procedure, step), body in sorted(steps.items()):
    had = seen.get(procedure, set())
    here = {why for at, why in had if at == step}
    for gate in re.findall(r"\bgate: ([\w-]+)", body):
        if gate not in {why for _, why in had}:
            wrong.append(f"{procedure}.{step}: no scenario shows the gate {gate} refusing")
    if step and (procedure, step) not in closed:
        wrong.append(f"{procedure}.{step}: no scenario does this step")
    if re.search(r"\bnot-by:", body) and "not-by" not in here:
        wrong.append(f"{procedure}.{step}: no scenario shows who may not do it (not-by)")
    if re.search(r"\bnot-before:", body) and "too-early" not in here:
        wrong.append(f"{procedure}.{step}: no scenario does it too early")
    if re.search(r"\blate: refuse", body) and "too-late" not in here:
        wrong.append(f"{procedure}.{step}: no scenario does it too late")
    if re.search(r"\bsigned:", body) and "signature" not in here:
        wrong.append(f"{procedure}.{step}: no scenario leaves a signature out")
    if re.search(r"\bnotice: [a-z]", body) and "window" not in here:
        wrong.append(f"{procedure}.{step}: no scenario closes it within the window of its notice")
    if re.search(r"\brefer: \{", body) and "refer" not in here:
        wrong.append(f"{procedure}.{step}: no scenario closes it without the answer from above")
    if re.search(r"\bsub: \{", body) and "sub" not in here:
        wrong.append(f"{procedure}.{step}: no scenario closes it before its sub-cases")
    ballot = re.search(r"\bballot: ([\w-]+)", body)
    if ballot and re.search(r"^quorum:", ballots[ballot.group(1)], re.M) and "quorum" not in here:
        wrong.append(f"{procedure}.{step}: no scenario lacks the quorum")

for w in wrong:
    print("not ok", w)
sys.exit(1 if wrong else 0)
