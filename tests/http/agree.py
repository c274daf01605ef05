#!/usr/bin/env python3
"""Lists by columns answer as lists record by record do: every filter and order as every reader, also while records change.
With closed=1 the records are looked at one by one in the store; no record is closed here, so both must be the same.
Usage: agree.py GUIJU ACCOUNTS"""
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import urllib.parse

import run

FILTERS = ["等级 = \"甲等\"", "年龄 <= 36", "姓名 != null", "单位.名称 = \"东区\"", "单位.上级.名称 = \"总部\"", "count(走访) > 0", "count(单位.人员) > 1", "count(单位.人员[年龄 > 30]) > 0",
           "count(all.person) > 3", "count(all.person[姓名 != null]) > 1", "starts with(姓名, \"张\")", "证件号码 = null", "得分 >= 2 and 受过训 = false", "单位.人员[1].姓名 = \"张三\"",
           "string(单位) != \"\"", "contains(string join(for p in 单位.人员 return string(p), \",\"), \"李四\")", "出生年月 < date(\"1995-01-01\") or 等级 = null",
           "单位.现有 > 1", "some v in 走访 satisfies v.记要 != null", "得分 = max(all.person.得分)"]
ORDERS = ["", "id", "key", "tree", "-tree", "pinyin", "strokes", "born", "-born", "grade", "-age", "points", "unit", "-unit"]
BY = ["grade", "unit", "trained", "grade,unit", "age", "points", "born", "name"]
READERS = ["chief", "east", "west", "looker", "nobody"]


def main():
    guiju, accounts = (os.path.abspath(a) for a in sys.argv[1:3])
    folder = tempfile.mkdtemp(prefix="guiju-agree-")
    server = run.Server(guiju, accounts, folder)
    asked, full, wrong, draw = 0, 0, [], random.Random(7)

    def get(who, path):
        status, _, data = server.send("GET", "/api/v1/areas/trial" + path, {"Cookie": server.session(who)[0]})
        return status, json.loads(data)

    def change(who, method, path, body, **more):
        cookie, csrf = server.session(who)
        status, _, data = server.send(method, "/api/v1/areas/trial" + path, {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json", **more}, json.dumps(body))
        if status >= 300:
            sys.exit(f"{method} {path}: {status} {data.decode()}")

    def compare():
        nonlocal asked, full
        for who, (f, order) in itertools.product(READERS, [(f, "") for f in FILTERS] + [("", o) for o in ORDERS] + [(draw.choice(FILTERS), draw.choice(ORDERS)) for _ in range(6)]):
            path = "/registers/person/records?count=1&columns=code&limit=200" + (f"&filter={urllib.parse.quote(f)}" if f else "") + (f"&order={order}" if order else "")
            (a, x), (b, y) = get(who, path), get(who, path + "&closed=1")
            asked += 1
            told = [(a, x.get("count"), [i["id"] for i in x.get("items", [])]), (b, y.get("count"), [i["id"] for i in y.get("items", [])])]
            full += len(told[0][2]) > 1
            if told[0] != told[1]:
                wrong.append((who, f, order, *told, x.get("detail"), y.get("detail")))
        for who, by in itertools.product(READERS, BY):
            a, x = get(who, f"/registers/person/counts?by={by}")
            b, y = get(who, f"/registers/person/counts?by={by}&filter=" + urllib.parse.quote("string(编号) != null and contains(string(单位) + \"#\", \"#\")"))
            asked += 1
            if a != b or (a == 200 and x["items"] != y["items"]):
                wrong.append((who, "counts", by, a, x.get("items"), b, y.get("items"), y.get("detail")))

    try:
        ids = server.ids
        compare()
        for step in range(12):
            p = ids[draw.choice(["P1", "P2", "P3", "P4"])]
            version = get("chief", f"/registers/person/records/{p}")[1]["version"]
            what = draw.choice([{"unit": ids[draw.choice(["U1", "U2", "U3", "U21"])]}, {"grade": draw.choice(["1", "2"])}, {"born": f"{draw.randint(1970, 2004)}-0{draw.randint(1, 9)}"},
                                {"points": str(draw.randint(0, 400) / 100)}, {"name": draw.choice(["张三", "丁一", "安二", "王五"])}])
            change("chief", "PATCH", f"/registers/person/records/{p}", {"values": what}, **{"If-Match": f'"{version}"'})
            if step % 3 == 0:
                change("chief", "POST", "/registers/person/records", {"values": {"code": f"N{step}", "name": f"新{step}", "unit": ids["U21"]}})
            if step == 7:
                version = get("chief", f"/registers/unit/records/{ids['U21']}")[1]["version"]
                change("chief", "PATCH", f"/registers/unit/records/{ids['U21']}", {"values": {"parent": ids["U3"]}}, **{"If-Match": f'"{version}"'})
            compare()
    finally:
        status = server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for w in wrong[:20]:
        print("not ok", *w)
    print(f"{asked} lists and counts compared, {full} of several records, {len(wrong)} differ")
    sys.exit(1 if wrong or full < asked // 4 or status != 0 else 0)


if __name__ == "__main__":
    main()
