#!/usr/bin/env python3
"""Every register of the shipped packs out as a spreadsheet and in again, on the demo county: nothing changes.  Usage: rounds.py GUIJU ROOT

A register whose records cases make, or the engine, takes no import: it says so, and nothing changes either.
"""
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

GUIJU, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PEOPLE, TABLE = "60", "r_"
NOT_BY_HAND = ("case.owned", "area.core_only", "access.core")


def run(*words, cwd=None):
    r = subprocess.run([GUIJU, *words], capture_output=True, text=True, cwd=cwd, env={**os.environ, "LC_ALL": "zh_CN.UTF-8"})
    return r.returncode, r.stdout, r.stderr


def registers(area):
    """Those that have records, by the tables of the area: asking for each of a hundred and fifty would take longer than the test."""
    found = []
    with sqlite3.connect("file:%s?mode=ro" % area, uri=True) as db:
        tables = {r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for pack in ("core", "cn"):
            for at, _, files in sorted(os.walk(os.path.join(ROOT, "packs", pack))):
                for f in sorted(x for x in files if x.endswith(".md")):
                    found += re.findall(r"^register: (\w+)", open(os.path.join(at, f), encoding="utf-8").read(), re.M)
        return [n for n in dict.fromkeys(found) if TABLE + n in tables and db.execute('SELECT 1 FROM "%s%s"' % (TABLE, n)).fetchone()]


def main():
    bad, taken, refused = [], 0, []
    with tempfile.TemporaryDirectory() as d:
        area = os.path.join(d, "county.guiju")
        for words in (["demo", area, "--people", PEOPLE], ["put", area, "account", "登录名=second", "姓名=某", "启用日期=2026-01-01"]):
            code, out, err = run(*words, cwd=ROOT)
            if code != 0:
                sys.exit("%s: %s%s" % (words[0], out, err))
        for name in registers(area):
            path = os.path.join(d, name + ".xlsx")
            code, out, err = run("export", area, name, "--format", "xlsx", "--ids", "-o", path, "--reason", "往返", "--second", "second")
            if code != 0:
                bad.append("%s does not go out: %s" % (name, err.strip()))
                continue
            last = run("journal", "log", area, "--last", "1")[1] # what leaves is written down
            code, out, err = run("import", area, name, path)
            if any(x in err for x in NOT_BY_HAND):
                refused.append(name)
            elif code != 0:
                bad.append("%s does not come in (%d): %s" % (name, code, (out + err).strip()[-600:]))
            else:
                taken += 1
            now = run("journal", "log", area, "--last", "1")[1]
            if now != last:
                bad.append("%s: something was written\n%s%s" % (name, out, now))
    for b in bad:
        print("not ok", b)
    print("%d registers out and in; not by hand: %s" % (taken, " ".join(refused)))
    return 1 if bad or taken < 30 else 0


sys.exit(main())
