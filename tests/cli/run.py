#!/usr/bin/env python3
"""Play the scenes of one file against the guiju command.  Usage: run.py GUIJU FILE.scene [WORD]

Prints "ok NAME" or "not ok NAME" for each scene, or "skipped NAME: why" for one that this machine cannot play; skipped ones are not counted.
With WORD, only scenes whose name holds it.  How scenes are written: README.md here.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT_S = 120


class Step:
    def __init__(self, line, command):
        self.line, self.command, self.status, self.checks = line, command, "0", []


class Scene:
    def __init__(self, name, line):
        self.name, self.line, self.steps, self.needs = name, line, [], []


def parse(path):
    """The scenes of a file, tables of examples filled in, and the steps that come before each."""
    before, scenes, scene, rows, block = Scene("before", 0), [], None, None, None
    for number, raw in enumerate(open(path, encoding="utf-8"), 1):
        line = raw.rstrip("\n")
        if block is not None:
            if line.strip() == "end":
                text = "".join(block[1])
                block[0](text)
                block = None
            else:
                block[1].append(line + "\n")
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "" or word.startswith("#"):
            continue
        if word == "before":
            scene = before
        elif word == "scene":
            scene = Scene(rest, number)
            scenes.append(scene)
        elif scene is None:
            sys.exit(f"{path}:{number}: a scene begins with \"scene NAME\"")
        elif word == "each":  # each A B C, then rows "- a | b | c": the scene is played once a row
            scene.each, scene.rows = rest.split(), []
        elif word == "-":
            scene.rows.append([c.strip() for c in re.split(r"(?<!\\)\|", rest)])
        elif word == "needs":  # needs COMMAND :: why it is skipped without
            scene.needs.append(rest.split(" :: "))
        elif word == "$":
            scene.steps.append(Step(number, rest))
        elif word == "file":  # file NAME, its lines, end
            step = Step(number, None)
            step.file = rest
            scene.steps.append(step)
            block = ((lambda text, s=step: setattr(s, "text", text)), [])
        elif word == "exit":
            scene.steps[-1].status = rest
        elif word in ("out", "err", "out!", "err!", "out=", "err=", "out~", "err~", "lines"):
            scene.steps[-1].checks.append((number, word, rest))
        else:
            sys.exit(f"{path}:{number}: unknown word \"{word}\"")
    return before, [s for scene in scenes for s in spread(scene)]


def spread(scene):
    if not hasattr(scene, "each"):
        return [scene]
    return [fill(scene, dict(zip(scene.each, row))) for row in scene.rows]


def fill(scene, values):
    def put(text):
        for k, v in values.items():
            text = text.replace("{" + k + "}", v.replace("\\|", "|"))
        return text

    made = Scene(put(scene.name), scene.line)
    made.needs = scene.needs
    for s in scene.steps:
        step = Step(s.line, None if s.command is None else put(s.command))
        step.status = put(s.status)
        step.checks = [(n, w, put(t)) for n, w, t in s.checks]
        if s.command is None:
            step.file, step.text = put(s.file), put(s.text)
        made.steps.append(step)
    return made


def wrong(word, text, streams):
    """What a check says of the output, or None."""
    if word == "lines":
        n = len(streams["out"].splitlines())
        return None if n == int(text) else f"expected {text} lines, got {n}"
    stream, how = streams[word[:3]], word[3:]
    if how == "" and text not in stream:
        return f"does not say: {text}"
    if how == "!" and text in stream:
        return f"should not say: {text}"
    if how == "=" and stream.strip("\ufeff\r\n") != text:
        return f"expected exactly: {text}"
    if how == "~" and not re.search(text, stream, re.M):
        return f"does not match: {text}"
    return None


def play(scene, folder, env):
    """None if all is well, else what was wrong."""
    for step in scene.steps:
        if step.command is None:
            with open(os.path.join(folder, step.file), "w", encoding="utf-8", newline="") as f:
                f.write(step.text)
            continue
        try:
            done = subprocess.run(["sh", "-c", step.command], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            return f"line {step.line}: {step.command}\n  is still running"
        streams = {"out": done.stdout.decode("utf-8", "replace"), "err": done.stderr.decode("utf-8", "replace")}
        faults = [(n, wrong(w, t, streams)) for n, w, t in step.checks]
        faults = [f"line {n}: {f}" for n, f in faults if f is not None]
        if str(done.returncode) not in step.status.split("|"):
            faults.insert(0, f"line {step.line}: expected status {step.status}, got {done.returncode}")
        # A program that dies, or that a sanitiser stops, is never right, whatever was expected.
        if done.returncode < 0 or done.returncode >= 128 and str(done.returncode) not in step.status.split("|") or "Sanitizer" in streams["err"]:
            faults.append("it died")
        if faults:
            return "\n  ".join([f"$ {step.command}"] + faults + ["--- out", streams["out"][:3000].rstrip(), "--- err", streams["err"][:3000].rstrip()])
    return None


def main():
    guiju, path = os.path.abspath(sys.argv[1]), sys.argv[2]
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    before, scenes = parse(path)
    names = [s.name for s in scenes]
    if len(set(names)) != len(names):
        sys.exit(f"{path}: two scenes have one name: {sorted(n for n in names if names.count(n) > 1)[0]}")
    base = tempfile.mkdtemp(prefix="guiju-cli-")
    os.chmod(base, 0o755)  # scenes that act as another user must be able to reach their folder
    os.mkdir(os.path.join(base, "bin"))
    os.symlink(guiju, os.path.join(base, "bin", "guiju"))
    env = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k not in ("LANGUAGE", "GUIJU_HOME")}
    env.update(LANG="zh_CN.UTF-8", PATH=os.path.join(base, "bin") + ":" + os.path.join(HERE, "bin") + ":" + env.get("PATH", "/usr/bin:/bin"),
               PACKS=os.path.join(HERE, "packs"), DATA=os.path.join(HERE, "data"),
               CLOCK=os.path.join(os.path.dirname(guiju), "tests", "libclock_shift.so"), ROOT=os.path.dirname(os.path.dirname(HERE)), PYTHONIOENCODING="utf-8", PYTHONDONTWRITEBYTECODE="1")
    failed = 0
    try:
        first = os.path.join(base, "before")
        os.mkdir(first)
        fault = play(before, first, env)
        if fault is not None:
            print(f"not ok {os.path.basename(path)}: before the scenes\n  {fault}")
            return 1
        for i, scene in enumerate(scenes):
            if only not in scene.name:
                continue
            lacking = [why for test, why in scene.needs if subprocess.run(["sh", "-c", test], env=env, cwd=base, capture_output=True).returncode != 0]
            if lacking:
                print(f"skipped {scene.name}: {lacking[0]}")
                continue
            folder = os.path.join(base, str(i))
            shutil.copytree(first, folder, symlinks=True)
            fault = play(scene, folder, env)
            print(f"ok {scene.name}" if fault is None else f"not ok {scene.name}\n  {fault}", flush=True)
            failed += fault is not None
            subprocess.run(["chmod", "-R", "u+rwX", folder], capture_output=True)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return 1 if failed else 0


sys.exit(main())
