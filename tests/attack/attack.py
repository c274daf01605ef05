#!/usr/bin/env python3
"""Two scanners that anyone can install (apt-get install wapiti sqlmap) against a server of its own, signed in as the one who may do most.
Usage: attack.py GUIJU ACCOUNTS [SECONDS] [WORD]    A long run, no part of `make test`: SECONDS (600) for each scanner; only routes whose id holds WORD.
Every address of openapi.json is tried, with each part of its path, each parameter of its query and each member of its body.
Everything goes to 127.0.0.1; modules that ask a host elsewhere are left out.  The last line says how many findings there are."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "http"))
import run  # noqa: E402
from openapi import operations  # noqa: E402

MODULES = "backup,blindsql,crlf,exec,file,permanentxss,sql,xss"
# Not tried: what would end the session that the scanners come with, what has no end, and what takes a file of any kind (rough.py and the fuzzers do that).
NOT = {"session_drop", "password", "totp", "session_card", "events", "healthz", "metrics", "areas"}
PATHS = {"r": "person", "id": "{P1}", "seq": "5", "name": "numberless", "pack": "trial", "p": "trial", "file": urllib.parse.quote("10-试验.md"), "form": "note", "hash": "0" * 64,
         "receipt": "0" * 10, "holding": "1"}
NAMES = {"rule": "numberless", "rule_who": "numberless", "report": "grades", "procedure": "raise"}
QUERY = {"limit": "5", "filter": "1=1", "columns": "name", "order": "name", "by": "grade", "register": "person", "record": "{P1}", "seq": "5", "state": "open", "procedure": "raise", "count": "1",
         "as_of": "2026-04-10", "with": "1", "closed": "1", "before": "5", "row": "0", "column": "0", "guarded": "1", "replace": "1"}
WORDS = {"register": "person", "id": 1, "reason": "a", "values": {"name": "a"}, "format": "csv", "expr": "1+1", "procedure": "raise", "declaration": "hall_pick", "password": "a", "name": "chief"}


def tries(server, word):
    """Address and body of each operation; * marks what sqlmap shall change in the path."""
    cookie, csrf = server.session("chief")
    made = []
    for op in operations(json.loads(server.send("GET", "/api/v1/areas/trial/openapi.json", {"Cookie": cookie})[2])):
        if op.id in NOT or op.root or op.file or word not in op.id:
            continue
        path = re.sub(r"\{(\w+)\}", lambda m: NAMES.get(op.id.split("_")[0], PATHS["name"]) if m.group(1) == "name" else PATHS[m.group(1)], op.path).replace("{P1}", str(server.ids["P1"]))
        query = "&".join(f"{n}={urllib.parse.quote(QUERY.get(n, 'a').replace('{P1}', str(server.ids['P1'])))}" for n in op.query)
        made.append((op, path + "*" * ("{" in op.path), query, op.body(WORDS)))
    return made


def wapiti(server, seconds, folder, word):
    cookie, csrf = server.session("chief")
    base = f"http://127.0.0.1:{server.port}/"
    report = os.path.join(folder, "wapiti.json")
    words = ["wapiti", "-u", base, "--scope", "folder", "-m", MODULES, "--flush-session", "--store-session", folder, "--max-scan-time", str(seconds), "-t", "10", "-v", "0", "-f", "json", "-o", report,
             "--no-bugreport", "-H", "Cookie: " + cookie, "-H", "X-Guiju-CSRF: " + csrf]
    for op, path, query, _ in tries(server, word):
        if op.method == "GET":
            words += ["-s", f"{base}api/v1/areas/trial{path.replace('*', '')}" + ("?" + query if query else "")]
    subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds * 3 + 120)
    found = json.load(open(report, encoding="utf-8"))
    print(f"wapiti: {(len(words) - 24) // 2} addresses, modules {MODULES}")
    return [f"wapiti: {kind}: {one['method']} {one['path']} {one['info']}" for part in ("vulnerabilities", "anomalies") for kind, ones in found[part].items() for one in ones]


def sqlmap(server, seconds, folder, word):
    cookie, csrf = server.session("chief")
    base = f"http://127.0.0.1:{server.port}/api/v1/areas/trial"
    found, done, late, bare = [], 0, [], 0
    work = tries(server, word)
    end = time.monotonic() + seconds
    for i, (op, path, query, body) in enumerate(work):
        if not query and "*" not in path and body is None:
            bare += 1  # nothing of it comes from outside
            continue
        words = ["sqlmap", "-u", base + path + ("?" + query if query else ""), "--method", op.method, "--batch", "--dbms", "SQLite", "--technique", "BEU", "--level", "2", "--risk", "2", "--flush-session",
                 "--output-dir", folder, "--ignore-code", "*", "--skip", "Cookie,X-Guiju-CSRF",
                 "--headers", f"Cookie: {cookie}\nX-Guiju-CSRF: {csrf}" + ("\nContent-Type: application/json" if body is not None else "")]
        if body is not None:
            words += ["--data", json.dumps(body)]
        # Each has its share of what is left.
        share = max(20, (end - time.monotonic()) / (len(work) - i) * 3)
        try:
            out = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=share).stdout
        except subprocess.TimeoutExpired:
            late.append(op.id)
            continue
        if "is vulnerable" in out or "injection point" in out or re.search(r"Type: (boolean|error|UNION)", out):
            found.append(f"sqlmap: {op.method} {op.path}: {re.findall('Parameter: .*', out)[:3]}")
        elif "do not appear to be injectable" in out:
            done += 1
        else:
            late.append(op.id)
            print(f"sqlmap: {op.id}: {[line for line in out.strip().splitlines() if 'CRITICAL' in line or 'ERROR' in line][:2]}", flush=True)
    print(f"sqlmap: {done} addresses of which no part gives way, {bare} that take nothing" + (f", not done in their time or not tried: {' '.join(late)}" if late else ""), flush=True)
    return found


def main():
    guiju, accounts = sys.argv[1:3]
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 600
    word = sys.argv[4] if len(sys.argv) > 4 else ""
    folder = tempfile.mkdtemp(prefix="guiju-attack-")
    server = run.Server(guiju, accounts, folder)
    found = []
    try:
        for scanner in (sqlmap, wapiti):
            if shutil.which(scanner.__name__) is None:
                print(f"{scanner.__name__} is not installed (apt-get install {scanner.__name__})")
                return 2
            found += scanner(server, seconds, folder, word)
            if server.process.poll() is not None or server.send("GET", "/healthz")[0] != 200:
                found.append(f"{scanner.__name__}: the server is gone")
                break
        figures = server.send("GET", "/metrics")[2].decode()
        asked = re.search(r"^guiju_requests_total (\d+)", figures, re.M)
        print(f"{asked.group(1)} requests")
        # No address may fail by what is sent to it.
        found += [f"failed, {n} times: {route}" for route, n in re.findall(r'^guiju_answers_total\{route="(\w+)",outcome="failed"\} ([1-9]\d*)$', figures, re.M)]
    finally:
        if server.process.poll() is None:
            server.stop()
        server.call("verify", server.area)
        shutil.rmtree(folder)
    print("\n".join(found))
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
