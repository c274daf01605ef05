#!/usr/bin/env python3
"""Documents from templates: what an editor does to placeholders, rows, blocks, conditions, pictures, mistakes.  Usage: documents.py GUIJU ROOT

With --render the shipped templates are turned to PDF by LibreOffice (where it is installed) and their pages counted.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

GUIJU, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
bad = []


def run(*words, ok=0, cwd=None):
    r = subprocess.run([GUIJU, *words], capture_output=True, text=True, cwd=cwd, env={**os.environ, "LC_ALL": "zh_CN.UTF-8"})
    if r.returncode != ok:
        bad.append("%s: status %d, not %d\n%s%s" % (" ".join(words), r.returncode, ok, r.stdout[-800:], r.stderr[-800:]))
    return r.stdout + r.stderr


def must(condition, what):
    if not condition:
        bad.append(what)


def p(*runs):
    return "<w:p>%s</w:p>" % "".join("<w:r><w:rPr><w:sz w:val=\"24\"/></w:rPr><w:t>%s</w:t></w:r>" % r for r in runs)


def template(name, body):
    with zipfile.ZipFile(name, "w") as z:
        z.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>')
        z.writestr("word/document.xml", "<w:document %s><w:body>%s<w:sectPr/></w:body></w:document>" % (W, body))


def paragraphs(name):
    xml = zipfile.ZipFile(name).read("word/document.xml").decode()
    return ["".join(re.findall(r"<w:t[ >][^<]*?>?([^<]*)</w:t>|<w:t>([^<]*)</w:t>", x) and
                    ["".join(t) for t in re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", x)]) for x in re.findall(r"<w:p>.*?</w:p>", xml)], xml


def made(body, *ids, ok=0):
    template("t.docx", body)
    said = run("export", "a.guiju", *(ids or ("cadre/C1",)), "--form", "approval", "--template", "t.docx", "-o", "o.docx", "--as-of", "2026-11-22", ok=ok)
    return (said, "") if ok else paragraphs("o.docx")


with tempfile.TemporaryDirectory() as d:
    os.chdir(d)
    run("init", "a.guiju", "--pack", ROOT + "/packs/core", ROOT + "/packs/cn")
    for code, name, birth in (("C1", "张三", "1980-05"), ("C2", "李 <四>", "1990-06")):
        run("put", "a.guiju", "cadre", "编号=" + code, "姓名=" + name, "出生年月=" + birth, "性别=男", "在职状态=在职", "管理类别=本级管理")
    for who, text in (("父亲", "张大"), ("母亲", "王二")):
        run("put", "a.guiju", "family", "干部=C1", "称谓=" + who, "亲属姓名=" + text)
    # Broken over runs by the editor, curled quotes, a format, what is missing, text around.
    got, _ = made(p("姓名：{", "{姓", "名}", "}，生于{{出生年月|yyyy.MM}}，籍贯“{{籍贯}}”{{if 性别 = “男” then “先生” else “女士”}}"))
    must(got == ["姓名：张三，生于1980.05，籍贯“”先生"], "broken runs: %r" % got)
    got, xml = made(p("{{姓名}}"), "cadre/C1", "cadre/C2")
    must(got == ["张三", "", "李 &lt;四&gt;"] and 'w:type="page"' in xml, "two records: %r" % got)
    # Rows and blocks are repeated, conditions kept or dropped.
    cell = "<w:tc>%s</w:tc>"
    got, xml = made("<w:tbl><w:tr>%s%s</w:tr><w:tr>%s%s</w:tr></w:tbl>" % (cell % p("称谓"), cell % p("姓名"), cell % p("{{#家庭", "成员}}{{称谓}}"), cell % p("{{亲属姓名}}、{{干部.姓名}}")) +
                    p("{{#家庭成员}}") + p("有{{亲属姓名}}") + p("{{/}}") + p("{{?性别 = \"女\"}}") + p("女") + p("{{/}}") + p("{{?性别 = \"男\"}}") + p("男") + p("{{/}}"))
    must(got == ["称谓", "姓名", "父亲", "张大、张三", "母亲", "王二、张三", "有张大", "有王二", "男"], "rows and blocks: %r" % got)
    must(xml.count("<w:tr>") == 3, "rows")
    # Letters shrink to their cell; as of the day.
    got, xml = made(p("{{\"一二三四五六七八\"|fit2}}") + p("{{年龄}}"))
    must('w:val="12"' in xml and got[1] == "46", "fit: %r %s" % (got, xml[:400]))
    # Mistakes: the place and the nearest name; nothing is written.
    os.unlink("o.docx")
    for body, code, word in ((p("甲") + p("{{姓", "明}}"), "docx.expr", "第 2 段"), (p("{{姓明}}"), "docx.expr", "姓名"), (p("{{姓名"), "docx.shape", "}}"), (p("{{#家庭成员}}"), "docx.shape", "{{/}}"),
                             (p("{{#姓名}}") + p("{{/}}"), "docx.list", "姓名"), (p("{{/etc/passwd}}"), "docx.expr", "第 1 段")):
        said, _ = made(body, ok=3)
        must(code in said and word in said and not os.path.exists("o.docx"), "%s: %s" % (body, said))
    open("t.docx", "w").write("no zip")
    run("export", "a.guiju", "cadre/C1", "--form", "approval", "--template", "t.docx", "-o", "o.docx", ok=3)
    template("t.docx", "<!DOCTYPE x><w:p/>")
    run("export", "a.guiju", "cadre/C1", "--form", "nothing", "-o", "o.docx", ok=3)
    # The shipped ones fill in, and leave no placeholder.
    forms = ["approval", "brief", "public_notice", "appointment_notice", "opinion_letter", "official_document"]
    for f in forms:
        run("export", "a.guiju", "cadre/C1", "--form", f, "-o", f + ".docx", "--as-of", "2026-11-22")
        xml = zipfile.ZipFile(f + ".docx").read("word/document.xml").decode()
        must("{{" not in xml and "〔缺" not in xml, "%s is not filled in" % f)
        again = subprocess.run([GUIJU, "export", "a.guiju", "cadre/C1", "--form", f, "-o", "again.docx"], capture_output=True)
        must(again.returncode == 0, f)
    # A public notice says nothing but what it may.
    xml = zipfile.ZipFile("public_notice.docx").read("word/document.xml").decode()
    must("张大" not in xml and "公民身份" not in xml, "the public notice says too much")
    # Fifty forms and more: the guard.
    lines = "编号,姓名,在职状态,管理类别\n" + "".join("D%d,某%d,在职,本级管理\n" % (i, i) for i in range(60))
    open("many.csv", "w").write(lines)
    run("import", "a.guiju", "cadre", "many.csv")
    must("list.guard" in run("export", "a.guiju", "cadre", "--form", "lrmx", "-o", "all.zip", ok=3) and not os.path.exists("all.zip"), "sixty forms left unguarded")
    if "--render" in sys.argv and shutil.which("soffice"):
        for f, pages in zip(forms, (2, 1, 1, 1, 1, 1)):
            run("export", "a.guiju", "cadre/C1", "--form", f, "-o", f + ".pdf", "--as-of", "2026-11-22")
            if shutil.which("pdfinfo"):
                said = subprocess.run(["pdfinfo", f + ".pdf"], capture_output=True, text=True).stdout
                must(re.search(r"Pages: +%d\n" % pages, said), "%s: %s" % (f, said))

for b in bad:
    print("not ok", b)
print("%d mistakes" % len(bad))
sys.exit(1 if bad else 0)
