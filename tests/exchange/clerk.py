"""What the tests of rosters, forms and papers have in common: the command line as a clerk types it, and what did not hold.  Called with GUIJU ROOT."""
import os
import subprocess
import sys

GUIJU, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
bad = []


def run(*words, ok=0, cwd=None):
    """What guiju says; a status other than ok is a mistake."""
    r = subprocess.run([GUIJU, *words], capture_output=True, text=True, cwd=cwd, env={**os.environ, "LC_ALL": "zh_CN.UTF-8"})
    if r.returncode != ok:
        bad.append("%s: status %d, not %d\n%s%s" % (" ".join(words), r.returncode, ok, r.stdout[-800:], r.stderr[-800:]))
    return r.stdout + r.stderr


def must(condition, what):
    if not condition:
        bad.append(what)


def done():
    for b in bad:
        print("not ok", b)
    print("%d mistakes" % len(bad))
    sys.exit(1 if bad else 0)
