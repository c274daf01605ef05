#!/usr/bin/env python3
"""Cards that the server remembers say what lists say, which are made anew each time: as every reader, in both languages, asked twice, while records,
what they refer to, what refers to them, and roles change; and what moved out of somebody's scope is gone at once.
Usage: kept.py GUIJU ACCOUNTS"""
import concurrent.futures
import json
import os
import random
import shutil
import sys
import tempfile
import urllib.parse

import run

READERS = ["chief", "east", "west", "looker", "nobody"]


def main():
    guiju, accounts = (os.path.abspath(a) for a in sys.argv[1:3])
    folder = tempfile.mkdtemp(prefix="guiju-kept-")
    server = run.Server(guiju, accounts, folder)
    draw, wrong, asked, seen = random.Random(11), [], 0, 0
    ids = server.ids

    def get(who, path, lang="zh"):
        status, headers, data = server.send("GET", "/api/v1/areas/trial" + path, {"Cookie": server.session(who)[0], "Accept-Language": lang})
        return status, json.loads(data), headers

    def change(who, method, path, body, **more):
        cookie, csrf = server.session(who)
        status, _, data = server.send(method, "/api/v1/areas/trial" + path, {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json", **more}, json.dumps(body))
        if status >= 300:
            sys.exit(f"{method} {path}: {status} {data.decode()}")
        return json.loads(data)

    def version_of(path):
        return get("chief", path)[2]["etag"]

    def from_list(who, reg, code, lang):
        """The same as a list of one says it: lists are remembered by nobody."""
        query = "limit=1&filter=" + urllib.parse.quote(f'编号 = "{code}"' if reg == "person" else f'编码 = "{code}"')
        columns = {"person": "code,name,unit,grade,born,age,number,creed,points,photo,trained", "unit": "code,name,parent,seats,held"}[reg]
        status, page, _ = get(who, f"/registers/{reg}/records?columns={columns}&{query}", lang)
        return page["items"][0] if status == 200 and page["items"] else None

    def compare(what):
        nonlocal asked, seen
        for who in READERS:
            for reg, code in (("person", "P1"), ("person", "P2"), ("person", "P3"), ("unit", "U2"), ("unit", "U21")):
                for lang in ("zh", "en"):
                    told = [get(who, f"/registers/{reg}/records/{ids[code]}", lang) for _ in range(2)]
                    asked += 1
                    line = from_list(who, reg, code, lang)
                    for status, card, headers in told:
                        if status == 200:
                            seen += 1
                            parts = line is not None and (card["values"], sorted(card["hidden"]), card["display"], card["version"]) == (line["values"], sorted(line["hidden"]), line["display"], line["version"])
                            visits = [b["count"] for b in card["backs"] if b["register"] == "visit"]
                            if visits and get(who, "/registers/visit/records?count=1&filter=" + urllib.parse.quote(f'人员.编号 = "{code}"'))[1].get("count") not in visits:
                                parts = False
                            if not parts or headers["etag"] != f'"{card["version"]}"' or card["id"] != ids[code]:
                                wrong.append((what, who, code, lang, card, line))
                        elif line is not None:
                            wrong.append((what, who, code, lang, status, card, line))
                    if [{**card, "seq": 0} for _, card, _ in told][0] != {**told[1][1], "seq": 0} or told[0][0] != told[1][0]:
                        wrong.append((what, who, code, lang, "twice", told[0][1], told[1][1]))

    try:
        compare("begun")
        for step in range(10):
            code = draw.choice(["P1", "P2", "P3"])
            p = f"/registers/person/records/{ids[code]}"
            values = draw.choice([{"unit": ids[draw.choice(["U1", "U2", "U3", "U21"])]}, {"grade": draw.choice(["1", "2"])}, {"born": f"{draw.randint(1970, 2004)}-0{draw.randint(1, 9)}"},
                                  {"name": draw.choice(["张三", "丁一", "安二", "王五"])}, {"number": f"ID-1{step:03}"}])
            change("chief", "PATCH", p, {"values": values}, **{"If-Match": version_of(p)})
            compare(values)
        # What refers to it, and what it refers to.
        change("chief", "POST", "/registers/visit/records", {"values": {"person": ids["P1"], "day": "2026-03-01", "note": "问暖"}})
        compare("a visit")
        u = f"/registers/unit/records/{ids['U2']}"
        change("chief", "PATCH", u, {"values": {"name": "东城区"}}, **{"If-Match": version_of(u)})
        compare("a unit is called otherwise")
        u = f"/registers/unit/records/{ids['U21']}"
        change("chief", "PATCH", u, {"values": {"parent": ids["U3"]}}, **{"If-Match": version_of(u)})
        compare("a unit hangs elsewhere")
        # Out of scope at once, also while many ask.
        p = f"/registers/person/records/{ids['P1']}"
        for place, inside, outside in (("U3", "west", "looker"), ("U2", "looker", "west"), ("U3", "west", "looker")):
            change("chief", "PATCH", p, {"values": {"unit": ids[place]}}, **{"If-Match": version_of(p)})
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                told = list(pool.map(lambda who: (who, get(who, p)[0]), [inside, outside] * 12))
            asked += len(told)
            for who, status in told:
                if status != (200 if who == inside else 404):
                    wrong.append((place, who, status))
        # A role that is over shows nothing any more.
        holdings = get("west", "/session")[1]["roles"]
        rows = [json.loads(line) for line in server.call("export", server.area, "role_holding", "--format", "json", "--ids").splitlines()]
        mine = [r for r in rows if r.get("role") == "clerk" and str(ids["U3"]) == str(r.get("node"))]
        if len(mine) != 1 or get("west", p)[0] != 200:
            wrong.append(("roles of west", holdings, rows))
        else:
            server.call("close", server.area, "role_holding", "#" + str(mine[0].get("#", mine[0].get("id"))))
            if get("west", p)[0] in (200,):
                wrong.append(("west without a role", get("west", p)))
            compare("a role less")
    finally:
        status = server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for w in wrong[:10]:
        print("not ok", *w)
    print(f"{asked} cards compared, {seen} answers seen, {len(wrong)} differ")
    sys.exit(1 if wrong or seen < asked // 2 or status != 0 else 0)


if __name__ == "__main__":
    main()
