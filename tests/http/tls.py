#!/usr/bin/env python3
"""Over TLS: who comes in by a client certificate and who does not; and many who read and listen while others write.  Usage: tls.py GUIJU ACCOUNTS"""
import http.client
import json
import os
import shutil
import ssl
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cards import Cards, bad, begin, end, must, people, told  # noqa: E402
from run import PASSWORD  # noqa: E402

class Tls(Cards):
    card = None

    def context(self):
        c = ssl.create_default_context(cafile=os.path.join(self.d, "good.crt"))
        if self.card:
            c.load_cert_chain(os.path.join(self.d, self.card + ".crt"), os.path.join(self.d, self.card + ".key"))
        return c

    def send(self, method, path, headers=None, body=None):
        c = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.context())
        try:
            c.request(method, path, body=body, headers=headers or {})
            answer = c.getresponse()
            data = answer.read()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), data
        finally:
            c.close()

    def come(self, card, headers=None):
        """By this certificate: the status, and the code or the name of the account."""
        self.card = card
        try:
            status, _, data = self.send("POST", "/api/v1/areas/trial/session/certificate", headers)
        except (ssl.SSLError, ConnectionError) as why:
            return 0, type(why).__name__
        finally:
            self.card = None
        return told(status, data)

    def password(self, name, card=None):
        self.card = card
        status, _, data = self.send("POST", "/api/v1/areas/trial/session", {"Content-Type": "application/json"}, json.dumps({"name": name, "password": PASSWORD}))
        self.card = None
        return status, json.loads(data).get("code")


def cards(s, good, prints):
    must(s.come(None) == (403, "http.card"), "without a certificate")
    must(s.come("east")[1] == "access.sign_in", f"a certificate that is bound to nobody: {s.come('east')}")
    status, answer = s.ask("system", "PATCH", "accounts/%d" % next(a["id"] for a in s.ask("system", "GET", "accounts?limit=200")[1]["items"] if a["name"] == "east"), {"certificate": "no such"})
    must((status, answer["code"]) == (400, "http.card_print"), f"what is no certificate: {status} {answer}")
    must(s.ask("east", "PATCH", "accounts/1", {"certificate": prints["east"]})[0] in (403, 404), "nobody binds his own")
    s.bind("east", s.pem("east"))
    s.bind("west", ":".join(prints["west"][i:i + 2] for i in range(0, 64, 2)).upper())
    must([a["certificate"] for a in s.ask("security", "GET", "accounts?limit=200")[1]["items"] if a["name"] == "east"] == [prints["east"]], "it is shown")
    must(s.come("east") == (200, "east"), f"the right one: {s.come('east')}")
    must(s.come("west") == (200, "west"), "another's stands for the other")
    for word, name in (("of another authority", "forged"), ("expired", "old"), ("made for servers", "server")):
        got = s.come(name)
        must(got == (403, "http.card") or got[0] == 0, f"one {word}: {got}")
    for header in ("X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "SSL_CLIENT_CERT"):
        must(s.come(None, {header: prints["east"]}) == (403, "http.card"), f"a header is no certificate: {header}")
    # A certificate beside the password.
    must(s.password("west")[0] == 200, "a password alone, as long as nothing else is asked")
    s.bind("west", prints["west"], both=True)
    must(s.password("west")[1] == "access.sign_in", "a password without the certificate")
    must(s.password("west", "east")[1] == "access.sign_in", "with another's")
    must(s.come("west")[1] == "access.sign_in", "the certificate without the password")
    must(s.password("west", "west")[0] == 200, "both")
    # Taken back: from the next request on, without a restart, also for a session that began with it.
    s.card = "east"
    status, headers, _ = s.send("POST", "/api/v1/areas/trial/session/certificate")
    cookie = {"Cookie": headers["set-cookie"].split(";")[0]}
    must(status == 200 and s.send("GET", "/api/v1/areas/trial/session", cookie)[0] == 200, "the session goes on")
    s.card = None
    must(s.send("GET", "/api/v1/areas/trial/session", cookie)[0] == 401, "not without the card")
    s.card = "west"
    must(s.send("GET", "/api/v1/areas/trial/session", cookie)[0] == 401, "nor with another's")
    s.card = "east"
    must(s.send("GET", "/api/v1/areas/trial/session", cookie)[0] == 200, "with its own again")
    good.revoked("east")
    must(s.send("GET", "/api/v1/areas/trial/session", cookie)[0] == 401, "one that was revoked ends it")
    s.card = None
    must(s.come("east") == (403, "http.card"), "one that was revoked")
    must(s.password("west", "west")[0] == 200, "the others go on")
    os.rename(os.path.join(s.d, "good.crl"), os.path.join(s.d, "away"))
    must(s.password("west", "west")[1] == "access.sign_in", "without the list nobody")
    os.rename(os.path.join(s.d, "away"), os.path.join(s.d, "good.crl"))
    must(s.password("west", "west")[0] == 200, "with it again")


def sockets(s):
    """Snapshots that are kept for the next reader are files, and stay."""
    folder, n = f"/proc/{s.process.pid}/fd", 0
    for fd in os.listdir(folder):
        try:
            n += os.readlink(os.path.join(folder, fd)).startswith("socket:")
        except OSError:
            pass  # closed meanwhile
    return n


def crowd(s, clients=24, listeners=12, writes=60, rounds=40):
    """Many read, some listen, one writes: every answer comes, every listener hears, and nothing is left open."""
    cookie, csrf = s.session("chief")
    context = s.context()
    before, wrong, heard, stop = sockets(s), [], [0] * listeners, threading.Event()

    def listen(i):
        try:
            c = http.client.HTTPSConnection("127.0.0.1", s.port, timeout=30, context=context)
            c.request("GET", "/api/v1/areas/trial/events", headers={"Cookie": cookie})
            answer = c.getresponse()
            while not stop.is_set():
                if b"data:" in answer.fp.readline():
                    heard[i] += 1
            c.close()
        except Exception as why:  # noqa: BLE001
            if not stop.is_set():
                wrong.append(f"listener {i}: {type(why).__name__} {why}")

    def read(i):
        try:
            c = http.client.HTTPSConnection("127.0.0.1", s.port, timeout=30, context=context)
            for k in range(rounds):
                path = ("registers/person/records?limit=20", "registers/unit/records?limit=5", "today")[(i + k) % 3]
                c.request("GET", "/api/v1/areas/trial/" + path, headers={"Cookie": cookie})
                answer = c.getresponse()
                data = answer.read()
                if answer.status == 503:
                    time.sleep(0.05)
                elif answer.status != 200 or not json.loads(data):
                    wrong.append(f"reader {i}: {answer.status}")
            c.close()
        except Exception as why:  # noqa: BLE001
            wrong.append(f"reader {i}: {type(why).__name__} {why}")

    ears = [threading.Thread(target=listen, args=(i,), daemon=True) for i in range(listeners)]
    eyes = [threading.Thread(target=read, args=(i,)) for i in range(clients)]
    for t in ears + eyes:
        t.start()
    for n in range(writes):
        status, _, data = s.send("POST", "/api/v1/areas/trial/registers/visit/records", {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json"},
                                 json.dumps({"values": {"person": s.ids["P1"], "day": "2026-01-05", "note": f"第 {n} 次"}}))
        if status != 201:
            wrong.append(f"write {n}: {status} {data[:200]}")
    for t in eyes:
        t.join(120)
        if t.is_alive():
            wrong.append("a reader never came to its end")
    for _ in range(200):
        if all(heard):
            break
        time.sleep(0.05)
    must(all(heard), f"every listener hears: {heard}")
    stop.set()
    def once_more():
        s.send("POST", "/api/v1/areas/trial/registers/visit/records", {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json"},
               json.dumps({"values": {"person": s.ids["P1"], "day": "2026-01-06", "note": "最后"}}))

    once_more()
    for t in ears:
        t.join(60)
    once_more()  # who left is noticed when there is something to tell
    for what in wrong[:10]:
        bad.append(what)
    status, answer = s.ask("chief", "GET", "registers/visit/records?count=1&limit=1")
    must(answer["count"] == writes + 2, f"all that was written is there: {answer['count']}")
    after = sockets(s)
    for _ in range(400):  # connections that were left are closed by and by
        if after <= before + 2:
            break
        time.sleep(0.1)
        after = sockets(s)
    must(after <= before + 2, f"connections are given back: {before} before, {after} after")


def main():
    begin()
    folder = tempfile.mkdtemp(prefix="guiju-tls-")
    good, prints = people(folder, "other")
    f = lambda name: os.path.join(folder, name)  # noqa: E731
    s = Tls(sys.argv[1], sys.argv[2], folder, ("--cert", f("server.crt"), "--key", f("server.key"), "--client-ca", f("good.crt"), "--crl", f("good.crl")))
    try:
        cards(s, good, prints)
        crowd(s)
    finally:
        must(s.stop() == 0, "the server ends well")
    shutil.rmtree(folder, ignore_errors=True)
    end()


if __name__ == "__main__":
    main()
