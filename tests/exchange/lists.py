#!/usr/bin/env python3
"""Rosters, statistics, comparison over the invented county, as a clerk types them.  Usage: lists.py GUIJU ROOT"""
import csv
import io
import os
import re
import tempfile
import zipfile

from clerk import ROOT, done, must, run


def rows(path):
    return list(csv.reader(io.StringIO(open(path, encoding="utf-8-sig").read())))


with tempfile.TemporaryDirectory() as d:
    os.chdir(d)
    run("demo", d + "/a.guiju", "--people", "200", cwd=ROOT)
    # A roster: order of the establishment, groups, a day that is printed, columns worked out as of it.
    text = run("roster", "a.guiju", "干部花名册", "--as-of", "2025-01-01")
    must("截至 2025年1月1日" in text and "小计" in text and "合计" in text, "no day or no sums:\n" + text[:500])
    now, then = [run("roster", "a.guiju", "x", "--over", "cadre", "--columns", "编号;年龄", "--as-of", day) for day in ("2026-06-01", "2016-06-01")]
    ages = [dict(re.findall(r"(\S+) +(\d+)$", t, re.M)) for t in (now, then)]
    must(ages[0] and all(int(ages[0][k]) == int(v) + 10 for k, v in ages[1].items() if k in ages[0]), "ages are not as of the day")
    # The guard: fifty and more with personal data.
    said = run("roster", "a.guiju", "干部花名册", "-o", "r.xlsx", ok=3)
    must("list.guard" in said and not os.path.exists("r.xlsx"), "not guarded: " + said)
    before = run("export", "a.guiju", "export")
    run("put", "a.guiju", "account", "登录名=zhang", "姓名=张某", "启用日期=2026-01-01")
    said = run("roster", "a.guiju", "干部花名册", "-o", "r.xlsx", "--reason", "年度核对", "--second", "zhang")
    must("r.xlsx" in said, said)
    must(len(run("export", "a.guiju", "export").splitlines()) == len(before.splitlines()) + 1, "the export is not in the book")
    run("roster", "a.guiju", "干部花名册", "-o", "s.xlsx", "--reason", "年度核对", "--second", "nobody", ok=3)
    must(not os.path.exists("s.xlsx"), "a second person who is not there")
    sheet = zipfile.ZipFile("r.xlsx").read("xl/worksheets/sheet1.xml").decode()
    for want in ('paperSize="8"', 'state="frozen"', "mergeCell ", "导出登记"):
        must(want in sheet, "no %s in the sheet" % want)
    must("<f>" not in sheet, "something computes")
    # Fewer, and to CSV; citizen numbers only by their ends.
    run("roster", "a.guiju", "少数", "--over", "cadre", "--columns", "编号;姓名;公民身份号码;任同一职位年限", "--where", '编号 in ("0", "1") or 年龄 >= 59', "--order", "拼音", "-o", "few.csv")
    few = rows("few.csv")
    must(few[0][1:] == ["编号", "姓名", "公民身份号码", "任同一职位年限"], "headings %r" % few[0])
    must(all(re.fullmatch(r"\*{4}.{4}|", r[3]) for r in few[1:]), "numbers are shown: %r" % few[1:3])
    run("roster", "a.guiju", "--over", "cadre", "--columns", "公民身份号码", "--unmasked", "--where", "年龄 >= 59", ok=3)
    # A roster's columns come from the column evaluator, an export's derived fields from the scalar one: they say the same.
    run("export", "a.guiju", "cadre", "--derived", "--order", "key", "-o", "all.csv", "--reason", "核对", "--second", "zhang")
    whole = rows("all.csv")
    seen = [i for i, title in enumerate(whole[0]) if not title.endswith("单位") and title not in ("编号", "公民身份号码", "关心关爱", "本人同意日期")]
    run("roster", "a.guiju", "--over", "cadre", "--columns", ";".join(["编号"] + [whole[0][i] for i in seen]), "--order", "编号", "-o", "same.csv", "--reason", "核对", "--second", "zhang")
    mine, theirs = {r[1]: r[2:] for r in rows("same.csv")[1:]}, {r[0]: [r[i] for i in seen] for r in whole[1:]}
    must(len(mine) == 200 and len(seen) > 40 and set(mine) == set(theirs), "not the same people")
    for key in mine:
        for i, (x, y) in enumerate(zip(mine[key], theirs.get(key, []))):
            must(x == y, "%s %s: a roster says %r, an export %r" % (key, whole[0][seen[i]], x, y))
    # Order by strokes differs from pinyin, and neither loses anybody.
    run("roster", "a.guiju", "--over", "org", "--columns", "编码;名称", "--order", "strokes", "-o", "1.csv")
    run("roster", "a.guiju", "--over", "org", "--columns", "编码;名称", "--order", "pinyin", "-o", "2.csv")
    one, two = [[r[1] for r in rows(p)[1:]] for p in ("1.csv", "2.csv")]
    must(one != two and sorted(one) == sorted(two) and len(one) > 10, "orders")
    # Mistakes are told with the nearest; what is protected picks nobody.
    must("年龄" in run("roster", "a.guiju", "--over", "cadre", "--columns", "姓名;年陵", ok=3), "no nearest name")
    must("干部花名册" in run("roster", "a.guiju", "干部花名", ok=3), "no nearest roster")
    for where in ('民族 = "汉族"', '健康状况 = "健康"'):
        must("list.use" in run("roster", "a.guiju", "--over", "cadre", "--columns", "姓名", "--where", where, ok=3), "picked by " + where)
    # Statistics: sums, and small groups.
    table = run("stats", "a.guiju", "structure", "--as-of", "2026-06-01")
    total = re.search(r"^合计 +(\d+)", table, re.M)
    men, women = [re.search(r"^%s +(\d+)" % w, table, re.M) for w in "男女"]
    must(total and men and women and int(total[1]) == int(men[1]) + int(women[1]), "sums:\n" + table)
    guarded = run("stats", "a.guiju", "structure", "--as-of", "2026-06-01", "--guarded")
    cells = [x for line in guarded.splitlines()[2:7] for x in line.split()[1:]]
    must("*" in cells and not any(x.isdigit() and 0 < int(x) < 5 for x in cells), "small groups:\n" + guarded)
    must("structure" in run("stats", "a.guiju", "structur", ok=3), "no nearest report")
    run("stats", "a.guiju", "structure", "-o", "t.xlsx")
    # Comparison: the same, then one changed, one gone, one added, one who fits two.
    run("export", "a.guiju", "cadre", "-o", "all.xlsx", "--reason", "核对", "--second", "zhang")
    said = run("compare", "a.guiju", "cadre", "all.xlsx")
    must("文件多出 0，文件缺少 0，不同 0，对不准 0" in said, said[-300:])
    run("export", "a.guiju", "cadre", "-o", "all.csv", "--reason", "核对", "--second", "zhang")
    people = rows("all.csv")
    i, name = people[0].index("籍贯"), people[0].index("姓名")
    gone = people[3][name]
    run("put", "a.guiju", "cadre", people[1][0], "籍贯=别处", "性别=")
    run("put", "a.guiju", "cadre", "编号=新来", "姓名=新来的人", "在职状态=在职", "管理类别=本级管理")
    said = run("compare", "a.guiju", "cadre", "all.xlsx", ok=1)
    must("籍贯：别处 → " + people[1][i] in said and "文件缺少" in said and "新来的人" in said and "不同 1" in said, said[-500:])
    del gone
    # A sheet against another: a cell changed, one added, one gone; the same sheet with itself differs nowhere.
    run("export", "a.guiju", "cadre", "-o", "new.xlsx", "--reason", "核对", "--second", "zhang")
    must("不同 0" in run("compare", "a.guiju", "cadre", "new.xlsx", "new.xlsx"), "a sheet with itself")
    said = run("compare", "a.guiju", "cadre", "all.xlsx", "new.xlsx", ok=1)
    must("籍贯：" + people[1][i] + " → 别处" in said and "文件多出 1，文件缺少 0，不同 1" in said, said[-500:])
    said = run("compare", "a.guiju", "cadre", "new.xlsx", "all.xlsx", ok=1)
    must("文件多出 0，文件缺少 1，不同 1" in said, said[-500:])
    run("roster", "a.guiju", "--over", "cadre", "--columns", "性别;籍贯", "-o", "nobody.xlsx", "--reason", "核对", "--second", "zhang")
    must("能认出是谁" in run("compare", "a.guiju", "cadre", "new.xlsx", "nobody.xlsx", ok=3), "nothing tells rows apart")

done()
