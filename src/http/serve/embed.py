#!/usr/bin/env python3
"""Make a C file of the built pages.  Usage: embed.py DIST OUT.c DEPFILE   (DIST may be absent: then there are none)"""
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys

dist, out, dep = sys.argv[1:4]
TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
         "png": "image/png", "jpg": "image/jpeg", "ico": "image/x-icon", "json": "application/json", "woff2": "font/woff2", "woff": "font/woff",
         "txt": "text/plain; charset=utf-8", "webmanifest": "application/manifest+json", "map": "application/json"}
files = []
for folder, folders, names in os.walk(dist):
    folders.sort()
    files += [os.path.join(folder, n) for n in sorted(names) if n.rsplit(".", 1)[-1] in TYPES and not n.endswith(".map")]
brotli = shutil.which("brotli")


def packed(data):
    small = gzip.compress(data, 9, mtime=0)
    br = subprocess.run([brotli, "-q", "9", "-c"], input=data, stdout=subprocess.PIPE).stdout if brotli else b""
    worth = lambda b: b if b and len(b) < len(data) * 9 // 10 else b""
    return worth(small), worth(br)


def array(name, data):
    if not data:
        return f"static const uint8_t {name}[1];\n"
    lines = [",".join(map(str, data[i:i + 64])) for i in range(0, len(data), 64)]
    return f"static const uint8_t {name}[] = {{\n" + ",\n".join(lines) + "};\n"


text = ['/* Made by embed.py from the built pages. */\n#include "http/inner.h"\n\n']
rows = []
for n, path in enumerate(files):
    data = open(path, "rb").read()
    small, br = packed(data)
    name = "/" + os.path.relpath(path, dist).replace(os.sep, "/")
    hashed = bool(re.search(r"[-.][A-Za-z0-9_-]{8,}\.\w+$", name)) and not name.endswith(".html")
    tag = hashlib.sha256(data).hexdigest()[:24]
    text += [array(f"p{n}", data), array(f"g{n}", small), array(f"b{n}", br)]
    rows.append(f'    {{"{name}", "{TYPES[name.rsplit(".", 1)[-1]]}", p{n}, g{n}, b{n}, {len(data)}, {len(small)}, {len(br)}, {str(hashed).lower()}, "\\"{tag}\\""}},\n')
if rows:
    text.append("const struct asset assets[] = {\n" + "".join(rows) + "};\n")
else:
    text.append("const struct asset assets[1] = {{0}};\n")
text.append(f"const size_t assets_count = {len(rows)};\n")
made = "".join(text)
if not os.path.exists(out) or open(out).read() != made:
    open(out, "w").write(made)
watch_exists = os.path.exists
escape = lambda p: p.replace(" ", "\\ ")
watch = files + [f for f, _, _ in os.walk(dist)] + [os.path.dirname(os.path.abspath(dist))]  # so that a first build is noticed
open(dep, "w").write(f"{escape(out)}: " + " ".join(escape(os.path.abspath(p)) for p in watch if watch_exists(p)) + "\n")
