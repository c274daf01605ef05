#!/usr/bin/env python3
"""A file too large to be planned in memory: taken in whole or not at all, its mistakes told at their rows, and nothing left beside the area.  Usage: large.py GUIJU ROOT"""
import os
import resource
import subprocess
import sys
import tempfile
import threading

GUIJU, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ROWS, WIDE = 90000, 20
bad = []


def run(*words, ok=0):
    r = subprocess.run([GUIJU, *words], capture_output=True, text=True, env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "MALLOC_PERTURB_": "0"})
    if r.returncode != ok:
        bad.append("%s: status %d, not %d\n%s%s" % (" ".join(words), r.returncode, ok, r.stdout[-800:], r.stderr[-800:]))
    return r.stdout + r.stderr


def must(condition, what):
    if not condition:
        bad.append(what)


def cell(i, n):
    return ["文字%d" % (n % 500 + i), "%d.%02d" % (n % 9999, n % 100), "20%02d-%02d-%02d" % (n % 25, n % 12 + 1, n % 28 + 1), "19%02d-%02d" % (n % 90 + 10, n % 12 + 1), "是" if n % 2 else "否"][i % 5]


def line(n):
    return ",".join(["A%07d" % n] + [cell(i, n) for i in range(1, WIDE)])


def write(name, lines):
    with open(name, "w") as f:
        f.write("\n".join([",".join(["编号"] + ["栏%d" % i for i in range(1, WIDE)])] + lines) + "\n")


def children_peak():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def left():
    return [n for n in os.listdir(".") if n not in kept]


with tempfile.TemporaryDirectory() as d:
    os.chdir(d)
    os.mkdir("pack")
    kinds = ["text(40)", "number(2)", "date", "month", "boolean"]
    fields = "\n".join("  c%d: {title: 栏%d, type: %s}" % (i, i, kinds[i % 5]) for i in range(1, WIDE))
    with open("pack/01.md", "w") as f:
        f.write('# 宽表\n\n```guiju\npack: wide\ntitle: 宽表\nversion: "1"\nover: [core 1]\n```\n\n```guiju\nregister: item\ntitle: 事项\ndisplay: 编号\nfields:\n'
                "  code: {title: 编号, type: text(20), key: yes}\n%s\n```\n" % fields)
    for area in ("a", "b", "c"):
        run("init", area + ".guiju", "--pack", ROOT + "/packs/core", "pack")
    before = children_peak()
    good = [line(n) for n in range(ROWS)]
    write("good.csv", good)
    # Mistakes far apart: a number that is none, a key twice, a key that is missing, a day that does not exist.
    wrong = list(good)
    wrong[70000] = wrong[70000].replace("70000", "70000").replace(",%s," % cell(1, 70000), ",壹佰,", 1)
    wrong[80000] = line(10)
    wrong[85000] = "," + wrong[85000].split(",", 1)[1]
    wrong[89999] = wrong[89999].replace(cell(2, 89999), "2024-02-31", 1)
    write("wrong.csv", wrong)
    kept = set(os.listdir("."))
    said = run("import", "a.guiju", "item", "wrong.csv", ok=3)
    for want in ("wrong.csv:70002：栏1", "wrong.csv:80002：编号", "第 12 行", "wrong.csv:85002：编号", "wrong.csv:90001：栏2", "一行也没有导入"):
        must(want in said, "not told: %s\n%s" % (want, said))
    must(run("export", "a.guiju", "item").count("\n") == 1, "something was written of a file that was refused")
    must(not left(), "left behind: %r" % left())
    said = run("import", "a.guiju", "item", "wrong.csv", "--skip-bad", ok=1)
    must("新增 %d" % (ROWS - 4) in said and "有误 4" in said, said)
    refused = open("wrong.csv.bad.csv", encoding="utf-8-sig").read().splitlines()
    must(len(refused) == 5 and refused[1].startswith("A0070000,壹佰,") and "80002" in refused[2], "refused rows: %r" % refused)
    must(left() == ["wrong.csv.bad.csv"], "left behind: %r" % left())
    # Whole, then the same again, then as a spreadsheet into another area: nothing changes on the way.
    must("新增 %d" % ROWS in run("import", "b.guiju", "item", "good.csv"), "not taken")
    must("未变 %d" % ROWS in run("import", "b.guiju", "item", "good.csv"), "the same file changed something")
    run("export", "b.guiju", "item", "-o", "b.csv")
    run("export", "b.guiju", "item", "--format", "xlsx", "-o", "b.xlsx")
    must("新增 %d" % ROWS in run("import", "c.guiju", "item", "b.xlsx"), "the spreadsheet was not taken")
    run("export", "c.guiju", "item", "-o", "c.csv")
    must(open("b.csv").read() == open("c.csv").read(), "what went out as a spreadsheet came in as something else")
    peak = children_peak()
    run("verify", "c.guiju")
    # One that is piped has no file; its plan has one all the same.
    p = subprocess.Popen([GUIJU, "import", "c.guiju", "item", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    threading.Thread(target=lambda: (p.stdin.write(open("good.csv").read()), p.stdin.close())).start()
    must("%d" % ROWS in p.stdout.read() and p.wait() == 0, "not from a pipe")
    # Planned in memory it would be 200.  A program with sanitisers has its own ideas of memory.
    must(before > 48 or peak < 150, "%d MiB in memory" % peak)

for b in bad:
    print(b)
sys.exit(1 if bad else 0)
