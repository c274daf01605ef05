#!/bin/sh
# exchange.sh - forms in against a bare parse plus base64; a roster against a bare loop that writes the same cells; memory of a wide register in and out
# (a million rows with FULL=1).  Usage: exchange.sh BUILD [FORMS] [PEOPLE]
set -eu
BUILD=$(cd "$1" && pwd) FORMS=${2:-1000} PEOPLE=${3:-30000}
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
DATA=${DATA:-$BUILD/bench-data}/exchange
ninja -C "$BUILD" guiju bench/bench_run bench/bench_bare_forms bench/bench_bare_sheet >/dev/null
rm -rf "$DATA" && mkdir -p "$DATA/forms" && cd "$DATA"
python3 - "$FORMS" <<'P'
import base64, os, sys
noise = os.urandom(90000)
for n in range(int(sys.argv[1])):
    lines = "\n".join("%d.07--%d.07  长庚县水利局科员" % (1998 + 3 * i, 2001 + 3 * i) for i in range(8))
    kin = "".join("<Item><ChengWei>父亲</ChengWei><XingMing>亲%d</XingMing><ChuShengRiQi>195001</ChuShengRiQi><ZhengZhiMianMao>群众</ZhengZhiMianMao><GongZuoDanWeiJiZhiWu>务农</GongZuoDanWeiJiZhiWu></Item>" % i for i in range(4))
    own = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x04\x01\x02\xff\xc0\x00\x11\x08\x01\xcc\x01\x78\x03\x01\x22\x00\x02\x11%06d" % n + noise).decode()
    open("forms/%05d.lrmx" % n, "w").write("<Person><XingMing>试%d</XingMing><XingBie>男</XingBie><ChuShengNianYue>197%d0%d</ChuShengNianYue><MinZu>汉族</MinZu><CanJiaGongZuoShiJian>199807</CanJiaGongZuoShiJian>"
        "<JianLi>%s</JianLi><JiaTingChengYuan>%s</JiaTingChengYuan><ZhaoPian>%s</ZhaoPian><Version>3.2.1.6</Version></Person>" % (n, n % 10, n % 9 + 1, lines, kin, own))
P
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
# Runs a command; $wall and $cpu are then its seconds, $peak its MiB.
took() {
    rm -f took
    "$BUILD/bench/bench_run" took "$@" >/dev/null
    wall=$(awk '{printf "%.3f", $1 / 1e6}' took) cpu=$(awk '{printf "%.3f", ($2 + $3) / 1e6}' took) peak=$(awk '{printf "%.0f", $4 / 1024}' took)
}
both() { took "$@"; bare=$wall bare_cpu=$cpu; }
"$BUILD/guiju" init a.guiju --pack "$ROOT/packs/core" "$ROOT/packs/cn" >/dev/null
both sh -c "ls forms/* | xargs '$BUILD/bench/bench_bare_forms'"
zip -q -0 -r forms.zip forms 2>/dev/null || python3 -m zipfile -c forms.zip forms
took "$BUILD/guiju" import a.guiju cadre forms.zip
echo "forms: $FORMS files, bare $bare s, in with checks and writes $wall s ($peak MiB): $(ratio "$bare" "$wall") of the bare speed, $(ratio "$bare_cpu" "$cpu") by processor time (target 0.3)"
took "$BUILD/guiju" import a.guiju cadre forms.zip --dry-run
echo "forms: read and checked again, nothing written: $(ratio "$bare_cpu" "$cpu") by processor time"
(cd "$ROOT" && "$BUILD/guiju" demo "$DATA/b.guiju" --people "$PEOPLE" >/dev/null)
columns="编号;姓名;性别;出生年月;籍贯;出生地;参加工作时间;入党时间;政治面貌;专业技术职务;熟悉专业和专长;在职状态;管理类别;职务层次;任现职务层次时间;职级;任现职级时间;年龄;法定退休年月"
"$BUILD/guiju" roster b.guiju --over cadre --columns "$columns" --order 编号 >cells.txt
"$BUILD/guiju" put b.guiju account 登录名=bench 姓名=某 启用日期=2026-01-01 >/dev/null
"$BUILD/guiju" roster b.guiju --over cadre --columns "$columns" --order 编号 -o cells.csv --reason bench --second bench >/dev/null
both "$BUILD/bench/bench_bare_sheet" cells.csv bare.xlsx
took "$BUILD/guiju" roster b.guiju --over cadre --columns "$columns" --order 编号 -o mine.xlsx --reason bench --second bench
echo "roster: $(wc -l <cells.csv) rows x 20, bare loop $bare s, roster $wall s ($peak MiB): $(ratio "$wall" "$bare") times, $(ratio "$cpu" "$bare_cpu") by processor time (target 1.5)"
rows=$([ "${FULL:-0}" = 1 ] && echo 1000000 || echo 20000)
python3 "$ROOT/bench/exchange/wide.py" . "$rows"
wide="编号"; for i in $(seq 19); do wide="$wide;栏$i"; done
for area in c d; do "$BUILD/guiju" init "$area.guiju" --pack "$ROOT/packs/core" pack >/dev/null; done
told() { echo "$1, $rows rows x 20: $wall s, $cpu s of processor time, $peak MiB"; }
took "$BUILD/guiju" import c.guiju item wide.csv; told "csv in"
took "$BUILD/guiju" export c.guiju item -o out.csv; told "csv out"
took "$BUILD/guiju" export c.guiju item --format xlsx -o out.xlsx; told "xlsx out"
took "$BUILD/guiju" roster c.guiju --over item --columns "$wide" --order 编号 -o roster.xlsx; told "roster to xlsx"
took "$BUILD/guiju" import d.guiju item out.xlsx; told "xlsx in"
"$BUILD/guiju" export d.guiju item -o again.csv >/dev/null
cmp out.csv again.csv && echo "what went out as xlsx came in as it was"
