#!/usr/bin/env python3
"""What packs must not do, tried: each little pack over packs/cn crosses one line, and must be refused with the code that guards it.

Usage: bars.py GUIJU PACKS_CORE PACKS_CN
"""
import os
import subprocess
import sys
import tempfile

GATE = """```guiju
procedure: try_{name}
title: 试办
basis: 本级规定
subject: {{register: {over}, title: 对象}}
open: {{by: cadre-office}}
lay-down: {{by: cadre-office, basis: 本级规定}}
steps:
  - step: one
    title: 一步
    by: cadre-office
    gates: [{{gate: crossing, title: 越线, basis: 本级规定, must: '{must}', say: 不行}}]
```
"""
RULE = """```guiju
rule: try-{name}
title: 试判
basis: 本级规定
over: {over}
when: '{when}'
raise: {{say: 不行}}
```
"""
NOTICE = """```guiju
notice: try_notice
title: 试公示
basis: 本级规定
of: {of}
show: [{show}]
say: "{{{show}}}"
window: 任前公示期
```
"""

# title, code, text
BARS = [
    ("a gate on age", "use.refused", GATE.format(name="age", over="cadre", must="对象.年龄 < 年轻岁数")),
    ("a gate on sex", "use.refused", GATE.format(name="sex", over="cadre", must='对象.性别 = "男"')),
    ("a gate on ethnicity", "use.refused", GATE.format(name="ethnic", over="cadre", must='对象.民族 = "汉族"')),
    ("a rule on ethnicity", "use.refused", RULE.format(name="ethnic", over="cadre", when='民族 = "汉族"')),
    ("a rule on health", "use.refused", RULE.format(name="health", over="cadre", when='健康状况 = "较差"')),
    ("a rule on the family", "use.refused", RULE.format(name="family", over="cadre", when="count(家庭成员) > 0")),
    ("a gate on the reserve list", "use.refused", GATE.format(name="reserve", over="cadre", must="count(对象.后备记录) > 0")),
    ("a gate on the number of reports", "use.refused", GATE.format(name="reports", over="cadre", must="count(对象.被反映) = 0")),
    ("a gate on what was reported", "use.refused", GATE.format(name="reported", over="report", must='对象.反映内容 != null')),
    ("a rule on who reported", "use.refused", RULE.format(name="sender", over="report", when="count(举报人) > 0")),
    ("a gate on who is cared for", "use.refused", GATE.format(name="care", over="cadre", must="对象.关心关爱 = false")),
    ("a number of the law in a rule", "pack.literal", RULE.format(name="literal", over="cadre", when="任同一职位年限 >= 12")),
    ("a looser parameter", "pack.loosens", "```guiju\nextend: params(selection)\nrows: [{name: notice_days, from: 2026-07-01, value: 3, basis: 本级规定}]\n```\n"),
]
HEAD = """# 试

```guiju
pack: crossing
title: 试
version: "1"
over: [cn 2026.1]
```
```guiju
params: crossing
rows: [{name: try_young, title: 年轻岁数, type: number, unit: year, tighten: fixed, from: 2019-01-01, value: 35, basis: 本级规定, status: unsettled}]
```
"""

guiju, core, cn = sys.argv[1:4]
wrong = []
with tempfile.TemporaryDirectory(prefix="guiju-bars-") as base:
    # The same pack without the crossing loads: what is refused below is refused for the crossing alone.
    for title, code, text in [("nothing", None, "")] + BARS:
        with open(os.path.join(base, "01-试.md"), "w", encoding="utf-8") as f:
            f.write(HEAD + text)
        done = subprocess.run([guiju, "pack", "check", core, cn, base], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        said = done.stdout.decode("utf-8", "replace")
        if code is None:
            if done.returncode != 0:
                wrong.append(f"the pack that crosses nothing is refused:\n{said}")
        elif done.returncode == 0:
            wrong.append(f"{title} loads")
        elif code not in said:
            wrong.append(f"{title} is not refused with {code}:\n{said}")
for w in wrong:
    print("not ok", w)
print(f"{len(BARS)} bars, {len(wrong)} do not hold")
sys.exit(1 if wrong else 0)
