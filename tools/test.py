#!/usr/bin/env python3
"""Build and run every test; the last line is "N passed, N failed".  Usage: test.py BUILD

A test program says "N passed, N failed" in a line of its own, or "ok NAME" / "not ok NAME" for each test, or is a cmocka program, whose
lines are counted; one that says nothing counts as one.  As many run side by side as there are processors: one more saved nothing.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT_S = 900


def count(text, status):
    """What a program's lines say: passed, failed."""
    whole = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.M)
    if whole:
        passed, failed = map(int, whole[-1])
    else:
        passed = len(re.findall(r"^(?:\[       OK \] |ok )", text, re.M))
        failed = len(set(re.findall(r"^(?:\[  FAILED  \] [A-Za-z_0-9]+$|not ok .*)", text, re.M)))
        if passed + failed == 0 and status == 0:
            passed = 1
    # A program that dies has failed once more than it could say.
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed


def run(build, test):
    """Run one test where meson would; its output goes to a log beside the build."""
    log = os.path.join(build, "test-%s.log" % re.sub(r"[^\w]+", "-", test["name"]))
    with open(log, "wb") as out:
        try:
            status = subprocess.run(test["cmd"], cwd=test["workdir"] or build, env={**os.environ, **test["env"]}, stdin=subprocess.DEVNULL,
                                    stdout=out, stderr=subprocess.STDOUT, timeout=LIMIT_S).returncode
        except subprocess.TimeoutExpired:
            status = -1
            out.write(b"not ok: no end after %d seconds\n" % LIMIT_S)
    with open(log, encoding="utf-8", errors="replace") as lines:
        text = lines.read()
    return (test, text) + count(text, status)


def build_all(build):
    made = subprocess.run(["ninja", "-C", build, "all", "bench-tools"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if made.returncode != 0:
        lines = [l for l in made.stdout.splitlines() if not re.match(r"^\[\d+/\d+\] (Compiling|Linking|Generating)", l)]
        print("\n".join(lines[-60:]))
        print("0 passed, 1 failed")
        sys.exit(1)


def main():
    build = os.path.abspath(sys.argv[1])
    os.chdir(ROOT)
    build_all(build)
    tests = json.loads(subprocess.check_output(["meson", "introspect", "--tests", build]))
    passed = failed = 0
    # The longest first, so that none is left alone at the end.
    tests.sort(key=lambda t: -int(t["timeout"]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for test, text, good, bad in pool.map(lambda t: run(build, t), tests):
            passed += good
            failed += bad
            name = "%s/%s" % (test["suite"][0].split(":")[-1], test["name"])
            print("%-40s %d passed%s" % (name, good, ", %d FAILED" % bad if bad else ""), flush=True)
            if bad:
                print("\n".join([l for l in text.splitlines() if not re.match(r"^(\[( RUN  |      OK |=====)|ok )", l)][-60:]))
            for line in re.findall(r"^skipped .*$", text, re.M):
                print("    " + line)
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
