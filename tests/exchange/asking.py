#!/usr/bin/env python3
"""Units are asked by a spreadsheet each, with locked cells; what comes back is merged cell by cell; who has not answered.  Usage: asking.py GUIJU ROOT"""
import os
import re
import shutil
import tempfile
import zipfile

from clerk import ROOT, done, must, run


def refill(path, cells):
    """Cells of a spreadsheet as a clerk fills them in: inline texts."""
    z = zipfile.ZipFile(path)
    parts = {n: z.read(n) for n in z.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for ref, text in cells.items():
        filled = '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (ref, text)
        sheet, n = re.subn(r'<c r="%s"[^>]*?(/>|>.*?</c>)' % ref, filled, sheet)
        must(n == 1, "no cell %s in %s" % (ref, path))
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w") as out:
        for n, b in parts.items():
            out.writestr(n, b)


Q = ("--by", "工作单位", "--columns", "姓名;性别", "--fields", "籍贯;出生地;健康状况;参加工作时间")
with tempfile.TemporaryDirectory() as d:
    os.chdir(d)
    run("init", "a.guiju", "--pack", ROOT + "/packs/core", ROOT + "/packs/cn")
    for code, name in (("SW", "水务局"), ("NY", "农业农村局")):
        run("put", "a.guiju", "org", "编码=" + code, "名称=" + name, "机构类别=行政机关")
    for n, unit in (("C1", "SW"), ("C2", "SW"), ("C3", "NY")):
        run("put", "a.guiju", "cadre", "编号=" + n, "姓名=某" + n, "性别=男", "工作单位=" + unit, "在职状态=在职", "管理类别=本级管理")
    run("put", "a.guiju", "cadre", "C1", "籍贯=长庚")
    run("ask", "a.guiju", "cadre", *Q, "-o", "out")
    must(sorted(os.listdir("out")) == ["NY.xlsx", "SW.xlsx"], "a file each: %s" % os.listdir("out"))
    sheet = zipfile.ZipFile("out/SW.xlsx").read("xl/worksheets/sheet1.xml").decode()
    must("<sheetProtection" in sheet and "<dataValidation" in sheet, "locked, with choices")
    rows = dict(re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', sheet))
    at = [int(r) for r in rows if "A%s" % r in rows[r]]
    first = max(at) - 1
    must("某C3" not in zipfile.ZipFile("out/SW.xlsx").read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in zipfile.ZipFile("out/SW.xlsx").namelist() else "某C3" not in sheet, "another unit's people")
    said = run("chase", "a.guiju", "cadre", *Q, ok=1)
    must("SW 水务局  2 人，应填 8 格，还空 7 格" in said and "NY 农业农村局  1 人，应填 4 格，还空 4 格，没有交" in said and "没有交齐 2 个" in said, "chase: %s" % said)
    # Filled in well and badly: what is good in its row goes in; what is not is told with row and field; locked cells stay.
    shutil.copy("out/SW.xlsx", "sw.xlsx")
    shutil.copy("out/NY.xlsx", "ny.xlsx")
    refill("sw.xlsx", {"D%d" % first: "新河", "E%d" % first: "新河", "F%d" % first: "健康", "G%d" % first: "2001.07", "B%d" % (first + 1): "换了名字", "D%d" % (first + 1): "青口"})
    said = run("answers", "a.guiju", "cadre", "sw.xlsx", *Q, "--dry-run", ok=1)
    must("更改 2 行" in said and "锁住" in said, "dry run: %s" % said)
    must("新河" not in run("get", "a.guiju", "cadre", "C1"), "a dry run writes nothing")
    run("answers", "a.guiju", "cadre", "sw.xlsx", *Q, ok=1)
    must("新河" in run("get", "a.guiju", "cadre", "C1") and "2001-07" in run("get", "a.guiju", "cadre", "C1"), "merged")
    got = run("get", "a.guiju", "cadre", "C2")
    must("青口" in got and "换了名字" not in got, "locked cells stay: %s" % got)
    run("answers", "a.guiju", "cadre", "out/NY.xlsx", *Q)
    must("没有交" in run("chase", "a.guiju", "cadre", *Q, ok=1), "an empty return is no answer")
    ny = int(max(re.findall(r'<row r="(\d+)"', zipfile.ZipFile("ny.xlsx").read("xl/worksheets/sheet1.xml").decode()), key=int))
    refill("ny.xlsx", {"D%d" % ny: "长庚", "E%d" % ny: "长庚", "F%d" % ny: "很好", "G%d" % ny: "1999-08"})
    said = run("answers", "a.guiju", "cadre", "ny.xlsx", *Q, ok=1)
    must("第%d行 健康状况" % ny in said, "a cell that cannot be taken: %s" % said)
    refill("ny.xlsx", {"F%d" % ny: "一般"})
    run("answers", "a.guiju", "cadre", "ny.xlsx", *Q)
    said = run("chase", "a.guiju", "cadre", *Q, ok=1)
    must("NY" not in said and "没有交齐 1 个" in said, "who is left: %s" % said)
    # Rows of another unit, of nobody; questions that cannot be asked.
    refill("ny.xlsx", {"A%d" % ny: "C9"})
    said = run("answers", "a.guiju", "cadre", "ny.xlsx", *Q, ok=1)
    must("第%d行" % ny in said and "更改 0 行" in said, "a row of nobody: %s" % said)
    refill("sw.xlsx", {"A%d" % (first + 1): "C3"})
    must("不是这个单位的" in run("answers", "a.guiju", "cadre", "sw.xlsx", *Q, ok=1), "another unit's row")
    must("籍贯" in run("ask", "a.guiju", "cadre", "--by", "工作单位", "--fields", "籍惯", "-o", "x", ok=3), "the nearest name")
    run("ask", "a.guiju", "cadre", "--by", "姓名", "--fields", "籍贯", "-o", "x", ok=3)
    run("ask", "a.guiju", "cadre", "--by", "工作单位", "--fields", "编号", "-o", "x", ok=3)
    run("ask", "a.guiju", "cadre", "--by", "工作单位", "--fields", "年龄", "-o", "x", ok=3)
    run("ask", "a.guiju", "resume", "--by", "干部", "--fields", "经历", "-o", "x", ok=3)
    run("ask", "a.guiju", "cadre", "--by", "工作单位", "-o", "x", ok=2)
    must(not os.path.exists("x"), "nothing was written")
    # Fifty and more: the guard.
    open("many.csv", "w").write("编号,姓名,工作单位,在职状态,管理类别\n" + "".join("D%d,某%d,SW,在职,本级管理\n" % (i, i) for i in range(60)))
    run("import", "a.guiju", "cadre", "many.csv")
    must("list.guard" in run("ask", "a.guiju", "cadre", *Q, "-o", "y", ok=3) and not os.path.exists("y"), "sixty people left unguarded")

done()
