#!/usr/bin/env python3
"""What the bench asks once, not a thousand times.
Usage: client.py URL sign-in NAME PASSWORD | get COOKIE PATH | ids COOKIE REGISTER N | raw COOKIE PATH FILE | wait"""
import http.client
import json
import sys
import time
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1])


def ask(method, path, body=None, headers=None):
    c = http.client.HTTPConnection(url.hostname, url.port)
    c.request(method, url.path + path, body, headers or {})
    r = c.getresponse()
    return r, r.read()


def get(cookie, path):
    r, body = ask("GET", path, None, {"Cookie": cookie})
    if r.status != 200:
        sys.exit(f"{path}: {r.status} {body.decode()}")
    return r, body


what, rest = sys.argv[2], sys.argv[3:]
if what == "wait":  # milliseconds until the first answer
    begun = time.monotonic()
    while True:
        try:
            r, body = ask("GET", "/healthz")
            break
        except OSError:
            time.sleep(0.001)
    print(f"{(time.monotonic() - begun) * 1000:.1f}")
elif what == "sign-in":
    r, body = ask("POST", "/session", json.dumps({"name": rest[0], "password": rest[1]}), {"Content-Type": "application/json"})
    if r.status != 200:
        sys.exit(f"sign-in: {r.status} {body.decode()}")
    cookie = ";".join(v.split(";")[0] for k, v in r.getheaders() if k.lower() == "set-cookie")
    print(cookie, json.loads(body)["csrf"])
elif what == "get":
    sys.stdout.buffer.write(get(rest[0], rest[1])[1])
elif what == "ids":  # spread over the whole register
    ids, after = [], ""
    while len(ids) < int(rest[2]):
        page = json.loads(get(rest[0], f"/registers/{rest[1]}/records?limit=200&columns={'code'}" + (f"&after={after}" if after else ""))[1])
        ids += [i["id"] for i in page["items"]]
        after = page["next"]
        if not after:
            break
    print("\n".join(map(str, ids)))
elif what == "raw":
    r, body = get(rest[0], rest[1])
    head = "".join(f"{k}: {v}\r\n" for k, v in r.getheaders())
    open(rest[2], "wb").write(b"HTTP/1.1 200 OK\r\n" + head.encode() + b"\r\n" + body)
