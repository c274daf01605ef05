#!/usr/bin/env python3
"""Résumés against posts, photographs in bulk, who is in a cell, tables frozen by year, the day of a form.  Usage: people.py GUIJU ROOT"""
import os
import tempfile
import zipfile

from clerk import ROOT, done, must, run


def png(w, h, salt=b""):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + w.to_bytes(4, "big") + h.to_bytes(4, "big") + b"\x08\x02\0\0\0" + salt


with tempfile.TemporaryDirectory() as d:
    os.chdir(d)
    run("init", "a.guiju", "--pack", ROOT + "/packs/core", ROOT + "/packs/cn")
    run("put", "a.guiju", "org", "编码=SW", "名称=水务局", "机构类别=行政机关")
    for code, name in (("1", "科长"), ("2", "副局长"), ("3", "局长"), ("4", "党组成员")):
        run("put", "a.guiju", "post", "编码=SW0" + code, "所属组织=SW", "职位名称=" + name, "职务层次=乡科级正职", "核定职数=9")
    for n, number in (("C1", "990101198005120018"), ("C2", "990101198505120014")):
        run("put", "a.guiju", "cadre", "编号=" + n, "姓名=某" + n, "公民身份号码=" + number, "性别=男", "在职状态=在职", "管理类别=本级管理")
    for post, main, since, until in (("SW01", "是", "2005-03-10", "2010-06-20"), ("SW02", "是", "2010-06-20", "2015-01-05"), ("SW03", "是", "2015-01-05", ""), ("SW04", "是", "2015-01-05", "")):
        run("put", "a.guiju", "tenure", "干部=C1", "职位=" + post, "主职=" + main, "占职数=是", "任职时间=" + since, *(["免职时间=" + until] if until else []))
    # As the posts tell it, joined where two run together; nothing written yet: each is missing.
    said = run("resume", "a.guiju", "cadre/C1", ok=1)
    must("2005.03--2010.06  水务局科长\n2010.06--2015.01  水务局副局长\n2015.01--         水务局局长、水务局党组成员\n" in said, "rebuilt: %s" % said)
    must(said.count("有任职，简历没有这一段") == 3, "missing lines: %s" % said)
    for begin, end, text in (("2001-09", "2005-03", "某大学学生"), ("2005-03", "2010-06", "县水务局科长"), ("2010-06", "2014-01", "水务局副局长"), ("2015-01", "", "审计局干部"), ("2016-01", "2017-01", "挂职")):
        run("put", "a.guiju", "resume", "干部=C1", "起始年月=" + begin, *(["截止年月=" + end] if end else []), "经历=" + text, "其间=否")
    said = run("resume", "a.guiju", "cadre/C1", ok=1)
    must("起点相同，止点不同\n  简历：2010.06--2014.01  水务局副局长\n  任职：2010.06--2015.01  水务局副局长" in said, "another end: %s" % said)
    must("起止相同，说法不同\n  简历：2015.01--         审计局干部" in said and "简历有这一段，没有任职\n  简历：2016.01" in said, "words and lines: %s" % said)
    must("某大学学生" not in said.split("简历所写")[1].split("2016.01--2017.01  挂职\n")[-1], "what lies before the first post is no mistake: %s" % said)
    must(said.count("\n  ") == 5, "and no more than these: %s" % said)
    must("有任职" not in run("resume", "a.guiju", "cadre/C2"), "nobody's posts, nobody's lines")
    run("resume", "a.guiju", "cadre", ok=2)
    run("resume", "a.guiju", "cadre/C9", ok=3)
    run("resume", "a.guiju", "org/SW", ok=3)

    # Photographs: by number with a small x or large, by key; what is no picture, too large, of nobody, or twice is told, and the rest goes in.
    with zipfile.ZipFile("p.zip", "w") as z:
        z.writestr("照片/990101198005120018.JPG", png(120, 150))
        z.writestr("C2.png", png(300, 300))
        z.writestr("990101198505120014.png", png(120, 150, b"x"))
        z.writestr("readme.txt", "x")
        z.writestr("nobody.jpg", png(120, 150))
        z.writestr("C3.jpg", b"no picture")
        z.writestr("large.jpg", png(120, 150) + os.urandom(5 << 20))
    said = run("photos", "a.guiju", "cadre", "p.zip", "--dry-run", ok=1)
    must("没有写入" in said and "照片：6 张，入账 2" in said, "dry run: %s" % said)
    said = run("photos", "a.guiju", "cadre", "p.zip", ok=1)
    must("照片：6 张，入账 2，未变 0，不是 4:5 的 1，未入账 4" in said, "photographs: %s" % said)
    for word in ("C2.png：300×300", "“nobody.jpg”对不上", "C3.jpg：", "large.jpg：", "同一个人"):
        must(word in said, "photographs, %s: %s" % (word, said))
    said = run("photos", "a.guiju", "cadre", "p.zip", ok=1)
    must("未变 2" in said, "the same again changes nothing: %s" % said)
    run("photos", "a.guiju", "org", "p.zip", ok=3)
    with zipfile.ZipFile("out.zip", "w") as z:
        z.writestr("../../etc/C1.jpg", png(120, 150))
    run("photos", "a.guiju", "cadre", "out.zip", ok=3)

    # The day of the form is the day of its ages: of reckoning, else of filling in, else today.
    chapter = """# 试\n\n```guiju\npack: t\ntitle: 试\nversion: "1"\n```\n
```guiju\nparams: t_params\nrows: [{name: t_age, title: 成年, type: duration, from: 2000-01-01, value: P18Y, basis: 试办法 一}]\n```\n
```guiju\nbasis: t_texts\nrows: [{name: t_text, title: 试办法, full: 试办法, from: 2000-01-01}]\n```\n
```guiju\nregister: person\ntitle: 人\ndisplay: 姓名\nfields:\n  code: {title: 编号, type: text(20), key: yes}\n  name: {title: 姓名, type: text(20), required: yes}\n  born: {title: 出生, type: date}\n  on: {title: 算到, type: date}\n  filled: {title: 填于, type: date}\n```\n
```guiju\nform: f\ntitle: 表\nover: person\nformat: xml\nroot: P\nextension: lrmx\nmatch: [[姓名]]\nas-of: [%s]
elements: [{element: N, field: 姓名}, {element: B, field: 出生, as: day}, {element: O, field: 算到, as: day}, {element: F, field: 填于, as: day}]
checks: [{must: "出生 + 成年 <= today()", say: "未成年", element: B}]\n```\n"""
    os.mkdir("t")
    open("t/01-t.md", "w").write(chapter % "O, F")
    run("init", "t.guiju", "--pack", ROOT + "/packs/core", "t")
    for inside, young in (("", False), ("<O>20200101</O>", True), ("<F>20200101</F>", True), ("<O>20260101</O><F>20200101</F>", False)):
        open("p.lrmx", "w").write("<P><N>某</N><B>20050101</B>%s</P>" % inside)
        said = run("import", "t.guiju", "person", "p.lrmx", "--dry-run", "--today", "2026-11-22")
        must(("未成年" in said) == young, "as of %s: %s" % (inside, said))
    open("t/01-t.md", "w").write(chapter % "O, Q")
    must("pack.unknown" in run("pack", "check", ROOT + "/packs/core", "t", ok=1), "an element that is not there")

    must("干部花名册" in run("roster", "a.guiju", "花名", ok=3) and "干部花名册" in run("roster", "a.guiju", "干部花名簿", ok=3), "the nearest roster")
    must("最接近" not in run("roster", "a.guiju", "qqqqqqq", ok=3), "nothing is near")
    # Who is counted, and a table that stays as it was.
    must("cadre/" in run("stats", "a.guiju", "structure", "--cell", "2,1") and "某C2" in run("stats", "a.guiju", "structure", "--cell", "2,1"), "who is in a cell")
    must(run("stats", "a.guiju", "structure", "--cell", "3,1").count("cadre/") == 0, "nobody is in this one")
    for wrong in ("0,1", "1", "x,y", "1,0", "-1,2"):
        run("stats", "a.guiju", "structure", "--cell", wrong, ok=2)
    must("stats.cell" in run("stats", "a.guiju", "structure", "--cell", "99,1", ok=3), "a row that is not there")
    run("stats", "a.guiju", "structure", "--as-of", "2025-12-31", "--freeze")
    must("record.unique" in run("stats", "a.guiju", "structure", "--as-of", "2025-12-31", "--freeze", ok=3), "one a year")
    run("stats", "a.guiju", "structure", "--as-of", "2026-12-31", "--freeze")
    must("structure2025" in run("export", "a.guiju", "frozen_report", "--format", "json", "--derived") or "2025" in run("export", "a.guiju", "frozen_report", "--format", "csv"), "kept")
    run("verify", "a.guiju")

done()
