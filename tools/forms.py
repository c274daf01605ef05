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


def run(text, font=FANG, size=10.5, bold=False, color=None, tight=0):
    pr = '<w:rFonts w:ascii="%s" w:eastAsia="%s" w:hAnsi="%s"/>' % ("Times New Roman", font, "Times New Roman")
    pr += "<w:b/>" if bold else ""
    pr += '<w:color w:val="%s"/>' % color if color else ""
    pr += '<w:spacing w:val="%d"/>' % tight if tight else ""
    pr += '<w:sz w:val="%d"/><w:szCs w:val="%d"/>' % (size * 2, size * 2)
    return '<w:r><w:rPr>%s</w:rPr><w:t xml:space="preserve">%s</w:t></w:r>' % (pr, escape(text))


def para(text, font=FANG, size=10.5, align="left", line=None, indent=0, bold=False, color=None, before=0, exact=True, bottom=False, left=0, right=0, tight=0):
    pr = ""
    if bottom:
        pr += '<w:pBdr><w:bottom w:val="single" w:sz="%d" w:space="1" w:color="%s"/></w:pBdr>' % (18, color or "000000")
    pr += '<w:spacing w:before="%d" w:after="0"%s/>' % (before * 20, ' w:line="%d" w:lineRule="%s"' % (line * 20, "exact" if exact else "auto") if line else "")
    pr += '<w:ind w:left="%d" w:right="%d"%s/>' % (left, right, ' w:firstLineChars="%d" w:firstLine="%d"' % (indent * 100, indent * size * 20) if indent else "")
    pr += '<w:jc w:val="%s"/>' % align
    return "<w:p><w:pPr>%s</w:pPr>%s</w:p>" % (pr, "".join(run(t, font, size, bold, color, tight) for t in [text] if t))


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
    return ('<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>%s</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>'
            '<w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>%s</w:tblGrid>%s</w:tbl>') % (sum(widths), border, "".join('<w:gridCol w:w="%d"/>' % w for w in widths), "".join(rows))


def section(top=25, bottom=20, left=25, right=25, footer=False, grid=None, size=(210, 297), first=False):
    s = "<w:sectPr>"
    if footer:
        s += '<w:footerReference w:type="default" r:id="rId9"/><w:footerReference w:type="even" r:id="rId8"/>' + ('<w:footerReference w:type="first" r:id="rId7"/>' if first else "")
    s += '<w:pgSz w:w="%d" w:h="%d"%s/>' % (size[0] * MM, size[1] * MM, ' w:orient="landscape"' if size[0] > size[1] else "")
    s += '<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="700" w:footer="%d" w:gutter="0"/>' % (top * MM, right * MM, bottom * MM, left * MM, 28 * MM if footer else 600)
    s += "<w:titlePg/>" if first else ""
    s += '<w:docGrid w:type="lines" w:linePitch="%d"/>' % grid if grid else ""
    return s + "</w:sectPr>"


def footer(align):
    """— 1 —, odd right, even left, one blank from the edge (GB/T 9704-2012 7.5)."""
    field = '<w:r><w:rPr><w:rFonts w:ascii="宋体" w:eastAsia="宋体" w:hAnsi="宋体"/><w:sz w:val="28"/></w:rPr>%s</w:r>'
    return ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr %s><w:p><w:pPr><w:ind w:%s="280"/><w:jc w:val="%s"/></w:pPr>' % (NS, "right" if align == "right" else "left", align)
            + field % '<w:t xml:space="preserve">— </w:t>' + field % '<w:fldChar w:fldCharType="begin"/>' + field % '<w:instrText xml:space="preserve"> PAGE </w:instrText>'
            + field % '<w:fldChar w:fldCharType="end"/>' + field % '<w:t xml:space="preserve"> —</w:t>' + "</w:p></w:ftr>")


def save(name, body, footers=False, first=False):
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
        for n in (7, 8, 9) if first else (8, 9):
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
        if first:
            parts["word/footer7.xml"] = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr %s>%s</w:ftr>' % (NS, red_line("foot"))
    with zipfile.ZipFile(os.path.join(OUT, name + ".docx"), "w", zipfile.ZIP_DEFLATED) as z:
        for path, text in parts.items():
            info = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))  # the same bytes each time
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, text)


BODY = 'all.组织[机构类别 = "党委机关" and 撤销日期 = null and ends with(名称, "组织部")].名称'
ISSUER = '{{if count(%s) = 1 then min(%s) else "中共　　　　委员会组织部"}}' % (BODY, BODY)


def next_page():
    """A page ends without a line of its own at the head of the next."""
    return '<w:p><w:pPr><w:pageBreakBefore/><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'


def approval():
    """干部任免审批表: two sides of one A4 sheet, both full to the foot; rows are of exact height, so that nothing moves to a third page; letters shrink instead."""
    w = [1300, 1300, 1300, 1300, 1300, 1300, 1950]
    age = "full years(出生年月, 制表日(任免审批表[1].计算年龄时间, 任免审批表[1].填表时间))"
    school = '{{string join(学历学位[教育类别 = "%s" and 最高 = true].%s, "、")|box%s}}'
    label = lambda t, n=1, m=None: cell(t, sum(w[:n]), SONG, 12, span=n, merge=m, line=15)
    val = lambda t, i, n=1, align="center": cell(t, sum(w[i:i + n]), FANG, 12, align, span=n, line=15)
    rows = [
        row([label("姓　名"), val("{{姓名|name4}}", 1), label("性　别"), val("{{性别}}", 3), label("出生年月\n（　岁）"), val("{{出生年月|yyyy.MM}}\n（{{%s}}岁）" % age, 5),
             cell("{{照片|30x37}}", w[6], merge="start")], 11),
        row([label("民　族"), val("{{民族|box20x10}}", 1), label("籍　贯"), val("{{籍贯|box20x10}}", 3), label("出 生 地"), val("{{出生地|box20x10}}", 5), cell("", w[6], merge="more")], 11),
        row([label("入　党\n时　间"), val("{{入党时间|yyyy.MM}}", 1), label("参加工\n作时间"), val("{{参加工作时间|yyyy.MM}}", 3), label("健康状况"), val("{{健康状况|box20x10}}", 5), cell("", w[6], merge="more")], 11),
        row([label("专业技\n术职务"), val("{{专业技术职务|box43x10}}", 1, 2), label("熟悉专业\n有何专长"), val("{{熟悉专业和专长|box43x10}}", 4, 2), cell("", w[6], merge="more")], 11),
        row([label("学　历\n学　位", 1, "start"), cell("全日制\n教　育", w[1], SONG, 12, line=15), val(school % ("全日制", "学历.名称", "43x6") + "\n" + school % ("全日制", "学位.名称", "43x6"), 2, 2),
             cell("毕业院校\n系及专业", w[4], SONG, 12, line=15), val(school % ("全日制", "院校系及专业", "54x13"), 5, 2)], 14),
        row([label("", 1, "more"), cell("在　职\n教　育", w[1], SONG, 12, line=15), val(school % ("在职", "学历.名称", "43x6") + "\n" + school % ("在职", "学位.名称", "43x6"), 2, 2),
             cell("毕业院校\n系及专业", w[4], SONG, 12, line=15), val(school % ("在职", "院校系及专业", "54x13"), 5, 2)], 14),
        row([label("现 任 职 务", 2), val("{{if 任免审批表[1].表列现任职务 != null then 任免审批表[1].表列现任职务 else 现任职务|box123x10}}", 2, 5, "left")], 11),
        row([label("拟 任 职 务", 2), val("{{任免审批表[1].拟任职务|box123x10}}", 2, 5, "left")], 11),
        row([label("拟 免 职 务", 2), val("{{任免审批表[1].拟免职务|box123x10}}", 2, 5, "left")], 11),
        row([label("简\n\n\n\n历"), cell("{{简历|lines145x145}}", sum(w[1:]), FANG, 12, span=6, align="left", valign="center")], 149),
    ]
    front = para("干 部 任 免 审 批 表", TITLE, 22, "center", line=34) + table(w, rows)
    f = [1000, 1150, 1350, 850, 1500, 3900]
    side = lambda t, m=None: cell(t, f[0], SONG, 12, merge=m, line=16)
    text_ = lambda t: cell(t, sum(f[1:]), FANG, 12, span=5, align="left")
    dead = 'contains(工作单位及职务, "已去世") or contains(工作单位及职务, "已故")'
    years = "full years(亲属出生年月, 制表日(干部.任免审批表[1].计算年龄时间, 干部.任免审批表[1].填表时间))"
    seal = "　　　　（盖章）\n　　年　　月　　日"
    rows = [
        row([side("奖 惩\n情 况"), text_("{{任免审批表[1].奖惩情况|box150x30}}")], 32),
        row([side("年 度\n考 核\n结 果"), text_("{{任免审批表[1].年度考核结果|box150x23}}")], 25),
        row([side("任 免\n理 由"), text_("{{任免审批表[1].任免理由|box150x23}}")], 25),
        row([side("家\n庭\n主\n要\n成\n员\n及\n重\n要\n社\n会\n关\n系", "start")] + [cell(t, x, SONG, 12, line=15) for t, x in zip(["称　谓", "姓　名", "年 龄", "政治面貌", "工 作 单 位 及 职 务"], f[1:])], 9),
        row([cell("", f[0], merge="more"), cell("{{#家庭成员|8行}}{{称谓|box17x9}}", f[1], FANG, 12), cell("{{亲属姓名|name4}}", f[2], FANG, 12),
             cell("{{if %s then null else %s|box12x9}}" % (dead, years), f[3], FANG, 12), cell("{{亲属政治面貌|box23x9}}", f[4], FANG, 12), cell("{{工作单位及职务|box65x9}}", f[5], FANG, 12, align="left")], 10),
        row([side("呈 报\n单 位"), cell("", sum(f[1:]), span=5, valign="bottom", paras=para("{{任免审批表[1].呈报单位|box150x12}}", FANG, 12, "center") + para("　", FANG, 12, line=14) + para("年　　月　　日", FANG, 12, "right", line=18, right=400))], 26),
        row([side("审\n批\n机\n关\n意\n见"), cell(seal, sum(f[1:4]), FANG, 12, span=3, align="right", valign="bottom", line=22),
             cell("行政\n机关\n任免\n意见", f[4], SONG, 12, line=16), cell(seal, f[5], FANG, 12, align="right", valign="bottom", line=22)], 58),
    ]
    back = next_page() + table(f, rows) + para("　填表人：{{任免审批表[1].填表人}}", SONG, 12, line=20, before=3)
    save("任免审批表", front + back + section(14, 10, 19, 19))


def brief():
    body = (para("干 部 简 介", TITLE, 22, "center", before=6) + para("", size=10)
            + para("{{照片|33x44}}", align="right")
            + para("　　{{姓名}}，{{性别}}，{{民族}}，{{籍贯}}人，{{出生年月|yyyy年M月}}出生，{{参加工作时间|yyyy年M月}}参加工作。", FANG, 16, line=29, indent=0)
            + para("{{?入党时间 != null}}") + para("{{入党时间|yyyy年M月}}加入中国共产党。", FANG, 16, line=29, indent=2) + para("{{/}}")
            + para("{{?现任职务}}") + para("现任{{现任职务}}。", FANG, 16, line=29, indent=2) + para("{{/}}")
            + para("简　历", HEI, 16, line=29, indent=2)
            + para("{{简历|lines140x105}}", FANG, 14, line=26))
    save("干部简介", body + section(37, 35, 28, 26, footer=True), True)


def notice():
    """任前公示: nothing but what regulations list: no number, no address, no family."""
    body = (para("任 前 公 示", TITLE, 22, "center", before=20) + para("", size=16, line=29)
            + para("根据《党政领导干部选拔任用工作条例》有关规定，经研究，现将拟任职人选有关情况予以公示。", FANG, 16, line=29, indent=2)
            + para("{{姓名}}，{{性别}}，{{民族}}，{{出生年月|yyyy年M月}}出生，籍贯{{籍贯}}，"
                   '{{if count(学历学位[最高 = true and 学历 != null]) > 0 then string join(学历学位[最高 = true].学历.名称, "、") + "学历，" else ""}}'
                   "{{参加工作时间|yyyy年M月}}参加工作，现任{{if 任免审批表[1].表列现任职务 != null then 任免审批表[1].表列现任职务 else 现任职务}}，拟任{{if 任免审批表[1].拟任职务 != null then 任免审批表[1].拟任职务 else \"　　　　　　　　\"}}。", FANG, 16, line=29, indent=2)
            + para("公示期自　　月　　日至　　月　　日，共　　个工作日。", FANG, 16, line=29, indent=2)
            + para("对公示对象有异议的，请在公示期内向组织部反映。提倡实名反映，反映情况应实事求是。", FANG, 16, line=29, indent=2)
            + para("联系电话：12380", FANG, 16, line=29, indent=2) + para("通讯地址：", FANG, 16, line=29, indent=2)
            + para("", size=16, line=29) + para(ISSUER, FANG, 16, "right", line=29, right=640) + para("{{@截至}}", FANG, 16, "right", line=29, right=640))
    save("任前公示", body + section(37, 35, 28, 26, footer=True), True)


def red_line(kind):
    return '<w:p><w:pPr><w:pBdr><w:%s w:val="%s" w:sz="24" w:space="1" w:color="FF0000"/></w:pBdr><w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/><w:ind w:left="-397" w:right="-397"/></w:pPr></w:p>' % (
        ("bottom", "thickThinSmallGap") if kind == "head" else ("top", "thinThickSmallGap"))


def official_letter(name, title, paragraphs, to="　　　　　　："):
    """信函格式 (GB/T 9704-2012 10.1): the name of the body without 文件, 30 mm from the upper edge; red double lines 170 mm long below it and 20 mm from the lower edge; the number on the
    right below the upper line; no page number on the first page."""
    body = (para(ISSUER, TITLE, 26, "center", line=42, color="FF0000") + red_line("head")
            + para("　组函〔　　　〕　号", FANG, 16, "right", line=29, before=6)
            + para("", size=16, line=29) + para(title, TITLE, 22, "center", line=35) + para("", size=16, line=29) + para(to, FANG, 16, line=29)
            + "".join(para(t, level(t), 16, line=29, indent=2, tight=-4) for t in paragraphs)
            + para("", size=16, line=29) + para("", size=16, line=29) + para(ISSUER, FANG, 16, "right", line=29, right=640) + para("{{@截至}}", FANG, 16, "right", line=29, right=1280))
    save(name, body + section(30, 35, 28, 26, footer=True, first=True), True, True)


def level(text):
    """Headings of the first degree in 黑体, of the second in 楷体; the rest in 仿宋."""
    return HEI if text[:2] == "一、" else KAI if text[:3] == "（一）" else FANG


def imprint():
    """版记: to whom copies go, who prints, when; thick lines above and below, a thin one between.  WPS and Word set it at the foot of the page, LibreOffice behind the date."""
    w = [5100, 3744]
    line = lambda cells: "<w:tr>%s</w:tr>" % cells
    part = lambda text, width, align, span=1: cell(text, width, FANG, 14, align, span=span, line=27)
    t = table(w, [line(part("　抄送：", sum(w), "left", 2)), line(part("　" + ISSUER + "办公室", w[0], "left") + part("{{@截至}}印发　", w[1], "right"))])
    for side in ("left", "right", "insideV"):
        t = t.replace('<w:%s w:val="single" w:sz="6" w:space="0" w:color="000000"/>' % side, "")
    for side in ("top", "bottom"):
        t = t.replace('<w:%s w:val="single" w:sz="6"' % side, '<w:%s w:val="single" w:sz="8"' % side)
    t = t.replace("<w:tblPr>", '<w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" w:horzAnchor="margin" w:tblpXSpec="center" w:tblpYSpec="bottom"/>')
    return t + '<w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'


def official(name, title, paragraphs, to="　　　　　　：", number=None):
    """A document by GB/T 9704-2012: 37 mm above, 28 mm at the binding, 156 x 225 mm of text, 22 lines of 28 characters, 3号仿宋, drawn in by a fifth of a point, since 28 of 16 points are wider than 156 mm."""
    body = (para(ISSUER + "文件", TITLE, 26, "center", color="FF0000", before=70) + para("", size=16, line=29)
            + para("{{if %s != null then %s else \"　组〔　　　〕　号\"}}" % (number, number) if number else "　组〔　　　〕　号", FANG, 16, "center", line=29, bottom=True, color="FF0000").replace('<w:color w:val="FF0000"/><w:sz w:val="32"/>', '<w:sz w:val="32"/>')
            + para("", size=16, line=29) + para(title, TITLE, 22, "center", line=35) + para("", size=16, line=29) + para(to, FANG, 16, line=29)
            + "".join(para(t, level(t), 16, line=29, indent=2, bold=t[:2] == "1.", tight=-4) for t in paragraphs)
            + para("", size=16, line=29) + para(ISSUER, FANG, 16, "right", line=29, right=640)
            + para("{{@截至}}", FANG, 16, "right", line=29, right=1280) + para("", size=8, line=12) + imprint())
    save(name, body + section(37, 35, 28, 26, footer=True, grid=579), True)


def plain_table(widths, head, cells, height, size=9, above=None):
    """Headings that repeat on each page, and one row for each record."""
    rows = [row([cell(t, w, HEI, size) for t, w in zip(above, widths)], 9, repeat=True)] if above else []
    rows.append(row([cell(t, w, HEI, size) for t, w in zip(head, widths)], 10, exact=False, repeat=True))
    rows.append(row([cell(t, w, SONG, size, "left" if "@提示" in t else "center") for t, w in zip(cells, widths)], height, exact=False))
    return table(widths, rows)


SCHOOL = '{{string join(%s学历学位[最高 = true and 学历 != null].学历.名称, "、")|fit12}}'


def members():
    """干部花名册 with photographs: A3, one row a person, in the order of the roster of the same name."""
    w = [700, 1250, 1250, 750, 900, 1500, 1500, 1300, 1300, 1700, 3000, 5000, 1500]
    head = ["序号", "照片", "姓名", "性别", "民族", "籍贯", "出生年月\n（年龄）", "参加工\n作时间", "入党\n时间", "学历", "毕业院校系及专业", "现任职务", "任现职\n时间"]
    cells = ["{{#所选}}{{@序号}}", "{{照片|20x25}}", "{{姓名|name5}}", "{{性别}}", "{{民族|fit4}}", "{{籍贯|fit12}}", "{{出生年月|yyyy.MM}}\n（{{年龄}}岁）", "{{参加工作时间|yyyy.MM}}",
             "{{入党时间|yyyy.MM}}", SCHOOL % "", '{{string join(学历学位[最高 = true].院校系及专业, "；")|fit30}}', "{{现任职务|fit50}}", "{{任现职时间|yyyy.MM}}"]
    body = (para("干 部 花 名 册", TITLE, 22, "center") + para("截至{{@截至}}　共{{@人数}}人", FANG, 12, "right", line=22) + plain_table(w, head, cells, 27, 10.5))
    save("花名册", body + section(18, 15, 15, 15, footer=True, size=(420, 297)), True)


def teams():
    """领导班子名册 with photographs: a table for each unit, whose heading keeps with it."""
    w = [650, 1250, 2200, 1150, 650, 700, 1350, 1150, 1000]
    who = '{{#for p in sort(职位[班子职位 = true], function(a, b) a.班子内次序 < b.班子内次序), t in p.任职[免职时间 = null] return t}}{{@序号}}'
    head = ["序号", "照片", "职务", "姓名", "性别", "民族", "出生年月\n（年龄）", "学历", "任职\n时间"]
    cells = [who, "{{干部.照片|20x25}}", "{{职位.职位名称|fit20}}", "{{干部.姓名|name5}}", "{{干部.性别}}", "{{干部.民族|fit3}}", "{{干部.出生年月|yyyy.MM}}\n（{{干部.年龄}}岁）", SCHOOL % "干部.",
             "{{任职时间|yyyy.MM}}"]
    body = (para("领 导 班 子 名 册", TITLE, 22, "center") + para("截至{{@截至}}", FANG, 12, "right", line=22) + para("{{#所选}}")
            + para("{{名称}}（核定{{sum(职位[班子职位 = true].核定职数)}}名，现有{{班子人数}}名）", HEI, 14, line=30, before=6).replace("<w:spacing", "<w:keepNext/><w:spacing", 1)
            + plain_table(w, head, cells, 27, 10) + para("", size=4) + para("{{/}}"))
    save("班子名册", body + section(20, 18, 18, 18, footer=True), True)


def plan():
    """干部调整方案: the lines of a batch, and the posts that it touches, before and after."""
    w = [640, 940, 1000, 900, 950, 2350, 2220, 880, 1450, 3770]
    head = ["序号", "姓名", "种类", "出生年月", "学历", "现任职务（拟免）", "拟任职务", "接替", "理由", "提示及依据"]
    cells = ["{{#sort(调整人选, function(a, b) a.方案序号 < b.方案序号)}}{{方案序号}}", "{{人选.姓名|name5}}", "{{种类}}", "{{人选.出生年月|yyyy.MM}}", SCHOOL % "人选.", "{{人选.现任职务|fit40}}\n{{if 拟免 != null then \"（免）\" + 拟免.职位全称 else \"\"|fit40}}",
             "{{拟任.职位全称|fit40}}", "{{接替|fit12}}", "{{调整理由|fit60}}", "{{@提示|box63x36}}"]
    seats = [5600, 1800, 1800, 1800, 1800, 2300]
    seat_head = ["职位", "核定职数", "办前人数", "腾出", "进人", "办后人数"]
    seat_cells = ["{{#sort(调整人选[拟任首行 = true], function(a, b) a.方案序号 < b.方案序号)}}{{拟任.职位全称|fit40}}", "{{拟任.核定职数}}", "{{拟任办前}}", "{{拟任腾出}}", "{{拟任进人}}",
                  '{{string(拟任办后) + (if 拟任办后 > 拟任.核定职数 then "（超）" else "")}}']
    left = ["{{#调整人选[拟免首行 = true]}}{{拟免.职位全称|fit40}}", "{{拟免.核定职数}}", "{{拟免.现有人数}}", "{{拟免.现有人数 - 拟免办后}}", "0", "{{拟免办后}}"]
    rows = [row([cell(t, x, HEI, 9) for t, x in zip(seat_head, seats)], 9, repeat=True), row([cell(t, x, SONG, 9) for t, x in zip(seat_cells, seats)], 8, exact=False),
            row([cell(t, x, SONG, 9) for t, x in zip(left, seats)], 8, exact=False)]
    body = (para("{{方案名称}}干部调整方案", TITLE, 20, "center") + para("拟定日期：{{拟定日期|yyyy年M月d日}}　　共{{count(调整人选)}}人次　　职数、年龄截至{{@截至}}", FANG, 11, "right", line=22)
            + plain_table(w, head, cells, 12, 9) + para("", size=8) + para("职数情况（整批办完以后）", HEI, 12, line=24).replace("<w:spacing", "<w:keepNext/><w:spacing", 1) + table(seats, rows))
    save("干部调整方案", body + section(18, 15, 15, 15, footer=True, size=(297, 210)), True)


def seats():
    """职数预审表: what a batch does to the approved numbers."""
    w = [500, 2900, 1500, 1100, 1100, 900, 900, 1000]
    head = ["序号", "职位", "核定文号", "核定职数", "办前人数", "腾出", "进人", "办后人数"]
    cells = ["{{#sort(调整人选[拟任首行 = true], function(a, b) a.方案序号 < b.方案序号)}}{{@序号}}", "{{拟任.职位全称|fit30}}", "{{拟任.核定文号|fit12}}", "{{拟任.核定职数}}", "{{拟任办前}}", "{{拟任腾出}}",
             "{{拟任进人}}", '{{string(拟任办后) + (if 拟任办后 > 拟任.核定职数 then "（超）" else "")}}']
    left = ["{{#调整人选[拟免首行 = true]}}—", "{{拟免.职位全称|fit30}}", "{{拟免.核定文号|fit12}}", "{{拟免.核定职数}}", "{{拟免.现有人数}}", "{{拟免.现有人数 - 拟免办后}}", "0", "{{拟免办后}}"]
    rows = [row([cell(t, x, HEI, 10) for t, x in zip(head, w)], 10, repeat=True)] + [row([cell(t, x, SONG, 10) for t, x in zip(c, w)], 9, exact=False) for c in (cells, left)]
    sign = table([4950, 4950], [row([cell("组织部门意见：\n\n\n　　　　　　（盖章）　　　年　　月　　日", 4950, SONG, 10.5, "left", valign="top"),
                                     cell("机构编制部门意见：\n\n\n　　　　　　（盖章）　　　年　　月　　日", 4950, SONG, 10.5, "left", valign="top")], 36)])
    body = (para("职 数 预 审 表", TITLE, 22, "center") + para("", size=6) + para("方案：{{方案名称}}　　拟定日期：{{拟定日期|yyyy年M月d日}}　　人数截至{{@截至}}", FANG, 11, line=22) + table(w, rows)
            + para("注：办后人数是整批办完以后的人数；只腾出、不进人的职位序号为“—”。", SONG, 9, line=18) + para("", size=6) + sign)
    save("职数预审表", body + section(22, 18, 20, 20, footer=True), True)


def qualification():
    """资格审查表: a page a person who is to be promoted or moved."""
    w = [1500, 1700, 1300, 1700, 1300, 2200]
    label = lambda t, i: cell(t, w[i], SONG)
    rows = [
        row([label("姓　名", 0), cell("{{人选.姓名|name5}}", w[1]), label("性　别", 2), cell("{{人选.性别}}", w[3]), label("出生年月", 4), cell("{{人选.出生年月|yyyy.MM}}（{{人选.年龄}}岁）", w[5])], 10),
        row([label("民　族", 0), cell("{{人选.民族}}", w[1]), label("籍　贯", 2), cell("{{人选.籍贯|fit10}}", w[3]), label("入党时间", 4), cell("{{人选.入党时间|yyyy.MM}}", w[5])], 10),
        row([label("参加工作\n时　间", 0), cell("{{人选.参加工作时间|yyyy.MM}}", w[1]), label("健康状况", 2), cell("{{人选.健康状况}}", w[3]), label("学　历", 4), cell(SCHOOL % "人选.", w[5])], 11),
        row([label("毕业院校\n系及专业", 0), cell('{{string join(人选.学历学位[最高 = true].院校系及专业, "；")|fit40}}', sum(w[1:]), span=5, align="left")], 12),
        row([label("现任职务", 0), cell("{{人选.现任职务|fit60}}", sum(w[1:]), span=5, align="left")], 13),
        row([label("任现职时间", 0), cell("{{人选.任现职时间|yyyy.MM}}", w[1]), label("现职务层次", 2), cell("{{人选.职务层次}}", w[3]), label("任现层次\n时　间", 4), cell("{{人选.任现职务层次时间|yyyy.MM}}", w[5])], 11),
        row([label("调整种类", 0), cell("{{种类}}", w[1]), label("拟任职务", 2), cell("{{拟任.职位全称|fit40}}", sum(w[3:]), span=3, align="left")], 12),
        row([label("拟免职务", 0), cell("{{拟免.职位全称|fit40}}", sum(w[1:3]), span=2, align="left"), cell("接　替", w[3], SONG), cell("{{接替|fit20}}", sum(w[4:]), span=2)], 12),
        row([label("任职经历", 0), cell('{{string join(for t in sort(人选.任职, function(a, b) a.任职时间 < b.任职时间) return 点年月(t.任职时间) + "--" + (if t.免职时间 = null then "       " else 点年月(t.免职时间)) + "  " + t.职位.职位全称, "\\n")|lines140x48}}',
                                    sum(w[1:]), span=5, align="left", valign="top")], 50),
        row([label("程序核对的\n结果和依据\n（空白为\n没有提示）", 0), cell("{{@提示|box140x44}}", sum(w[1:]), span=5, align="left", valign="top")], 46),
        row([label("调整理由", 0), cell("{{调整理由|fit100}}", sum(w[1:]), span=5, align="left")], 16),
        row([label("审查意见", 0), cell("　　　　　　　　　　审查人：　　　　　　　　　年　　月　　日", sum(w[1:]), span=5, align="right", valign="bottom")], 24),
    ]
    body = (para('{{#sort(调整人选[种类 in ("提拔", "进一步使用", "平级转任")], function(a, b) a.方案序号 < b.方案序号)}}')
            + para("干部任职资格审查表", TITLE, 20, "center", line=36).replace("<w:spacing", "<w:pageBreakBefore/><w:spacing", 1)
            + para("方案：{{所属方案.方案名称}}　第{{方案序号}}号　　年龄、年限截至{{@截至}}", FANG, 11, line=22) + table(w, rows) + para("{{/}}"))
    save("资格审查表", body + section(18, 12, 20, 20))


def letter(name, parts):
    """介绍信: stub, letter, receipt: a third of the page each, with lines to cut along; who signs and seals stands at the foot of each."""
    cut = para("……………………………………（骑　缝　盖　章）……………………………………", SONG, 10.5, "center", line=20)
    third = lambda high, head, number, texts, signs, notes: (
        para(head, TITLE, 18, "center", line=32) + para(number, FANG, 12, "right", line=24) + frame([
            (high, "top", "".join(para(t, FANG, 14, line=27, indent=i) for i, t in texts)),
            (18, "bottom", "".join(para(t, FANG, 14, "right", line=25, right=400) for t in signs)),
        ] + ([(7 * len(notes), "bottom", "".join(para(t, FANG, 12, line=20) for t in notes))] if notes else [])))
    save(name, cut.join(third(*p) for p in parts) + para("", size=1, line=1) + section(15, 12, 24, 24))


def frame(parts):
    """Heights that hold, without lines."""
    t = table([9180], [row([cell("", 9180, valign=v, paras=p)], h) for h, v, p in parts])
    return t.replace('w:val="single" w:sz="6"', 'w:val="nil"')


def letters():
    blank = lambda n: "＿" * n
    post = "{{if 任免审批表[1].拟任职务 != null then 任免审批表[1].拟任职务 else 现任职务}}"
    who = "{{姓名}}同志（{{性别}}，{{出生年月|yyyy年M月}}出生，{{政治面貌}}）"
    number = "〔　　　〕第　　号"
    letter("干部介绍信", [
        (36, "干部介绍信（存根）", number, [(2, who + "前往" + blank(12) + "报到，任" + post + "。")], ["经办人：" + blank(5), "{{@截至}}"], []),
        (55, "干部介绍信", number, [(0, blank(12) + "："), (2, "兹介绍" + who + "前往你处报到，任" + post + "，请接洽。"), (2, "行政关系、工资关系随信转去。（有效期" + blank(3) + "日）")], [ISSUER + "（盖章）", "{{@截至}}"], []),
        (38, "干部介绍信（回执）", number, [(0, ISSUER + "："), (2, "{{姓名}}同志已于　　　年　　月　　日到我单位报到。")], ["（盖章）　　　　　　", "年　　月　　日"], [])])
    member = "{{转接人.党员姓名}}同志（{{转接人.党员性别}}，{{转接人.党员出生年月|yyyy年M月}}出生，{{转接人.党员类别}}"
    to = "{{if 转入党组织 != null then 转入党组织.党组织名称 else 辖区外转入党组织}}"
    sealed = ["（盖章）　　　　　　", "{{开具日期|yyyy年M月d日}}"]
    letter("组织关系介绍信", [
        (30, "党员组织关系介绍信（存根）", "第 {{介绍信编号}} 号", [(2, member + "），组织关系由{{转出党组织.党组织名称}}转到" + to + "，原因：{{转接原因}}。")], sealed, []),
        (51, "党员组织关系介绍信", "第 {{介绍信编号}} 号", [(0, to + "："), (2, member + "，公民身份号码" + blank(9) + "），由{{转出党组织.党组织名称}}去你处，请转接组织关系。该同志党费已交到　　　　年　　月。"),
                                     (2, "（有效至{{介绍信有效至|yyyy年M月d日}}）")], sealed, ["党员联系电话：" + blank(9), "原所在基层党委通讯地址、电话、邮编：" + blank(18)]),
        (32, "党员组织关系介绍信（回执）", "第 {{介绍信编号}} 号", [(0, "{{转出党组织.党组织名称}}："), (2, "{{转接人.党员姓名}}同志的组织关系已于　　　年　　月　　日转到我处，特此回复。")], ["（盖章）　　　　　　", "年　　月　　日"],
         ["经办人：" + blank(6) + "　　联系电话：" + blank(8)])])


approval()
brief()
notice()
members()
teams()
plan()
seats()
qualification()
letters()
official("任免通知", "关于{{姓名}}同志任免职的通知", ["经研究决定：", "{{?任免审批表[1].拟任职务 != null}}", "{{姓名}}同志任{{任免审批表[1].拟任职务}}。", "{{/}}", "{{?任免审批表[1].拟免职务 != null}}",
                                      "免去{{姓名}}同志{{任免审批表[1].拟免职务}}职务。", "{{/}}", "{{?任免审批表[1].拟任职务 = null and 任免审批表[1].拟免职务 = null}}", "{{姓名}}同志任　　　　　　　　　。", "{{/}}"])
official_letter("征求意见函", "关于征求对{{姓名}}同志意见的函", ["因工作需要，拟对{{姓名}}同志（{{性别}}，{{出生年月|yyyy年M月}}出生，现任{{现任职务}}）任职事宜进行研究。按照有关规定，现就其有关情况征求你单位意见，请于收到本函之日起五个工作日内书面回复。",
                                                   "请就该同志廉洁自律、遵纪守法、个人有关事项等方面提出意见，由主要负责人签字并加盖公章。"])
official("公文", "关于　　　　　　　　的通知", ["正文用三号仿宋，每面二十二行，每行二十八字。", "一、一级标题用黑体", "（一）二级标题用楷体", "1.三级标题用仿宋加粗"])

BIO = "{{姓名}}，{{性别}}，{{民族}}，{{出生年月|yyyy年M月}}出生，{{参加工作时间|yyyy年M月}}参加工作"
PARTY = '{{if 入党时间 != null then "，" + substring(string(入党时间), 1, 4) + "年入党" else ""}}'
NOW = "{{if 任免审批表[1].表列现任职务 != null then 任免审批表[1].表列现任职务 else 现任职务}}"
GRADES = '{{string join(for x in sort(年度考核, function(a, b) a.考核年度 < b.考核年度) return string(x.考核年度) + "年" + x.考核等次.名称, "，")|fit80}}'


def sheet(name, title, body, landscape=False):
    save(name, para(title, TITLE, 22, "center", line=38, before=6) + para("", size=8) + body + section(30, 25, 26, 26, footer=True, size=(297, 210) if landscape else (210, 297)), True)


def text(lines, size=14, line=26):
    return "".join(para(t, level(t), size, line=line, indent=2) for t in lines)


def signed(*who):
    return "".join(para(w, FANG, 14, "right", line=30, right=400) for w in who)


def inspection():
    """考察材料包: what the registers know stands there; what inspectors find is theirs to write, with its source."""
    about = ["（一）各时期履职情况", "", "（二）人岗相适情况", "", "（三）班子配合情况", "", "（四）地方适应情况", "", "（五）廉洁自律情况", ""]
    sheet("考察材料", "{{姓名}}同志考察材料", text(["一、基本情况", BIO + PARTY + "，现任" + NOW + "。", "近年考核：" + GRADES + "。"])
          + para("简历：", KAI, 14, line=26, indent=2) + para("{{简历|lines150x90}}", FANG, 12, line=22)
          + text(["二、主要表现（每一条写明来源）"] + about + ["三、主要缺点和不足", "", "四、民主推荐、民主测评和个别谈话情况", "", "五、个人有关事项报告查核、档案审核和征求意见情况", ""])
          + signed("考察组组长（签名）：　　　　　　", "考察组成员（签名）：　　　　　　", "年　　月　　日"))
    w = [1600, 1000, 3300, 1600, 1300]
    head = ["核查事项", "结果", "所据材料", "核查日期", "核查人"]
    cells = ["{{#档案核查}}{{核查事项}}", "{{核查结果}}", "{{所据材料|fit40}}", "{{核查日期|yyyy.MM.dd}}", "{{核查人|fit5}}"]
    sheet("档案审核表", "干部人事档案审核表", para("姓名：{{姓名}}　　现任职务：{{现任职务}}", FANG, 12, line=26) + plain_table(w, head, cells, 12, 11)
          + text(["审核结论：（属实、存疑、不实；存疑、不实的写明认定情况）", ""], 12, 24) + signed("审核人（签名）：　　　　　　", "年　　月　　日"))


# ---- forms over cases: the words are those of the procedure ----

def each_page(lines, title, body):
    """A page for each line of the case."""
    return (para("{{#%s}}" % lines) + para(title, TITLE, 20, "center", line=36).replace("<w:spacing", "<w:pageBreakBefore/><w:spacing", 1) + para("", size=6) + body + para("{{/}}"))


def recommending(prefix, post, lines, one, step):
    """票样 and 汇总表, from the candidates in order of strokes: nothing on a paper tells whose it is."""
    w = [800, 1700, 4300, 1900]
    rows = [row([cell(t, x, HEI, 13) for t, x in zip(["序号", "姓　名", "现任职务", "推荐（画○）"], w)], 12, repeat=True),
            row([cell("{{#%s|笔画}}{{@序号}}" % lines, w[0], size=13), cell("{{%s.姓名|name5}}" % one, w[1], size=13), cell("{{%s.现任职务|fit40}}" % one, w[2], align="left"), cell("", w[3])], 14, exact=False),
            row([cell("另荐", w[0], SONG, 12), cell("", w[1]), cell("", w[2]), cell("", w[3])], 14)]
    sheet(prefix + "民主推荐票", "民 主 推 荐 票", para("推荐职位：{{%s.职位全称}}" % post, HEI, 16, "center", line=34) + table(w, rows)
          + text(["说明：一、人选按姓氏笔画为序；可以推荐一人，也可以另荐他人或者不推荐。二、无记名填写，不做任何记号。三、填好后投入票箱。"], 12, 24))
    w = [700, 1500, 4000, 1100, 1500]
    cells = ["{{#%s|全部|笔画|%s.得票 != null}}{{@序号}}" % (lines, step), "{{%s.姓名|name5}}" % one, "{{%s.现任职务|fit40}}" % one, "{{%s.得票}}" % step,
             '{{if %s.有效票 > 0 then string(decimal(%s.得票 * 100 / %s.有效票, 1)) + "％" else ""}}' % (step, step, step)]
    sheet(prefix + "推荐情况汇总表", "民主推荐情况汇总表", para("职位：{{%s.职位全称}}" % post, FANG, 12, line=24)
          + para("时间：{{if %s.办结日期 != null then %s.办结日期 else \"　　年　　月　　日\"|yyyy年M月d日}}　　应到{{if %s.应到 != null then %s.应到 else \"　　\"}}人　实到{{if %s.实到 != null then %s.实到 else \"　　\"}}人　有效{{if %s.有效票 != null then %s.有效票 else \"　　\"}}张" % ((step,) * 8), FANG, 12, line=24)
          + plain_table(w, ["序号", "被推荐人", "单位和职务", "得　票", "占有效票"], cells, 11, 11)
          + para("按姓氏笔画为序；有效票没有另记的，占比空着。", SONG, 9, line=18) + signed("监票人（签名）：　　　　　　", "计票人（签名）：　　　　　　", "年　　月　　日"))


def assessing():
    w = [2000, 1360, 1360, 1360, 1360, 1360]
    rows = [row([cell(t, x, HEI, 11) for t, x in zip(["评价内容", "优秀", "称职", "基本称职", "不称职", "不了解"], w)], 12)]
    rows += [row([cell(t, w[0], SONG, 12)] + [cell("", x) for x in w[1:]], 14) for t in ("德", "能", "勤", "绩", "廉", "总体评价")]
    sheet("民主测评票", "民 主 测 评 票", para("测评对象：{{姓名}}　　{{现任职务}}", FANG, 14, "center", line=30) + table(w, rows)
          + text(["说明：每一行在一格内打“○”，多打、不打的这一行无效；无记名填写，不做任何记号。"], 12, 24))


def outcomes():
    sheet("廉政承诺书", "廉 政 承 诺 书", text(["本人{{姓名}}，拟任{{if 任免审批表[1].拟任职务 != null then 任免审批表[1].拟任职务 else \"＿＿＿＿＿＿＿＿\"}}，郑重承诺：", "一、遵守廉洁自律各项规定，不利用职权和职务影响谋取私利。", "二、如实报告个人有关事项，管好家属和身边工作人员。",
          "三、（本人补充）", "", "以上承诺，请组织和群众监督。"], 16, 30) + signed("承诺人（签名）：　　　　　　", "年　　月　　日"))
    sheet("履职承诺书", "履 职 承 诺 书", text(["本人{{姓名}}，拟任{{if 任免审批表[1].拟任职务 != null then 任免审批表[1].拟任职务 else \"＿＿＿＿＿＿＿＿\"}}，任期内承诺完成以下事项（写明内容、标准、期限，逐项核对）：", "1.", "", "", "2.", "", "", "3.", "", ""], 16, 30) + signed("承诺人（签名）：　　　　　　", "年　　月　　日"))
    w = [1600, 2600, 1700, 2950]
    label = lambda t, i: cell(t, w[i], SONG, 12)
    trial = "任职[免职时间 = null and 试用期至 != null and 试用结果 = null]"
    rows = [row([label("姓　名", 0), cell("{{姓名|name5}}", w[1], size=12), label("试用职务", 2), cell("{{string join(%s.职位.职位全称, \"、\")|fit30}}" % trial, w[3], size=12)], 14),
            row([label("任职时间", 0), cell("{{min(%s.任职时间)|yyyy.MM.dd}}" % trial, w[1], size=12), label("试用期至", 2), cell("{{max(%s.试用期至)|yyyy.MM.dd}}" % trial, w[3], size=12)], 12),
            row([label("试用期间\n工作情况", 0), cell("", sum(w[1:]), span=3)], 60), row([label("民主测评\n和考察意见", 0), cell("", sum(w[1:]), span=3)], 40),
            row([label("结　　论", 0), cell("□ 胜任，正式任职　　□ 不胜任，免去试任职务", sum(w[1:]), span=3, size=12)], 16),
            row([label("组织部门", 0), cell("　　　　（盖章）　　　年　　月　　日", sum(w[1:]), span=3, align="right", valign="bottom", size=12)], 30)]
    sheet("试用期满考核表", "任职试用期满考核表", table(w, rows))
    official("免职通知", "关于{{干部.姓名}}同志免职的通知", ["经研究决定：", "免去{{干部.姓名}}同志{{职位.职位全称}}职务。"])
    official("退休通知", "关于{{姓名}}同志退休的通知", ["{{姓名}}同志（{{出生年月|yyyy年M月}}出生，{{参加工作时间|yyyy年M月}}参加工作，工作年限{{full years(参加工作时间, today())}}年）符合退休条件，经研究，同意退休。"])


def batch():
    """A batch before the meeting."""
    w = [750, 1150, 1150, 2900, 2900]
    lines = "sort(调整人选, function(a, b) a.方案序号 < b.方案序号)"
    head = ["序号", "姓名", "种类", "拟免职务", "拟任职务"]
    cells = ["{{#%s}}{{方案序号}}" % lines, "{{人选.姓名|name5}}", "{{种类}}", "{{拟免.职位全称|fit40}}", "{{拟任.职位全称|fit40}}"]
    sheet("会议议题", "干部任免议题", para("{{方案名称}}　　共{{count(调整人选)}}人次", FANG, 12, "right", line=24) + plain_table(w, head, cells, 11, 11))


def joining():
    """发展党员: letters and requests; the forms whose shape is fixed from above are not drawn again."""
    who, org = "{{申请人姓名}}", "{{受理党组织.党组织名称}}"
    ask = lambda name, title, lines: sheet(name, title, text(["　　　　　　党委："] + lines, 16, 30) + signed(org + "（盖章）", "{{@截至}}"))
    ask("积极分子备案报告", "关于确定入党积极分子的备案报告", [who + "同志（{{申请人出生日期|yyyy年M月}}出生）于{{递交申请日期|yyyy年M月d日}}向我支部递交入党申请书。经　　　　（党员推荐、群团推优），支委会研究，确定为入党积极分子，培养联系人：　　　　。现报请备案。"])
    ask("发展对象请示", "关于确定发展对象的请示", [who + "同志经一年以上培养教育和考察，支部听取了党小组、培养联系人、党员和群众的意见，支委会讨论，拟列为发展对象。妥否，请批示。"])
    ask("预审请示", "关于接收预备党员预审的请示", [who + "同志为我支部发展对象，入党介绍人　　　　、　　　　，政治审查结论　　　　，集中培训　　天（　　学时）。支委会审查认为合格，现将有关材料报上，请予预审。"])
    sheet("发展对象公示", "发 展 对 象 公 示", text([org + "拟将" + who + "同志列为发展对象，现予公示。", "公示期：　　年　　月　　日至　　年　　月　　日（五个工作日以上）。", "有异议的，请在公示期内向党支部或者上级党委反映，提倡署名。", "联系电话："], 16, 30) + signed(org, "{{@截至}}"))
    sheet("政治审查函", "政 治 审 查 函", text(["　　　　　　：", who + "同志为我支部发展对象。按照《中国共产党发展党员工作细则》，请对　　　　　　（姓名、与本人关系）的政治历史、现实表现协助审查，出具结论性材料并加盖公章。"], 16, 30) + signed(org + "（盖章）", "{{@截至}}"))
    w = [2400, 2100, 2100, 2100]
    sheet("接收预备党员表决票", "接收预备党员表决票", table(w, [row([cell(t, x, HEI, 14) for t, x in zip(["姓　名", "赞　成", "不赞成", "弃　权"], w)], 14), row([cell("{{申请人姓名|name5}}", w[0], size=14)] + [cell("", x) for x in w[1:]], 16)])
          + text(["说明：一人一票，一次只表决一人；在一格内打“○”；无记名，不做任何记号。"], 12, 24))
    sheet("入党批准通知", "预备党员审批结果通知", text([org + "：", "经　　　　党委　　年　　月　　日会议逐人审议表决，批准" + who + "同志为中共预备党员，预备期一年，自　　年　　月　　日至　　年　　月　　日。请通知本人，并在党员大会上宣布，一个月内组织入党宣誓。"], 16, 30) + signed("　　　　党委（盖章）", "{{@截至}}"))
    sheet("转正批准通知", "预备党员转正审批结果通知", text(["{{所在党组织.党组织名称}}：", "{{党员姓名}}同志预备期至{{预备期满日期|yyyy年M月d日}}。经　　　　党委　　年　　月　　日会议审议表决，同意　　　　　　（按期转正、延长预备期、取消资格），党龄自　　年　　月　　日算起。请通知本人，并在党员大会上宣布。"], 16, 30) + signed("　　　　党委（盖章）", "{{@截至}}"))


def refused_registration():
    """不予登记: the facts, the clause and where to appeal, from the case."""
    who = "{{登记件.登记人员.姓名}}"
    sheet("不予登记通知", "不予公务员登记通知书", text(["通知文号：{{说明和告知.不予登记通知文号}}", who + "同志：",
          "{{登记件.登记单位.名称}}报送的你的公务员登记材料，经审核，认定的事实是：{{主管部门审核.审核事实}}。", "依据{{主管部门审核.依据条款}}，决定不予登记（批准文号：{{审批.登记批准文号}}）。",
          "如有异议，可以自接到本通知之日起三十日内申请复核；对复核结果不服的，可以自接到复核决定之日起十五日内提出申诉，也可以不经复核，自接到本通知之日起三十日内直接提出申诉。",
          "收件人（签名）：　　　　　　　　　　年　　月　　日"], 16, 30) + signed("　　　　公务员主管部门（盖章）", "{{@截至}}"))


def double_signature(name, lines, who, verdict):
    w = [1600, 2600, 1700, 2950]
    label = lambda t, i: cell(t, w[i], SONG, 12)
    rows = [row([label("姓　名", 0), cell("{{%s.姓名|name5}}" % who, w[1], size=12), label("现任职务", 2), cell("{{%s.现任职务|fit40}}" % who, w[3], size=12)], 14),
            row([label("廉洁自律\n结论性意见", 0), cell(verdict, sum(w[1:]), span=3, align="left", valign="top", size=12)], 70),
            row([label("党委（党组）\n书记签字", 0), cell("　年　　月　　日", w[1], size=12, align="right", valign="bottom"), label("纪委书记\n（纪检监察组组长）\n签字", 2),
                 cell("　年　　月　　日", w[3], size=12, align="right", valign="bottom")], 36),
            row([label("单位盖章", 0), cell("", sum(w[1:]), span=3)], 30)]
    save(name, each_page(lines, "廉洁自律情况结论性意见（双签字）", table(w, rows)) + section(30, 25, 26, 26, footer=True), True)


def committee_sheet(name, lines, who, matter, reason, found):
    """上会材料: a page a person, with what the case has found."""
    w = [1350, 1600, 1250, 1600, 1250, 1800]
    label = lambda t, i: cell(t, w[i], SONG, 11)
    of = lambda expr: "{{%s.%s}}" % (who, expr)
    now = "{{if %s.任免审批表[1].表列现任职务 != null then %s.任免审批表[1].表列现任职务 else %s.现任职务|fit60}}" % (who, who, who)
    grades = GRADES.replace("sort(年度考核", "sort(%s.年度考核" % who)
    rows = [row([label("姓　名", 0), cell(of("姓名|name5"), w[1], size=11), label("性　别", 2), cell(of("性别"), w[3], size=11), label("出生年月", 4), cell(of("出生年月|yyyy.MM"), w[5], size=11)], 10),
            row([label("参加工作", 0), cell(of("参加工作时间|yyyy.MM"), w[1], size=11), label("入党时间", 2), cell(of("入党时间|yyyy.MM"), w[3], size=11), label("学　历", 4), cell(SCHOOL % (who + "."), w[5], size=11)], 10),
            row([label("现任职务", 0), cell(now, sum(w[1:]), span=5, align="left", size=11)], 12),
            row([label("任免事项", 0), cell(matter, sum(w[1:]), span=5, align="left", size=11)], 12),
            row([label("简　　历", 0), cell("{{%s.简历|lines126x74}}" % who, sum(w[1:]), span=5, align="left", valign="top", size=11)], 76),
            row([label("近年考核", 0), cell(grades, sum(w[1:]), span=5, align="left", size=11)], 12),
            row([label("任免理由", 0), cell(reason, sum(w[1:]), span=5, align="left", size=11)], 18),
            row([label("考察和\n征求意见\n情　　况", 0), cell("", sum(w[1:]), span=5, paras="".join(para(t, FANG, 11, line=17) for t in found))], 60, exact=False)]
    save(name, each_page(lines, "提交会议讨论干部情况", table(w, rows)) + section(24, 20, 26, 26, footer=True), True)


def minutes(name, title, about, lines, who, matter, step):
    """会议纪要 draft: who was there, what was said in order, how each matter came out."""
    w = [600, 1200, 3650, 850, 850, 850, 1050]
    cells = ["{{#%s|全部|%s.同意 != null or 事项状态 in (\"在办\", \"缓议\")}}{{@序号}}" % (lines, step), "{{%s.姓名|name5}}" % who, matter, "{{%s.同意}}" % step, "{{%s.反对}}" % step, "{{%s.弃权}}" % step,
             '{{if %s.通过 = true then "通过" else if 事项状态 = "缓议" then "缓议" else if %s.通过 = false then "没有通过" else ""}}' % (step, step)]
    head = ["时间：{{if %s.办结日期 != null then %s.办结日期 else \"　　年　　月　　日\"|yyyy年M月d日}}　　地点：" % (step, step), "会议：{{%s.会议名称}}　　主持人：{{string join(distinct values(%s.会议发言[主持 = true].发言人), \"、\")}}　　记录人：　　　　　" % (step, step),
            "应到{{if %s.应到 != null then %s.应到 else \"　　\"}}人，实到{{if %s.实到 != null then %s.实到 else \"　　\"}}人。列席：" % ((step,) * 4), "议题：" + about, "会议听取了组织部的汇报，逐一讨论，与会成员逐人发表意见，主持人最后表态。"]
    say = ('{{发言人}}{{if 主持 = true then "（主持）" else ""}}：{{表态}}{{if 意见 != null and 表态 != null then "。" else ""}}{{意见}}')
    body = (text(head, 13, 25) + para("{{?count(%s.会议发言) > 0}}" % step) + text(["发言（按次序）："], 13, 25) + para("{{#%s.会议发言}}" % step) + para(say, FANG, 12, line=22, indent=2) + para("{{/}}") + para("{{/}}")
            + text(["表决情况："], 13, 25) + plain_table(w, ["序号", "姓名", "任免事项", "同意", "反对", "弃权", "结果"], cells, 11, 10) + text(["回避情况："], 13, 25) + signed("记录人（签名）：　　　　　　"))
    sheet(name, title, body)


def posting(name, report, lines, say, step):
    """The words of the notice are those that hung on the wall; the report counts what came in."""
    save(name, para("任 前 公 示", TITLE, 22, "center", before=20) + para("", size=16, line=29)
         + para("根据《党政领导干部选拔任用工作条例》有关规定，经研究，现将拟任职人选有关情况予以公示。", FANG, 16, line=29, indent=2)
         + para("{{#%s}}" % lines) + para(say, FANG, 16, line=29, indent=2) + para("{{/}}")
         + para("{{?%s.公示起 != null}}" % step) + para("公示期自{{%s.公示起|yyyy年M月d日}}至{{%s.公示止|yyyy年M月d日}}。" % (step, step), FANG, 16, line=29, indent=2) + para("{{/}}")
         + para("{{?%s.公示起 = null}}" % step) + para("公示期自　　年　　月　　日至　　年　　月　　日。", FANG, 16, line=29, indent=2) + para("{{/}}")
         + para("对公示对象有异议的，请在公示期内向组织部反映。提倡实名反映，反映情况应实事求是。", FANG, 16, line=29, indent=2)
         + para("联系电话：12380", FANG, 16, line=29, indent=2) + para("通讯地址：", FANG, 16, line=29, indent=2) + para("", size=16, line=29)
         + para(ISSUER, FANG, 16, "right", line=29, right=640) + para("{{if %s.张贴日期 != null then %s.张贴日期 else today()|yyyy年M月d日}}" % (step, step), FANG, 16, "right", line=29, right=640)
         + section(37, 35, 28, 26, footer=True), True)
    sheet(report, "任前公示结果报告", text(["根据《党政领导干部选拔任用工作条例》，对以下拟任职人选进行了任前公示："], 16, 30) + para("{{#%s}}" % lines) + para(say, FANG, 14, line=26, indent=2) + para("{{/}}")
          + text(["公示期自{{%s.公示起|yyyy年M月d日}}至{{%s.公示止|yyyy年M月d日}}。" % (step, step),
                  "公示期间，收到异议{{count(%s.异议)}}件，其中影响任用{{count(%s.异议[结论 = \"影响\"])}}件、不影响任用{{count(%s.异议[结论 = \"不影响\"])}}件，尚未答复{{count(%s.异议[结论 = null])}}件。" % ((step,) * 4)], 16, 30)
          + para("{{#%s.异议}}" % step) + para("第{{编号}}号，{{收到日期|yyyy年M月d日}}收到，{{if 结论 = null then \"尚未答复\" else \"结论：\" + 结论.名称}}。", FANG, 14, line=26, indent=2) + para("{{/}}") + signed("组织部（盖章）", "{{@截至}}"))


def cases():
    found = ["民主推荐：得{{民主推荐.得票}}票（实到{{民主推荐.实到}}人）。廉洁评价：{{民主推荐.廉洁评价}}", "履职：{{考察.各时期履职情况}}", "人岗相适：{{考察.人岗相适情况}}", "班子配合：{{考察.班子配合情况}}", "地方适应：{{考察.地方适应情况}}",
             "廉洁结论：{{考察.廉洁结论}}", "纪检监察：{{纪检监察机关回复.纪检监察意见}}　　档案审核：{{档案审核.档案审核结论}}　　个人有关事项：{{档案审核.事项核查结论}}",
             "审计{{审计机关回复.复函意见}}　信访{{信访部门回复.复函意见}}　公安{{公安机关回复.复函意见}}　法院{{法院回复.复函意见}}　检察院{{检察院回复.复函意见}}　税务{{税务部门回复.复函意见}}　卫健{{卫健部门回复.复函意见}}",
             "预审：{{预审.预审结论}}　　分管领导：{{部务会研究和酝酿.分管领导意见}}　　协管方：{{部务会研究和酝酿.协管方意见}}"]
    recommending("", "拟任职位", "人选名单", "人选", "民主推荐")
    recommending("单位", "中层职位", "中层名单", "中层人选", "单位民主推荐")
    double_signature("双签字表", "人选名单", "人选", "{{考察.廉洁结论}}")
    double_signature("批次双签字表", '方案行|行.种类 in ("提拔", "进一步使用")', "行.人选", "")
    committee_sheet("上会材料", "人选名单", "人选", "任{{拟任职位.职位全称|fit60}}", "{{人选.任免审批表[1].任免理由|box126x16}}", found)
    matter = '{{string join([if 行.拟任 != null then "任" + 行.拟任.职位全称 else null, if 行.拟免 != null then "免" + 行.拟免.职位全称 else null][item != null], "；")|fit50}}'
    committee_sheet("批次上会材料", "方案行", "行.人选", "{{行.种类}}：" + matter, "{{拟定方案.调整理由|box126x16}}",
                    ["干部档案：{{凡提四必.干部档案}}　　个人有关事项：{{凡提四必.个人有关事项}}", "纪检监察机关：{{凡提四必.纪检监察机关意见}}　　信访举报：{{凡提四必.信访举报}}", "方案预审：{{方案预审.方案预审结论}}"])
    minutes("讨论决定会议纪要", "会议纪要（干部任免，草稿）", "讨论{{拟任职位.职位全称}}人选，共{{count(人选名单)}}人。", "人选名单", "人选", "任{{拟任职位.职位全称|fit40}}", "讨论决定")
    minutes("会议纪要", "会议纪要（干部任免，草稿）", "讨论{{方案.方案名称}}，共{{count(方案行)}}人次。", "方案行", "行.人选", matter, "常委会讨论决定")
    bio = "{{%s.姓名}}，{{%s.性别}}，{{%s.民族}}，{{%s.出生年月|yyyy年M月}}出生，现任{{%s.现任职务}}，拟任{{%s}}。"
    posting("案件任前公示", "公示结果报告", "人选名单", bio % (("人选",) * 5 + ("拟任职位.职位全称",)), "任前公示")
    posting("批次任前公示", "批次公示结果报告", '方案行|行.种类 = "提拔"', bio % (("行.人选",) * 5 + ("行.拟任.职位全称",)), "公示提任人选")
    official("任职通知", "关于{{string join(人选名单.姓名, \"、\")}}同志任职的通知", ["经研究决定：", "{{#人选名单}}", "{{人选.姓名}}同志任{{拟任职位.职位全称}}。", "{{/}}"], number="办理任职.任免通知文号")
    official("批次任免通知", "关于{{方案行[1].人选.姓名}}等同志任免职的通知", ["经研究决定：", '{{#方案行|行.种类 in ("提拔", "进一步使用", "平级转任", "挂职")}}', "{{行.人选.姓名}}同志任{{行.拟任.职位全称}}{{if 行.种类 = \"挂职\" then \"（挂职）\" else \"\"}}；",
             "{{/}}", "{{#方案行|行.拟免 != null}}", "免去{{行.人选.姓名}}同志{{行.拟免.职位全称}}职务；", "{{/}}"], number="发任免通知.通知文号")


inspection()
assessing()
cases()
outcomes()
batch()
joining()
refused_registration()
