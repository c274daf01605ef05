#!/usr/bin/env python3
"""Jobs when the server is killed at its worst moments, and when their day is over.  Usage: jobs.py GUIJU ACCOUNTS

A moment is made by writing into the job's own file what stands there at that moment; what is in the area is the truth that must come out.
"""
import json
import os
import shutil
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run  # noqa: E402

ROWS = "编号,姓名,单位\nR1,救一,U2\nR2,救二,U2\n"


class Trial:
    def __init__(self, server):
        self.server = server

    def ask(self, method, path, body=None, kind="application/json"):
        cookie, csrf = self.server.session("chief")
        headers = {"Cookie": cookie, "Content-Type": kind}
        if method != "GET":
            headers["X-Guiju-CSRF"] = csrf
        status, _, data = self.server.send(method, "/api/v1/areas/trial/" + path, headers, body.encode() if isinstance(body, str) else body)
        return status, json.loads(data) if data and data[:1] in b"{[" else data

    def wait(self, job, state):
        for _ in range(400):
            status, j = self.ask("GET", "jobs/" + job)
            if status == 200 and j["state"] == state:
                return j
            time.sleep(0.05)
        raise AssertionError("never %s: %r" % (state, j))

    def begin(self, rows):
        status, j = self.ask("POST", "registers/person/import", rows, "text/csv")
        assert status == 202, (status, j)
        self.wait(j["job"], "ready")
        return j["job"]

    def folder(self, job):
        return os.path.join(self.server.area + "-jobs", job)

    def killed_with(self, job, **changes):
        self.server.process.kill()
        self.server.process.wait()
        path = os.path.join(self.folder(job), "job.json")
        state = json.load(open(path, encoding="utf-8"))
        state.update(changes)
        json.dump(state, open(path, "w", encoding="utf-8"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self.server.start()

    def count(self, word):
        return len(self.ask("GET", "registers/person/records?q=" + word)[1]["items"])


def stopped_before_anything_was_written(t):
    job = t.begin(ROWS)
    t.killed_with(job, state="applying")
    j = t.wait(job, "ready")
    assert j["notice"]["code"] == "http.job_stopped", j
    assert j["would"]["created"] == 2, j
    assert t.count("R1") == 0
    assert t.ask("POST", "jobs/" + job + "/apply", "{}")[0] == 202
    j = t.wait(job, "done")
    assert j["result"]["created"] == 2 and "notice" not in j, j
    return job


def stopped_after_all_was_written(t, job):
    t.killed_with(job, state="applying", applied=False)
    j = t.wait(job, "done")
    assert j["result"]["recovered"] is True and j["result"]["created"] == 2, j
    assert t.ask("POST", "jobs/" + job + "/apply", "{}")[0] == 409
    assert t.count("R1") == 1 and t.count("R2") == 1


def stopped_while_it_was_read(t):
    job = t.begin("编号,姓名,单位\nR3,救三,U2\n")
    t.killed_with(job, state="reading")
    j = t.wait(job, "ready")
    assert j["would"]["created"] == 1, j


def ended_while_one_works(t):
    """An orderly end while a job is at work: it says how far it is to the last, and goes on afterwards."""
    rows = "编号,姓名,单位\n" + "".join("S%05d,久%d,U2\n" % (i, i) for i in range(20000))
    status, j = t.ask("POST", "registers/person/import", rows, "text/csv")
    assert status == 202, (status, j)
    assert t.server.stop() == 0
    t.server.start()
    assert t.wait(j["job"], "ready")["would"]["created"] == 20000


def more_lines_than_are_taken_at_a_time(t):
    """Two thousand lines are written at a time; what is over is open, not told as taken."""
    rows = [["编号", "姓名", "单位"]] + [["T%04d" % i, "多%d" % i, "U2"] for i in range(2100)]
    status, j = t.ask("POST", "registers/person/compare", run.sheet(rows), "application/octet-stream")
    assert status == 202, (status, j)
    job, lines = j["job"], t.wait(j["job"], "ready")["lines"]
    for written, left in ((2000, 100), (2100, 0)):
        added = [line["idx"] for line in lines if line["kind"] == "added"]
        assert len(added) == 2100
        assert t.ask("POST", "jobs/" + job + "/apply", json.dumps({"take": added}))[0] == 202
        j = t.wait(job, "ready")
        lines = j["lines"]
        assert j["result"]["created"] == written, j["result"]
        assert sum(line["kind"] == "added" and line["state"] == "open" for line in lines) == left
        assert t.ask("GET", "registers/person/records?count=1&limit=1&filter=" + urllib.parse.quote("starts with(编号, \"T\")"))[1]["count"] == written


def nothing_stays_when_its_day_is_over(t):
    job = t.begin("编号,姓名,单位\nR4,救四,U2\n")
    assert os.stat(t.folder(job)).st_mode & 0o077 == 0
    for name in os.listdir(t.folder(job)):
        assert os.stat(os.path.join(t.folder(job), name)).st_mode & 0o077 == 0, name
    t.killed_with(job, moved=int(time.time() * 1000000) - 25 * 3600 * 1000000)
    assert t.ask("GET", "jobs/" + job)[0] == 404
    assert not os.path.exists(t.folder(job))


def what_is_torn_is_thrown_away(t):
    job = t.begin("编号,姓名,单位\nR5,救五,U2\n")
    t.server.process.kill()
    t.server.process.wait()
    os.truncate(os.path.join(t.folder(job), "job.json"), 20)
    t.server.start()
    assert t.ask("GET", "jobs/" + job)[0] == 404
    assert not os.path.exists(t.folder(job))


def main():
    folder = tempfile.mkdtemp(prefix="guiju-jobs-")
    server = run.Server(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), folder)
    failed = 0
    try:
        t = Trial(server)
        written = []
        for name, f in (("an import that had not been written", lambda: written.append(stopped_before_anything_was_written(t))),
                        ("an import that had been written", lambda: stopped_after_all_was_written(t, written[0])),
                        ("a file that was being read", lambda: stopped_while_it_was_read(t)),
                        ("an orderly end while one works", lambda: ended_while_one_works(t)),
                        ("more lines than are taken at a time", lambda: more_lines_than_are_taken_at_a_time(t)),
                        ("a job of yesterday", lambda: nothing_stays_when_its_day_is_over(t)),
                        ("a job whose file is torn", lambda: what_is_torn_is_thrown_away(t))):
            try:
                f()
                print("ok " + name)
            except (AssertionError, IndexError, KeyError, OSError) as why:
                failed += 1
                print("not ok %s\n    %s %s" % (name, type(why).__name__, why))
    finally:
        failed += server.stop() != 0
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
