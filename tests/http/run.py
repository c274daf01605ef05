#!/usr/bin/env python3
"""Play the scenes of one file against a real server.  Usage: run.py GUIJU ACCOUNTS FILE.scene [WORD]

Each file has a server and an area of its own.  How scenes are written: README.md here.
"""
import datetime
import http.client
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PASSWORD = "correct-horse-battery"
UNITS = "编码,名称,上级,职数\nU1,总部,,9\nU2,东区,U1,1\nU3,西区,U1,9\nU21,东一站,U2,9\n"
PEOPLE = ("编号,姓名,单位,等级,出生年月,证件号码,民族,得分\nP1,张三,U2,甲等,1990-01,ID-0001,甲族,1.50\nP2,李四,U21,乙等,1980-05,ID-0002,乙族,2\n"
          "P3,王五,U3,甲等,2000-02,,甲族,3\nP4,赵六,U2,乙等,1996-11,ID-0004,甲族,4\n")
ACCOUNTS = """chief {p} chief - -
east {p} clerk unit/{U2} parent person/{P1}
west {p} clerk unit/{U3} parent
looker {p} looker unit/{U2} parent
nobody {p} - - -
mover {p} - - -
system {p} system-admin - -
security {p} security-admin - -
security2 {p} security-admin - -
system2 {p} system-admin - -
audit {p} audit-admin - -
east - counter - -
west - counter - -
looker - counter - -
"""


def sheet(rows):
    """Rows as the smallest spreadsheet that there is."""
    cells = "".join("<row>" + "".join('<c t="inlineStr"><is><t>%s</t></is></c>' % c for c in row) + "</row>" for row in rows)
    parts = {"[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
             "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                                '<sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
             "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
                                           'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
             "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + cells + "</sheetData></worksheet>"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, text in parts.items():
            z.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


def told(data):
    """An answer as text; of a document, what stands in it."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return "\n".join(re.sub("<[^>]*>", "", z.read(n).decode("utf-8", "replace")) for n in z.namelist() if n.endswith(".xml"))


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in parts.items():
            z.writestr(name, data)
    return out.getvalue()


class Server:
    def __init__(self, guiju, accounts, folder, flags=(), log=None):
        self.guiju, self.folder = guiju, folder
        self.area = os.path.join(folder, "trial.guiju")
        self.env = dict(os.environ, LC_ALL="C.UTF-8", ASAN_OPTIONS="detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", ""))
        self.call("init", self.area, "--pack", os.path.join(ROOT, "packs/core"), "--pack", os.path.join(HERE, "pack"), "--name", "trial")
        for name, text in (("unit", UNITS), ("person", PEOPLE)):
            path = os.path.join(folder, name + ".csv")
            open(path, "w", encoding="utf-8").write(text)
            self.call("import", self.area, name, path)
        ids = {}
        for name in ("unit", "person"):
            for line in self.call("export", self.area, name, "--format", "json", "--ids").splitlines():
                ids.setdefault(name, []).append(json.loads(line))
        self.ids = {}
        for key in ("U1", "U2", "U3", "U21"):
            self.ids[key] = json.loads(self.call("get", self.area, "unit", key, "--json"))["id"]
        for key in ("P1", "P2", "P3", "P4"):
            self.ids[key] = json.loads(self.call("get", self.area, "person", key, "--json"))["id"]
        self.call("judge", self.area, "--today", "2026-04-10", "--record")
        self.call("slip", "open", self.area, "first", "unit/U1", "--about", "没有报送报表", "--to", "clerk", "--today", "2026-03-01")
        subprocess.run([accounts, self.area], input=ACCOUNTS.format(p=PASSWORD, **self.ids), text=True, check=True, env=self.env)
        self.flags, self.log = flags, log
        self.sessions = {}
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.guiju, "serve", self.area, "--listen", "127.0.0.1:0", "--today", "2026-04-10", "--log", "all" if self.log else "errors", *self.flags],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True, env=self.env)
        line = self.process.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        if not found:
            sys.exit("the server did not start: " + line)
        self.port = int(found.group(1))

    def kill(self):
        """As when the power goes; who was signed in still is."""
        self.process.kill()
        self.process.wait(60)
        self.start()

    def call(self, *words):
        done = subprocess.run([self.guiju, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.env)
        if done.returncode != 0:
            sys.exit(f"guiju {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def send(self, method, path, headers=None, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        c.request(method, path, body=body, headers=headers or {})
        answer = c.getresponse()
        data = answer.read1(400) if answer.getheader("Content-Type", "").startswith("text/event-stream") else answer.read()  # a stream has no end
        c.close()
        return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), data

    def session(self, name):
        if name not in self.sessions:
            status, headers, data = self.send("POST", "/api/v1/areas/trial/session", {"Content-Type": "application/json"},
                                              json.dumps({"name": name, "password": PASSWORD}))
            if status != 200:
                raise Refused(f"{name} cannot sign in: {data.decode()}")
            self.sessions[name] = (headers["set-cookie"].split(";")[0], json.loads(data)["csrf"])
        return self.sessions[name]

    def stop(self):
        self.process.terminate()
        status = self.process.wait(60)
        if status != 0:
            print(f"the server ended with {status}")
        return status


class Refused(Exception):
    pass


def at(value, path):
    for step in path.split("."):
        if step == "":
            continue
        if step == "#":
            value = len(value)
        elif isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict):
            if step not in value:
                raise Refused(f"there is no \"{step}\" in {json.dumps(value, ensure_ascii=False)[:300]}")
            value = value[step]
        else:
            raise Refused(f"\"{step}\" of {value!r}")
    return value


class Player:
    def __init__(self, server):
        self.server, self.kept = server, dict((k, str(v)) for k, v in server.ids.items())
        self.kept["SOON"] = str(datetime.date.today() + datetime.timedelta(days=30))
        self.who, self.answer = None, None

    def fill(self, text):
        return re.sub(r"\$(\w+)", lambda m: self.kept.get(m.group(1), m.group(0)), text)

    def request(self, line, extra):
        method, _, path = self.fill(line).partition(" ")
        path = path if path.startswith("/") and not path.startswith("//") else path
        if path.startswith("A/"):
            path = "/api/v1/areas/trial" + path[1:]
        headers, body, rows, before = {}, None, [], None
        if self.who:
            headers["Cookie"], csrf = self.server.session(self.who)
            if method != "GET":
                headers["X-Guiju-CSRF"] = csrf
        for one in extra:
            one = self.fill(one)
            if one == "|| --":  # a second sheet: both go as a zip
                before, rows = sheet(rows), []
            elif one.startswith("|| "):
                rows.append(one[3:].split(","))
            elif one.startswith("| "):
                body = (body or "") + one[2:] + "\n"
            elif one.startswith("+ "):
                name, _, value = one[2:].partition(":")
                if value.strip() == "-":
                    headers.pop(name, None)
                else:
                    headers[name] = value.strip()
            else:
                body = (body or "") + one
                headers.setdefault("Content-Type", "application/json")
        self.last = (method, path, headers, zipped({"1.xlsx": before, "2.xlsx": sheet(rows)}) if before else sheet(rows) if rows else body.encode() if body is not None else None)
        self.answer = self.server.send(*self.last)

    def json(self):
        return json.loads(self.answer[2])

    def check(self, word, rest):
        status, headers, data = self.answer
        text = told(data)
        rest = self.fill(rest)
        if word == "=>":
            want, _, code = rest.partition(" ")
            if str(status) != want:
                raise Refused(f"want {want}, got {status}: {text[:400]}")
            if code and self.json().get("code") != code:
                raise Refused(f"want {code}, got {text[:400]}")
        elif word == "text":
            if rest not in text:
                raise Refused(f"\"{rest}\" is not in {text[:600]}")
        elif word == "no":
            if rest in text:
                raise Refused(f"\"{rest}\" is in {text[:600]}")
        elif word == "head":
            name, _, value = rest.partition(":")
            got = headers.get(name.strip().lower(), "")
            if value.strip() not in got:
                raise Refused(f"{name}: {got}")
        elif word == "at":
            path, _, want = rest.partition(" ")
            got = at(self.json(), path)
            if want == "*":
                return
            if got != json.loads(want):
                raise Refused(f"{path}: want {want}, got {json.dumps(got, ensure_ascii=False)[:300]}")
        elif word == "until":  # asks again until it is so: jobs
            path, _, want = rest.partition(" ")
            for _ in range(600):
                if at(self.json(), path) == json.loads(want):
                    return
                time.sleep(0.05)
                self.answer = self.server.send(*self.last)
            raise Refused(f"{path} never came to {want}: {json.dumps(self.json(), ensure_ascii=False)[:300]}")
        elif word == "keep":
            name, _, path = rest.partition(" ")
            self.kept[name] = headers[path[5:].lower()] if path.startswith("head:") else str(at(self.json(), path))
        else:
            raise Refused(f"unknown word \"{word}\"")


CHECKS = ("=>", "text", "no", "head", "at", "keep", "until")
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE")


def parse(path):
    scenes, scene = [], None
    for number, raw in enumerate(open(path, encoding="utf-8"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word == "scene":
            scene = (rest, number, [])
            scenes.append(scene)
        elif word in ("as", "restart") or word in METHODS:
            scene[2].append([number, word, rest, []])
        elif word in CHECKS:
            scene[2].append([number, word, rest, []])
        else:
            scene[2][-1][3].append(line)
    return scenes


def play(server, scene):
    player = Player(server)
    for number, word, rest, extra in scene[2]:
        try:
            if word == "as":
                player.who = None if rest == "-" else rest
            elif word == "restart":
                server.kill()
            elif word in METHODS:
                player.request(f"{word} {rest}", extra)
            else:
                player.check(word, rest)
        except Refused as why:
            return f"line {number}: {why}"
        except (json.JSONDecodeError, http.client.HTTPException, socket.error, IndexError, KeyError) as why:
            return f"line {number}: {type(why).__name__} {why}"
    return None


def main():
    guiju, accounts, path = sys.argv[1:4]
    word = sys.argv[4] if len(sys.argv) > 4 else ""
    folder = tempfile.mkdtemp(prefix="guiju-http-")
    failed = 0
    server = Server(os.path.abspath(guiju), os.path.abspath(accounts), folder)
    try:
        for scene in parse(path):
            if word not in scene[0]:
                continue
            why = play(server, scene)
            print(("not ok " if why else "ok ") + scene[0] + (f"\n    {why}" if why else ""))
            failed += why is not None
    finally:
        failed += server.stop() != 0
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
