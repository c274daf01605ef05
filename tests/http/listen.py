#!/usr/bin/env python3
"""Who listens is asked again whether he may: streams of sessions that ended, of accounts that were closed, of tokens that were taken back end; the others go on.
Usage: listen.py GUIJU ACCOUNTS"""
import datetime
import http.client
import json
import os
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import PASSWORD, Server  # noqa: E402

bad = []
A = "/api/v1/areas/trial/"
BEAT = 15
NEW = "another-horse-battery"


def must(condition, what):
    if not condition:
        bad.append(what)


class Ear(threading.Thread):
    """One stream: what was heard, and when it ended."""

    def __init__(self, server, headers):
        super().__init__(daemon=True)
        self.heard, self.beats, self.over = [], 0, threading.Event()
        self.c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.c.request("GET", A + "events", headers=headers)
        self.answer = self.c.getresponse()
        if self.answer.status != 200:
            sys.exit(f"no stream: {self.answer.status}")
        self.start()

    def run(self):
        for line in self.answer:
            self.beats += line.startswith(b":")
            if line.startswith(b"data:"):
                self.heard.append(line)
        self.over.set()


def sign_in(server, name, password=PASSWORD):
    status, headers, data = server.send("POST", A + "session", {"Content-Type": "application/json"}, json.dumps({"name": name, "password": password}))
    if status != 200:
        sys.exit(f"{name}: {status} {data.decode()}")
    return {"Cookie": headers["set-cookie"].split(";")[0], "X-Guiju-CSRF": json.loads(data)["csrf"], "Content-Type": "application/json"}


def ask(server, who, method, path, body=None):
    status, _, data = server.send(method, A + path, who, json.dumps(body) if body is not None else None)
    if status >= 300:
        sys.exit(f"{method} {path}: {status} {data.decode()}")
    return json.loads(data) if data else None


def main():
    guiju, accounts = (os.path.abspath(a) for a in sys.argv[1:3])
    folder = tempfile.mkdtemp(prefix="guiju-listen-")
    s = Server(guiju, accounts, folder)
    try:
        chief, out, east, east2, west, system = (sign_in(s, n) for n in ("chief", "chief", "east", "east", "west", "system"))
        token = ask(s, chief, "POST", "tokens", {"title": "机器", "registers": ["unit"], "verbs": ["read"], "until": str(datetime.date.today() + datetime.timedelta(days=30))})
        bearer = {"Authorization": "Bearer " + token["token"]}
        ears = {n: Ear(s, h) for n, h in (("stays", chief), ("signs out", out), ("east", east), ("east's other", east2), ("token", bearer), ("closed outside", west))}
        # What this server changes itself ends streams at once.
        ask(s, out, "DELETE", "session")
        must(ears["signs out"].over.wait(5), "a stream ends when its session is signed out")
        ask(s, east, "POST", "session/password", {"old": PASSWORD, "new": NEW})
        must(ears["east's other"].over.wait(5), "a new password ends the streams of the other sessions")
        must(not ears["east"].over.is_set(), "and not that of the session which changed it")
        ask(s, chief, "DELETE", f"tokens/{token['id']}")
        must(ears["token"].over.wait(5), "a stream ends when its token is taken back")
        account = next(a for a in ask(s, system, "GET", "accounts?limit=200")["items"] if a["name"] == "east")
        ask(s, system, "PATCH", f"accounts/{account['id']}", {"reset_password": True})
        must(ears["east"].over.wait(5), "a password that an administrator sets ends the streams of the account")
        # What was done past this server is found at a beat.
        s.call("close", s.area, "account", "west")
        at = time.monotonic()
        must(ears["closed outside"].over.wait(2 * BEAT + 5), "a stream ends within a beat of what was done elsewhere")
        must(ears["stays"].beats > 0 or not ears["stays"].over.is_set(), "who may listens on")
        before = len(ears["stays"].heard)
        ask(s, chief, "POST", "registers/visit/records", {"values": {"person": s.ids["P1"], "day": "2026-01-05", "note": "还在"}})
        for _ in range(100):
            if len(ears["stays"].heard) > before:
                break
            time.sleep(0.05)
        must(len(ears["stays"].heard) > before and not ears["stays"].over.is_set(), "and hears what is committed")
        print(f"ended elsewhere, noticed after {time.monotonic() - at:.0f} s")
    finally:
        must(s.stop() == 0, "the server ends well")
        shutil.rmtree(folder, ignore_errors=True)
    for what in bad:
        print("not ok", what)
    print("ok" if not bad else f"{len(bad)} wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
