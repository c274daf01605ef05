#!/usr/bin/env python3
"""Every route and register, as every role, by several at once: nothing from outside the scope or the classes in sight may stand in any answer.
Usage: leak.py GUIJU ACCOUNTS [WORD]   (only routes whose path holds the word)"""
import concurrent.futures
import itertools
import json
import os
import shutil
import sys
import tempfile
import urllib.parse

import run

# What each must never be told, wherever it stands: names are personal, numbers restricted, peoples protected.
EAST, WEST = ["张三", "李四", "赵六"], ["王五"]
NUMBERS, PEOPLES = ["ID-0001", "ID-0002", "ID-0004"], ["甲族", "乙族"]
NEVER = {
    "east": WEST + NUMBERS[1:] + ["乙族"],
    "west": EAST + NUMBERS + PEOPLES,
    "looker": EAST + WEST + NUMBERS + PEOPLES,
    "nobody": EAST + WEST + NUMBERS + PEOPLES,
    "system": EAST[1:] + WEST + NUMBERS + PEOPLES,
    "security": EAST[1:] + WEST + NUMBERS + PEOPLES,
    "audit": EAST[1:] + WEST + NUMBERS + PEOPLES,
    None: EAST + WEST + NUMBERS + PEOPLES,
}
FILTERS = ["姓名 != null", "单位.名称 != null", "count(走访) >= 0", "证件号码 != null", "单位.上级.名称 = \"总部\"", "count(单位.人员[姓名 = \"王五\"]) > 0", "民族 = \"甲族\"", "count(all.person) > 3"]
EXPRS = ["姓名", "单位.人员.姓名", "单位.上级.人员.姓名", "all.person.姓名", "all.person.证件号码", "单位.上级.下级.人员.姓名", "走访.记要", "string join(for p in all.person return p.姓名, \",\")"]
BODIES = {
    "feel": [{"expr": e, "register": "person", "id": i} for e in EXPRS for i in (0,)],
    "export": [{"format": f, "reason": "试", "order": "key"} for f in ("csv", "json")] + [{"format": "csv", "reason": "试", "columns": ["name", "number", "creed"]}],
    "check": [{"values": {"code": "P1"}}, {"id": 0, "values": {"name": "x"}}],
}


def addresses(routes, registers, ids):
    for r in routes:
        path = r["path"]
        if len(sys.argv) > 3 and sys.argv[3] not in r["path"]:
            continue
        if r["path"] in ("/events", "/session", "/session/password", "/session/totp", "/judge", "/journal/verify"):
            continue
        regs = registers if "{r}" in path else [""]
        for reg, i in itertools.product(regs, ids if any(p in path for p in ("{id}", "{seq}")) else [0]):
            p = path.replace("{r}", reg).replace("{id}", str(i)).replace("{seq}", str(i)).replace("{holding}", str(i))
            for name, pack, file in (("numberless", "trial", "10-试验.md"), ("overfilled", "core", "01-引擎台账.md")):
                q = p.replace("{name}", name).replace("{pack}", pack).replace("{p}", pack).replace("{file}", urllib.parse.quote(file)).replace("{hash}", "0" * 64)
                full = q if path in ("/healthz", "/metrics", "/api/v1/areas") else "/api/v1/areas/trial" + q
                yield r["method"], path, full, i
                if q == p:
                    break


def requests_of(routes, registers, ids):
    for method, path, full, i in addresses(routes, registers, ids):
        tail = path.rsplit("/", 1)[-1]
        if method == "GET":
            yield method, full, None
            if tail == "records":
                for f in FILTERS:
                    yield method, full + "?count=1&closed=1&filter=" + urllib.parse.quote(f), None
                for order in ("name", "-number", "creed", "pinyin", "strokes"):
                    yield method, full + "?order=" + order, None
                for word in ("张三", "王五", "zs", "ww", "P"):
                    yield method, full + "?q=" + urllib.parse.quote(word), None
                yield method, full + "?columns=name,number,creed,unit.name", None
            if tail == "counts":
                for by in ("name", "number", "creed", "unit", "grade,born"):
                    yield method, full + "?by=" + by, None
            if tail == "search":
                for word in ("张三", "王五", "zs", "ww", "ID-0001", "35岁以下", "P3", "东区"):
                    yield method, full + "?q=" + urllib.parse.quote(word), None
            if tail == "findings":
                for more in ("?state=closed", "?rule=numberless", "?register=person", "?count=1"):
                    yield method, full + more, None
            if tail == "{id}":
                for seq in (3, 6, 9):
                    yield method, full + f"?as_of={seq}", None
            if tail == "proof":
                for seq in range(1, 12):
                    yield method, full + f"?seq={seq}", None
        elif tail == "feel":
            for b, k in itertools.product(BODIES["feel"], ids):
                yield method, full, dict(b, id=k)
        elif tail in BODIES:
            for b in BODIES[tail]:
                yield method, full, dict(b, id=ids[0]) if "id" in b else b
        elif method == "PATCH":
            yield method, full, {"values": {"points": "1"}}
        elif tail in ("close", "undo", "dismiss", "apply", "try"):
            yield method, full, {"seq": i} if tail == "undo" else {"reason": "x"} if tail == "dismiss" else {}


def main():
    guiju, accounts = (os.path.abspath(a) for a in sys.argv[1:3])
    folder = tempfile.mkdtemp(prefix="guiju-leak-")
    server = run.Server(guiju, accounts, folder)
    leaks, asked, broken = [], 0, 0
    try:
        who = [w for w in NEVER if w]
        for w in who:
            server.session(w)
        cookie, csrf = server.session("chief")
        routes = json.loads(server.send("GET", "/api/v1/areas/trial/audit/routes", {"Cookie": cookie})[2])["items"]
        ids = sorted(server.ids.values())
        ids += [max(ids) + 1, max(ids) + 5]
        registers = ["unit", "person", "visit", "finding", "account", "role_holding", "export", "dismissal"]
        work = [(w, *r) for r in requests_of(routes, registers, ids) for w in NEVER]

        def one(job):
            w, method, path, body = job
            headers = {"If-Match": "\"77\""}
            if w:
                headers["Cookie"], headers["X-Guiju-CSRF"] = server.session(w)
            if body is not None:
                headers["Content-Type"] = "application/json"
            status, _, data = server.send(method, path, headers, json.dumps(body) if body is not None else None)
            text = data.decode("utf-8", "replace")
            asked_for = urllib.parse.unquote(path) + json.dumps(body, ensure_ascii=False)
            # What was asked for comes back in some answers; told is what was not said.
            told = [s for s in NEVER[w] if s in text and s not in asked_for]
            return w, method, path, body, status, told, text

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for w, method, path, body, status, told, text in pool.map(one, work):
                asked += 1
                broken += status >= 500
                if status >= 500 and status != 503:
                    leaks.append((w, method, path, body, status, "fails", text))
                if told and "/packs/" not in path and "/chapters/" not in path:
                    leaks.append((w, method, path, body, status, told, text))
    finally:
        status = server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for leak in leaks[:20]:
        print("not ok", *leak[:6], leak[6][:300])
    print(f"{asked} requests as {len(NEVER)} readers, {len(leaks)} leaks")
    sys.exit(1 if leaks or status != 0 else 0)


if __name__ == "__main__":
    main()
