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
# Who stands in a ballot is for who sees to it and for who has a seat in it: that is east and west.
STANDS = ["候选甲某", "候选乙某"]
for one in ("looker", "nobody", "system", "security", "audit", None):
    NEVER[one] = NEVER[one] + STANDS
# Of a ballot that runs: nobody is told what came in, nor who voted.
RUNNING = ["1=yes", "2=yes", '"votes":', '"voters"', "候选甲某赞成"]
OF_A_BALLOT = {
    "sheets": [{"from": 1, "papers": ["1=yes"]}, {"from": 1, "papers": [], "done": True}],
    "match": [{}],
    "recount": [{"tellers": ["子", "丑"]}],
    "close": [{"words": ["猜一句口令试试看", "再猜一句口令试试"]}],
    "code": [{"code": "AAAA-BBBB-CCCC-DDDD-EEEE"}],
    "cast": [{"choices": [{"candidate": 1, "word": "yes"}]}, {"code": "AAAA-BBBB-CCCC-DDDD-EEEE", "choices": [{"candidate": 1, "word": "yes"}]}],
    "receipt": [{"receipt": "0" * 32}],
}
FILTERS = ["姓名 != null", "单位.名称 != null", "count(走访) >= 0", "证件号码 != null", "单位.上级.名称 = \"总部\"", "count(单位.人员[姓名 = \"王五\"]) > 0", "民族 = \"甲族\"", "count(all.person) > 3"]
EXPRS = ["姓名", "单位.人员.姓名", "单位.上级.人员.姓名", "all.person.姓名", "all.person.证件号码", "单位.上级.下级.人员.姓名", "走访.记要", "string join(for p in all.person return p.姓名, \",\")"]
BODIES = {
    "feel": [{"expr": e, "register": "person", "id": i} for e in EXPRS for i in (0,)],
    "export": [{"format": f, "reason": "试", "order": "key"} for f in ("csv", "json")] + [{"format": "csv", "reason": "试", "columns": ["name", "number", "creed"]}],
    "check": [{"values": {"code": "P1"}}, {"id": 0, "values": {"name": "x"}}],
}
OF_A_CASE = {
    "close": [{"step": "check"}, {"step": "check", "values": {"paper": "x", "number": "无"}, "reasons": {"trained-too": "x"}}, {"step": "agree", "counts": {"应到": 1, "实到": 1, "同意": 1}},
              {"step": "look", "each": {"1": {"word": "x"}}}],
    "publish": [{"step": "post"}, {"step": "check"}],
    "objections": [{"text": "x", "by": "y"}],
    "answers": [{"number": 1, "text": "x"}],
    "return": [{"to": "check", "reason": "x"}],
    "lay-down": [{"reason": ""}],
    "subs": [{"step": "each_one"}, {"step": "whole"}, {"step": "each_one", "line": "1", "values": {"x": "张三"}}],
    "refer": [{"step": "up", "reason": "x", "paper": "y"}],
    "reply": [{"step": "up", "outcome": "agreed", "paper": "y"}],
    "liabilities": [{"link": 1, "outcome": "clear", "finding": "x", "paper": "y"}, {"link": 7, "outcome": "fault", "finding": "x", "paper": "y", "person": "张三", "measure": "z", "basis": "w", "slip": 3}],
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
            for name, pack, file in (("numberless", "trial", "10-试验.md"), ("raise", "trial", "20-办理.md"), ("overfilled", "core", "01-引擎台账.md")):
                q = p.replace("{name}", name).replace("{pack}", pack).replace("{p}", pack).replace("{file}", urllib.parse.quote(file)).replace("{hash}", "0" * 64).replace("{receipt}", "0" * 10)
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
                    yield method, full + "?count=1&filter=" + urllib.parse.quote(f), None
                for order in ("name", "-number", "creed", "pinyin", "strokes", "tree", "-tree", "born", "-age"):
                    yield method, full + "?order=" + order, None
                for word in ("张三", "王五", "zs", "ww", "P"):
                    yield method, full + "?q=" + urllib.parse.quote(word), None
                yield method, full + "?columns=name,number,creed,unit.name", None
            if tail == "counts":
                for by in ("name", "number", "creed", "unit", "grade,born"):
                    yield method, full + "?by=" + by, None
                    yield method, full + "?by=" + by + "&filter=" + urllib.parse.quote("单位.名称 != null"), None
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
        elif path == "/cases":
            for k, p in itertools.product(ids, ("raise", "pick")):
                yield method, full, {"procedure": p, "subject": {"id": k}, "lines": [{"id": k}]}
        elif path.startswith("/ballots/") and tail in OF_A_BALLOT:
            for b in OF_A_BALLOT[tail]:
                yield method, full, b
        elif path == "/electronic-ballots":
            yield method, full, {"declaration": "hall_pick", "title": "x", "candidates": ["y"], "voters": [{"name": "east"}], "words": ["青山绿水一只船呀", "春江花月夜读书声"]}
        elif path.startswith(("/cases/", "/notices/")) and tail in OF_A_CASE:
            for b in OF_A_CASE[tail]:
                yield method, full, b
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


def cases_begin(server):
    """A case in the east, one in the west, one of the chief with candidates of both; the eastern one and the western one are posted.  Their versions."""
    def ask(who, method, path, body=None, version=None):
        cookie, csrf = server.session(who)
        headers = {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json"}
        if version:
            headers["If-Match"] = version
        status, got, data = server.send(method, "/api/v1/areas/trial" + path, headers, json.dumps(body) if body is not None else None)
        if status >= 300:
            sys.exit(f"{path}: {status} {data.decode()}")
        return json.loads(data), got.get("etag")
    made = {}
    def act(who, case, verb, body):
        version = ask(who, "GET", f"/cases/{case}")[1]
        ask(who, "POST", f"/cases/{case}/{verb}", body, version)
    for who, person in (("east", "P1"), ("west", "P3"), ("east", "P2"), ("west", "P3")):
        case = ask(who, "POST", "/cases", {"procedure": "raise", "subject": {"id": server.ids[person]}, "values": {"to": "甲等"}})[0]["id"]
        made[case] = None
        if person == "P2" or len(made) == 4:
            continue
        act("chief", case, "close", {"step": "check", "values": {"paper": "表", "number": "ID-0004"}, "reasons": {"trained-too": "x"}})
        act("chief", case, "close", {"step": "agree", "counts": {"应到": 3, "实到": 3, "同意": 3}})
        act(who, case, "publish", {"step": "post"})
    case = ask("chief", "POST", "/cases", {"procedure": "pick", "subject": {"id": server.ids["U1"]}, "lines": [{"id": server.ids["P1"]}, {"id": server.ids["P3"]}]})[0]["id"]
    act("chief", case, "close", {"step": "look", "each": {"1": {"word": "张三稳"}, "2": {"word": "王五勤"}}})
    made[case] = None
    for case in made:
        made[case] = ask("chief", "GET", f"/cases/{case}")[1]
    return made


def ballots_begin(server):
    """One by sign-in, in which east and west have a seat and west has voted; one by codes; one on paper."""
    cookie, csrf = server.session("chief")
    words = ["青山绿水一只船呀", "春江花月夜读书声"]
    made = []
    for path, body in (("/electronic-ballots", {"declaration": "hall_pick", "title": "甲会", "candidates": STANDS, "voters": [{"name": "east"}, {"name": "west"}, {"name": "chief"}], "words": words}),
                       ("/electronic-ballots", {"declaration": "hall_code", "title": "乙会", "candidates": STANDS, "codes": [{"count": 5}], "words": words}),
                       ("/ballots", {"declaration": "hall_vote", "title": "丙会", "candidates": ["丙会的人"], "entitled": 5, "present": 5})):
        status, _, data = server.send("POST", "/api/v1/areas/trial" + path, {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json"}, json.dumps(body))
        if status >= 300:
            sys.exit(f"{path}: {status} {data.decode()}")
        made.append(json.loads(data)["id"])
    return made


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
        made = cases_begin(server)
        notices = [n["id"] for n in json.loads(server.send("GET", "/api/v1/areas/trial/notices")[2])["items"]]
        ballots = ballots_begin(server)
        ids = sorted(server.ids.values()) + sorted(made) + notices + ballots
        ids += [max(ids) + 1, max(ids) + 5]
        registers = ["unit", "person", "visit", "finding", "account", "role_holding", "export", "dismissal", "case", "case_line", "case_step", "case_part", "case_opinion", "case_referral", "case_paper", "case_notice", "case_objection", "ballot", "ballot_paper", "ballot_receipt"]
        work = [(w, *r) for r in requests_of(routes, registers, ids) for w in NEVER]

        def one(job):
            w, method, path, body = job
            headers = {"If-Match": next((v for k, v in made.items() if f"/cases/{k}/" in path), "\"77\"")}
            if w:
                headers["Cookie"], headers["X-Guiju-CSRF"] = server.session(w)
            if body is not None:
                headers["Content-Type"] = "application/json"
            status, _, data = server.send(method, path, headers, json.dumps(body) if body is not None else None)
            text = data.decode("utf-8", "replace")
            asked_for = urllib.parse.unquote(path) + json.dumps(body, ensure_ascii=False)
            # What was asked for comes back in some answers; told is what was not said.
            told = [s for s in NEVER[w] if s in text and s not in asked_for]
            if "/notices" in path:  # a notice names whom its declaration shows, to everybody
                told = [s for s in told if s not in EAST + WEST]
            told += [s for s in RUNNING if "ballot" in path and s in text and s not in asked_for]
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
