"""Counts exported ballot papers and compares with what the program says, knowing nothing of its code: recount.py GUIJU CORE SEED.

A small pack declares ballots of each kind, and one of several rounds; random papers, some of them void, are entered by two tellers; each result must be the one that this
script comes to from the exported papers."""
import json
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction
from decimal import Decimal, ROUND_HALF_UP

PACK = """# 票
```guiju
pack: votes
title: 票
version: "1"
over: [core 1]
```
```guiju
basis: texts
rows: [{name: law, title: 办法, full: 办法全文, from: 2000-01-01}]
```
```guiju
params: p
rows:
  - {name: half, title: 过半, type: fraction, tighten: up, from: 2000-01-01, value: 1/2, basis: 办法}
  - {name: most, title: 三分之二, type: fraction, tighten: up, from: 2000-01-01, value: 2/3, basis: 办法}
```
```guiju
ballot: approve_it
title: 表决
basis: 办法
kind: approve
quorum: {base: entitled, at-least: 三分之二}
pass: {base: entitled, more-than: 过半}
```
```guiju
ballot: choose_some
title: 选举
basis: 办法
kind: choose
pass: {base: valid, more-than: 过半}
```
```guiju
ballot: name_some
title: 推荐
basis: 办法
kind: nominate
```
```guiju
ballot: grade_them
title: 测评
basis: 办法
kind: grade
classes: [{class: a, title: A类, weight: 40}, {class: b, title: B类, weight: 60}]
options: [{option: top, title: 优秀, value: 100}, {option: good, title: 称职, value: 80}, {option: weak, title: 不称职, value: 40}, {option: unknown, title: 不了解, value: none}]
```
```guiju
ballot: score_them
title: 打分
basis: 办法
kind: score
options: [{option: s9, title: 九分, value: 9}, {option: s7, title: 七分, value: 7}, {option: s2, title: 二分, value: 2}, {option: pass, title: 不打, value: none}]
```
```guiju
ballot: run_off
title: 多轮选举
basis: 办法
kind: choose
pass: {base: valid, more-than: 过半}
tie: runoff
rounds: 3
names: given
```
"""
SCORES = {"s9": 9, "s7": 7, "s2": 2}
VALUES = {"top": 100, "good": 80, "weak": 40}
WEIGHTS = {"a": 40, "b": 60}
KINDS = {"approve_it": "approve", "choose_some": "choose", "name_some": "nominate", "grade_them": "grade", "score_them": "score", "run_off": "choose"}


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s%s" % (" ".join(words), done.stdout, done.stderr))
    return done.stdout


def paper(kind, names, places, dice):
    if dice.random() < 0.06:
        return dice.choice(["!", "9=yes", "1=maybe", "2=yes;1=yes", "1=yes;1=yes", "z:1=top"])
    picks = []
    for i in range(1, len(names) + 1):
        if kind == "approve" and dice.random() < 0.9:
            picks.append("%d=%s" % (i, dice.choice(["yes", "yes", "no", "abstain"])))
        elif kind == "grade" and dice.random() < 0.95:
            picks.append("%d=%s" % (i, dice.choice(list(VALUES) + ["unknown"])))
        elif kind == "score" and dice.random() < 0.95:
            picks.append("%d=%s" % (i, dice.choice(list(SCORES) + ["pass"])))
        elif kind in ("choose", "nominate") and dice.random() < 0.5:
            picks.append("%d=yes" % i)
    return ("%s:" % dice.choice("ab") if kind == "grade" else "") + ";".join(picks)


def read(text, kind, count, places):
    """The paper's choices, or None where it is void."""
    group = None
    if kind == "grade":
        if ":" not in text:
            return None
        group, text = text.split(":", 1)
        if group not in WEIGHTS:
            return None
    elif ":" in text:
        return None
    allowed = {"approve": {"yes", "no", "abstain"}, "grade": set(VALUES) | {"unknown"}, "score": set(SCORES) | {"pass"}}.get(kind, {"yes"})
    out, last = {}, 0
    for part in filter(None, text.split(";")):
        who, _, word = part.partition("=")
        if not who.isdigit() or not last < int(who) <= count or word not in allowed:
            return None
        last = int(who)
        out[last] = word
    if kind == "choose" and len(out) > places:
        return None
    return group, out


def count(papers, kind, names, places, entitled, present):
    good = [p for p in (read(t, kind, len(names), places) for t in papers) if p is not None]
    lines = []
    for i, name in enumerate(names, 1):
        words = [(g, c[i]) for g, c in good if i in c]
        line = {"name": name}
        if kind == "approve":
            for w in ("yes", "no", "abstain"):
                line[w] = sum(x == w for _, x in words)
            line["passed"] = Fraction(present, entitled) >= Fraction(2, 3) and 2 * line["yes"] > entitled
        elif kind == "grade":
            line["options"] = [sum(x == (g, o) for x in words) for g in "ab" for o in ("top", "good", "weak", "unknown")]
            means = []
            for g in "ab":
                marks = [VALUES[w] for c, w in words if c == g and w in VALUES]
                means.append(Fraction(sum(marks), len(marks)) if marks else None)
            if None not in means:
                total = sum(m * WEIGHTS[g] / 100 for m, g in zip(means, "ab"))
                exact = Decimal(total.numerator) / Decimal(total.denominator)
                line["score"] = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        elif kind == "score":
            line["options"] = [sum(x == o for _, x in words) for o in ("s9", "s7", "s2", "pass")]
            marks = [SCORES[w] for _, w in words if w in SCORES]
            if marks:
                line["score"] = (Decimal(sum(marks)) / Decimal(len(marks))).quantize(Decimal("0.01"), ROUND_HALF_UP)
        else:
            line["votes"] = len(words)
        lines.append(line)
    if kind == "choose":
        ok = [2 * x["votes"] > len(good) for x in lines]
        for i, line in enumerate(lines):
            rivals = [x["votes"] for k, x in enumerate(lines) if k != i and ok[k]]
            above, beside = sum(v > line["votes"] for v in rivals), sum(v == line["votes"] for v in rivals)
            line["passed"] = ok[i] and above + beside < places
            if ok[i] and above < places <= above + beside:
                line["tied"] = True
    return {"cast": len(papers), "entitled": entitled, "lines": lines, "present": present, "valid": len(good)}


def same(mine, theirs):
    for x, y in zip(mine["lines"], theirs["lines"]):
        if "score" in x and x["score"] != Decimal(y.pop("score", "-1")):
            return False
        x.pop("score", None)
    return mine == theirs


class Area:
    def __init__(self, guiju, core, d, dice):
        self.guiju, self.dir, self.dice, self.area, self.turns = guiju, d, dice, os.path.join(d, "a"), 0
        pack = os.path.join(d, "votes")
        os.mkdir(pack)
        with open(os.path.join(pack, "01-votes.md"), "w", encoding="utf-8") as f:
            f.write(PACK)
        run(guiju, "init", self.area, "--pack", core, "--pack", pack)
        run(guiju, "account", "add", self.area, "jianpiao", "监票人")  # fifty papers and more take a second person

    def papers_of(self, number, title):
        exported = [json.loads(l) for l in run(self.guiju, "export", self.area, "ballot_paper", "--format", "json", "--reason", "复核", "--second", "jianpiao").splitlines() if l.strip()]
        return [x.get("text", "") for x in exported if str(x["ballot"]).lstrip("#") == number or str(x["ballot"]).startswith(number) or x["ballot"] == title]

    def hold(self, name, names, places, earlier=None):
        """One ballot, or one more round of it; returns its number and the script's own count, which the program's must equal."""
        dice, kind, title = self.dice, KINDS[name], "第%d次" % self.turns
        self.turns += 1
        papers = [paper(kind, names, places, dice) for _ in range(dice.randint(5, 60))]
        present = len(papers) + dice.randint(0, 3)
        entitled = present + dice.randint(0, 20)
        words = [self.guiju, "ballot", "enter", self.area] + ([title, "--after", earlier] if earlier else [name, title, "--places", str(places)])
        for k in "xy":
            file = os.path.join(self.dir, k)
            with open(file, "w", encoding="utf-8") as f:
                f.write("\n".join(p if p else "-" for p in papers) + "\n")
            words += ["--papers", file]
        for n in [] if earlier else names:
            words += ["--candidate", n]
        number = run(*words, "--entitled", str(entitled), "--present", str(present)).strip().lstrip("#")
        mine = self.papers_of(number, title)
        got = json.loads(run(self.guiju, "ballot", "check", self.area, number).splitlines()[1])
        result = count(mine, kind, names, places, entitled, present)
        again = json.loads(json.dumps(result, default=str))
        if len(mine) != len(papers) or not same(result, got):
            sys.exit("%s %s\nmine   %s\ntheirs %s" % (title, name, again, got))
        return number, again


def further(names, places, result):
    """Who stands in the next round, and for how many places: the tied, else all who have not passed; nobody where no place is left."""
    left = places - sum(x["passed"] for x in result["lines"])
    tied = [n for n, x in zip(names, result["lines"]) if x.get("tied")]
    rest = [n for n, x in zip(names, result["lines"]) if not x["passed"]]
    who = tied or rest
    return (who, left) if left > 0 and left <= len(who) else ([], 0)


def main():
    guiju, core, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as d:
        area, rounds = Area(guiju, core, d, dice), 0
        for turn in range(15):
            name = [n for n in KINDS if n != "run_off"][turn % 5]
            names = ["候选人%d" % i for i in range(1, dice.randint(2, 6) + 1)]
            area.hold(name, names, dice.randint(1, len(names) - 1))
        for turn in range(4):
            names = ["候选人%d" % i for i in range(1, dice.randint(4, 6) + 1)]
            places, earlier = dice.randint(2, len(names) - 1), None
            for number_of_round in range(3):
                earlier, result = area.hold("run_off", names, places, earlier)
                rounds += number_of_round > 0
                names, places = further(names, places, result)
                if not names:
                    break
        if rounds == 0:
            sys.exit("no ballot came to a further round: nothing was tried")
        run(guiju, "verify", area.area)
        print("%d ballots recounted, %d of them further rounds" % (area.turns, rounds))


main()
