#!/usr/bin/env python3
"""What leaves under the guard says who took it out: sixty people as one PDF, confirmed by a second person, carry the mark on every page; one person's paper does not
carry it on the page.  Usage: mark.py GUIJU ROOT.  Without LibreOffice and poppler-utils it says that it did not run."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

GUIJU, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
if not (shutil.which("soffice") and shutil.which("pdftotext")):
    print("LibreOffice or pdftotext is not installed: the mark in PDF was not looked for")
    sys.exit(77)
bad = []


def must(condition, what):
    if not condition:
        bad.append(what)


def run(*words, text=None):
    return subprocess.run([GUIJU, *words], input=text, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "zh_CN.UTF-8"}).stdout


class Person:
    def __init__(self, base, name):
        self.base, self.head = base, {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(base + "session", data=json.dumps({"name": name, "password": "青山绿水一只船划过去"}).encode(), headers=self.head)) as r:
            self.head.update({"Cookie": r.headers["set-cookie"].split(";")[0], "X-Guiju-CSRF": json.load(r)["csrf"]})

    def ask(self, method, path, body=None):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.base + path, method=method, data=None if body is None else json.dumps(body).encode(), headers=self.head), timeout=200) as r:
                return r.status, r.read(), r.headers.get("Content-Disposition", "")
        except urllib.error.HTTPError as e:
            return e.code, e.read(), ""

    def made(self, path, body):
        """A PDF is made beside the request: its job, and what came of it."""
        status, said, _ = self.ask("POST", path, body)
        must(status == 202, "%s: %d %s" % (path, status, said[:300]))
        return json.loads(said).get("job", "") if status == 202 else ""

    def until(self, job, states):
        for _ in range(600):
            told = json.loads(self.ask("GET", "jobs/" + job)[1])
            if told.get("state") in states:
                return told
            time.sleep(0.2)
        return {}


def text_of(pdf):
    open("x.pdf", "wb").write(pdf)
    return subprocess.run(["pdftotext", "-layout", "x.pdf", "-"], capture_output=True, text=True).stdout.rstrip("\f").split("\f")


with tempfile.TemporaryDirectory() as d:
    os.chdir(d)
    run("init", "a.guiju", "--pack", ROOT + "/packs/cn", "--name", "mark")
    open("many.csv", "w").write("编号,姓名,在职状态,管理类别\n" + "".join("D%d,某%d,在职,本级管理\n" % (i, i) for i in range(60)))
    run("import", "a.guiju", "cadre", "many.csv")
    open("who.csv", "w").write("登录名,姓名,角色,范围,树,对应人员\nbuzhang,部长（演示）,org-department,,,\nkezhang,干部科经办（演示）,cadre-office,,,\n")
    run("account", "load", "a.guiju", "who.csv", "--stdin", text="青山绿水一只船划过去\n")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen([GUIJU, "serve", "a.guiju", "--listen", "127.0.0.1:%d" % port, "--log", "none"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen("http://127.0.0.1:%d/healthz" % port)
                break
            except OSError:
                time.sleep(0.1)
        base = "http://127.0.0.1:%d/api/v1/areas/mark/" % port
        clerk, chief = Person(base, "kezhang"), Person(base, "buzhang")
        ids = [r["id"] for r in json.loads(clerk.ask("GET", "registers/cadre/records?limit=200")[1])["items"]]
        must(len(ids) == 60, "sixty people")
        many = {"ids": ids, "format": "pdf", "reason": "部务会"}
        job = clerk.made("forms/members/print", many)
        told = clerk.until(job, ("ready", "done", "failed"))
        must(told.get("state") == "ready" and (told.get("result") or {}).get("pending"), "sixty people take a second person: %s" % told)
        must(clerk.ask("GET", "jobs/%s/file" % job)[0] == 409, "and are not had before")
        asked = json.loads(chief.ask("GET", "pending")[1])["items"]
        must(len(asked) == 1 and chief.ask("POST", "pending/%d/confirm" % asked[0]["id"], {})[0] == 200, "which the chief is")
        clerk.ask("POST", "jobs/%s/apply" % job, {})
        must(clerk.until(job, ("done", "failed")).get("state") == "done", "made once it is confirmed")
        status, pdf, name = clerk.ask("GET", "jobs/%s/file" % job)
        must(status == 200 and pdf[:5] == b"%PDF-", "the PDF: %d %s" % (status, pdf[:300]))
        must(chief.ask("GET", "jobs/%s/file" % job)[0] == 404, "nobody else's")
        pages = text_of(pdf)
        mark = re.compile("内部使用.*干部科经办（演示）.*\\d{4}\\.\\d\\d\\.\\d\\d.*导出登记 [0-9a-f]{8}")
        must(len(pages) > 1 and all(mark.search(p) for p in pages), "the mark on each of %d pages: %s" % (len(pages), pages[0][-300:]))
        must("某" not in name and "members" in name, "no names in names of files: " + name)
        status, pdf, _ = clerk.ask("POST", "forms/brief/print", {"ids": ids[:1], "format": "pdf", "reason": "呈报"})
        if status == 202:
            job = json.loads(pdf)["job"]
            clerk.until(job, ("done", "failed"))
            status, pdf, _ = clerk.ask("GET", "jobs/%s/file" % job)
        must(status == 200 and not any(mark.search(p) for p in text_of(pdf)), "one person's paper may go out: no mark on the page")
        must(clerk.ask("POST", "forms/members/print", {"ids": ids[:3], "format": "pdf"})[0] == 400, "a reason is wanted")
    finally:
        server.terminate()
        server.wait()

for b in bad:
    print("not ok", b)
print("%d mistakes" % len(bad))
sys.exit(1 if bad else 0)
