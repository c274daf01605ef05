#!/usr/bin/env python3
"""A report is handled from beginning to end; the reporter's name is with the handler alone: in no print, list, trace, finding or journal.  (Who may read
the register of reporters: house.py.)

Usage: reporter.py GUIJU ROOT
"""
import os
import re
import subprocess
import sys
import tempfile

guiju, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
NAME, PHONE = "隐名人", "000-1234567"
wrong = []


def run(*args, ok=True):
    done = subprocess.run([guiju, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    text = done.stdout.decode("utf-8", "replace")
    if ok and done.returncode != 0:
        sys.exit(f"{' '.join(args)}\n{text}")
    return text


with tempfile.TemporaryDirectory(prefix="guiju-reporter-") as base:
    os.chdir(base)
    a = "a.guiju"
    run("init", a, "--pack", os.path.join(root, "packs/cn"))
    run("put", a, "cadre", "编号=C1", "姓名=甲", "在职状态=在职", "管理类别=本级管理")
    run("put", a, "report", "举报编号=J1", "收到日期=2026-01-05", "举报渠道=信件", "署名举报=是", "反映对象=C1", "反映内容=略")
    kept = run("put", a, "report_sender", "所属举报=J1", f"举报人姓名={NAME}", f"举报人联系方式={PHONE}")
    for name, role in (("shouli", "report-handler"), ("jiandu", "cadre-supervision"), ("buzhang", "org-department"), ("ganbu", "cadre-office")):
        run("account", "add", a, name, name)
        run("grant", a, name, role)
    opened = run("case", "open", a, "report_handling", "J1", "--as", "shouli")
    case = run("case", "list", a).split()[0].lstrip("#")
    shown = [opened]
    shown.append(run("case", "act", a, case, "assign", "分给=干部监督科", "--as", "buzhang"))
    shown.append(run("case", "act", a, case, "check", "核查的事实=有此事", "核查的证据=记录", "核查结果=属实", "听取过被反映人说明=是", "--as", "jiandu"))
    shown.append(run("case", "act", a, case, "conclude", "--reason", "discretion=清楚", "--as", "buzhang"))
    shown.append(run("case", "act", a, case, "answer", "--as", "shouli"))
    for args in (("case", "print", a, case), ("case", "show", a, case), ("case", "list", a, "--all"), ("trace", a, "case/" + case), ("journal", "log", a, "--last", "200"),
                 ("judge", a, "--today", "2026-12-01"), ("get", a, "report", "J1"), ("get", a, "cadre", "C1")):
        shown.append(run(*args, ok=args[0] != "trace"))
    if not any("属实" in s for s in shown):
        wrong.append("the case was not handled to its end")
    for i, s in enumerate(shown):
        if NAME in s or PHONE in s:
            wrong.append(f"the reporter is told ({i}):\n{s}")
    if NAME not in run("get", a, "report_sender", re.search(r"report_sender/(\d+)", kept).group(1)):
        wrong.append("the reporter was not kept at all")
for w in wrong:
    print("not ok", w)
sys.exit(1 if wrong else 0)
