#!/bin/sh
# A few cases under way in the example county, so that a newcomer sees them at once.  Everybody in them is invented.
# Usage: cases.sh GUIJU AREA TODAY.  The accounts must be there.  Acts are entered on days before TODAY; the journal keeps the clock's time all the same.
set -eu
guiju=$1
area=$2
today=$3

day() { date -u -d "$today $1 days" +%F; }
# What does not go leaves its case where it stands, and is told.
g() {
    if ! out=$("$guiju" "$@" 2>&1); then
        echo "没有办成 (not done): $*" >&2
        echo "$out" | head -3 >&2
        return 0
    fi
    echo "$out"
}
number() { sed -n 's/^#\([0-9]*\) .*/\1/p' | head -1; }
open() { # who when procedure subject [more]
    who=$1 when=$2
    shift 2
    g case open "$area" "$@" --as "$who" --today "$(day "$when")" | number
}
act() { # who when case step [more]
    who=$1 when=$2
    shift 2
    [ -n "$1" ] || return 0
    g case act "$area" "$@" --as "$who" --today "$(day "$when")" >/dev/null
}
post() { # who when case step [more]
    who=$1 when=$2
    shift 2
    [ -n "$1" ] || return 0
    g notice publish "$area" "$@" --as "$who" --today "$(day "$when")" >/dev/null
}

# 征求意见函一次发出去，各部门各回各的。
letters() { # when case who...
    when=$1 case=$2
    shift 2
    act kezhang "$when" "$case" letters 征求意见函文号=长组函〔3〕号
    replied=""
    said=""
    for who; do replied="$replied $who/复函意见=没有反映" said="$said $who/纪检监察意见=没有异议"; done
    act kezhang $((when + 3)) "$case" discipline 纪检监察复函=长纪函〔8〕号 $said
    act jiandu $((when + 2)) "$case" supervision 巡察机构回复=没有反映 干部监督回复=没有反映
    for body in audit petitions police court procuratorate tax health; do act kezhang $((when + 4)) "$case" $body 复函文号=复〔12〕号 $replied; done
}
inspected() { echo "$1/考察材料=组考〔$2〕号 $1/各时期履职情况=历任岗位履职良好 $1/人岗相适情况=熟悉本行业务 $1/班子配合情况=配合默契 $1/地方适应情况=熟悉县情 $1/廉洁结论=未发现问题 $1/拟提名=$3"; }
signed="--sign 考察材料=考察组组长 --sign 廉洁结论=党委书记、纪委书记"

# 选拔任用：一件刚立案，一件等预审，一件正在公示、有一条异议，一件放下了。
c=$(open kezhang -6 appointment D043-02 --with C0031 --with C0043 --with C0049)

c=$(open kezhang -45 appointment D017-02 --with C0037 --with C0042 --with C0048)
act kezhang -44 "$c" proposal 拟任人数=1 结构比对表=长组比〔1〕号 比选名单=长组选〔1〕号 研判日期="$(day -60)" C0037/抽查结果=一致 C0042/抽查结果=一致 C0048/抽查结果=漏报
act buzhang -38 "$c" recommend --vote 应到=42 --vote 实到=39 --vote C0037=31 --vote C0042=27 --vote C0048=12 C0037/廉洁评价=未发现问题 C0037/列为考察对象=是 C0042/廉洁评价=未发现问题 C0042/列为考察对象=是 C0048/廉洁评价=未发现问题 C0048/列为考察对象=否
letters -36 "$c" C0037 C0042
act kezhang -30 "$c" file_check C0037/档案审核结论=属实 C0037/事项核查结论=一致 C0042/档案审核结论=属实 C0042/事项核查结论=一致
post kezhang -28 "$c" inspect
act kezhang -12 "$c" inspect 考察组人数=3 向所在单位反馈日期="$(day -14)" $(inspected C0037 1 是) $(inspected C0042 2 否) $signed

c=$(open kezhang -70 appointment D052-06 --with C0030 --with C0036)
act kezhang -69 "$c" proposal 拟任人数=1 结构比对表=长组比〔2〕号 比选名单=长组选〔2〕号 研判日期="$(day -80)" C0030/抽查结果=一致 C0036/抽查结果=一致
act buzhang -62 "$c" recommend --vote 应到=38 --vote 实到=36 --vote C0030=30 --vote C0036=24 C0030/廉洁评价=未发现问题 C0030/列为考察对象=是 C0036/廉洁评价=未发现问题 C0036/列为考察对象=是
letters -60 "$c" C0030 C0036
act kezhang -54 "$c" file_check C0030/档案审核结论=属实 C0030/事项核查结论=一致 C0036/档案审核结论=属实 C0036/事项核查结论=一致
post kezhang -52 "$c" inspect
act kezhang -34 "$c" inspect 考察组人数=2 向所在单位反馈日期="$(day -36)" $(inspected C0030 3 是) $(inspected C0036 4 否) $signed
act jiandu -28 "$c" preview 预审结论=通过 --reason discretion=程序和材料齐备
act buzhang -22 "$c" consult 部务会纪要=长组纪〔5〕号 分管领导意见=同意 协管方意见=不需要征求 统战部意见=不需要征求
act changwei -8 "$c" decide 常委会纪要=长常纪〔9〕号 --vote 应到=11 --vote 实到=10 --vote C0030/同意=9 --vote C0030/反对=0 --vote C0030/弃权=1
post kezhang -2 "$c" publish
if [ -n "$c" ]; then g notice object "$area" "$c" 反映学历登记与档案不一致，请核实 --from 群众来信 --today "$(day -1)" >/dev/null; fi

c=$(open kezhang -30 appointment D017-03 --with C0032 --with C0044)
if [ -n "$c" ]; then g case lay-down "$area" "$c" --because 职位设置正在调整，待机构编制部门明确以后另行动议 --as buzhang --today "$(day -20)" >/dev/null; fi

# 干部调整方案：连环三步加两人，职数按整批办完以后算。
g put "$area" adjustment_plan 方案编号=F01 方案名称=今年第一批调整方案 拟定日期="$(day -10)" >/dev/null
g put "$area" adjustment_plan 方案编号=F02 方案名称=今年第二批调整方案 拟定日期="$(day -2)" >/dev/null
n=0
row() { # plan person kind from to
    n=$((n + 1))
    set -- "$1" "$2" "$3" "${4:+拟免=$4}" "${5:+拟任=$5}"
    g put "$area" plan_line 所属方案="$1" 方案序号=$n 人选="$2" 种类="$3" ${4:+"$4"} ${5:+"$5"} >/dev/null
}
row F01 C0095 退休 D017-01 ""
row F01 C0097 提拔 D017-02 D017-01
row F01 C0102 平级转任 D018-02 D017-02
row F01 C0108 平级转任 D019-02 D018-02
row F01 C0252 免职 D043-02 ""
n=0
row F02 C0103 提拔 D018-02 D043-01
row F02 C0109 平级转任 D019-02 D018-02
c=$(open kezhang -9 adjustment F01)
act kezhang -9 "$c" draft 1/调整理由=到龄 2/调整理由=补缺，现任副职考核连年优秀 3/调整理由=同一岗位时间较长，交流 4/调整理由=补缺，交流 5/调整理由=另有任用
act bianban -7 "$c" seats 职数预审单=长编审〔4〕号
act kezhang -6 "$c" verify 2/干部档案=属实 2/个人有关事项=一致 2/纪检监察机关意见=没有异议 2/信访举报=没有可查线索 2/考察材料=组考〔7〕号 --sign 考察材料=考察组组长
act jiandu -4 "$c" preview 方案预审结论=通过 --reason discretion=理由充分，职数相符
c=$(open kezhang -2 adjustment F02)

# 发展党员：后铺村四名申请人，各在一处。
n=0
for who in 苏禾青:1999-03-12:-250 裴立川:1996-11-02:-210 文知夏:2001-07-21:-125 柏远舟:1998-01-30:-50; do
    n=$((n + 1))
    name=${who%%:*} rest=${who#*:}
    g put "$area" applicant 申请人编号=SQ00$n 申请人姓名="$name" 申请人出生日期="${rest%%:*}" 受理党组织=P027 递交申请日期="$(day "${rest#*:}")" 流动人员=否 >/dev/null
done
# 细则 2026 年 5 月 11 日起施行，以前的日子没有它的期限。
in_force() { [ "$(day "$1")" \> 2026-05-10 ]; }
c1=$(open shuji -240 admission SQ001)
act shuji -225 "$c1" first_talk 谈话人=周越泊
if in_force -190; then
    act zhiwei -190 "$c1" activist 产生方式=党员推荐 培养联系人数=2
    act zhenwei -185 "$c1" filed 备案文号=启党〔12〕号
fi
c2=$(open shuji -200 admission SQ002)
act shuji -195 "$c2" first_talk 谈话人=王志锐
if in_force -150; then act zhiwei -150 "$c2" activist 产生方式=群团推优 培养联系人数=1; fi
c3=$(open shuji -120 admission SQ003)
act shuji -100 "$c3" first_talk 谈话人=张漫芳
c4=$(open shuji -15 admission SQ004)

# 转正、组织关系转接、四议两公开、提醒。
c=$(open shuji -3 confirmation MP027-7)
c=$(open shuji -8 transfer_case MP027-11 拟转入党组织=P030 转接事由=居住变动)
act shuji -6 "$c" dues 党费交至="$(date -u -d "$today" +%Y-%m)"
c=$(open shuji -40 village_matter P027 事项=修建二组至三组的机耕道)
act shuji -38 "$c" propose 支委会记录=后铺支〔6〕号
act shuji -34 "$c" discuss 方案=修建机耕道三百二十米，宽三米，预算八万八千元，资金由村集体经济收入列支 两委会记录=后铺两委〔2〕号
act shuji -25 "$c" review --vote 应到=42 --vote 实到=35 --vote 同意=33 --vote 反对=1 --vote 弃权=1
act shuji -12 "$c" resolve --vote 应到=31 --vote 实到=28 --vote 同意=26 --vote 反对=1 --vote 弃权=1
post shuji -3 "$c" publish
c=$(open jiandu -12 admonition C0057 措施=提醒 事由=一项督办事项逾期未报 来源=考核)
act jiandu -9 "$c" verified 核实的事实=督办事项逾期七日报送 核实结论=属实
