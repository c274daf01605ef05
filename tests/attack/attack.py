#!/usr/bin/env python3
"""Two scanners that anyone can install (apt-get install wapiti sqlmap) against a server of its own, signed in as the one who may do most.
Usage: attack.py GUIJU ACCOUNTS [SECONDS]    A long run, no part of `make test`: SECONDS (600) for each scanner.
Everything goes to 127.0.0.1; modules that ask a host elsewhere are left out.  The last line says how many findings there are."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "http"))
import run  # noqa: E402

MODULES = "backup,blindsql,crlf,exec,file,permanentxss,sql,xss"
# Reads whose parameters and path parts come from outside; * marks what sqlmap shall change in the path.
READS = ["registers/person/records?q=a&order=name&limit=5", "registers/person/records?filter=1%3D1&columns=name", "registers/person*/records", "registers/person/records/1*",
         "registers/person/counts?by=level", "search?q=a", "findings?state=open&rule=x&register=person&limit=5", "journal?before=5&limit=5", "rules/numberless*",
         "registers/person/records/1/history*", "audit/refusals?limit=5", "packs/trial/10*", "accounts?limit=5&after=a",
         "cases?procedure=raise&state=open&limit=5", "cases/1/papers*", "slips?state=open&limit=5", "ballots?state=open&limit=5", "rules/numberless/explain/1?with=1", "audit/reads?register=person&record=1&limit=5",
         "registers/person/records/1/proof?seq=1"]
WRITES = [("registers/person/check", {"values": {"code": "P9", "name": "a"}}), ("feel", {"expr": "1+1", "register": "person", "id": 1}), ("session", {"name": "chief", "password": "a"}),
          ("registers/person/rows", {"rows": [{"values": {"code": "P9", "name": "a"}}]}), ("rosters/run", {"words": {"register": "person", "columns": [{"value": "a"}], "where": "a"}})]


def wapiti(server, seconds, folder):
    cookie, csrf = server.session("chief")
    base = f"http://127.0.0.1:{server.port}/"
    report = os.path.join(folder, "wapiti.json")
    words = ["wapiti", "-u", base, "--scope", "folder", "-m", MODULES, "--flush-session", "--store-session", folder, "--max-scan-time", str(seconds), "-t", "10", "-v", "0", "-f", "json", "-o", report,
             "--no-bugreport", "-H", "Cookie: " + cookie, "-H", "X-Guiju-CSRF: " + csrf]
    for path in READS:
        words += ["-s", f"{base}api/v1/areas/trial/{path.replace('*', '')}"]
    subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds * 3 + 120)
    found = json.load(open(report, encoding="utf-8"))
    print(f"wapiti: modules {MODULES}")
    return [f"wapiti: {kind}: {one['method']} {one['path']} {one['info']}" for part in ("vulnerabilities", "anomalies") for kind, ones in found[part].items() for one in ones]


def sqlmap(server, seconds, folder):
    cookie, csrf = server.session("chief")
    base = f"http://127.0.0.1:{server.port}/api/v1/areas/trial/"
    found = []
    tries = [(base + path, None) for path in READS] + [(base + path, body) for path, body in WRITES]
    for url, body in tries:
        words = ["sqlmap", "-u", url, "--batch", "--dbms", "SQLite", "--technique", "BEU", "--level", "2", "--risk", "2", "--flush-session", "--output-dir", folder, "--ignore-code", "*",
                 "--headers", f"Cookie: {cookie}\nX-Guiju-CSRF: {csrf}" + ("\nContent-Type: application/json" if body else ""), "--skip", "Cookie,X-Guiju-CSRF"]
        if body:
            words += ["--data", json.dumps(body)]
        try:
            out = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=max(30, seconds // len(tries) * 2)).stdout
        except subprocess.TimeoutExpired:
            print(f"sqlmap: {url}: not done in its time")
            continue
        tested = "do not appear to be injectable" in out
        if "is vulnerable" in out or "injection point" in out or re.search(r"Type: (boolean|error|UNION)", out):
            found.append(f"sqlmap: {url}: {re.findall('Parameter: .*', out)[:3]}")
        print(f"sqlmap: {url.rsplit('/trial/', 1)[1]}: {'no parameter gives way' if tested else 'see above' if found else out.strip().splitlines()[-3:]}", flush=True)
    return found


def main():
    guiju, accounts = sys.argv[1:3]
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 600
    folder = tempfile.mkdtemp(prefix="guiju-attack-")
    server = run.Server(guiju, accounts, folder)
    found = []
    try:
        for scanner in (sqlmap, wapiti):
            if shutil.which(scanner.__name__) is None:
                print(f"{scanner.__name__} is not installed (apt-get install {scanner.__name__})")
                return 2
            found += scanner(server, seconds, folder)
            if server.process.poll() is not None or server.send("GET", "/healthz")[0] != 200:
                found.append(f"{scanner.__name__}: the server is gone")
                break
        asked = re.search(r"^guiju_requests_total (\d+)", server.send("GET", "/metrics")[2].decode(), re.M)
        print(f"{asked.group(1)} requests")
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
