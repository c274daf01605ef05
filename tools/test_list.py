#!/usr/bin/env python3
"""Print the command of every test that meson knows of, one a line."""
import json
import subprocess
import sys

tests = json.loads(subprocess.check_output(["meson", "introspect", "--tests", sys.argv[1]]))
for test in tests:
    print(" ".join(test["cmd"]))
