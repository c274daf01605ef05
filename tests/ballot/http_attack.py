#!/usr/bin/env python3
"""Who voted what, by one who sees every request and answer of an electronic ballot in its order, the server's log, its figures, the journal, a backup from the
middle, and afterwards the papers.  He must do no better than chance.  Usage: http_attack.py GUIJU ACCOUNTS"""
import json
import math
import os
import random
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../http"))
import run

VOTERS = 200
WORDS = ["青山绿水一只船呀", "春江花月夜读书声"]


def main():
    guiju, accounts = (os.path.abspath(a) for a in sys.argv[1:3])
    folder = tempfile.mkdtemp(prefix="guiju-urn-")
    log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
    server = run.Server(guiju, accounts, folder, log=log)
    wrong = []

    def must(yes, what):
        if not yes:
            wrong.append(what)
            print("not ok", what)

    def ask(method, path, body=None, who=None):
        headers = {"Content-Type": "application/json"}
        if who:
            headers["Cookie"], headers["X-Guiju-CSRF"] = server.session(who)
        status, _, data = server.send(method, path if path.startswith("/metrics") else "/api/v1/areas/trial" + path, headers, None if body is None else json.dumps(body))
        return status, data.decode()

    def figures():
        return [line for line in ask("GET", "/metrics")[1].splitlines() if "ballot_c" in line]

    def no_better(way, guess):
        yes, said = sum(truth) / VOTERS, sum(guess) / VOTERS
        hit = sum(a == b for a, b in zip(truth, guess))
        p = yes * said + (1 - yes) * (1 - said)
        off = (hit - VOTERS * p) / (math.sqrt(VOTERS * p * (1 - p)) + 1)
        print(f"{way}: {hit} of {VOTERS} right, chance {VOTERS * p:.1f}, off by {off:.1f} sigma")
        must(abs(off) < 5.5, way)

    try:
        status, text = ask("POST", "/electronic-ballots", {"declaration": "hall_code", "title": "表决", "candidates": ["议案"], "codes": [{"count": VOTERS}], "words": WORDS}, "chief")
        must(status == 201, text)
        made = json.loads(text)
        ballot, codes = made["id"], [c["code"] for c in made["codes"]]
        random.shuffle(codes)
        truth = [random.random() < 0.6 for _ in codes]
        head, seen, receipts, lengths, sizes = json.loads(ask("GET", "/journal?limit=1", who="audit")[1])["items"][0]["seq"], figures(), [], set(), set()
        log.flush()
        lines = sum("ballot_c" in line for line in open(log.name, encoding="utf-8"))
        for i, code in enumerate(codes):
            paper = {"code": code, "choices": [{"candidate": 1, "word": "yes" if truth[i] else "no"}], "pad": ""}
            paper["pad"] = "." * (4096 - len(json.dumps(paper)))  # as the page does
            sizes.add(len(json.dumps(paper)))
            status, text = ask("POST", f"/ballots/{ballot}/code/cast", paper)
            must(status == 200, text)
            receipts.append(json.loads(text)["receipt"])
            lengths.add(len(text))
            if i == VOTERS // 2:
                server.call("backup", server.area, os.path.join(folder, "middle"))
                now = json.loads(ask("GET", f"/ballots/{ballot}", who="chief")[1])
                must(now["papers"] is None and now["present"] is None and now["result"] is None, "nothing is told in between")
        must(len(lengths) == 1 and len(sizes) == 1, "every cast has one length, and every answer to it")
        must(ask("POST", f"/ballots/{ballot}/code/cast", {"code": codes[0], "choices": [], "pad": "." * 9000})[0] >= 400, "filling has its limit")
        with open(f"/proc/{server.process.pid}/limits", encoding="utf-8") as limits:
            must(any(line.split()[:6] == ["Max", "core", "file", "size", "0", "0"] for line in limits), "a server that falls leaves no picture of its memory")
        used, never = (ask("POST", f"/ballots/{b}/code", {"code": c})[1] for b, c in ((ballot, codes[0]), (ballot, "AAAA-BBBB-CCCC-DDDD-EEEE")))
        must(used == never == ask("POST", "/ballots/99999/code", {"code": codes[0]})[1], "a used code, a wrong one and a wrong ballot are refused in the same words")
        since = [e for e in json.loads(ask("GET", "/journal?limit=50", who="audit")[1])["items"] if e["seq"] > head]
        must(len(since) < 5 and not any("ballot" in json.dumps(e) for e in since), "a cast leaves no entry")  # the read log has its own
        must(figures() == seen, "the figures do not move")
        log.flush()
        must(sum("ballot_c" in line for line in open(log.name, encoding="utf-8")) == lines, "the log has no line of it")
        kept = b"".join(open(os.path.join(folder, f), "rb").read() for f in os.listdir(folder) if os.path.isfile(os.path.join(folder, f)))
        for secret in codes + receipts:
            must(secret.encode() not in kept and (len(secret) != 32 or bytes.fromhex(secret) not in kept), "no code or receipt is in any file")
        must(ask("POST", f"/ballots/{ballot}/close", {"words": WORDS}, "chief")[0] == 200, "it closes")
        must(not any(".ballot-" in f for f in os.listdir(folder)), "the key is gone")
        result = json.loads(ask("GET", f"/ballots/{ballot}", who="chief")[1])["result"]
        must(result["lines"][0]["yes"] == sum(truth) and result["valid"] == VOTERS, "the count is what was cast")
        papers = [json.loads(line)["text"] == "1=yes" for line in server.call("export", server.area, "ballot_paper", "--format", "json", "--reason", "核对", "--second", "system2").splitlines()]
        must(len(papers) == VOTERS and sum(papers) == sum(truth), "the papers are those that were cast")
        no_better("papers in the order of casts", papers)
        no_better("papers backwards", papers[::-1])
        for name, keys in (("receipts", receipts), ("codes", codes)):
            rank = {k: n for n, k in enumerate(sorted(keys))}
            no_better("papers by the rank of " + name, [papers[rank[k]] for k in keys])
        no_better("a bit of the receipt", [int(r, 16) & 1 == 1 for r in receipts])
        rows = [json.loads(line)["text"] for line in server.call("export", server.area, "ballot_receipt", "--format", "json", "--reason", "核对", "--second", "system2").splitlines()]
        must(sorted(rows) == rows and set(rows) == set(receipts), "receipts stand sorted, all of them")
        must(all(json.loads(ask("POST", f"/ballots/{ballot}/receipt", {"receipt": r})[1]) == {"counted": True} for r in receipts[:5]), "a receipt says that it was counted, and no more")
    finally:
        status = server.stop()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("ok" if not wrong and status == 0 else f"{len(wrong)} things wrong")
    sys.exit(1 if wrong or status != 0 else 0)


if __name__ == "__main__":
    main()
