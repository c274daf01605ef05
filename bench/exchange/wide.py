"""A register of twenty columns and its rows as CSV, without chance: wide.py FOLDER ROWS makes FOLDER/pack/01.md and FOLDER/wide.csv."""
import os
import sys

folder, rows = sys.argv[1], int(sys.argv[2])
kinds = ["text(40)", "number(2)", "date", "month", "boolean"]
os.makedirs(folder + "/pack", exist_ok=True)
fields = "\n".join(f"  c{i}: {{title: 栏{i}, type: {kinds[i % 5]}}}" for i in range(1, 20))
with open(folder + "/pack/01.md", "w") as out:
    out.write('# 宽表\n\n```guiju\npack: wide\ntitle: 宽表\nversion: "1"\nover: [core 1]\n```\n\n```guiju\nregister: item\ntitle: 事项\ndisplay: 编号\nfields:\n'
              f"  code: {{title: 编号, type: text(20), key: yes}}\n{fields}\n```\n")


def cell(i: int, n: int) -> str:
    return [f"文字{n % 5000 + i}", f"{n % 9999}.{n % 100:02d}", f"20{n % 25:02d}-{n % 12 + 1:02d}-{n % 28 + 1:02d}", f"19{n % 90 + 10:02d}-{n % 12 + 1:02d}", "是" if n % 2 else "否"][i % 5]


with open(folder + "/wide.csv", "w") as out:
    out.write(",".join(["编号"] + [f"栏{i}" for i in range(1, 20)]) + "\n")
    for n in range(rows):
        out.write(",".join([f"A{n:07d}"] + [cell(i, n) for i in range(1, 20)]) + "\n")
