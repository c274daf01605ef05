#!/usr/bin/env python3
"""The examples keep their word: files are what the recipe makes, every rule over what the county keeps finds something, and READMEs quote what Guiju answers.

Usage: answers.py GUIJU [--write].  Without --write: says what differs and ends with 1.  With it: writes the files and the quoted answers anew.

In oddities/README.md a block that begins with "$ guiju" is played, each block in an area of its own; "# 退出 N" behind a command is its exit status.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COUNTY = os.path.join(ROOT, "examples", "changgeng")
ODD = os.path.join(COUNTY, "oddities", "README.md")
MOST = 0.5  # a rule that finds more than this share of a register of some size judges the example, not the people
# Rules that only except others find nothing themselves.
EXCEPTIONS = {"rotation-deferred"}
# Rules over a register of the county that look into one that it does not keep.
ELSEWHERE = {"reports-many": "report", "covenant-absent": "covenant", "firm-without-instructor": "pairing", "team-unreviewed": "team_review", "check-in-absent": "pairing",
             "facts-several": "supervision_fact", "village-council-absent": "duty", "opening-absent": "open_item", "errors-again": "work_error", "institution-unclassed": "institution_class",
             "veterans-unserved": "veteran_worker", "registration-totals": "registration", "term-to-compete": "term_contest", "contest-term-unset": "term_contest",
             "below-unknown": "pairing", "leaving-unaudited": "liability_audit"}


def call(env, folder, command):
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def must(env, folder, command):
    status, text = call(env, folder, command)
    if status != 0:
        sys.exit(f"{command}\n{text}")
    return text


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def files(env, base, write):
    """The CSV files are what the recipe makes at its own size."""
    made = os.path.join(base, "csv")
    os.mkdir(made)
    must(env, ROOT, f"guiju demo x --csv {made}")
    wrong = []
    want, have = set(os.listdir(made)), {n for n in os.listdir(COUNTY) if n.endswith(".csv") and n != "accounts.csv"} # accounts are no records of the recipe
    order = [n + ".csv" for n in read(os.path.join(COUNTY, "order")).split()]
    if sorted(order) != sorted(want):
        wrong.append(f"examples/changgeng/order does not list the registers of the recipe: {sorted(set(order) ^ want)}")
    for name in sorted(want | have):
        same = name in want and name in have and read(os.path.join(made, name)) == read(os.path.join(COUNTY, name))
        if same:
            continue
        if not write:
            wrong.append(f"examples/changgeng/{name} is not what the recipe makes")
        elif name in want:
            shutil.copy(os.path.join(made, name), os.path.join(COUNTY, name))
        else:
            os.remove(os.path.join(COUNTY, name))
    return wrong


def findings(env, base):
    """Every rule over a register that the county keeps finds something in it, and none finds nearly everybody."""
    for register in read(os.path.join(COUNTY, "order")).split():
        must(env, base, f"guiju import odd.guiju {register} {COUNTY}/{register}.csv")
    rows = {n[:-4]: len(read(os.path.join(COUNTY, n)).splitlines()) - 1 for n in os.listdir(COUNTY) if n.endswith(".csv") and n != "accounts.csv"} # accounts are no records of the recipe
    today = read(os.path.join(COUNTY, "today")).strip()
    found = collections.Counter()
    of = {}
    for line in must(env, base, f"guiju judge odd.guiju --today {today} --json").splitlines():
        one = json.loads(line)
        found[one["rule"]] += 1
        of[one["rule"]] = one["register"]
    wrong = []
    kept = set(read(os.path.join(COUNTY, "order")).split())
    for name, over in sorted(rules().items()):
        if found[name] == 0 and name not in EXCEPTIONS and over in kept and ELSEWHERE.get(name, over) in kept:
            wrong.append(f"rule {name} finds nothing in the invented county: give the recipe a case of it")
    for name, n in found.items():
        size = rows.get(of[name], 0)
        if size >= 20 and n > MOST * size:
            wrong.append(f"rule {name} finds {n} of {size} {of[name]} in the invented county")
    return wrong


def rules():
    """Rules of the handbooks, written out or made by a template of rules, and the register that each is over."""
    templates, names = set(), {}
    folder = os.path.join(ROOT, "packs", "cn")
    texts = [read(os.path.join(folder, n)) for n in sorted(os.listdir(folder)) if re.match(r"\d\d.*\.md$", n)]
    blocks = [b for t in texts for b in re.findall(r"^```guiju\n(.*?)^```", t, re.S | re.M)]
    for b in blocks:
        kind = re.match(r"template: (\S+)", b)
        if kind and re.search(r"^of: rule$", b, re.M):
            templates.add(kind.group(1))
    for b in blocks:
        rule, use = re.match(r"rule: (\S+)", b), re.match(r"use: (\w+)\(([\w-]+)\)", b)
        if rule:
            names[rule.group(1)] = re.search(r"^over: ([\w.]+)$", b, re.M).group(1)
        elif use and use.group(1) in templates:
            names[use.group(2)] = re.search(r"^  over: (\w+)$", b, re.M).group(1)
    return names


def play(env, base, area, block):
    """One block: each command with what it answers."""
    folder = os.path.join(base, "play")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(COUNTY, "oddities"), os.path.join(folder, "oddities"))
    for name in os.listdir(area):
        shutil.copy(os.path.join(area, name), os.path.join(folder, name))
    out = []
    for line in block.splitlines():
        if not line.startswith("$ "):
            continue
        command = re.sub(r"\s+# 退出 \d+$", "", line[2:])
        status, text = call(env, folder, command)
        out.append(f"$ {command}" + (f"        # 退出 {status}" if command.startswith("guiju import") else ""))
        out += [l.rstrip() for l in text.lstrip("\ufeff").splitlines() if l.strip()]
    return "\n".join(out) + "\n"


def quoted(env, base, write):
    area = os.path.join(base, "area")
    os.mkdir(area)
    must(env, ROOT, f"guiju demo {area}/odd.guiju")
    old = read(ODD)
    new = re.sub(r"(?<=^```\n)\$ .*?(?=^```$)", lambda m: play(env, base, area, m.group(0)), old, flags=re.S | re.M)
    if new == old:
        return []
    if write:
        with open(ODD, "w", encoding="utf-8") as f:
            f.write(new)
        return []
    a, b = old.splitlines(), new.splitlines()
    at = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), min(len(a), len(b)))
    return [f"examples/changgeng/oddities/README.md:{at + 1} quotes\n  {a[at] if at < len(a) else '(end)'}\n  where Guiju answers\n  {b[at] if at < len(b) else '(end)'}"]


def main():
    guiju, write = os.path.abspath(sys.argv[1]), "--write" in sys.argv[2:]
    base = tempfile.mkdtemp(prefix="guiju-examples-")
    try:
        os.mkdir(os.path.join(base, "bin"))
        os.symlink(guiju, os.path.join(base, "bin", "guiju"))
        env = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k != "LANGUAGE"}
        env.update(LANG="zh_CN.UTF-8", GUIJU_HOME=ROOT, PATH=os.path.join(base, "bin") + ":" + env.get("PATH", "/usr/bin:/bin"))
        wrong = files(env, base, write)
        must(env, ROOT, f"guiju init {base}/odd.guiju --pack packs/cn")
        wrong += findings(env, base)
        wrong += quoted(env, base, write)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    for w in wrong:
        print("not ok", w)
    if wrong:
        print("examples/answers.py GUIJU --write brings the files and the quoted answers up to date; read what changed")
    return 1 if wrong else 0


sys.exit(main())
