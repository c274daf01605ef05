#!/usr/bin/env python3
"""The READMEs' first rule, typed as it stands there.  Usage: readme_test.py GUIJU

Each README's lines that call `build/guiju` are run in a fresh folder, over the example county; what the text promises is looked for.
"""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GUIJU = os.path.abspath(sys.argv[1])
LOCALE = {"README.md": "en_US.UTF-8", "README.zh-CN.md": "zh_CN.UTF-8"}


def commands(name):
    """The indented blocks that belong to the first rule, as one shell script each."""
    text = open(os.path.join(ROOT, name), encoding="utf-8").read()
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.M)
    return [re.sub(r"^    ", "", b, flags=re.M) for b in blocks if "build/guiju" in b or "mkdir -p /tmp/mine" in b]


def play(name, folder):
    """Run the blocks in order; returns what each printed."""
    env = {**os.environ, "LANG": LOCALE[name], "LC_ALL": ""}
    os.makedirs(os.path.join(folder, "build"))
    os.makedirs(os.path.join(folder, "area"))
    os.symlink(GUIJU, os.path.join(folder, "build/guiju"))
    for shared in ("packs", "examples"):
        os.symlink(os.path.join(ROOT, shared), os.path.join(folder, shared))
    fill = ["build/guiju init area/changgeng.guiju --pack packs/cn"]
    for register in open(os.path.join(ROOT, "examples/changgeng/order")).read().split():
        if register in ("team_standard", "org", "post", "exchange_plan", "cadre", "tenure"):
            fill.append("build/guiju import area/changgeng.guiju %s examples/changgeng/%s.csv" % (register, register))
    outputs = []
    for script in ["\n".join(["set -e"] + fill)] + commands(name):
        script = script.replace("/tmp/mine", "mine")
        done = subprocess.run(["sh", "-c", script], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        outputs.append(done.stdout)
    return outputs


def main():
    bad = 0
    for name in LOCALE:
        with tempfile.TemporaryDirectory() as folder:
            outputs = play(name, folder)
        said = "\n".join(outputs)
        promises = {
            "the misspelt field is refused at its place": re.search(r"01-mine\.md:23:7: ", said) and "feel.unknown_name" in said,
            "with the nearest name": re.search(r"(最接近的是“任职方式”|nearest is \"任职方式\")", said),
            "mended, the scenario passes": "1 passed, 0 failed" in said,
            "installed, the rule finds someone": re.search(r"tenure-without-kind\)  [1-9]", said),
        }
        for what, kept in promises.items():
            print("%s %s: %s" % ("ok" if kept else "not ok", name, what))
            bad += not kept
        if not all(promises.values()):
            print(said[-6000:])
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
