#!/usr/bin/env python3
"""Certificates that a proxy hands on in a header: from its address alone, and held against the same authorities.  Usage: proxy.py GUIJU ACCOUNTS

The proxy is 127.0.0.9; everybody else on the machine is 127.0.0.1 and writes what headers he likes.
"""
import base64
import http.client
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cards import Cards, begin, end, must, people, told  # noqa: E402

HEADER = "X-Our-Client-Cert"


class Proxied(Cards):
    def send(self, method, path, headers=None, body=None, at="127.0.0.1"):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(at, 0))
        try:
            c.putrequest(method, path)
            for name, value in (headers.items() if isinstance(headers, dict) else headers or []):
                c.putheader(name, value)
            c.putheader("Content-Length", str(len(body or "")))
            c.endheaders((body or "").encode())
            answer = c.getresponse()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read()
        finally:
            c.close()

    def come(self, headers, at):
        status, answer_headers, data = self.send("POST", "/api/v1/areas/trial/session/certificate", headers, at=at)
        cookie = {"Cookie": answer_headers["set-cookie"].split(";")[0]} if status == 200 else None
        return *told(status, data), cookie


def cards(s, good):
    proxy, other = "127.0.0.9", "127.0.0.1"
    east, west = urllib.parse.quote(s.pem("east")), urllib.parse.quote(s.pem("west"))
    der = base64.b64encode(ssl.PEM_cert_to_DER_cert(s.pem("east"))).decode()
    no = (403, "http.card", None)
    must(s.come({HEADER: east}, proxy)[1] == "access.sign_in", "bound to nobody")
    s.bind("east", s.pem("east"))
    s.bind("west", s.pem("west"))
    must(s.come({HEADER: east}, proxy)[:2] == (200, "east"), f"PEM, as nginx hands it on: {s.come({HEADER: east}, proxy)}")
    must(s.come({HEADER: der}, proxy)[:2] == (200, "east"), "DER in base64, as HAProxy does")
    must(s.come({HEADER.lower(): west}, proxy)[:2] == (200, "west"), "names of headers have no case")
    # Figures are for the machine itself: through the proxy nobody has them.
    must(s.send("GET", "/metrics", {}, at=other)[0] == 200, "figures on the machine")
    must(s.send("GET", "/metrics", {"X-Forwarded-For": "192.0.2.7"}, at=proxy)[0] == 404, "no figures through the proxy")
    must(s.send("GET", "/healthz", {"X-Forwarded-For": "192.0.2.7"}, at=proxy)[0] == 200, "but whether it runs")
    # Whoever is not the proxy.
    for value in (east, der):
        must(s.come({HEADER: value}, other) == no, "the header from anybody else")
    must(s.come({HEADER: east, "X-Forwarded-For": proxy, "Forwarded": "for=" + proxy, "X-Real-IP": proxy}, other) == no, "who says that he is the proxy")
    must(s.come({HEADER: east}, "127.0.0.8") == no, "an address beside it")
    # The proxy, and what is no certificate that holds.
    must(s.come({}, proxy) == no, "no header")
    must(s.come([(HEADER, east), (HEADER, west)], proxy) == no, "two: which one counts, nobody says")
    must(s.come([(HEADER, east), (HEADER, east)], proxy) == no, "the same twice")
    for name in ("X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "Ssl-Client-Cert", HEADER.replace("-", "_")):
        must(s.come({name: east}, proxy) == no, f"another header: {name}")
    for who in ("forged", "old", "server"):
        must(s.come({HEADER: urllib.parse.quote(s.pem(who))}, proxy) == no, f"one that does not hold: {who}")
    half = s.pem("east")[:200]
    for value in ("", "%", "A", "(null)", "-----BEGIN", "-----BEGIN CERTIFICATE-----", urllib.parse.quote(half), east[:-40], east.replace("%0A", "%0"), east.replace("%0A", "%00", 1), der[:-8], der[:40] + "!" + der[41:],
                  "A" * 16000, "-----BEGIN CERTIFICATE-----" + "A" * 15000):
        must(s.come({HEADER: value}, proxy) == no, f"no certificate: {value[:40]!r}")
    must(s.come({HEADER: urllib.parse.quote(s.pem("forged") + s.pem("east"))}, proxy) == no, "the first of several is the client's")
    # A session lasts while the same certificate is handed on, by the proxy.
    cookie = s.come({HEADER: east}, proxy)[2]
    here = "/api/v1/areas/trial/session"
    must(s.send("GET", here, {**cookie, HEADER: east}, at=proxy)[0] == 200, "the session goes on")
    must(s.send("GET", here, cookie, at=proxy)[0] == 401, "not without the certificate")
    must(s.send("GET", here, {**cookie, HEADER: west}, at=proxy)[0] == 401, "not with another's")
    must(s.send("GET", here, {**cookie, HEADER: east}, at=other)[0] == 401, "not past the proxy")
    must(s.send("GET", here, {**cookie, HEADER: east}, at=proxy)[0] == 200, "and with it again")
    # The binding is taken away by two; the session with it.
    west_cookie = s.come({HEADER: west}, proxy)[2]
    s.bind("west", None)
    must(s.send("GET", here, {**west_cookie, HEADER: west}, at=proxy)[0] == 401, "unbound")
    must(s.come({HEADER: west}, proxy)[1] == "access.sign_in", "and does not come in again")
    good.revoked("east")
    must(s.send("GET", here, {**cookie, HEADER: east}, at=proxy)[0] == 401, "revoked")
    must(s.come({HEADER: east}, proxy) == no, "and does not come in again")


def refused_at_start(guiju, area, flags, what):
    done = subprocess.run([guiju, "serve", area, "--listen", "127.0.0.1:0", *flags], capture_output=True, text=True, timeout=60, env=dict(os.environ, LC_ALL="C.UTF-8"))
    must(done.returncode != 0 and "http.config" in done.stderr + done.stdout, f"{what}: {done.returncode} {done.stderr[:200]}")


def main():
    begin()
    folder = tempfile.mkdtemp(prefix="guiju-proxy-")
    good, _ = people(folder, "other")
    f = lambda name: os.path.join(folder, name)  # noqa: E731
    whole = ("--behind-proxy", "--proxy-from", "10.1.2.3 127.0.0.9", "--client-cert-header", HEADER, "--client-ca", f("good.crt"), "--crl", f("good.crl"))
    s = Proxied(sys.argv[1], sys.argv[2], folder, whole)
    try:
        cards(s, good)
    finally:
        must(s.stop() == 0, "the server ends well")
    guiju = os.path.abspath(sys.argv[1])
    refused_at_start(guiju, s.area, ("--behind-proxy", "--client-cert-header", HEADER, "--client-ca", f("good.crt")), "a header, and nobody named who may send it")
    refused_at_start(guiju, s.area, ("--proxy-from", "127.0.0.9", "--client-cert-header", HEADER, "--client-ca", f("good.crt")), "a header without a proxy")
    refused_at_start(guiju, s.area, ("--behind-proxy", "--proxy-from", "127.0.0.9", "--client-cert-header", HEADER), "a header and no authority")
    refused_at_start(guiju, s.area, ("--behind-proxy", "--proxy-from", "localhost", "--client-cert-header", HEADER, "--client-ca", f("good.crt")), "a name for an address")
    refused_at_start(guiju, s.area, ("--behind-proxy", "--proxy-from", "127.0.0.9", "--client-cert-header", "X Y:", "--client-ca", f("good.crt")), "no name of a header")
    shutil.rmtree(folder, ignore_errors=True)
    end()


if __name__ == "__main__":
    main()
