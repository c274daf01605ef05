"""What the leak walk asks of each route, and what stands in the area that it must not be told: so that a route which is new is walked, or the walk says that it is not."""
import itertools
import urllib.parse

import run
from openapi import operations

# By the name of its operation: why it is not asked as somebody of another place.
ASIDE = {
    "healthz": "has no area", "metrics": "has no area", "areas": "has no area",
    "session_get": "says who asks", "session_drop": "ends the session that is walked with", "session_make": "another session; people.scene", "session_card": "takes TLS; tls.py",
    "password": "ends the sessions that are walked with", "totp": "binds an authenticator to who walks", "events": "has no end; listen.py",
}
# Routes that give nothing to any of those who walk: they are for the whole area, or for two.
CHIEFS = {
    "judge": "for who writes findings everywhere", "pack_try": "the same", "report": "for who sees the whole register", "report_who": "the same", "report_frozen": "the same", "report_freeze": "the same",
    "report_export": "the same", "case_again": "nothing was put off", "case_adopt": "the packs in force are the case's", "case_liable": "who traces: the chief",
    "ballot_code": "nobody has a code", "ballot_code_cast": "nobody has a code", "ballot_match": "the two tellers have not ended", "ballot_recount": "nothing is closed", "ballot_close": "nobody knows the words",
    "ballot_published": "nothing is published", "ballot_prepare": "the chief begins them", "ballot_open": "the same", "case_publish": "what may be posted is", "case_proof": "for who sees all of it", "case_refer": "what may be put there is",
    "case_return": "the chief sends back", "form_import": "for who sees all of the form", "correction_decide": "who asked does not decide", "ballot_counts": "nothing is closed", "ballot_receipt": "no ballot gives receipts", "notice_receipt": "nobody holds one", "slip_accept": "the chief accepts", "slip_back": "the chief sends back", "slip_withdraw": "who issued withdraws: the chief",
    "slip_decline": "nothing is overdue",
}
FILTERS = ["姓名 != null", "单位.名称 != null", "count(走访) >= 0", "证件号码 != null", "单位.上级.名称 = \"总部\"", "count(单位.人员[姓名 = \"王五\"]) > 0", "民族 = \"甲族\"", "count(all.person) > 3"]
EXPRS = ["姓名", "单位.人员.姓名", "单位.上级.人员.姓名", "all.person.姓名", "all.person.证件号码", "单位.上级.下级.人员.姓名", "走访.记要", "string join(for p in all.person return p.姓名, \",\")"]
NAMES = {"rule": ["numberless", "overfilled"], "explain": ["numberless", "overfilled"], "procedure": ["raise", "pick", "joint"], "report": ["grades", "trained"]}
QUERIES = {
    "records": ["", *("count=1&closed=1&filter=" + urllib.parse.quote(f) for f in FILTERS), *("count=1&filter=" + urllib.parse.quote(f) for f in FILTERS),
                *("order=" + o for o in ("name", "-number", "creed", "pinyin", "strokes", "tree", "-tree", "born", "-age")), *("q=" + urllib.parse.quote(q) for q in ("张三", "王五", "zs", "ww", "P")),
                "columns=name,number,creed,unit.name"],
    "counts": [q for by in ("name", "number", "creed", "unit", "grade,born") for q in ("by=" + by, "by=" + by + "&filter=" + urllib.parse.quote("单位.名称 != null"))],
    "search": ["q=" + urllib.parse.quote(q) for q in ("张三", "王五", "zs", "ww", "ID-0001", "35岁以下", "P3", "东区")],
    "findings": ["", "state=closed", "rule=numberless", "register=person", "count=1"],
    "record_get": ["", "as_of=5", "as_of=9"],
    "proof": ["seq=2", "seq=9"],
    "report": ["", "guarded=1", "as_of=2025-12-31"], "report_who": ["row=0&column=0", "row=1&column=1"],
    "slips": ["", "state=open", "waiting=1", "finding=1"], "cases": ["", "state=open", "waiting=1", "procedure=joint"], "journal": ["", "before=30&limit=50"], "explain": ["", "with=1"],
    "audit_reads": ["", "register=person&record=3"], "ballots": ["", "state=open"],
}


def draft(world, reg, i):
    yield {}
    yield {"given": {"step": "talk", "each": {"1": {"told": "x"}}}}


def sheet_of(rows):
    return ("file", run.sheet(rows), {"Content-Type": "application/octet-stream", "X-Guiju-Filename": "a.xlsx"}, ",".join(",".join(r) for r in rows))


# What is sent to each: a list, or what makes one of the area, the register and the id that are asked for.  ("file", bytes, headers, what is said in it) is no JSON.
BODIES = {
    "record_create": lambda w, reg, i: {"visit": [{"values": {"person": {"id": p}, "day": "2026-01-01", "note": "x"}} for p in w.people], "person": [{"values": {"code": f"N{i}", "name": "x", "unit": {"id": u}}} for u in w.units],
                                        "dossier": [{"values": {"person": {"id": p}, "intended": "x"}} for p in w.people]}.get(reg, [{"values": {}}]),
    "record_patch": [{"values": {"points": "1"}}, {"values": {"number": "1"}}],
    "record_close": [{}], "undo": lambda w, reg, i: [{"seq": i}, {"seq": w.seq}, {"seq": w.undo}],
    "check": lambda w, reg, i: [{"values": {"code": "P1"}}, *({"id": p, "values": {"name": "x"}} for p in w.people)],
    "feel": lambda w, reg, i: [{"expr": e, "register": "person", "id": p} for e in EXPRS for p in w.ids],
    "export": [*({"format": f, "reason": "试", "order": "key"} for f in ("csv", "json")), {"format": "csv", "reason": "试", "columns": ["name", "number", "creed"]}, {"format": "csv", "reason": "试", "filter": FILTERS[0]}],
    "import": lambda w, reg, i: [("file", t.encode(), {"Content-Type": "text/csv", "X-Guiju-Filename": "a.csv"}, t) for t in {"person": ["编号,得分\nP1,3\nP3,3\n"], "visit": ["人员,日期\nP3,2026-01-01\n"]}.get(reg, ["编码\nU3\n"])],
    "judge": [{}], "dismiss": [{"reason": "x"}], "job_apply": [{}, {"skip_bad": True}], "verify": [None],
    "pack_check": lambda w, reg, i: [{"pack": "trial", "file": "10-试验.md", "text": "x"}], "pack_try": lambda w, reg, i: [{"pack": "trial", "file": "10-试验.md", "text": "x"}],
    "pack_install": lambda w, reg, i: [{"pack": "trial", "file": "10-试验.md", "text": w.chapter + "\n", "reason": "x"}],
    "account_make": lambda w, reg, i: [{"name": "one more", "title": "x"}, {"name": "another", "title": "x", "password": "a-long-enough-one"}], "account_patch": lambda w, reg, i: [{"title": "x"}] if i == w.mover else [{"certificate": "x"}],
    "role_give": lambda w, reg, i: [{"role": "looker", "reason": "x", "node": {"register": "unit", "id": w.units[0]}, "tree": "parent"}] if i == w.mover else [{"role": "nosuch", "reason": "x"}],
    "file_put": [("file", b"%PDF-1.4 x", {"Content-Type": "application/pdf", "X-Guiju-Filename": "a.pdf"}, "")],
    "pending_confirm": lambda w, reg, i: [None] if i != w.pending[-1] else [], "pending_refuse": [{"reason": "x"}],
    "case_open": lambda w, reg, i: [{"procedure": "raise", "subject": {"id": k}, "values": {"to": "甲等"}} for k in w.ids] +
                 [{"procedure": p, "subject": {"id": k}, "lines": [{"id": n}]} for p, k, n in itertools.product(("pick", "joint", "penned"), [*w.units, *w.people], w.people)],
    "case_close": [{"step": "check"}, {"step": "check", "values": {"paper": "x"}, "reasons": {"trained-too": "x"}}, {"step": "check", "values": {"paper": "x", "number": "无"}, "reasons": {"trained-too": "x"}}, {"step": "agree", "counts": {"应到": 1, "实到": 1, "同意": 1}},
                   {"step": "look", "each": {"1": {"word": "x"}}}, {"step": "up"}, {"step": "each_one"}],
    "case_publish": [{"step": "post"}, {"step": "check"}], "case_object": [{"text": "x", "by": "y"}], "notice_object": [{"text": "x", "by": "y"}], "case_answer": [{"number": 1, "text": "x"}], "case_return": [{"to": "check", "reason": "x"}],
    "case_down": [{"reason": ""}, {"reason": "x"}], "case_again": [{"reason": "x"}], "case_adopt": [{"reason": "x"}],
    "case_sub_open": [{"step": "each_one"}, {"step": "whole"}, {"step": "each_one", "line": "1"}], "case_refer": [{"step": "up", "reason": "x", "paper": "y"}], "case_reply": [{"step": "up", "outcome": "agreed", "paper": "y"}],
    "case_liable": lambda w, reg, i: [{"link": k, "outcome": "clear", "finding": "x", "paper": "y"} for k in (1, w.link)] + [{"link": w.link, "outcome": "fault", "finding": "x", "paper": "y", "person": "x", "measure": "z", "basis": "w", "slip": w.slip}],
    "case_paper_draft": draft,
    "case_paper_file": lambda w, reg, i: [{"number": "1"}] + [{"step": "talk", "file": {"hash": h}} for h in w.hashes],
    "view_keep": lambda w, reg, i: [{"title": "x", "words": {"q": "x"}}, {"id": w.view, "title": "x", "words": {}}],
    "roster_keep": lambda w, reg, i: [{"title": "x", "words": {"register": "person", "columns": [{"value": "姓名"}]}}, {"id": w.roster, "title": "x", "words": {"register": "person", "columns": [{"value": "姓名"}]}}],
    "roster_run": lambda w, reg, i: [{"roster": "people"}, {"saved": w.roster}, *({"words": {"register": "person", "columns": [{"value": e}]}} for e in EXPRS), *({"words": {"register": "person", "columns": [{"value": "编号"}], "where": f}} for f in FILTERS),
                                     {"roster": "people", "only": w.people}],
    "roster_export": lambda w, reg, i: [{"roster": "people", "reason": "x", "format": f} for f in ("xlsx", "docx", "csv")] + [{"saved": w.roster, "reason": "x"}, {"words": {"register": "person", "columns": [{"value": "证件号码"}]}, "reason": "x", "unmasked": True},
                                                                                                                             {"words": {"register": "person", "columns": [{"value": "编号"}, {"value": "姓名"}]}, "reason": "x", "format": "csv"}],
    "form_import": [("file", "<Slip><Name>x</Name><Born>200002</Born></Slip>".encode(), {"Content-Type": "application/xml", "X-Guiju-Filename": "a.slip"}, "")],
    "form_print": lambda w, reg, i: [{"ids": [p], "reason": "x"} for p in w.people] + [{"ids": w.people, "reason": "x"}],
    "under": lambda w, reg, i: [{"ids": w.people}, {"ids": w.units}, {"ids": [w.people[0]]}], "hints": lambda w, reg, i: [{"ids": w.people}, {"ids": w.units}, {"ids": [w.people[0]]}],
    "fill": lambda w, reg, i: [{"rows": [{"of": p, "values": {"intended": "x"}}]} for p in w.people],
    "rows": lambda w, reg, i: [{"rows": [{"id": p, "version": 1, "values": {"points": "2"}}]} for p in w.people] + [{"rows": [{"values": {"person": {"id": p}, "day": "2026-01-02", "note": "x"}}]} for p in w.people] + [{"rows": [{"values": {"code": "P3", "name": "x", "unit": {"id": w.units[1]}}}]}],
    "compare": lambda w, reg, i: [sheet_of([["编号", "得分"], ["P1", "9"]]), sheet_of([["编号", "姓名"], ["P3", "x"]]), sheet_of([["编码", "名称"], ["U2", "x"]])],
    "report_freeze": [{"as_of": "2026-03-31"}], "report_export": [{"reason": "x"}, {"reason": "x", "whole": True}],
    "ask_units": lambda w, reg, i: [{"by": "unit", "shown": ["name"], "asked": ["points"]}, {"by": "unit", "shown": ["number"], "asked": ["points"]}, {"by": "unit", "asked": ["points"], "ids": w.people}],
    "ask": lambda w, reg, i: [{"by": "unit", "shown": ["name"], "asked": ["points"], "reason": "x"}, {"by": "unit", "shown": ["number"], "asked": ["points"], "reason": "x"}, {"by": "unit", "asked": ["points"], "ids": w.people, "reason": "x", "question": w.question}],
    "answers": lambda w, reg, i: [sheet_of([["编号", "得分"], ["P3", "9"]]), sheet_of([["编号", "得分"], ["P1", "9"]])],
    "question_keep": lambda w, reg, i: [{"title": "x", "by": "unit", "asked": ["points"]}, {"title": "x", "by": "unit", "asked": ["points"], "ids": w.people}, {"id": w.question, "title": "x", "by": "unit", "asked": ["points"]}],
    "photos": [("file", b"\xff\xd8\xff\xe0", {"Content-Type": "application/octet-stream", "X-Guiju-Filename": "P3.jpg"}, "P3")], "resumes": lambda w, reg, i: [{}, {"ids": w.people}],
    "ballot_prepare": [{"declaration": "hall_vote", "title": "x", "candidates": ["y"], "entitled": 5, "present": 5}],
    "ballot_open": [{"declaration": "hall_pick", "title": "x", "candidates": ["y"], "voters": [{"name": "east"}], "words": ["青山绿水一只船呀", "春江花月夜读书声"]}],
    "ballot_type": [{"from": 1, "papers": ["1=yes"]}, {"from": 1, "papers": [], "done": True}], "ballot_match": [{}], "ballot_recount": [{"tellers": ["子", "丑"]}], "ballot_close": [{"words": ["猜一句口令试试看", "再猜一句口令试试"]}],
    "ballot_code": [{"code": "AAAA-BBBB-CCCC-DDDD-EEEE"}], "ballot_code_cast": [{"code": "AAAA-BBBB-CCCC-DDDD-EEEE", "choices": [{"candidate": 1, "word": "yes"}]}], "ballot_cast": [{"choices": [{"candidate": 1, "word": "yes"}]}], "ballot_receipt": [{"receipt": "0" * 32}],
    "slip_open": lambda w, reg, i: [{"kind": k, "register": "person", "id": p, "to": "clerk", "about": "x"} for k in ("first", "talk") for p in w.people] + [{"finding": n, "to": "clerk"} for n in range(1, 20)] + [{"kind": "first", "rule": "numberless", "all": True, "to": "clerk"}],
    "slip_reply": lambda w, reg, i: [{"values": {"reply": "x", "proof": {"hash": h}}} for h in w.hashes] + [{"values": {"reply": "x"}}, {"values": {"words": "x"}}],
    "slip_accept": [{}], "slip_back": [{"reason": "x"}], "slip_withdraw": [{"reason": "x"}], "slip_decline": [{"reason": "x"}], "slip_escalate": lambda w, reg, i: [{}, {"id": w.slip}],
    "erase": lambda w, reg, i: [{"fields": ["name"], "basis": "x", "reason": "x"}],
    "token_make": lambda w, reg, i: [{"title": "x", "verbs": ["read"], "until": w.soon}],
    "correction_ask": lambda w, reg, i: [{"register": "person", "id": p, "field": "name", "text": "xx"} for p in w.people], "correction_decide": [{"accept": False, "answer": "x"}],
}
WRITTEN = ("unit", "person", "visit", "dossier", "stint", "step", "dismissal", "course", "frozen_report")
ENDING = ("record_close", "erase", "slip_withdraw", "slip_reply", "slip_escalate", "case_return", "case_down", "correction_decide", "pending_refuse", "dismiss", "job_apply")


def places(op, world, registers):
    """Addresses of an operation: every register, record, case, file … that there is."""
    path, parts = op.path, []
    for name in [p.split("}")[0] for p in path.split("{")[1:]]:
        if name == "r":
            parts.append(registers)
        elif name == "id" and path.startswith("/jobs/"):
            parts.append([*world.jobs, "0" * 32])
        elif name == "holding":
            parts.append([world.holding, 1])
        elif name in ("id", "seq"):
            parts.append(world.ids)
        elif name == "hash":
            parts.append([*world.hashes, "0" * 64])
        elif name == "name":
            parts.append(NAMES.get(op.id.split("_")[0], ["numberless"]))
        elif name == "form":
            parts.append(["note", "slip", "career", "talk_sheet"])
        elif name == "receipt":
            parts.append(["0" * 10])
        elif name in ("pack", "p"):
            parts.append(["trial"])
        elif name == "file":
            parts.append(["10-试验.md", "20-办理.md"])
        else:
            raise KeyError(f"{op.id}: what stands for {{{name}}}?")
    for some in itertools.product(*parts):
        if "{r}" in path and op.method != "GET" and some[0] not in WRITTEN and some[1:] and some[1] not in world.ids[:2]:
            continue  # nobody writes these, whatever their number
        full = path
        for name, value in zip([p.split("}")[0] for p in path.split("{")[1:]], some):
            full = full.replace("{" + name + "}", urllib.parse.quote(str(value)), 1)
        reg = some[0] if "{r}" in path else ""
        numbers = [v for v in some if isinstance(v, int)]
        yield "/api/v1/areas/trial" + full, reg, numbers[0] if numbers else 0


def requests_of(document, world, registers, word=""):
    """(operation, address, body): everything that is asked.  A route that is not known here is an error."""
    work, unknown = [], []
    ops = operations(document)
    for op in ops:
        if op.id in ASIDE or word not in op.path:
            continue
        if op.method in ("GET", "DELETE"):
            for full, reg, i in places(op, world, registers):
                for query in QUERIES.get(op.id, [""]):
                    work.append((op.id, op.method, full + ("?" + query if query else ""), None))
            continue
        bodies = BODIES.get(op.id)
        if bodies is None:
            unknown.append(op.id)
            continue
        for full, reg, i in places(op, world, registers):
            if op.id == "answers":
                full += "?by=unit&asked=points&shown=name"
            for body in bodies(world, reg, i) if callable(bodies) else bodies:
                work.append((op.id, op.method, full, body))
    known = {op.id for op in ops}
    stale = [i for i in (*ASIDE, *CHIEFS) if i not in known]
    # What ends things comes last, so that all else is asked while they are there.
    work.sort(key=lambda r: 2 if r[1] == "DELETE" else r[0] in ENDING)
    return work, unknown, stale, [op.id for op in ops if op.id not in ASIDE and word in op.path]
