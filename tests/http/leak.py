#!/usr/bin/env python3
"""Every route and register, as every role, by several at once: nothing from outside the scope or the classes in sight may stand in any answer, nor in what a job made for
who asked.  A route that is in the table and not walked is an error, and so is one that gives nothing to anybody, unless walk.py says why.
Usage: leak.py GUIJU ACCOUNTS [WORD]   (only routes whose path holds the word)"""
import collections
import concurrent.futures
import datetime
import json
import os
import shutil
import sys
import tempfile
import time
import types
import urllib.parse

import run
import walk

# What each must never be told, wherever it stands: names are personal, numbers restricted, peoples protected.
EAST, WEST = ["张三", "李四", "赵六"], ["王五"]
NUMBERS, PEOPLES = ["ID-0001", "ID-0002", "ID-0004"], ["甲族", "乙族"]
# What begin() puts there: papers, slips, cases, lists of the east and of the west, and what the chief keeps to himself.
EASTERN, WESTERN = ["东区档案一份", "东要求更正", "东区文书一份"], ["西区档案一份", "西区佐证一份", "西区催办一事", "西请示一号", "西的名册", "西的视图", "西的征集", "西的机器", "西区说明一句"]
CHIEF = ["账实不符一节", "没有核对原件", "主管的名册", "主管的视图", "主管的机器"]
NEVER = {
    "east": WEST + NUMBERS[1:] + ["乙族"] + WESTERN + CHIEF,
    "west": EAST + NUMBERS + PEOPLES + EASTERN + CHIEF,
    "looker": EAST + WEST + NUMBERS + PEOPLES + EASTERN + WESTERN + CHIEF,
    "nobody": EAST + WEST + NUMBERS + PEOPLES + EASTERN + WESTERN + CHIEF,
    "system": EAST[1:] + WEST + NUMBERS + PEOPLES + EASTERN + WESTERN[:-2] + CHIEF[:-1],
    "security": EAST[1:] + WEST + NUMBERS + PEOPLES + EASTERN + WESTERN[:-2] + CHIEF[:-1],
    "audit": EAST[1:] + WEST + NUMBERS + PEOPLES + EASTERN + WESTERN[:-2] + CHIEF[:-1],
    None: EAST + WEST + NUMBERS + PEOPLES + EASTERN + WESTERN + CHIEF,
}
# Who stands in a ballot is for who sees to it and for who has a seat in it: that is east and west.
STANDS = ["候选甲某", "候选乙某"]
for one in ("looker", "nobody", "system", "security", "audit", None):
    NEVER[one] = NEVER[one] + STANDS
# Of a ballot that runs: nobody is told what came in, nor who voted.
RUNNING = ["1=yes", "2=yes", '"votes":', '"voters"', "候选甲某赞成"]
REGISTERS = ["unit", "person", "visit", "dossier", "stint", "step", "course", "frozen_report", "finding", "account", "role_holding", "export", "dismissal", "case", "case_line", "case_step", "case_part", "case_opinion", "case_referral",
             "case_paper", "case_notice", "case_objection", "case_liability", "slip", "ballot", "ballot_paper", "ballot_receipt"]


class Asking:
    """One server, asked as whoever it is."""

    def __init__(self, server):
        self.server = server

    def send(self, who, method, path, body=None, version=None):
        headers = {"If-Match": version} if version else {}
        if who:
            headers["Cookie"], headers["X-Guiju-CSRF"] = self.server.session(who)
        if isinstance(body, tuple):
            headers.update(body[2])
            return self.server.send(method, path, headers, body[1])
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self.server.send(method, path, headers, json.dumps(body) if body is not None else None)

    def must(self, who, method, path, body=None, version=None):
        status, got, data = self.send(who, method, "/api/v1/areas/trial" + path, body, version)
        if status >= 300:
            sys.exit(f"{method} {path}: {status} {data.decode()}")
        return json.loads(data), got.get("etag")

    def act(self, who, case, verb, body):
        return self.must(who, "POST", f"/cases/{case}/{verb}", body, self.must(who, "GET", f"/cases/{case}")[1])[0]

    def file(self, who, name, text):
        return self.must(who, "POST", "/files", ("file", ("%PDF-1.4 " + text).encode(), {"Content-Type": "application/pdf", "X-Guiju-Filename": urllib.parse.quote(name)}, ""))[0]["hash"]


def cases_begin(a, w):
    """A case in the east, one in the west, one of the chief with candidates of both; the eastern one and the western one are posted.  A western one is put to a superior
    level and has a sub-case; one is the chief's alone, with somebody who answers for it."""
    server, made = a.server, []
    for who, person in (("east", "P1"), ("west", "P3"), ("east", "P2"), ("west", "P3")):
        case = a.must(who, "POST", "/cases", {"procedure": "raise", "subject": {"id": server.ids[person]}, "values": {"to": "甲等"}})[0]["id"]
        made.append(case)
        if person == "P2" or len(made) == 4:
            continue
        a.act("chief", case, "close", {"step": "check", "values": {"paper": "表", "number": "ID-0004"}, "reasons": {"trained-too": "x"}})
        a.act("chief", case, "close", {"step": "agree", "counts": {"应到": 3, "实到": 3, "同意": 3}})
        a.act(who, case, "publish", {"step": "post"})
    case = a.must("chief", "POST", "/cases", {"procedure": "pick", "subject": {"id": server.ids["U1"]}, "lines": [{"id": server.ids["P1"]}, {"id": server.ids["P3"]}]})[0]["id"]
    a.act("chief", case, "close", {"step": "look", "each": {"1": {"word": "张三稳"}, "2": {"word": "王五勤"}}})
    made.append(case)
    joint = a.must("west", "POST", "/cases", {"procedure": "joint", "subject": {"id": server.ids["U3"]}, "lines": [{"id": server.ids["P3"]}]})[0]["id"]
    sub = a.act("west", joint, "subs", {"step": "each_one", "line": "1"})["id"]
    a.act("west", sub, "close", {"step": "ask", "values": {"said": "西区说明一句"}})
    a.act("west", joint, "close", {"step": "each_one"})
    whole = a.act("chief", joint, "subs", {"step": "whole"})["id"]
    a.act("chief", whole, "close", {"step": "dig", "values": {"secret": "账实不符一节"}})
    a.act("west", joint, "close", {"step": "whole"})
    a.act("west", joint, "refer", {"step": "up", "reason": "西请示一号", "paper": "西请示一号"})
    w.link = next(i["link"] for i in a.must("chief", "GET", f"/cases/{whole}/liabilities")[0]["items"] if i["step"] == "dig")
    a.must("chief", "POST", f"/cases/{whole}/liabilities", {"link": w.link, "outcome": "fault", "person": "王五", "finding": "没有核对原件", "measure": "x", "basis": "办法 第四条", "paper": "x",
                                                            "slip": a.must("chief", "POST", "/slips", {"kind": "talk", "register": "person", "id": server.ids["P3"], "about": "x"})[0]["id"]})
    penned = a.must("east", "POST", "/cases", {"procedure": "penned", "subject": {"id": server.ids["U2"]}, "lines": [{"id": server.ids["P1"]}]})[0]["id"]
    a.act("east", penned, "close", {"step": "prepare", "values": {"place": "x"}})
    w.hashes = [a.file("east", "c.pdf", "东区文书一份")]
    a.must("east", "POST", f"/cases/{penned}/papers/talk_sheet/file", {"step": "talk", "file": {"hash": w.hashes[0]}})
    other = a.must("east", "POST", "/cases", {"procedure": "joint", "subject": {"id": server.ids["U2"]}, "lines": [{"id": server.ids["P1"]}]})[0]["id"]
    paper = a.must("east", "POST", "/cases", {"procedure": "raise", "subject": {"id": server.ids["P4"]}, "values": {"to": "甲等"}})[0]["id"]
    a.act("east", paper, "close", {"step": "check", "values": {"paper": {"hash": a.file("east", "d.pdf", "东区文书一份")}}, "reasons": {"trained-too": "x"}})
    w.cases = made + [joint, sub, whole, penned, other, paper]


def ballots_begin(a, w):
    """One by sign-in, in which east and west have a seat and west has voted; one by codes; one on paper."""
    words = ["青山绿水一只船呀", "春江花月夜读书声"]
    w.ballots = [a.must("chief", "POST", path, body)[0]["id"] for path, body in (
        ("/electronic-ballots", {"declaration": "hall_pick", "title": "甲会", "candidates": STANDS, "voters": [{"name": "east"}, {"name": "west"}, {"name": "chief"}], "words": words}),
        ("/electronic-ballots", {"declaration": "hall_code", "title": "乙会", "candidates": STANDS, "codes": [{"count": 5}], "words": words}),
        ("/ballots", {"declaration": "hall_vote", "title": "丙会", "candidates": ["丙会的人"], "entitled": 5, "present": 5}))]


def lists_begin(a, w):
    """Files of people, a slip with an answer that has one, lists and tokens that are somebody's own, a correction, and files that jobs made for the west and for the chief."""
    ids = a.server.ids
    person = {"P2": "东区档案一份", "P3": "西区档案一份"}
    for code, text in person.items():
        w.hashes.append(a.file("chief", "a.pdf", text))
        tag = a.must("chief", "GET", f"/registers/person/records/{ids[code]}")[1]
        a.must("chief", "PATCH", f"/registers/person/records/{ids[code]}", {"values": {"photo": {"hash": w.hashes[-1]}}}, tag)
    w.slip = a.must("chief", "POST", "/slips", {"kind": "first", "register": "person", "id": ids["P3"], "to": "clerk", "about": "西区催办一事"})[0]["id"]
    w.hashes.append(a.file("west", "b.pdf", "西区佐证一份"))
    a.must("west", "POST", f"/slips/{w.slip}/reply", {"values": {"reply": "西区说明一句", "proof": {"hash": w.hashes[-1]}}})
    w.slips = [w.slip, a.must("chief", "POST", "/slips", {"kind": "first", "register": "person", "id": ids["P1"], "to": "clerk", "about": "x"})[0]["id"]]
    columns = {"register": "person", "columns": [{"value": "姓名"}]}
    keeps = {"west": "西的", "chief": "主管的"}
    w.mine = []
    for who, name in keeps.items():
        w.roster = a.must(who, "POST", "/rosters", {"title": name + "名册", "words": columns})[0]["id"]
        w.view = a.must(who, "POST", "/registers/person/views", {"title": name + "视图", "words": {"q": "x"}})[0]["id"]
        w.mine += [w.roster, w.view, a.must(who, "POST", "/tokens", {"title": name + "机器", "verbs": ["read"], "until": w.soon})[0]["id"]]
    w.question = a.must("west", "POST", "/registers/person/questions", {"title": "西的征集", "by": "unit", "asked": ["points"], "ids": [ids["P3"]]})[0]["id"]
    a.must("east", "POST", "/mine/corrections", {"register": "person", "id": ids["P1"], "field": "name", "text": "东要求更正"})
    w.jobs = []
    for who in ("west", "chief"):
        cookie, csrf = a.server.session(who)
        status, _, data = a.server.send("POST", "/api/v1/areas/trial/registers/person/export", {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json", "Prefer": "respond-async"},
                                        json.dumps({"format": "csv", "reason": "x", "columns": ["code", "name"]}))
        if status != 202:
            sys.exit(f"no job: {status} {data.decode()}")
        w.jobs.append(json.loads(data)["job"])
    bad = "编号,姓名,等级\nP3,王五,乙等\nP31,西某,丁等\n"
    w.jobs.append(a.must("west", "POST", "/registers/person/import", ("file", bad.encode(), {"Content-Type": "text/csv", "X-Guiju-Filename": "a.csv"}, bad))[0]["job"])
    # What takes two, and waits; a change that may be taken back, and a record that may be closed.
    w.mine += [a.must("east", "POST", "/registers/visit/records", {"values": {"person": {"id": ids["P1"]}, "day": "2026-01-01", "note": "x"}})[0]["id"]]
    w.pending = []
    for fields in (["points"], ["grade"]):
        w.pending += [a.must("chief", "POST", f"/registers/person/records/{ids['P4']}/erase", {"fields": fields, "basis": "x", "reason": "x"})[0]["pending"]]
    tag = a.must("east", "GET", f"/registers/person/records/{ids['P4']}")[1]
    w.undo = a.must("east", "PATCH", f"/registers/person/records/{ids['P4']}", {"values": {"trained": True}}, tag)[0]["first_seq"]


def begin(server):
    a, w = Asking(server), types.SimpleNamespace(soon=str(datetime.date.today() + datetime.timedelta(days=30)))
    w.people, w.units = [server.ids[p] for p in ("P1", "P2", "P3", "P4")], [server.ids[u] for u in ("U2", "U3", "U1")]
    w.chapter = open(os.path.join(run.HERE, "pack/10-试验.md"), encoding="utf-8").read()
    cases_begin(a, w)
    ballots_begin(a, w)
    lists_begin(a, w)
    accounts = a.must("system", "GET", "/accounts?limit=200")[0]["items"]
    w.accounts, w.mover = [x["id"] for x in accounts], next(x["id"] for x in accounts if x["name"] == "mover")
    notices = [n["id"] for n in a.must(None, "GET", "/notices")[0]["items"]]
    w.seq = a.must("chief", "GET", "/journal?limit=1")[0]["items"][0]["seq"]
    found = [f["id"] for f in a.must("chief", "GET", "/findings?limit=20")[0]["items"]]
    role = a.must("security", "POST", f"/accounts/{w.mover}/roles", {"role": "looker", "reason": "x", "node": {"register": "unit", "id": w.units[0]}, "tree": "parent"})[0]
    w.holding = a.must("security2", "POST", f"/pending/{role['pending']}/confirm")[0]["id"]
    w.ids = sorted({*server.ids.values(), *w.cases, *notices, *w.ballots, *w.slips, *w.pending, *found, w.mover, w.question, *w.mine})
    w.ids += [max(w.ids) + 1, max(w.ids) + 5]
    return a, w


def job_told(a, who, answer):
    """A job that was begun, to its end: all that it has for who began it."""
    job = json.loads(answer).get("job")
    if not job:
        return ""
    here, texts = f"/api/v1/areas/trial/jobs/{job}", []
    for _ in range(400):
        status, _, data = a.send(who, "GET", here)
        if status != 200 or json.loads(data)["state"] not in ("reading", "applying"):
            break
        time.sleep(0.02)
    texts.append(data.decode("utf-8", "replace"))
    texts += [run.told(a.send(who, "GET", here + part)[2]) for part in ("/file", "/refused.csv", "/table.csv")]
    a.send(who, "DELETE", here)
    return "\n".join(texts)


def main():
    guiju, accounts = (os.path.abspath(p) for p in sys.argv[1:3])
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    folder = tempfile.mkdtemp(prefix="guiju-leak-")
    server = run.Server(guiju, accounts, folder)
    leaks, given, asked, last = [], collections.Counter(), collections.Counter(), {}
    try:
        for who in NEVER:
            if who:
                server.session(who)
        a, world = begin(server)
        document = a.must("chief", "GET", "/openapi.json")[0]
        work, unknown, stale, walked = walk.requests_of(document, world, REGISTERS, word)

        def one(job):
            who, (op, method, path, body) = job
            case = next((c for c in world.cases if f"/cases/{c}/" in path), None)
            version = a.send("chief", "GET", f"/api/v1/areas/trial/cases/{case}")[1].get("etag") if case and method == "POST" else "\"1\"" if "/registers/" in path else None
            status, _, data = a.send(who, method, path, body, version)
            text = run.told(data)
            said = body[3] if isinstance(body, tuple) else json.dumps(body, ensure_ascii=False)
            if status == 202:
                text += job_told(a, who, data)
            # What was asked for comes back in some answers; told is what was not said.
            told = [s for s in NEVER[who] if s in text and s not in urllib.parse.unquote(path) + said]
            if "/notices" in path:  # a notice names whom its declaration shows, to everybody
                told = [s for s in told if s not in EAST + WEST]
            told += [s for s in RUNNING if "ballot" in path and s in text and s not in said]
            return who, op, method, path, body, status, told, text

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for who, op, method, path, body, status, told, text in pool.map(one, ((who, r) for r in work for who in NEVER)):
                asked[op] += 1
                given[op] += status < 300
                if status not in (401, 403, 404):
                    last[op] = text[:200]
                if status >= 500 and status != 503:
                    leaks.append((who, method, path, body, status, "fails", text))
                if told and "/packs/" not in path and "/chapters/" not in path:
                    leaks.append((who, method, path, body, status, told, text))
    finally:
        status = server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    wrong = [f"{op}: in the table, and not walked: walk.py has no body for it" for op in unknown] + [f"{op}: walk.py speaks of a route that is not there" for op in stale]
    wrong += [f"{op}: not asked at all" for op in walked if op not in unknown and not asked[op]]
    wrong += [f"{op}: gives nothing to anybody: what is asked is wrong, or walk.py has to say why ({last.get(op)})" for op in asked if not given[op] and op not in walk.CHIEFS]
    wrong += [f"{op}: gives something; walk.py says that it does not" for op in walk.CHIEFS if given[op]]
    for leak in leaks[:20]:
        print("not ok", *leak[:6], leak[6][:300])
    for what in wrong:
        print("not ok", what)
    print(f"{sum(asked.values())} requests to {len(asked)} routes as {len(NEVER)} readers, {len(leaks)} leaks")
    sys.exit(1 if leaks or wrong or status != 0 else 0)


if __name__ == "__main__":
    main()
