#!/usr/bin/env python3
"""Every route of the table has a scene in which it is allowed and, unless it asks for nothing, one in which it is refused.  Usage: cover.py ROUTES.def SCENE..."""
import os
import re
import sys

def table(path):
    """The table with the parts that it includes."""
    text = open(path, encoding="utf-8").read()
    return re.sub(r'^#include "http/([^"]+)"', lambda m: table(os.path.join(os.path.dirname(path), m.group(1))), text, flags=re.M)


routes = re.findall(r'^ROUTE\((\w+), M_(\w+), "([^"]+)", ASK_(\w+), ([^,]+),', table(sys.argv[1]), re.M)
ELSEWHERE = {"session_card": "tls.py: it takes TLS"}
seen = []  # method, path, status
for path in sys.argv[2:]:
    last = None
    for line in open(path, encoding="utf-8"):
        words = line.split()
        if words[:1] and words[0] in ("GET", "POST", "PATCH", "DELETE"):
            last = [words[0], words[1].split("?")[0], None]
            seen.append(last)
        elif words[:1] == ["=>"] and last is not None:
            last[2] = int(words[1])
missing = []
for name, method, path, ask, flags in routes:
    full = path if "R_ROOT" in flags else "A" + path
    pattern = re.compile("^" + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(full)) + "$")
    mine = [s for s in seen if s[0] == method and pattern.match(s[1])]
    if name not in ELSEWHERE and not any(s[2] is None or s[2] < 300 for s in mine):
        missing.append(f"{name}: no scene in which it is allowed")
    if ask != "NOTHING" and not any(s[2] in (401, 403, 404) for s in mine):
        missing.append(f"{name}: no scene in which it is refused")
print("\n".join(missing) if missing else f"{len(routes)} routes, each allowed and refused")
sys.exit(1 if missing else 0)
