#!/usr/bin/env python3
"""What no well-behaved program sends: drops, floods, halves, and a server that is killed.  Usage: rough.py GUIJU ACCOUNTS [WORD]

Waits have limits so that a failure ends; nothing here is a measure of speed."""
import concurrent.futures
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import run

LONG = 60  # seconds that a failure may take to show


class Rough:
    open = []

    def __init__(self, guiju, accounts, *flags):
        self.folder = tempfile.mkdtemp(prefix="guiju-rough-")
        self.server = run.Server(guiju, accounts, self.folder, flags)
        self.port = self.server.port
        Rough.open.append(self)

    def link(self):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=LONG)
        return s

    def raw(self, data):
        """The status of the first answer; 0 where the line was cut without one."""
        with self.link() as s:
            try:
                s.sendall(data)
                got = s.recv(4096)
            except OSError:
                return 0
            return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/1.1 ") else 0

    def well(self):
        return self.server.send("GET", "/healthz")[0] == 200

    def resident(self):
        for line in open(f"/proc/{self.server.process.pid}/status", encoding="ascii"):
            if line.startswith("VmRSS"):
                return int(line.split()[1])

    def close(self):
        status = self.server.stop()
        shutil.rmtree(self.folder)
        assert status == 0, f"the server ended with {status}"


def cut_off(s):
    """True once the other side has closed."""
    s.settimeout(LONG)
    try:
        while True:
            if s.recv(4096) == b"":
                return True
    except socket.timeout:
        return False
    except OSError:
        return True


def slow(guiju, accounts):
    """Headers and bodies that come byte by byte are cut off; others are served meanwhile."""
    r = Rough(guiju, accounts, "--idle", "1", "--headers", "1")
    stop = threading.Event()
    drips = [r.link() for _ in range(20)]

    def drip(s):
        for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 10000:
            try:
                s.sendall(bytes([byte]))
            except OSError:
                return True
            if stop.wait(0.2):
                return False
        return False

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        tries = [pool.submit(drip, s) for s in drips]
        assert r.well(), "slow ones held up a quick one"
        late = threading.Timer(LONG, stop.set)
        late.start()
        cut = [t.result() for t in tries]
        late.cancel()
    assert all(cut), f"{cut.count(False)} of 20 dripping connections were not cut off"
    with r.link() as s:  # a body that does not come
        s.sendall(b"POST /api/v1/areas/trial/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        assert cut_off(s), "a body that never came was waited for"
    with r.link() as s:  # nothing at all
        assert cut_off(s), "a connection that says nothing was kept"
    assert r.well()
    r.close()


def broken(guiju, accounts):
    """What is too large, doubled or no HTTP is refused, and the server goes on."""
    r = Rough(guiju, accounts)
    get = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    post = b"POST /api/v1/areas/trial/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    for name, data, want in [
        ("a whole one", get + b"\r\n", (200,)),
        ("an address of 100 KiB", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (0, 400, 413, 414, 431)),
        ("headers of 100 KiB", get + b"X-Long: " + b"a" * 100000 + b"\r\n\r\n", (0, 400, 413, 431)),
        ("ten thousand headers", get + b"X: y\r\n" * 10000 + b"\r\n", (0, 400, 413, 431)),
        ("a stated length that is too much", post + b"Content-Length: 99999999\r\n\r\n", (413,)),
        ("a length that is no number", post + b"Content-Length: -5\r\n\r\n", (0, 400, 413)),
        ("two lengths", post + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + b"x" * 38, (0, 400, 413)),
        ("a length and pieces", post + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (0, 400)),
        ("a piece of nonsense", post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", (0, 400)),
        ("a line break in the address", b"GET /healthz%0d%0aX-Injected:1 HTTP/1.1\r\nHost: x\r\n\r\n", (400,)),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(200) + b"\r\n\r\n", (0, 400)),
        ("zero bytes in a header", get + b"X: a\0b\r\n\r\n", (0, 200, 400)),
        ("brackets without end", post + b"Content-Length: 60000\r\n\r\n" + b"[" * 60000, (400,)),
        ("a name of half a megabyte", post + b"Content-Length: 500024\r\n\r\n" + b'{"name":"' + b"a" * 500000 + b'","password":1}', (413,)),
        ("a name of sixty thousand", post + b"Content-Length: 60024\r\n\r\n" + b'{"name":"' + b"a" * 60000 + b'","password":1}', (400, 401, 422)),
    ]:
        got = r.raw(data)
        assert got in want, f"{name}: answered {got}, expected one of {want}"
        assert r.well(), f"{name}: the server is gone"
    with r.link() as s:  # pieces without end
        s.sendall(post + b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(4000):
                s.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
            s.sendall(b"0\r\n\r\n")
            got = s.recv(4096)
        except OSError:
            got = b""
        assert not got.startswith(b"HTTP/1.1 2"), got
    assert r.well()
    r.close()


def crowd(guiju, accounts):
    """More than can be served are told to come again (503, Retry-After), and after that all is as before."""
    r = Rough(guiju, accounts, "--workers", "1", "--queue", "2")
    chief = r.server.session("chief")

    def ask(_):
        status, headers, _ = r.server.send("GET", "/api/v1/areas/trial/registers/person/records?count=1", {"Cookie": chief[0]})
        assert status in (200, 503), status
        assert status == 200 or headers.get("retry-after", "").isdigit(), headers
        return status

    # One worker is kept busy with a password while many ask.
    seen = set()
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        for _ in range(20):
            pool.submit(r.server.send, "POST", "/api/v1/areas/trial/session", {"Content-Type": "application/json"}, json.dumps({"name": "chief", "password": "wrong-wrong-wrong"}))
            seen |= set(pool.map(ask, range(40)))
            if 503 in seen and 200 in seen:
                break
    assert 503 in seen, "40 at once with a queue of 2, and none was sent away"
    assert ask(0) == 200, "the crowd is gone, and one is still sent away"
    r.close()


def greedy(guiju, accounts):
    """Large bodies are read for who may send them; those who sign in do not keep the others waiting; nobody takes all streams."""
    r = Rough(guiju, accounts)
    head = "Host: x\r\nContent-Type: application/pdf\r\nX-Guiju-Filename: a.pdf\r\nContent-Length: 60000000\r\n"
    here = "/api/v1/areas/trial"
    cookie, csrf = r.server.session("looker")
    mine = f"Cookie: {cookie}\r\nX-Guiju-CSRF: {csrf}\r\n"
    # Refused while nothing of the body was sent: who is nobody, who has no word against forgery, who may not; and for what nobody signs in it is small.
    for path, more, want in (("/files", "", 401), ("/files", f"Cookie: {cookie}\r\n", 403), ("/registers/person/import", mine, 403), ("/files", "Cookie: guiju_session=" + "x" * 43 + "\r\n", 401)):
        got = r.raw(f"POST {here}{path} HTTP/1.1\r\n{head}{more}\r\n".encode())
        assert got == want, f"{path} {more[:20]}: {got}, want {want}"
    for path in ("/session", "/notices/5/objections", "/ballots/5/code"):
        got = r.raw(f"POST {here}{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n".encode())
        assert got == 413, f"{path}: {got}"
    got = r.raw(f"POST {here}/registers/person/rows HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    assert got == 401, f"of no stated length: {got}"
    # All of them together have room for so many; when they are gone there is room again.
    links, told = [r.link() for _ in range(9)], []
    for s in links:
        s.sendall(f"POST {here}/files HTTP/1.1\r\n{head}{mine}\r\n".encode())
    for s in select.select(links, [], [], LONG)[0]:
        told.append(s.recv(200).split(b" ")[1])
    for s in links:
        s.close()
    assert told == [b"503"], f"one of nine large ones: {told}"
    writer, word = r.server.session("east")
    for _ in range(100):
        status, _, data = r.server.send("POST", here + "/files", {"Cookie": writer, "X-Guiju-CSRF": word, "Content-Type": "application/pdf", "X-Guiju-Filename": "a.pdf"}, b"%PDF-1.4 " + b"a" * 100000)
        if status != 503:
            break
        time.sleep(0.1)
    assert status == 201, f"and one that may: {status} {data[:200]}"
    # Many who sign in: another's list is answered before the last of them.
    done, names = [], [f"stranger{i}" for i in range(40)]

    def come(name):
        done.append(r.server.send("POST", here + "/session", {"Content-Type": "application/json"}, json.dumps({"name": name, "password": "not-the-right-one"}))[0])

    threads = [threading.Thread(target=come, args=(n,)) for n in names]
    for t in threads:
        t.start()
    for _ in range(600):  # until they wait in the queue
        figures = r.server.send("GET", "/metrics")[2].decode()
        if int(next(line for line in figures.splitlines() if line.startswith("guiju_workers_busy")).split()[1]) >= 2 or len(done) > 20:
            break
        time.sleep(0.005)
    before = len(done)
    status = r.server.send("GET", here + "/registers/unit/records", {"Cookie": cookie})[0]
    after = len(done)
    for t in threads:
        t.join(LONG)
    assert status == 200 and set(done) == {401}, f"{status} {set(done)}"
    assert before < 30 and after < 40, f"the list was answered behind {after} of 40 ({before} before it)"
    # Streams.
    streams, codes = [], []
    for _ in range(66):
        s = r.link()
        s.sendall(f"GET {here}/events HTTP/1.1\r\nHost: x\r\n{mine}\r\n".encode())
        codes.append(s.recv(200).split(b" ")[1])
        streams.append(s)
    other = r.server.session("east")[0]
    with r.link() as s:
        s.sendall(f"GET {here}/events HTTP/1.1\r\nHost: x\r\nCookie: {other}\r\n\r\n".encode())
        codes.append(s.recv(200).split(b" ")[1])
    for s in streams:
        s.close()
    assert codes == [b"200"] * 64 + [b"503"] * 2 + [b"200"], f"{codes.count(b'200')} streams"
    r.close()


def idle(guiju, accounts):
    """Ten thousand connections that stand there cost at most 6 KiB each, and stay open at that also where every one of them was answered; what comes on them later comes whole."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    many = min(10000, (hard if hard > 0 else 1 << 20) - 500)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    r = Rough(guiju, accounts, "--idle", "120", "--connections", "12000")
    assert r.well()
    before, links = r.resident(), [r.link() for _ in range(many)]
    assert r.well()

    def each():
        return (r.resident() - before) / many

    def ask(s, more=b""):
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n")
        answer = s.recv(4096)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        return b"Connection: close" in answer

    with open(guiju, "rb") as binary:  # a sanitiser's own memory is not counted, and there what comes on top is closed
        counts = b"__asan_init" not in binary.read()
    fresh = each()
    closed = sum(ask(s) for s in (links if counts else links[:300]))
    answered = each()
    assert closed == 0, f"{closed} were closed behind their answer"
    long = b"X-Long: " + b"a" * 15000 + b"\r\n"
    assert not any(ask(s, long) for s in links[:300]), "one that was kept open is closed behind its second answer"
    for s in links[300:600 if counts else 300]:  # a request that comes in pieces, between those of others
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"b" * 6000)
    for s in links[600:900 if counts else 600]:
        assert not ask(s)
    for s in links[300:600 if counts else 300]:
        s.sendall(b"b" * 6000 + b"\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 200"), "what came before others were answered is still there"
    again = each()
    print(f"# {many} connections: {fresh:.2f} KiB each, {answered:.2f} when all were answered, {again:.2f} after 900 long requests")
    assert not counts or many < 5000 or max(fresh, answered, again) <= 6, f"an idle connection costs {fresh:.2f} KiB, {answered:.2f} when it was answered, {again:.2f} after long requests"
    if counts:  # empty lines in front: its memory cannot be told, so it is closed
        with r.link() as odd:
            odd.sendall(b"\r\n" * 2048)
            assert ask(odd) is not None
    assert r.well()
    for s in links:
        s.close()
    r.close()


def killed(guiju, accounts):
    """kill -9 under load: what was acknowledged is there, and the area is whole."""
    r = Rough(guiju, accounts)
    cookie, csrf = r.server.session("chief")
    done, lock, stop = [], threading.Lock(), threading.Event()

    def write(worker):
        n = 0
        while not stop.is_set():
            n += 1
            code = f"K{worker}-{n}"
            try:
                status, _, data = r.server.send("POST", "/api/v1/areas/trial/registers/unit/records",
                                                {"Cookie": cookie, "X-Guiju-CSRF": csrf, "Content-Type": "application/json"},
                                                json.dumps({"values": {"code": code, "name": "甲"}}))
            except OSError:
                return
            except Exception:  # cut in the middle of an answer
                return
            if status == 201:
                with lock:
                    done.append(code)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    began = time.monotonic()
    while len(done) < 60 and time.monotonic() - began < LONG:
        time.sleep(0.01)
    r.server.process.send_signal(signal.SIGKILL)
    stop.set()
    for t in threads:
        t.join()
    r.server.process.wait()
    assert len(done) >= 60, f"only {len(done)} writes were acknowledged"
    r.server.call("verify", r.server.area)
    kept = r.server.call("export", r.server.area, "unit")
    lost = [c for c in done if c + "," not in kept]
    shutil.rmtree(r.folder)
    assert not lost, f"{len(lost)} of {len(done)} acknowledged writes are lost: {lost[:5]}"


def taken(guiju, accounts):
    """A port that a server has is not another's: the second says so and ends; the first, stopped, comes again at once."""
    r = Rough(guiju, accounts)
    at = f"127.0.0.1:{r.port}"
    other = subprocess.run([guiju, "serve", r.server.area, "--listen", at], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=r.server.env, timeout=LONG)
    assert other.returncode != 0 and at in other.stdout and "http.listen" in other.stdout, f"{other.returncode}: {other.stdout}"
    assert r.well(), "the first no longer answers"
    assert r.server.stop() == 0
    again = subprocess.Popen([guiju, "serve", r.server.area, "--listen", at], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=r.server.env)
    try:
        line = again.stdout.readline()
        assert at in line and "http.listen" not in line, line
    finally:
        again.send_signal(signal.SIGTERM)
        again.wait(LONG)
    shutil.rmtree(r.folder)


def main():
    guiju, accounts = sys.argv[1:3]
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    failed = 0
    tests = [slow, broken, crowd, greedy, taken, idle, killed]
    print(f"1..{len(tests)}")
    for n, test in enumerate(tests, 1):
        if word not in test.__name__:
            continue
        try:
            test(guiju, accounts)
            print(f"ok {n} - {test.__doc__.splitlines()[0]}", flush=True)
        except AssertionError as e:
            failed += 1
            print(f"not ok {n} - {test.__doc__.splitlines()[0]}\n# {e}", flush=True)
        finally:
            for r in Rough.open:
                r.server.process.kill()
                r.server.process.wait()
                shutil.rmtree(r.folder, ignore_errors=True)
            Rough.open.clear()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
