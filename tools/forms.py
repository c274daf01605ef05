#!/usr/bin/env python3
"""The shipped document templates, from one description: tools/forms.py packs/cn/forms

They are ordinary .docx files: a department edits its copies in WPS or Word.  Fonts are named with what stands in where they are not installed.
"""
import os
import sys
import zipfile
from xml.sax.saxutils import escape

OUT = sys.argv[1]
MM = 56.7  # twips
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
SONG, HEI, KAI, FANG, TITLE = "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312", "方正小标宋简体"
INSTEAD = {SONG: "SimSun", HEI: "SimHei", KAI: "楷体", FANG: "仿宋", TITLE: "华文中宋"}


def run(text, font=FANG, size=10.5, bold=False, color=None):
    pr = '<w:rFonts w:ascii="%s" w:eastAsia="%s" w:hAnsi="%s"/>' % ("Times New Roman", font, "Times New Roman")
    pr += "<w:b/>" if bold else ""
    pr += '<w:color w:val="%s"/>' % color if color else ""
    pr += '<w:sz w:val="%d"/><w:szCs w:val="%d"/>' % (size * 2, size * 2)
    return '<w:r><w:rPr>%s</w:rPr><w:t xml:space="preserve">%s</w:t></w:r>' % (pr, escape(text))


def para(text, font=FANG, size=10.5, align="left", line=None, indent=0, bold=False, color=None, before=0, exact=True, bottom=False, left=0, right=0):
    pr = ""
    if bottom:
        pr += '<w:pBdr><w:bottom w:val="single" w:sz="%d" w:space="1" w:color="%s"/></w:pBdr>' % (18, color or "000000")
    pr += '<w:spacing w:before="%d" w:after="0"%s/>' % (before * 20, ' w:line="%d" w:lineRule="%s"' % (line * 20, "exact" if exact else "auto") if line else "")
    pr += '<w:ind w:left="%d" w:right="%d"%s/>' % (left, right, ' w:firstLineChars="%d" w:firstLine="%d"' % (indent * 100, indent * size * 20) if indent else "")
    pr += '<w:jc w:val="%s"/>' % align
    return "<w:p><w:pPr>%s</w:pPr>%s</w:p>" % (pr, "".join(run(t, font, size, bold, color) for t in [text] if t))


def cell(text, width, font=FANG, size=10.5, align="center", span=1, merge=None, valign="center", paras=None, line=None):
    pr = '<w:tcW w:w="%d" w:type="dxa"/>' % width
    pr += '<w:gridSpan w:val="%d"/>' % span if span > 1 else ""
    pr += {"start": '<w:vMerge w:val="restart"/>', "more": "<w:vMerge/>", None: ""}[merge]
    pr += '<w:vAlign w:val="%s"/>' % valign
    body = paras or "".join(para(t, font, size, align, line=line) for t in text.split("\n"))
    return "<w:tc><w:tcPr>%s</w:tcPr>%s</w:tc>" % (pr, body)


def row(cells, height, exact=True, repeat=False):
    return '<w:tr><w:trPr>%s<w:trHeight w:val="%d" w:hRule="%s"/></w:trPr>%s</w:tr>' % ("<w:tblHeader/>" if repeat else "<w:cantSplit/>", height * MM, "exact" if exact else "atLeast", "".join(cells))


def table(widths, rows):
    border = "".join('<w:%s w:val="single" w:sz="6" w:space="0" w:color="000000"/>' % b for b in ("top", "left", "bottom", "right", "insideH", "insideV"))
    return ('<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>%s</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="40" w:type="dxa"/>'
            '<w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>%s</w:tblGrid>%s</w:tbl>') % (sum(widths), border, "".join('<w:gridCol w:w="%d"/>' % w for w in widths), "".join(rows))


def section(top=25, bottom=20, left=25, right=25, footer=False, grid=None, size=(210, 297)):
    s = "<w:sectPr>"
    if footer:
        s += '<w:footerReference w:type="default" r:id="rId9"/><w:footerReference w:type="even" r:id="rId8"/>'
    s += '<w:pgSz w:w="%d" w:h="%d"%s/>' % (size[0] * MM, size[1] * MM, ' w:orient="landscape"' if size[0] > size[1] else "")
    s += '<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="700" w:footer="%d" w:gutter="0"/>' % (top * MM, right * MM, bottom * MM, left * MM, 28 * MM if footer else 600)
    s += '<w:docGrid w:type="lines" w:linePitch="%d"/>' % grid if grid else ""
    return s + "</w:sectPr>"


def footer(align):
    """— 1 —, odd right, even left, one blank from the edge (GB/T 9704-2012 7.5)."""
    field = '<w:r><w:rPr><w:rFonts w:ascii="宋体" w:eastAsia="宋体" w:hAnsi="宋体"/><w:sz w:val="28"/></w:rPr>%s</w:r>'
    return ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr %s><w:p><w:pPr><w:ind w:%s="280"/><w:jc w:val="%s"/></w:pPr>' % (NS, "right" if align == "right" else "left", align)
            + field % '<w:t xml:space="preserve">— </w:t>' + field % '<w:fldChar w:fldCharType="begin"/>' + field % '<w:instrText xml:space="preserve"> PAGE </w:instrText>'
            + field % '<w:fldChar w:fldCharType="end"/>' + field % '<w:t xml:space="preserve"> —</w:t>' + "</w:p></w:ftr>")


def save(name, body, footers=False):
    types = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
             '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
             '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
             '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>'
             '<Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/>'
             '<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>')
    rels = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    doc = "".join('<Relationship Id="%s" Type="%s%s" Target="%s"/>' % x for x in [("rId1", kind, "styles", "styles.xml"), ("rId2", kind, "fontTable", "fontTable.xml"), ("rId3", kind, "settings", "settings.xml")])
    if footers:
        for n in (8, 9):
            types += '<Override PartName="/word/footer%d.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>' % n
            doc += '<Relationship Id="rId%d" Type="%sfooter" Target="footer%d.xml"/>' % (n, kind, n)
    parts = {
        "[Content_Types].xml": types + "</Types>",
        "_rels/.rels": rels % ('<Relationship Id="rId1" Type="%sofficeDocument" Target="word/document.xml"/>' % kind),
        "word/_rels/document.xml.rels": rels % doc,
        "word/styles.xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles %s><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:eastAsia="仿宋_GB2312" '
                           'w:hAnsi="Times New Roman"/><w:sz w:val="21"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>' % NS,
        "word/fontTable.xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts %s>%s</w:fonts>' % (
            NS, "".join('<w:font w:name="%s"><w:altName w:val="%s"/><w:charset w:val="86"/></w:font>' % x for x in INSTEAD.items())),
        "word/settings.xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:settings %s>%s</w:settings>' % (NS, "<w:evenAndOddHeaders/>" if footers else ""),
        "word/document.xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document %s><w:body>%s</w:body></w:document>' % (NS, body),
    }
    if footers:
        parts["word/footer9.xml"] = footer("right")
        parts["word/footer8.xml"] = footer("left")
    with zipfile.ZipFile(os.path.join(OUT, name + ".docx"), "w", zipfile.ZIP_DEFLATED) as z:
        for path, text in parts.items():
            info = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))  # the same bytes each time
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, text)


def approval():
    """干部任免审批表: two sides of one A4 sheet; rows are of exact height, so that nothing moves to a third page; letters shrink instead."""
    w = [1250, 1250, 1250, 1250, 1250, 1250, 1700]
    age = "full years(出生年月, 制表日(任免审批表[1].计算年龄时间))"
    school = '{{string join(学历学位[教育类别 = "%s" and 最高 = true].%s, "、")|fit%d}}'
    label = lambda t, n=1, m=None: cell(t, sum(w[:n]), SONG, span=n, merge=m)
    rows = [
        row([label("姓　名"), cell("{{姓名|fit5}}", w[1]), label("性　别"), cell("{{性别}}", w[3]), label("出生年月\n(   岁)"),
             cell("{{出生年月|yyyy.MM}}\n（{{%s}}岁）" % age, w[5]), cell("{{照片|28x35}}", w[6], merge="start")], 11),
        row([label("民　族"), cell("{{民族}}", w[1]), label("籍　贯"), cell("{{籍贯|fit10}}", w[3]), label("出 生 地"), cell("{{出生地|fit10}}", w[5]), cell("", w[6], merge="more")], 11),
        row([label("入　党\n时　间"), cell("{{入党时间|yyyy.MM}}", w[1]), label("参加工\n作时间"), cell("{{参加工作时间|yyyy.MM}}", w[3]), label("健康状况"), cell("{{健康状况}}", w[5]),
             cell("", w[6], merge="more")], 11),
        row([label("专业技\n术职务"), cell("{{专业技术职务|fit18}}", w[1] + w[2], span=2), label("熟悉专业\n有何专长"), cell("{{熟悉专业和专长|fit18}}", w[4] + w[5], span=2),
             cell("", w[6], merge="more")], 11),
        row([label("学　历\n学　位", 1, "start"), cell("全日制\n教　育", w[1], SONG), cell(school % ("全日制", "学历.名称", 14) + "\n" + school % ("全日制", "学位.名称", 14), w[2] + w[3], span=2),
             cell("毕业院校\n系及专业", w[4], SONG), cell(school % ("全日制", "院校系及专业", 30), w[5] + w[6], span=2)], 14),
        row([label("", 1, "more"), cell("在　职\n教　育", w[1], SONG), cell(school % ("在职", "学历.名称", 14) + "\n" + school % ("在职", "学位.名称", 14), w[2] + w[3], span=2),
             cell("毕业院校\n系及专业", w[4], SONG), cell(school % ("在职", "院校系及专业", 30), w[5] + w[6], span=2)], 14),
        row([label("现 任 职 务", 2), cell("{{if 任免审批表[1].表列现任职务 != null then 任免审批表[1].表列现任职务 else 现任职务|fit60}}", sum(w[2:]), span=5, align="left")], 11),
        row([label("拟 任 职 务", 2), cell("{{任免审批表[1].拟任职务|fit60}}", sum(w[2:]), span=5, align="left")], 11),
        row([label("拟 免 职 务", 2), cell("{{任免审批表[1].拟免职务|fit60}}", sum(w[2:]), span=5, align="left")], 11),
        row([label("简\n\n\n历"), cell('{{string join(for r in 简历 return 点年月(r.起始年月) + "--" + (if r.截止年月 = null then "       " else 点年月(r.截止年月)) + "  " + r.经历, "\\n")|fit560}}',
                                     sum(w[1:]), span=6, align="left", valign="top")], 128),
    ]
    front = para("干 部 任 免 审 批 表", TITLE, 20, "center", before=0) + para("", size=6) + table(w, rows)
    f = [900, 1100, 1300, 900, 1400, 3600]
    rows = [
        row([cell("奖 惩\n情 况", f[0], SONG), cell("{{任免审批表[1].奖惩情况|fit240}}", sum(f[1:]), span=5, align="left")], 32),
        row([cell("年 度\n考 核\n结 果", f[0], SONG), cell("{{任免审批表[1].年度考核结果|fit160}}", sum(f[1:]), span=5, align="left")], 22),
        row([cell("任 免\n理 由", f[0], SONG), cell("{{任免审批表[1].任免理由|fit160}}", sum(f[1:]), span=5, align="left")], 22),
        row([cell("家庭主要成员及重要社会关系", f[0], SONG, merge="start"), cell("称 谓", f[1], SONG), cell("姓 名", f[2], SONG), cell("年 龄", f[3], SONG), cell("政治面貌", f[4], SONG),
             cell("工作单位及职务", f[5], SONG)], 9),
        row([cell("", f[0], merge="more"), cell("{{#家庭成员}}{{称谓}}", f[1]), cell("{{亲属姓名|fit5}}", f[2]), cell("{{full years(亲属出生年月, 制表日(干部.任免审批表[1].计算年龄时间))}}", f[3]),
             cell("{{亲属政治面貌|fit6}}", f[4]), cell("{{工作单位及职务|fit34}}", f[5], align="left")], 9),
        row([cell("呈 报\n单 位", f[0], SONG), cell("{{任免审批表[1].呈报单位}}\n\n　　　　　　　　　　　　　　　　　　　　　　　　年　　月　　日", sum(f[1:]), span=5, align="right")], 24),
        row([cell("审 批\n机 关\n意 见", f[0], SONG), cell("　　　　（盖章）\n　　年　　月　　日", sum(f[1:4]), span=3, align="right", valign="bottom"),
             cell("行政机关\n任免意见", f[4], SONG), cell("　　　　（盖章）\n　　年　　月　　日", f[5], align="right", valign="bottom")], 32),
    ]
    back = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' + table(f, rows) + para("填表人：{{任免审批表[1].填表人}}", SONG, 10.5, before=4)
    save("任免审批表", front + back + section(14, 10, 20, 20))


def brief():
    body = (para("干 部 简 介", TITLE, 22, "center", before=6) + para("", size=10)
            + para("{{照片|33x44}}", align="right")
            + para("　　{{姓名}}，{{性别}}，{{民族}}，{{籍贯}}人，{{出生年月|yyyy年M月}}出生，{{参加工作时间|yyyy年M月}}参加工作。", FANG, 16, line=29, indent=0)
            + para("{{?入党时间 != null}}") + para("{{入党时间|yyyy年M月}}加入中国共产党。", FANG, 16, line=29, indent=2) + para("{{/}}")
            + para("{{?现任职务}}") + para("现任{{现任职务}}。", FANG, 16, line=29, indent=2) + para("{{/}}")
            + para("简　历", HEI, 16, line=29, indent=2)
            + para("{{#简历}}") + para("{{起始年月|yyyy.MM}}—{{截止年月|yyyy.MM}}　{{经历}}", FANG, 14, line=26) + para("{{/}}"))
    save("干部简介", body + section(37, 35, 28, 26, footer=True), True)


def notice():
    """任前公示: nothing but what regulations list: no number, no address, no family."""
    body = (para("任 前 公 示", TITLE, 22, "center", before=20) + para("", size=16, line=29)
            + para("根据《党政领导干部选拔任用工作条例》有关规定，经研究，现将拟任职人选有关情况予以公示。", FANG, 16, line=29, indent=2)
            + para("{{姓名}}，{{性别}}，{{民族}}，{{出生年月|yyyy年M月}}出生，籍贯{{籍贯}}，"
                   '{{if count(学历学位[最高 = true and 学历 != null]) > 0 then string join(学历学位[最高 = true].学历.名称, "、") + "学历，" else ""}}'
                   "{{参加工作时间|yyyy年M月}}参加工作，现任{{if 任免审批表[1].表列现任职务 != null then 任免审批表[1].表列现任职务 else 现任职务}}，拟任{{任免审批表[1].拟任职务}}。", FANG, 16, line=29, indent=2)
            + para("公示期自　　年　　月　　日至　　年　　月　　日，共　　个工作日。", FANG, 16, line=29, indent=2)
            + para("对公示对象有异议的，请在公示期内向组织部反映。提倡实名反映，反映情况应实事求是。", FANG, 16, line=29, indent=2)
            + para("联系电话：　　　　　　　　　12380", FANG, 16, line=29, indent=2) + para("通讯地址：", FANG, 16, line=29, indent=2)
            + para("", size=16, line=29) + para("中共　　　委员会组织部", FANG, 16, "right", line=29, right=640) + para("{{today()}}", FANG, 16, "right", line=29, right=640))
    save("任前公示", body + section(37, 35, 28, 26, footer=True), True)


def official(name, title, paragraphs, to="　　　　　　："):
    """A document by GB/T 9704-2012: 37 mm above, 28 mm at the binding, 156 x 225 mm of text, 22 lines of 28 characters, 3号仿宋."""
    body = (para("中共　　　　委员会组织部文件", TITLE, 26, "center", color="FF0000", before=70) + para("", size=16, line=29)
            + para("　组〔　　　〕　号", FANG, 16, "center", line=29, bottom=True, color="FF0000").replace('<w:color w:val="FF0000"/><w:sz w:val="32"/>', '<w:sz w:val="32"/>')
            + para("", size=16, line=29) + para(title, TITLE, 22, "center", line=35) + para("", size=16, line=29) + para(to, FANG, 16, line=29)
            + "".join(para(t, FANG, 16, line=29, indent=2) for t in paragraphs)
            + para("", size=16, line=29) + para("", size=16, line=29) + para("中共　　　委员会组织部", FANG, 16, "right", line=29, right=640)
            + para("{{today()}}", FANG, 16, "right", line=29, right=1280))
    save(name, body + section(37, 35, 28, 26, footer=True, grid=579), True)


approval()
brief()
notice()
official("任免通知", "关于{{姓名}}同志任免职的通知", ["经研究决定：", "{{?任免审批表[1].拟任职务 != null}}", "{{姓名}}同志任{{任免审批表[1].拟任职务}}。", "{{/}}", "{{?任免审批表[1].拟免职务 != null}}",
                                      "免去{{姓名}}同志{{任免审批表[1].拟免职务}}职务。", "{{/}}"])
official("征求意见函", "关于征求对{{姓名}}同志意见的函", ["因工作需要，拟对{{姓名}}同志（{{性别}}，{{出生年月|yyyy年M月}}出生，现任{{现任职务}}）任职事宜进行研究。按照有关规定，现就其有关情况征求你单位意见，请于收到本函之日起五个工作日内书面回复。",
                                            "请就该同志廉洁自律、遵纪守法、个人有关事项等方面提出意见，由主要负责人签字并加盖公章。"])
official("公文", "关于　　　　　　　　的通知", ["正文用三号仿宋，每面二十二行，每行二十八字。", "一、一级标题用黑体", "（一）二级标题用楷体", "1.三级标题用仿宋加粗"])
