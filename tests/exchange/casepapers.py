#!/usr/bin/env python3
"""Papers that come out of a case: what the case holds stands in them, once typed.  Usage: casepapers.py GUIJU ROOT [KEEP]"""
import os
import re
import shutil
import sys
import tempfile
import zipfile

from clerk import ROOT, done, must, run

KEEP = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None


def text_of(name):
    xml = zipfile.ZipFile(name).read("word/document.xml").decode()
    must("{{" not in xml, "%s is not filled in" % name)
    return "\n".join("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", p)) for p in re.findall(r"<w:p>.*?</w:p>", xml, re.S))


def paper(case, form, *more, ok=0):
    name = form + ".docx"
    if os.path.exists(name):
        os.unlink(name)
    said = run("case", "paper", "a.guiju", case, form, "-o", name, *more, ok=ok)
    if ok:
        must(not os.path.exists(name), "%s was refused and came out" % form)
        return said
    if KEEP:
        shutil.copy(name, KEEP)
    return text_of(name) if os.path.exists(name) else ""


def act(step, day, *words, ok=0, case="1", more=()):
    return run("case", "act", "a.guiju", case, step, *words, "--today", day, *more, ok=ok)


ANSWER = ("第一责任人=甲书记", "主要责任人=周部长")


def each(names, **fields):
    return ["%s/%s=%s" % (n, k, v) for n in names for k, v in fields.items()]


def main():
    run("init", "a.guiju", "--pack", ROOT + "/packs/core", "--pack", ROOT + "/packs/cn")
    run("put", "a.guiju", "org", "编码=SJ", "名称=审计局", "机构类别=行政机关")
    run("put", "a.guiju", "post", "编码=SJ01", "所属组织=SJ", "职位名称=局长", "职务层次=乡科级正职", "核定职数=1")
    run("put", "a.guiju", "post", "编码=SJ02", "所属组织=SJ", "职位名称=副局长", "职务层次=乡科级副职", "核定职数=4")
    for day in ("2026-01-15", "2026-05-01", "2026-05-20"):
        run("put", "a.guiju", "team_review", "研判班子=SJ", "研判日=" + day, "研判人=干部科", "运行情况=好", "作风情况=好", "业绩情况=好", "结构和能力差距=无", "研判建议=无", "需要调整人数=1")
    for code, name in (("C1", "魏三"), ("C2", "丁二"), ("C3", "王一")):
        run("put", "a.guiju", "cadre", "编号=" + code, "姓名=" + name, "出生年月=1980-05", "性别=男", "民族=汉族", "在职状态=在职", "管理类别=本级管理", "政治面貌=中共党员", "职务层次=乡科级副职", "任现职务层次时间=2020-01-01")
        run("put", "a.guiju", "tenure", "干部=" + code, "职位=SJ02", "主职=是", "占职数=是", "任职时间=2020-01-01")
    run("account", "add", "a.guiju", "wu", "吴预审")
    run("grant", "a.guiju", "wu", "cadre-supervision")
    said = run("case", "open", "a.guiju", "appointment", "SJ01", "--with", "C1", "--with", "C2", "--with", "C3", "--today", "2026-03-02")
    case = re.search(r"#(\d+)", said).group(1)

    # A step that has not begun gives no papers; a form that no step names, none at all.
    said = paper(case, "recommend_paper", ok=3)
    must("case.paper_early" in said and "民主推荐" in said, "a paper too early: %s" % said)
    must("case.paper_not" in paper(case, "batch_minutes", ok=3), "a paper of another procedure")
    said = paper(case, "推荐情况汇总", ok=3)
    must("form.absent" in said and "推荐情况汇总表" in said, "the nearest form: %s" % said)
    # Nor does the ordinary way put it out: what it is filled with is a case.
    must(run("export", "a.guiju", "case/" + case, "--form", "recommend_paper", "-o", "x.docx", ok=3) != "" and not os.path.exists("x.docx"), "a form over cases by the ordinary way")

    names = ["魏三", "丁二", "王一"]
    act("proposal", "2026-03-03", "拟任人数=1", "结构比对表=附件1", "比选名单=附件2", "研判日期=2026-01-15", *ANSWER, *each(names, 抽查结果="一致"), case=case)
    t = paper(case, "recommend_paper", "--as-of", "2026-03-05")
    order = [t.find(n.replace("", "")) for n in ("丁", "王", "魏")]
    must(-1 < order[0] < order[1] < order[2], "names stand in order of strokes: %s" % t)
    must("审计局局长" in t and case not in re.sub(r"[^0-9]", " ", t).split()[3:], "the paper tells the post: %s" % t)
    t = paper(case, "recommend_summary", "--as-of", "2026-03-05")
    # In somebody's name: by who acts at the step and sees all that is in it; that he drafted it is on the record, and of what is refused nothing comes out.
    for login, role in (("bu", "org-department"), ("nobody", "")):
        run("account", "add", "a.guiju", login, "某" + login)
        if role:
            run("grant", "a.guiju", login, role)
    before = len(run("journal", "log", "a.guiju", "--last", "1000").splitlines())
    must("丁" in paper(case, "recommend_paper", "--as", "bu", "--as-of", "2026-03-05"), "drafted in the name of who acts")
    must(len(run("journal", "log", "a.guiju", "--last", "1000").splitlines()) > before, "a draft in a name is entered")
    before = len(run("journal", "log", "a.guiju", "--last", "1000").splitlines())
    for login, code in (("nobody", "http.absent"), ("wu", "case."), ("who", "record.")):
        said = paper(case, "recommend_paper", "--as", login, "--as-of", "2026-03-05", ok=3)
        must(code in said, "drafted in the name of %s: %s" % (login, said))
    must("丁" not in t and "应到　　人" in t, "before the vote nothing is in the summary: %s" % t)
    act("recommend", "2026-03-10", *each(names, 廉洁评价="好"), "魏三/列为考察对象=是", "丁二/列为考察对象=是", "王一/列为考察对象=否", "王一/不列入理由=得票少",
        case=case, more=["--vote", "应到=40", "--vote", "实到=38", "--vote", "有效票=38", "--vote", "魏三/得票=30", "--vote", "丁二/得票=19", "--vote", "王一/得票=6"])
    t = paper(case, "recommend_summary", "--as-of", "2026-03-10").replace("\u3000", "")
    must("应到40人" in t and "实到38人" in t and "有效38张" in t and "2026年3月10日" in t, "the counts: %s" % t)
    rows = t.split("\n")
    at = [i for i, r in enumerate(rows) if r in ("丁二", "王一", "魏三")]
    must([rows[i] for i in at] == ["丁二", "王一", "魏三"], "all who were voted on, also who left: %s" % rows)
    len(at) == 3 and must([(rows[i - 1], rows[i + 2], rows[i + 3]) for i in at] == [("1", "19", "50％"), ("2", "6", "15.8％"), ("3", "30", "78.9％")], "votes and shares: %s" % rows)

    two = names[:2]
    act("letters", "2026-03-11", "征求意见函文号=长组函1号", case=case)
    act("discipline", "2026-03-12", "纪检监察复函=长纪函1号", *each(two, 纪检监察意见="没有异议"), case=case)
    act("supervision", "2026-03-12", "巡察机构回复=没有反映", "干部监督回复=没有反映", case=case)
    for step in ("audit", "petitions", "police", "court", "procuratorate", "tax", "health"):
        act(step, "2026-03-12", "复函文号=复1号", *each(two, 复函意见="没有反映"), case=case)
    act("file_check", "2026-03-12", *each(two, 档案审核结论="属实", 事项核查结论="一致"), case=case)
    run("notice", "publish", "a.guiju", case, "inspect", "--today", "2026-03-12")
    # Papers of each person come for those who are still in.
    said = paper(case, "inspection_material", "--as-of", "2026-03-13")
    must("魏三同志考察材料" in said and "丁二同志考察材料" in said and "王一" not in said, "papers of those who are in: %s" % said[:300])
    act("inspect", "2026-03-23", "考察组人数=2", "向所在单位反馈日期=2026-03-20",
        *each(two, 考察材料="附件", 各时期履职情况="履职扎实", 人岗相适情况="相适", 班子配合情况="配合", 地方适应情况="适应", 情况来源="谈话", 廉洁结论="未发现问题"), "魏三/拟提名=是", "丁二/拟提名=否", "丁二/不提名理由=比选",
        case=case, more=["--sign", "考察材料=组长", "--sign", "廉洁结论=书记、纪委书记"])
    t = paper(case, "double_signature")
    must("未发现问题" in t and "魏" in t and "丁" not in t, "the double signature: %s" % t)
    act("preview", "2026-03-24", "预审结论=通过", "职数符合=是", "条件符合=是", "程序符合=是", "材料齐全=是", case=case, more=["--reason", "discretion=齐备", "--as", "wu"])
    act("consult", "2026-03-25", "部务会纪要=部纪1号", "分管领导意见=同意", "协管方意见=不需要征求", "统战部意见=不需要征求", case=case)
    t = paper(case, "committee_sheet").replace("\u3000", "")
    must("得30票（实到38人）" in t and "履职扎实" in t and "纪检监察：没有异议" in t and "预审：通过" in t, "the sheet for the meeting: %s" % t)
    said = paper(case, "committee_minutes", "--as-of", "2026-03-29").replace("\u3000", "")
    must("县委常委会" in said and "发言（按次序）" not in said, "minutes before the meeting: %s" % said)
    act("decide", "2026-03-30", "常委会纪要=常纪9号", case=case, more=["--vote", "应到=11", "--vote", "实到=9", "--vote", "魏三/同意=8", "--vote", "魏三/反对=1",
        *sum((["--opinion", "委员%d=同意" % n] for n in range(1, 8)), []), "--opinion", "委员8=不同意：时间太短", "--opinion", "甲书记=同意：熟悉业务", "--chair", "甲书记"])
    t = paper(case, "committee_minutes").replace("\u3000", "")
    must("应到11人，实到9人" in t and "主持人：甲书记" in t and "委员8：不同意。时间太短" in t and "甲书记（主持）：同意。熟悉业务" in t, "the minutes: %s" % t)
    must("任审计局局长\n8\n1\n\n通过" in t, "how it came out: %s" % t)
    must("case.paper_early" in paper(case, "take_office_notice", ok=3), "the notice of an office before the step")
    run("notice", "publish", "a.guiju", case, "publish", "--today", "2026-03-31")
    run("notice", "object", "a.guiju", case, "学历不实", "--today", "2026-04-01")
    t = paper(case, "case_posting", "--as-of", "2026-04-01")
    must("公示期自2026年4月1日至2026年4月8日" in t and "拟任审计局局长" in t and "2026年3月31日" in t, "the notice on the wall: %s" % t)
    run("notice", "answer", "a.guiju", case, "1", "查核属实", "--outcome", "dismissed", "--today", "2026-04-02")
    t = paper(case, "notice_report", "--as-of", "2026-04-09")
    must("收到异议1件，其中影响任用0件、不影响任用1件，尚未答复0件" in t and "第1号，2026年4月1日收到，结论：不影响" in t, "the report: %s" % t)
    must("学历不实" not in t, "what was objected is nobody's business here")
    act("publish", "2026-04-10", case=case)
    t = paper(case, "take_office_notice", "--as-of", "2026-04-10")
    must("关于魏三同志任职的通知" in t and "魏三同志任审计局局长。" in t and "组〔" in t, "the notice of office, not numbered yet: %s" % t)
    act("take_office", "2026-04-10", "任免通知文号=县委〔2026〕31号", "任职谈话日期=2026-04-10", "魏三/廉政承诺书=附件", "魏三/履职承诺书=附件", case=case)
    must("县委〔2026〕31号" in paper(case, "take_office_notice"), "its number, once it has one")

    # Nothing comes out of an irregular step.
    said = run("case", "open", "a.guiju", "appointment", "SJ02", "--with", "C2", "--with", "C3", "--today", "2026-05-06")
    other = re.search(r"#(\d+)", said).group(1)
    act("proposal", "2026-05-06", "拟任人数=1", "结构比对表=附件1", "比选名单=附件2", "研判日期=2026-05-01", *ANSWER, *each(names[1:], 抽查结果="一致"), case=other)
    act("recommend", "2026-05-07", *each(names[1:], 列为考察对象="是"), case=other,
        more=["--vote", "应到=40", "--vote", "实到=38", "--vote", "丁二/得票=19", "--vote", "王一/得票=6", "--irregular", "没有作廉洁评价"])
    said = paper(other, "recommend_summary", ok=3)
    must("case.paper_irregular" in said and "民主推荐" in said, "a paper of an irregular step: %s" % said)

    # Files at the command line: held to what the pages take; the bytes are kept, and the step names them.
    third = re.search(r"#(\d+)", run("case", "open", "a.guiju", "appointment", "SJ02", "--with", "C2", "--with", "C3", "--today", "2026-06-01")).group(1)
    open("比对.pdf", "wb").write(b"%PDF-1.4 one")
    open("假的.pdf", "wb").write(b"no pdf at all")
    open("密.txt", "w").write("机密★十年\n内容")
    given = ["拟任人数=1", "比选名单=附件2", "研判日期=2026-05-20", *ANSWER, *each(names[1:], 抽查结果="一致")]
    for name, code in (("假的.pdf", "http.file_differs"), ("密.txt", "http.file_secret")):
        said = act("proposal", "2026-06-01", *given, ok=3, case=third, more=["--file", "结构比对表=" + name])
        must(code in said, "%s is not taken: %s" % (name, said))
    must(act("proposal", "2026-06-01", *given, ok=5, case=third, more=["--file", "结构比对表=没有.pdf"]) != "", "a file that is not there")
    must("写成 字段=值" in act("proposal", "2026-06-01", *given, ok=2, case=third, more=["--file", "比对.pdf"]), "which field it is for")
    must("民主推荐" not in run("case", "why", "a.guiju", third).split("动议")[0], "nothing was closed")
    act("proposal", "2026-06-01", *given, case=third, more=["--file", "结构比对表=比对.pdf"])
    must("比对.pdf" in run("case", "print", "a.guiju", third), "the step names the file")
    run("case", "file", "a.guiju", third, "recommend_summary", "--number", "推1号", "--today", "2026-06-02")
    run("case", "file", "a.guiju", third, "recommend_summary", "--file", "比对.pdf", "--today", "2026-06-02")
    said = run("case", "print", "a.guiju", third)
    must("推荐情况汇总表" in said and "推1号" in said and said.count("比对.pdf") == 2, "the paper is filed: %s" % said[-900:])
    must("case.paper_early" in run("case", "file", "a.guiju", third, "take_office_notice", "--number", "1", ok=3), "a paper of a step to come")
    run("case", "file", "a.guiju", third, "recommend_summary", ok=2)
    run("verify", "a.guiju")

    # Templates are looked at when they are installed: the paragraph, and the nearest name.
    os.makedirs("mine/forms", exist_ok=True)
    pack = "# 本地\n\n```guiju\npack: mine\ntitle: 本地\nversion: \"1\"\nover: [core 1, cn 2026.1]\n```\n\n```guiju\nform: mine\ntitle: 本地表\nof: [appointment]\nformat: docx\ntemplate: forms/t.docx\nextension: docx\n```\n"
    open("mine/01-a.md", "w").write(pack)

    def template(*paragraphs):
        with zipfile.ZipFile("mine/forms/t.docx", "w") as z:
            z.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
            z.writestr("word/document.xml", '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s<w:sectPr/></w:body></w:document>'
                       % "".join("<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % p for p in paragraphs))

    check = lambda ok: run("pack", "check", ROOT + "/packs/core", ROOT + "/packs/cn", "mine", ok=ok)
    template("{{拟任职位.职位全称}}", "{{#人选名单|民主推荐.得票 > 1}}", "{{人选.姓名}} {{民主推荐.得票}} {{事项状态}}", "{{/}}", "{{#讨论决定.会议发言}}", "{{发言人}} {{拟任职位}}", "{{/}}")
    check(0)
    for paragraphs, words in ((["好", "{{拟任职位.职位全名}}"], ("第 2 段", "职位全称")), (["{{#人选名单}}", "{{人选.姓明}}", "{{/}}"], ("第 2 段", "姓名")), (["{{#讨论决定.会议发言}}", "{{发言的人}}", "{{/}}"], ("第 2 段", "发言人")),
                              (["{{#人选名单|民主推荐.得漂 > 1}}", "{{/}}"], ("第 1 段", "得票")), (["{{人选.姓名}}"], ("第 1 段", "人选")), (["{{#拟任职位}}", "{{/}}"], ("docx.form", "不是一串")),
                              (["{{讨论决定.会议发言}}"], ("第 1 段", "会议发言")), (["{{#人选名单}}"], ("docx.form", "{{/}}"))):
        template(*paragraphs)
        said = check(1)
        must(all(w in said for w in words) and "01-a.md" in said, "%s: %s" % (paragraphs, said))
        must("docx.form" in run("pack", "install", "a.guiju", "mine", ok=3), "a wrong template was installed: %s" % paragraphs)
    open("mine/01-a.md", "w").write(pack.replace("of: [appointment]", "of: [apointment]"))
    said = run("pack", "check", ROOT + "/packs/core", ROOT + "/packs/cn", "mine", ok=1)
    must("pack.unknown" in said and "appointment" in said, "a misspelt procedure: %s" % said)
    open("mine/01-a.md", "w").write(pack.replace("of: [appointment]", "of: [appointment]\nover: cadre"))
    must("form.part" in run("pack", "check", ROOT + "/packs/core", ROOT + "/packs/cn", "mine", ok=1), "over and of")


here = tempfile.mkdtemp(prefix="guiju-casepapers-")
os.chdir(here)
try:
    main()
finally:
    os.chdir("/")
    shutil.rmtree(here)
done()
