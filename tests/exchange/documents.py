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

from clerk import ROOT, bad, done, must, run

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


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
    # So many rows: blank where nobody is left; where there are more, each is lower, and so is the room of its letters.
    height = '<w:tr><w:trPr><w:trHeight w:val="600"/></w:trPr>%s%s</w:tr>'
    one = cell % p("{{亲属姓名|box40x12}}")
    got, xml = made("<w:tbl>" + height % (cell % p("{{#家庭成员|4行}}{{称谓}}"), one) + "</w:tbl>")
    must(got == ["父亲", "张大", "母亲", "王二", "", "", "", ""] and xml.count('w:val="600"') == 4, "four rows: %r" % got)
    got, xml = made("<w:tbl>" + height % (cell % p("{{#家庭成员|rows1}}{{称谓}}"), one) + "</w:tbl>")
    must(got == ["父亲", "张大", "母亲", "王二"] and xml.count('<w:trHeight w:val="300" w:hRule="exact"/>') == 2, "two rows in the height of one: %s" % xml[:500])
    low, _ = made("<w:tbl>" + height % (cell % p("{{#家庭成员|rows1}}{{称谓}}"), cell % p("{{\"一二三四五六七八九十一二三四五\"|box40x12}}")) + "</w:tbl>")
    must(low[1] == "一二三四五六七八九十一二三四五", "%r" % low)
    for wrong in ("0行", "501行", "rows"):
        said, _ = made("<w:tbl>" + height % (cell % p("{{#家庭成员|%s}}{{称谓}}" % wrong), one) + "</w:tbl>", ok=3)
        must("docx." in said, "%s: %s" % (wrong, said))
    # Letters shrink to their cell; as of the day.
    got, xml = made(p("{{\"一二三四五六七八\"|fit2}}") + p("{{年龄}}"))
    must('w:val="12"' in xml and got[1] == "46", "fit: %r %s" % (got, xml[:400]))
    # One document of all who were chosen: rows numbered, names of two padded, words of the document itself.
    got, xml = made("<w:tbl><w:tr>%s%s</w:tr></w:tbl>" % (cell % p("{{#所选}}{{@序号}}"), cell % p("{{姓名|name5}}")) + p("{{@人数}}人，{{@截至}}"), "cadre/C2", "cadre/C1")
    must(got == ["1", "李 &lt;四&gt;", "2", "张　三", "2人，2026年11月22日"], "all in one: %r" % got)
    got, _ = made(p("{{#所选}}") + p("{{@number}} {{姓名}}") + p("{{/}}"), "cadre/C1", "cadre/C2")
    must(got == ["1 张三", "2 李 &lt;四&gt;"], "a block of all: %r" % got)
    # Dated lines: sorted, those within behind the line they lie in, each a paragraph that hangs behind its date; smaller until they fit.
    for begin, end, text, within in (("2010-07", "", "水利局科员", "否"), ("2002-09", "2006-07", "某大学学生", "否"), ("2006-07", "2010-07", "启明镇科员" * 3, "否"), ("2007-09", "2009-07", "在职学习", "是")):
        run("put", "a.guiju", "resume", "干部=C1", "起始年月=" + begin, *(["截止年月=" + end] if end else []), "经历=" + text, "其间=" + within)
    got, xml = made(p("{{简历|lines80x60}}"))
    must(got == ["2002.09--2006.07某大学学生", "2006.07--2010.07" + "启明镇科员" * 3, "（其间：2007.09--2009.07  在职学习）", "2010.07--水利局科员"], "lines: %r" % got)
    must(xml.count("w:hanging=") == 4 and xml.count("<w:tab/>") == 4 and 'w:val="24"' in xml, "lines hang: %s" % xml[:600])
    # Wide enough but not high enough: smaller; with no room at all it is said.
    got, xml = made(p("{{简历|lines80x14}}"))
    must('w:val="24"' not in xml and 'w:lineRule="exact"' in xml, "lines shrink: %s" % xml[:600])
    template("t.docx", p("{{简历|lines20x3}}"))
    said = run("export", "a.guiju", "cadre/C1", "--form", "approval", "--template", "t.docx", "-o", "o.docx")
    must("简历|lines20x3" in said, "no room: %s" % said)
    got, xml = made(p("{{\"" + "一二三四五六七八九十" * 6 + "\"|box40x12}}"))
    must('w:val="24"' not in xml, "box: %s" % xml[:400])
    # What the rules say, with the basis; what stands where they say nothing.
    run("put", "a.guiju", "cadre", "编号=C3", "姓名=王五", "出生年月=1980-05", "公民身份号码=990101198006030039", "性别=男", "在职状态=在职", "管理类别=单位管理", ok=3)
    run("put", "a.guiju", "cadre", "编号=C3", "姓名=王五", "出生年月=1980-05", "公民身份号码=990101198005120018", "性别=女", "在职状态=在职", "管理类别=单位管理")
    got, _ = made(p("{{@提示|没有}}"), "cadre/C3")
    must("性别是女" in "".join(got) and "依据" in "".join(got), "hints: %r" % got)
    got, _ = made(p("{{@提示|没有}}"), "cadre/C2")
    must("性别" not in "".join(got), "hints of another: %r" % got)
    # Mistakes: the place and the nearest name; nothing is written.
    os.unlink("o.docx")
    for body, code, word in ((p("甲") + p("{{姓", "明}}"), "docx.expr", "第 2 段"), (p("{{姓明}}"), "docx.expr", "姓名"), (p("{{姓名"), "docx.shape", "}}"), (p("{{#家庭成员}}"), "docx.shape", "{{/}}"),
                             (p("{{#姓名}}") + p("{{/}}"), "docx.list", "姓名"), (p("{{/etc/passwd}}"), "docx.expr", "第 1 段"),
                             (p("{{@序}}"), "docx.expr", "第 1 段"), (p("{{#所选人}}") + p("{{/}}"), "docx.expr", "所选人")):
        said, _ = made(body, ok=3)
        must(code in said and word in said and not os.path.exists("o.docx"), "%s: %s" % (body, said))
    open("t.docx", "w").write("no zip")
    run("export", "a.guiju", "cadre/C1", "--form", "approval", "--template", "t.docx", "-o", "o.docx", ok=3)
    template("t.docx", "<!DOCTYPE x><w:p/>")
    run("export", "a.guiju", "cadre/C1", "--form", "nothing", "-o", "o.docx", ok=3)
    # A plan of three lines: one retires, one follows, one comes from elsewhere; and who is short of years.
    run("put", "a.guiju", "org", "编码=SW", "名称=水务局", "机构类别=行政机关")
    for code, name, level, n in (("SW01", "局长", "乡科级正职", "1"), ("SW02", "副局长", "乡科级副职", "1"), ("SW03", "总工程师", "乡科级副职", "2")):
        run("put", "a.guiju", "post", "编码=" + code, "所属组织=SW", "职位名称=" + name, "职务层次=" + level, "核定职数=" + n, "班子职位=是", "班子内次序=" + code[-1])
    for who, post in (("C1", "SW01"), ("C2", "SW02"), ("C3", "SW03")):
        run("put", "a.guiju", "tenure", "干部=" + who, "职位=" + post, "主职=是", "占职数=是", "任职时间=2025-01-01")
    run("put", "a.guiju", "cadre", "C2", "职务层次=乡科级副职", "任现职务层次时间=2025-06-01")
    run("put", "a.guiju", "adjustment_plan", "方案编号=F1", "方案名称=第一批", "拟定日期=2026-11-20")
    for n, who, kind, out, to in ((1, "C1", "退休", "SW01", ""), (2, "C2", "提拔", "SW02", "SW01"), (3, "C3", "平级转任", "SW03", "SW02")):
        run("put", "a.guiju", "plan_line", "所属方案=F1", "方案序号=%d" % n, "人选=" + who, "种类=" + kind, *(["拟免=" + out] if out else []), *(["拟任=" + to] if to else []))
    # The shipped ones fill in, and leave no placeholder.  Pages as LibreOffice has them.
    forms = [("approval", "cadre/C1", 2), ("brief", "cadre/C1", 1), ("public_notice", "cadre/C1", 1), ("appointment_notice", "cadre/C1", 1), ("opinion_letter", "cadre/C1", 1),
             ("official_document", "cadre/C1", 1), ("members", "cadre", 1), ("team_book", "org", 1), ("introduction", "cadre/C1", 1), ("plan_document", "adjustment_plan/F1", 1),
             ("qualification", "adjustment_plan/F1", 2), ("seats_review", "adjustment_plan/F1", 1)]
    text = {}
    for f, what, pages in forms:
        run("export", "a.guiju", what, "--form", f, "-o", f + ".docx", "--as-of", "2026-11-22")
        xml = zipfile.ZipFile(f + ".docx").read("word/document.xml").decode()
        text[f] = re.sub("<[^>]*>", "", xml)
        must("{{" not in xml and "〔缺" not in xml, "%s is not filled in" % f)
    must(text["approval"].count("父亲") == 1 and "　组函〔" in text["opinion_letter"] and "文件" not in text["opinion_letter"], "a letter has no head of a 文件")
    must("中共　　　　委员会组织部" in text["official_document"], "nobody knows yet who issues")
    run("put", "a.guiju", "org", "编码=ZZ", "名称=中共某县委组织部", "机构类别=党委机关")
    run("export", "a.guiju", "cadre/C1", "--form", "official_document", "-o", "named.docx")
    must("中共某县委组织部文件" in re.sub("<[^>]*>", "", zipfile.ZipFile("named.docx").read("word/document.xml").decode()), "who issues is named")
    # Papers of cases: each is drafted from what the registers have, and leaves the rest to be written.
    run("put", "a.guiju", "party_org", "党组织编码=P1", "党组织名称=一村支部", "党组织类别=党支部")
    run("put", "a.guiju", "applicant", "申请人编号=A1", "申请人姓名=辛甲", "申请人出生日期=1999-03-12", "受理党组织=P1", "递交申请日期=2026-01-05", "流动人员=否")
    run("put", "a.guiju", "party_member", "党员编号=M1", "党员姓名=壬乙", "党员类别=预备党员", "党籍状态=在册", "所在党组织=P1", "入党日期=2026-01-01", "预备期满日期=2027-01-01")
    run("put", "a.guiju", "assessment", "干部=C1", "考核年度=2025", "考核等次=优秀")
    papers = [("cadre/C1", ["assessment_paper", "inspection_material", "file_review", "integrity_pledge", "duty_pledge", "trial_review", "retirement_notice"]),
              ("adjustment_plan/F1", ["batch_agenda"]), ("party_member/M1", ["confirmation_letter"]),
              ("applicant/A1", ["activist_report", "object_request", "object_posting", "vetting_letter", "preview_request", "admission_paper", "admission_letter"])]
    for what, names in papers:
        for f in names:
            run("export", "a.guiju", what, "--form", f, "-o", f + ".docx", "--as-of", "2026-11-22")
            xml = zipfile.ZipFile(f + ".docx").read("word/document.xml").decode()
            text[f] = re.sub("<[^>]*>", "", xml)
            must("{{" not in xml and "〔缺" not in xml, "%s is not filled in" % f)
    must("2025年优秀" in text["inspection_material"], "assessments: %s" % text["inspection_material"])
    must("一村支部" in text["object_posting"] and "1999" not in text["object_posting"], "a posting says no birth: %s" % text["object_posting"])
    must("共3人" in text["members"] and text["members"].count("四") == 1, "the roster: %s" % text["members"])
    must("水务局（核定4名，现有3名）" in text["team_book"] and text["team_book"].index("局长") < text["team_book"].index("总工程师"), "teams: %s" % text["team_book"])
    must("不满2 years" in text["plan_document"] or "不满2年" in text["plan_document"] or "不满P2Y" in text["plan_document"], "hints of the plan: %s" % text["plan_document"])
    must("任用条例 选拔任用条件" in text["plan_document"] and "任用条例 选拔任用条件" in text["qualification"], "their basis")
    # 总工程师: 2 approved, 1 there, who leaves: 0 after; a post that is only left stands with a dash.
    must("—水务局总工程师2110" in text["seats_review"] and "水务局局长11111" in text["seats_review"], "seats: %s" % text["seats_review"])
    must("第1号" not in text["qualification"] and "第2号" in text["qualification"], "who retires is not examined")
    # A public notice says nothing but what it may.
    xml = zipfile.ZipFile("public_notice.docx").read("word/document.xml").decode()
    must("张大" not in xml and "公民身份" not in xml, "the public notice says too much")
    # Fifty forms and more: the guard.
    lines = "编号,姓名,在职状态,管理类别\n" + "".join("D%d,某%d,在职,本级管理\n" % (i, i) for i in range(60))
    open("many.csv", "w").write(lines)
    run("import", "a.guiju", "cadre", "many.csv")
    must("list.guard" in run("export", "a.guiju", "cadre", "--form", "lrmx", "-o", "all.zip", ok=3) and not os.path.exists("all.zip"), "sixty forms left unguarded")
    if "--render" in sys.argv and not (shutil.which("soffice") and shutil.which("pdftotext")):
        print("LibreOffice or pdftotext is not installed: pages were not counted")
        sys.exit(1 if bad else 77)
    if "--render" in sys.argv:
        # The longest résumé that the cell takes: its last line must be on the page.
        for i in range(26):
            run("put", "a.guiju", "resume", "干部=C1", "起始年月=%d-01" % (1990 + i), "截止年月=%d-01" % (1991 + i), "经历=水利局规划建设科科员、副主任科员、党支部书记（期间在基层一线帮扶锻炼）", "其间=否")
        run("put", "a.guiju", "resume", "干部=C1", "起始年月=2026-10", "经历=最后一行在这里", "其间=否")
        run("export", "a.guiju", "cadre/C1", "--form", "approval", "-o", "approval.docx", "--as-of", "2026-11-22")
        subprocess.run(["soffice", "-env:UserInstallation=file://%s/profile" % d, "--headless", "--convert-to", "pdf", "--outdir", d, *[f + ".docx" for f, _, _ in forms]], capture_output=True, timeout=240)
        for f, what, pages in forms:
            said = subprocess.run(["pdfinfo", f + ".pdf"], capture_output=True, text=True).stdout
            must(re.search(r"Pages: +%d\n" % pages, said), "%s: %s" % (f, said))
            must(re.search(r"841\.\d+ x 1190|1190\.\d+ x 841" if f == "members" else r"595\.\d+ x 841|841\.\d+ x 595", said), "%s: paper %s" % (f, said))
        said = subprocess.run(["pdftotext", "-layout", "approval.pdf", "-"], capture_output=True, text=True).stdout
        must("最后一行在这里" in said, "the end of the résumé is cut off: %s" % said[-2000:])
        # Both sides are full to the foot, with few relatives and with many, and nothing is cut off.
        def feet(name):
            said = subprocess.run(["pdftotext", "-bbox", name, "-"], capture_output=True, text=True).stdout
            return [max([float(y) for y in re.findall(r'yMax="([\d.]+)"', page)] + [0]) for page in said.split("<page ")[1:]]
        at = feet("approval.pdf")
        must(len(at) == 2 and 0.85 * 842 < at[1] < 0.985 * 842, "the second side ends at %r" % at)
        for i in range(12):
            run("put", "a.guiju", "family", "干部=C2", "称谓=弟弟", "亲属姓名=李某%d" % i, "亲属出生年月=1970-01", "亲属政治面貌=中共党员", "工作单位及职务=某某县某某乡镇人民政府农业农村综合服务中心主任（已退休）%d号" % i)
        run("put", "a.guiju", "family", "干部=C2", "称谓=祖父", "亲属姓名=李老", "亲属出生年月=1901-01", "工作单位及职务=务农（已去世）")
        run("export", "a.guiju", "cadre/C2", "--form", "approval", "-o", "many.docx", "--as-of", "2026-11-22")
        subprocess.run(["soffice", "-env:UserInstallation=file://%s/profile" % d, "--headless", "--convert-to", "pdf", "--outdir", d, "many.docx"], capture_output=True, timeout=240)
        many = feet("many.pdf")
        said = subprocess.run(["pdftotext", "-layout", "many.pdf", "-"], capture_output=True, text=True).stdout
        must(len(many) == 2 and abs(many[1] - at[1]) < 3, "thirteen relatives: %r, few: %r" % (many, at))
        must(all("李某%d" % i in re.sub(" ", "", said) for i in range(12)) and re.search("李\\s*老", said) and "125" not in said, "the last of many is there, the dead have no age: %s" % said)
        # The foot of a document by GB/T 9704 stands on its one page.
        said = subprocess.run(["pdftotext", "-layout", "official_document.pdf", "-"], capture_output=True, text=True).stdout
        must(said.index("抄送：") < said.index("印发") and "\f" not in said.strip("\f"), "the foot of a document: %s" % said)
        run("export", "a.guiju", "cadre/C1", "--form", "brief", "-o", "one.pdf")
        must(open("one.pdf", "rb").read(5) == b"%PDF-", "the command's own PDF")

done()
