"""Client certificates for tests: an authority of the test's own, and what is asked of a server that takes them, over TLS (tls.py) or from a proxy (proxy.py)."""
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import sys

from run import Server

bad = []


def must(condition, what):
    if not condition:
        bad.append(what)


def openssl(*words, cwd):
    done = subprocess.run(["openssl", *words], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("openssl " + " ".join(words) + done.stderr)


CONF = """[ca]
default_ca = x
[x]
database = {d}/{n}.index
serial = {d}/{n}.serial
crlnumber = {d}/{n}.crlnumber
new_certs_dir = {d}
certificate = {d}/{n}.crt
private_key = {d}/{n}.key
default_md = sha256
default_crl_days = 30
policy = any
unique_subject = no
[any]
commonName = supplied
[client]
extendedKeyUsage = clientAuth
[server]
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1
"""


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, d, name):
        self.d, self.n = d, name
        open(os.path.join(d, name + ".index"), "w").close()
        for end in ("serial", "crlnumber"):
            open(os.path.join(d, f"{name}.{end}"), "w").write("01\n")
        open(os.path.join(d, name + ".cnf"), "w").write(CONF.format(d=d, n=name))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-out", name + ".crt", "-days", "30", "-subj", "/CN=" + name,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign", cwd=d)

    def issue(self, who, kind="client", dates=("-days", "10")):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", who + ".key", "-out", who + ".csr", "-subj", "/CN=" + who, cwd=self.d)
        openssl("ca", "-batch", "-notext", "-config", self.n + ".cnf", "-extensions", kind, "-in", who + ".csr", "-out", who + ".crt", *dates, cwd=self.d)
        pem = open(os.path.join(self.d, who + ".crt")).read()
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[pem.index("-----BEGIN"):])).hexdigest()

    def revoked(self, who=None):
        if who:
            openssl("ca", "-config", self.n + ".cnf", "-revoke", who + ".crt", cwd=self.d)
        openssl("ca", "-config", self.n + ".cnf", "-gencrl", "-out", self.n + ".crl.new", cwd=self.d)
        os.replace(os.path.join(self.d, self.n + ".crl.new"), os.path.join(self.d, self.n + ".crl"))


class Cards(Server):
    """A server that takes certificates; where the certificates lie is self.d."""

    def __init__(self, guiju, accounts, folder, flags):
        self.d = folder
        super().__init__(guiju, accounts, folder, flags)

    def pem(self, who):
        text = open(os.path.join(self.d, who + ".crt")).read()
        return text[text.index("-----BEGIN"):]

    def ask(self, who, method, path, body=None):
        cookie, csrf = self.session(who)
        headers = {"Cookie": cookie, "Content-Type": "application/json"}
        if method != "GET":
            headers["X-Guiju-CSRF"] = csrf
        status, _, data = self.send(method, "/api/v1/areas/trial/" + path, headers, json.dumps(body) if body is not None else None)
        return status, json.loads(data) if data else None

    def bind(self, name, certificate, both=False):
        accounts = {a["name"]: a for a in self.ask("system", "GET", "accounts?limit=200")[1]["items"]}
        path = "accounts/%d" % accounts[name]["id"]
        status, answer = self.ask("system", "PATCH", path, {"certificate": certificate, "both": both})
        must(status == 202, f"binding takes two: {status} {answer}")
        pending = answer["pending"]
        got = self.ask("system", "POST", f"pending/{pending}/confirm")
        must(got[0] in (403, 404), f"nobody confirms what he proposed: {got}")
        status, answer = self.ask("security", "POST", f"pending/{pending}/confirm")
        must(status == 200, f"the second person: {status} {answer}")


def told(status, data):
    """Of a sign-in by certificate: the status, and the code or the name of the account."""
    answer = json.loads(data)
    return status, answer["account"]["name"] if status == 200 else answer["code"]


def begin():
    """Nothing can be tried without openssl."""
    if shutil.which("openssl") is None:
        print("skipped: openssl is not installed")
        sys.exit(77)


def people(d, other):
    """east and west of a good authority, one forged by another, one that is past its days; nothing is revoked yet.  Their prints."""
    good = Authority(d, "good")
    prints = {who: good.issue(who) for who in ("east", "west")}
    good.issue("server", "server")
    prints["forged"] = Authority(d, other).issue("forged")
    prints["old"] = good.issue("old", dates=("-startdate", "20200101000000Z", "-enddate", "20200201000000Z"))
    good.revoked()
    return good, prints


def end():
    for what in bad:
        print("not ok", what)
    print("ok" if not bad else f"{len(bad)} wrong")
    sys.exit(1 if bad else 0)
