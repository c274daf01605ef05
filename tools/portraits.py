#!/usr/bin/env python3
"""Portraits of people who do not exist: tools/portraits.py examples/changgeng OUT.zip

Plainly drawn silhouettes, 4:5, a few hundred bytes each: so that cards, rosters with photographs and forms of the example county are seen as in life, and nobody is shown.  One for
each of those who hold a post in a team now; `guiju photos AREA cadre OUT.zip` puts them in.  The same bytes each time.
"""
import csv
import os
import struct
import sys
import zipfile
import zlib

WIDE, HIGH, FINE = 128, 160, 2          # pixels; each is looked at FINE x FINE times, and edges come out soft
GROUNDS = [(0x6f, 0x93, 0xb8), (0x8a, 0xa8, 0xc4), (0xb5, 0x4a, 0x45), (0xc9, 0xd3, 0xdc)]
COATS = [(0x2b, 0x33, 0x40), (0x3c, 0x47, 0x57), (0x4a, 0x3f, 0x3a), (0x26, 0x3a, 0x4a)]
SHIRT, SKIN, HAIR = (0xf2, 0xf2, 0xee), (0xe3, 0xc9, 0xb2), (0x2a, 0x27, 0x26)


def within(x, y, cx, cy, rx, ry):
    return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1


def part(x, y, woman, cut):
    """What stands at a point of a square 160 wide and 200 high: ground 0, coat 1, shirt 2, skin 3, hair 4."""
    face = within(x, y, 80, 82, 31, 40)
    crown = within(x, y, 80, 66 - cut, 36, 36) and y < 72
    sides = woman and within(x, y, 80, 88, 43, 52) and y < (128 if cut else 112) and not face
    if face and not (y < 60 - cut + abs(x - 80 + 8 * cut) * 0.18):
        return 3
    if crown:
        return 4
    if abs(x - 80) < 13 and 108 < y < 140 and y < 134 - abs(x - 80) * 0.2:
        return 3
    if sides:
        return 4
    if y > 132 and abs(x - 80) < (172 - y) * 0.46 + 2:
        return 2
    return 1 if within(x, y, 80, 212, 74, 82) and y > 132 else 0


def shape(woman, cut):
    """Shares of the five parts in each pixel."""
    rows = []
    for y in range(HIGH):
        row = []
        for x in range(WIDE):
            n = [0] * 5
            for j in range(FINE):
                for i in range(FINE):
                    n[part((x + (i + 0.5) / FINE) * 160 / WIDE, (y + (j + 0.5) / FINE) * 200 / HIGH, woman, cut)] += 1
            row.append(tuple(n))
        rows.append(row)
    return rows


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(rows, ground, coat):
    colours = [ground, coat, SHIRT, SKIN, HAIR]
    known, table, lines = {}, [], []
    for row in rows:
        line = bytearray([0])
        for n in row:
            if n not in known:
                known[n] = tuple(sum(share * c[k] for share, c in zip(n, colours)) // (FINE * FINE) for k in range(3))
            rgb = known[n]
            if rgb not in table:
                table.append(rgb)
            line.append(table.index(rgb))
        lines.append(bytes(line))
    assert len(table) <= 256
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDE, HIGH, 8, 3, 0, 0, 0)) + chunk(b"PLTE", b"".join(bytes(c) for c in table))
            + chunk(b"IDAT", zlib.compress(b"".join(lines), 9)) + chunk(b"IEND", b""))


def rows_of(folder, name):
    with open(os.path.join(folder, name + ".csv"), encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def main(folder, out):
    team = {p["编码"] for p in rows_of(folder, "post") if p["班子职位"] in ("是", "yes", "true")}
    lead = {t["干部"] for t in rows_of(folder, "tenure") if not t["免职时间"] and t["职位"] in team}
    shapes = {(w, c): shape(w, c) for w in (False, True) for c in (0, 3)}
    made = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for who in rows_of(folder, "cadre"):
            if who["编号"] not in lead or who["在职状态"] != "在职":
                continue
            n = zlib.crc32(who["编号"].encode())
            kind = (who["性别"] == "女", 3 * (n & 1), n >> 1 & 3, n >> 3 & 3)
            if kind not in made:
                made[kind] = picture(shapes[kind[:2]], GROUNDS[kind[2]], COATS[kind[3]])
            z.writestr(zipfile.ZipInfo(who["编号"] + ".png", (2026, 1, 1, 0, 0, 0)), made[kind])
        count, most = len(z.namelist()), max(map(len, made.values()))
    print("%d portraits of %d kinds, at most %d bytes" % (count, len(made), most))


main(*sys.argv[1:3])
