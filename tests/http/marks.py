#!/usr/bin/env python3
"""Files that bear a mark of secrecy are refused however they are packed, those that only speak of secrets are kept.  Usage: marks.py GUIJU ACCOUNTS"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import Server  # noqa: E402

bad = []


def pdf(lines):
    """One line of text below the other, through a ToUnicode map, packed."""
    chars = sorted(set("".join(lines)))
    code = {c: i + 1 for i, c in enumerate(chars)}
    cmap = "begincmap %d beginbfchar %s endbfchar endcmap" % (len(chars), " ".join("<%04X> <%s>" % (code[c], c.encode("utf-16-be").hex()) for c in chars))
    page = "".join("BT /F1 16 Tf 1 0 0 1 72 %d Tm <%s> Tj ET\n" % (780 - 20 * i, "".join("%04X" % code[c] for c in line)) for i, line in enumerate(lines))
    out = b"%PDF-1.7\n1 0 obj << /Type /Page /Resources << /Font << /F1 2 0 R >> >> /Contents 4 0 R >> endobj\n2 0 obj << /Type /Font /Subtype /Type0 /ToUnicode 3 0 R >> endobj\n"
    for n, text in ((3, cmap), (4, page)):
        data = zlib.compress(text.encode())
        out += b"%d 0 obj << /Length %d /Filter /FlateDecode >> stream\n" % (n, len(data)) + data + b"\nendstream endobj\n"
    return out + b"trailer << >>\n%%EOF\n"


def ole(lines, coding):
    """A compound file of one chain, whose text is put so that its sectors tear it."""
    text = b"\0\0\0\0".join(x.encode(coding) for x in lines)
    body = (b"\x01" * (512 - len(text) // 2) + text).ljust(1536, b"\x01")
    table = [0xFFFFFFFD, 3, 0xFFFFFFFE, 2] + [0xFFFFFFFF] * 124  # 1, then 3, then 2
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 22 + b"\x09\0" + b"\0" * 36 + (0xFFFFFFFE).to_bytes(4, "little") + b"\0" * 4 + b"\0\0\0\0" + b"\xff" * 432
    return head + b"".join(v.to_bytes(4, "little") for v in table) + body[:512] + body[1024:] + body[512:1024]


def office(folder, text, ending):
    """As LibreOffice writes it, where that is installed."""
    if shutil.which("soffice") is None:
        return None
    source = os.path.join(folder, "s.txt")
    open(source, "w", encoding="utf-8").write(text)
    done = subprocess.run(["soffice", "--headless", "-env:UserInstallation=file://" + os.path.join(folder, "profile"), "--convert-to", ending, "--outdir", folder, "--infilter=Text (encoded):UTF8", source],
                          capture_output=True, timeout=120)
    made = os.path.join(folder, "s." + ending)
    return open(made, "rb").read() if done.returncode == 0 and os.path.exists(made) else None


def main():
    folder = tempfile.mkdtemp(prefix="guiju-marks-")
    s = Server(sys.argv[1], sys.argv[2], folder)
    cookie, csrf = s.session("chief")

    def give(name, data):
        status, _, answer = s.send("POST", "/api/v1/areas/trial/files", {"Cookie": cookie, "X-Guiju-CSRF": csrf, "X-Guiju-Filename": urllib.parse.quote(name)}, data)
        return status, json.loads(answer).get("code")

    def must(got, want, what):
        if got != want:
            bad.append(f"{what}: {got}")

    secret, plain = (403, "http.file_secret"), (201, None)
    try:
        for mark in ("绝密★30年", "机密★长期", "秘密☆5年", "机密", "绝密 长期", "秘密 10年"):
            must(give("a.pdf", pdf([mark, "关于某事的请示"])), secret, f"PDF {mark}")
            must(give("a.doc", ole([mark, "关于某事的请示"], "utf-16-le")), secret, f"doc {mark}")
            must(give("a.wps", ole([mark.replace("☆", "★"), "关于某事的请示"], "gbk")), secret, f"GBK {mark}")
        for text in ("保守国家秘密是公民的义务", "不得泄露商业秘密和机密事项", "秘密投票的办法", "密级：公开"):
            must(give("a.pdf", pdf([text])), plain, f"PDF {text}")
            must(give("a.doc", ole([text], "utf-16-le")), plain, f"doc {text}")
        must(give("a.pdf", pdf(["请示"]).replace(b"trailer <<", b"trailer << /Encrypt 9 0 R")), (400, "exchange.pdf_locked"), "one that is locked")
        bomb = zlib.compress(b"\0" * (128 << 20), 9)
        must(give("a.pdf", b"%PDF-1.4\n1 0 obj << /Filter /FlateDecode >> stream\n" + bomb + b"\nendstream endobj\n"), (413, "exchange.plain_large"), "a bomb")
        must(give("a.pdf", b"%PDF-1.4\n" + b"1 0 obj (" * 300000), (413, "exchange.plain_large"), "more objects than any document has")
        must(give("a.pdf", b"%PDF-1.4\n" + b"1 0 obj (" * 100000), plain, "half objects")
        for ending in ("pdf", "doc"):
            for text, want in (("机密★10年\n关于某事的请示\n", secret), ("保守国家秘密是公民的义务。\n", plain)):
                data = office(folder, text, ending)
                if data is not None:
                    must(give("b." + ending, data), want, f"LibreOffice {ending} {text[:4]}")
    finally:
        if s.stop() != 0:
            bad.append("the server did not end well")
    shutil.rmtree(folder, ignore_errors=True)
    for what in bad:
        print("not ok", what)
    print("ok" if not bad else f"{len(bad)} wrong")
    sys.exit(1 if bad else 0)


main()
