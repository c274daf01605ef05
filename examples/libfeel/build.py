#!/usr/bin/env python3
"""Install libfeel into a folder and build years.c against it by pkg-config, as a stranger would: shared and static.  Usage: build.py BUILD"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PEOPLE = """{"name": "甲", "since": "2016-02-29", "limit": 10, "retired": false}
{"name": "乙", "since": "2016-04-11", "limit": 10, "retired": false}
{"name": "丙", "limit": 10, "retired": false}
{"name": "丁", "since": "2016-02-30", "limit": 10, "retired": false}
"""
RULE = "full years(since, today()) >= limit and not(retired)"


def run(*cmd, env=None, given=None, status=0):
    done = subprocess.run(cmd, env=env, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != status:
        sys.exit("%s: status %d\n%s%s" % (" ".join(cmd), done.returncode, done.stdout, done.stderr))
    return done.stdout, done.stderr


def expect(what, got, wanted):
    if got != wanted:
        print("not ok %s: %r instead of %r" % (what, got, wanted))
        sys.exit(1)
    print("ok %s" % what)


def main():
    build = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as root:
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root)
        found = {}
        for folder, _, names in os.walk(root):
            for name in names:
                found[name] = folder
        env = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=root, PKG_CONFIG_PATH=found["libfeel.pc"], LD_LIBRARY_PATH=found["libfeel.so"])
        source, program = os.path.join(HERE, "years.c"), os.path.join(root, "years")
        compiler = ["cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", source, "-o", program]
        expect("only our header is installed", sorted(n for n in found if n.endswith(".h")), ["libfeel.h"])

        def years(title):
            out, err = run(program, RULE, env=env, given=PEOPLE, status=1)
            expect(title + ": answers", [line.split(":")[0] for line in out.splitlines()], ["true", "false", "null"])
            expect(title + ": a day that does not exist is refused", "libfeel.type" in err and "since" in err, True)
            _, err = run(program, "full years(sinse, today()) >= limit", env=env, status=1)
            expect(title + ": a misspelt name is found", "rule:1:12: feel.unknown_name" in err and "since" in err, True)

        flags = run("pkg-config", "--cflags", "--libs", "libfeel", env=env)[0].split()
        run(*compiler, *flags)
        years("shared")
        seen, _ = run("nm", "-D", "--defined-only", os.path.join(found["libfeel.so"], "libfeel.so"))
        names = [line.split()[-1] for line in seen.splitlines() if line.split()[-2] not in "A"]
        expect("the shared library shows nothing but feel_", sorted(n for n in names if not n.startswith("feel_")), [])
        expect("and all of it", len(names) >= 25, True)
        with open(os.path.join(found["libfeel.h"], "libfeel.h")) as f:
            header = f.read()
        expect("what it shows stands in the header", [n for n in names if n + "(" not in header], [])

        flags = run("pkg-config", "--static", "--cflags", "--libs", "libfeel", env=env)[0].split()
        flags = [os.path.join(found["libfeel.a"], "libfeel.a") if f == "-lfeel" else f for f in flags]
        run(*compiler, *flags)
        years("static")
        seen, _ = run("nm", "-g", "--defined-only", os.path.join(found["libfeel.a"], "libfeel.a"))
        names = [line.split()[-1] for line in seen.splitlines() if len(line.split()) == 3]
        expect("the static library shows nothing but feel_", sorted(n for n in names if not n.startswith("feel_")), [])


main()
