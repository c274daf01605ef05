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
letters() { # sent case who...  (the other functions use `when`)
    sent=$1 case=$2
    shift 2
    act kezhang "$sent" "$case" letters 征求意见函文号=长组函〔3〕号
    replied=""
    said=""
    for who; do replied="$replied $who/复函意见=没有反映" said="$said $who/纪检监察意见=没有异议"; done
    act kezhang $((sent + 3)) "$case" discipline 纪检监察复函=长纪函〔8〕号 $said
    act jiandu $((sent + 2)) "$case" supervision 巡察机构回复=没有反映 干部监督回复=没有反映
    for body in audit petitions police court procuratorate tax health; do act kezhang $((sent + 4)) "$case" $body 复函文号=复〔12〕号 $replied; done
}
inspected() { echo "$1/考察材料=组考〔$2〕号 $1/各时期履职情况=历任岗位履职良好 $1/人岗相适情况=熟悉本行业务 $1/班子配合情况=配合默契 $1/地方适应情况=熟悉县情 $1/情况来源=谈话二十三人，查阅考核材料 $1/廉洁结论=未发现问题 $1/拟提名=$3 $1/不提名理由=${4:-}"; }
signed="--sign 考察材料=考察组组长 --sign 廉洁结论=党委书记、纪委书记"

# 各组案件互不相干，同时办，两组一起。
selection() {
# 班子研判在先，动议引用它。
reviewed() { g put "$area" team_review 研判班子="$1" 研判日="$(day "$2")" 研判人=干部科 运行情况=运行正常 作风情况=作风较实 业绩情况=完成年度目标 结构和能力差距=缺少懂业务的副职 研判建议=补充一名 需要调整人数=1 >/dev/null; }
reviewed D017 -60
reviewed D052 -80
reviewed D043 -20
# 选拔任用：一件刚立案，一件等预审，一件正在公示、有一条异议，一件放下了。
c=$(open kezhang -6 appointment D043-02 --with C0031 --with C0043 --with C0049)

c=$(open kezhang -45 appointment D017-02 --with C0037 --with C0042 --with C0048)
act kezhang -44 "$c" proposal 拟任人数=1 结构比对表=长组比〔1〕号 比选名单=长组选〔1〕号 研判日期="$(day -60)" 第一责任人=县委书记 主要责任人=组织部长 C0037/抽查结果=一致 C0042/抽查结果=一致 C0048/抽查结果=漏报
act buzhang -38 "$c" recommend --vote 应到=42 --vote 实到=39 --vote C0037=31 --vote C0042=27 --vote C0048=12 C0037/廉洁评价=未发现问题 C0037/列为考察对象=是 C0042/廉洁评价=未发现问题 C0042/列为考察对象=是 C0048/廉洁评价=未发现问题 C0048/列为考察对象=否 C0048/不列入理由=报告漏报，正在说明
letters -36 "$c" C0037 C0042
act kezhang -30 "$c" file_check C0037/档案审核结论=属实 C0037/事项核查结论=一致 C0042/档案审核结论=属实 C0042/事项核查结论=一致
post kezhang -28 "$c" inspect
act kezhang -12 "$c" inspect 考察组人数=3 向所在单位反馈日期="$(day -14)" $(inspected C0037 1 是) $(inspected C0042 2 否 另一人更熟悉业务) $signed

c=$(open kezhang -70 appointment D052-06 --with C0030 --with C0049)
act kezhang -69 "$c" proposal 拟任人数=1 结构比对表=长组比〔2〕号 比选名单=长组选〔2〕号 研判日期="$(day -80)" 第一责任人=县委书记 主要责任人=组织部长 C0030/抽查结果=一致 C0049/抽查结果=一致
act buzhang -62 "$c" recommend --vote 应到=38 --vote 实到=36 --vote C0030=30 --vote C0049=24 C0030/廉洁评价=未发现问题 C0030/列为考察对象=是 C0049/廉洁评价=未发现问题 C0049/列为考察对象=是
letters -60 "$c" C0030 C0049
act kezhang -54 "$c" file_check C0030/档案审核结论=属实 C0030/事项核查结论=一致 C0049/档案审核结论=属实 C0049/事项核查结论=一致
post kezhang -52 "$c" inspect
act kezhang -34 "$c" inspect 考察组人数=2 向所在单位反馈日期="$(day -36)" $(inspected C0030 3 是) $(inspected C0049 4 否 另一人更熟悉业务) $signed
act jiandu -28 "$c" preview 预审结论=通过 职数符合=是 条件符合=是 程序符合=是 材料齐全=是 --reason discretion=程序和材料齐备
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
act kezhang -9 "$c" draft 班子结构比对表=长组比〔3〕号 人选比选名单=长组选〔3〕号 1/调整理由=到龄 2/调整理由=补缺，现任副职考核连年优秀 3/调整理由=同一岗位时间较长，交流 4/调整理由=补缺，交流 5/调整理由=另有任用
act bianban -7 "$c" seats 职数预审单=长编审〔4〕号
act kezhang -6 "$c" verify 2/民主推荐日期="$(day -40)" 2/廉洁评价=未发现问题 2/考察预告日期="$(day -30)" 2/廉洁自律结论=未发现问题 2/干部档案=属实 2/个人有关事项=一致 2/纪检监察机关意见=没有异议 2/信访举报=没有可查线索 2/考察材料=组考〔7〕号 --sign 考察材料=考察组组长 --sign 廉洁自律结论=党委书记、纪委书记
act jiandu -4 "$c" preview 方案预审结论=通过 --reason discretion=理由充分，职数相符
c=$(open kezhang -2 adjustment F02)
}

others() {
# 发展党员：后铺村四名申请人，各在一处。
n=0
for who in 苏禾青:1999-03-12:-250:青年农民 裴立川:1996-11-02:-210:青年农民 文知夏:2001-07-21:-125:高知识群体 柏远舟:1998-01-30:-50:生产工作一线; do
    n=$((n + 1))
    name=${who%%:*} rest=${who#*:} kind=${who##*:}
    rest=${rest%:*}
    g put "$area" applicant 申请人编号=SQ00$n 申请人姓名="$name" 申请人出生日期="${rest%%:*}" 受理党组织=P027 递交申请日期="$(day "${rest#*:}")" 流动人员=否 发展类别="$kind" >/dev/null
done
c1=$(open shuji -240 admission SQ001)
act shuji -225 "$c1" first_talk 谈话人=周越泊
act zhiwei -190 "$c1" activist 产生方式=党员推荐 培养联系人数=2
act zhenwei -185 "$c1" filed 备案文号=启党〔12〕号
c2=$(open shuji -200 admission SQ002)
act shuji -195 "$c2" first_talk 谈话人=王志锐
act zhiwei -150 "$c2" activist 产生方式=群团推优 培养联系人数=1
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
}

# 以后的程序，一种一件，各停在要人办的地方。
later() {
put() { g put "$area" "$@" >/dev/null; }
# 免职、退休：到龄的，先免职，退休等着。
c=$(open kezhang -9 removal 石行中共长庚县委统战部业务股股长 拟免原因=到龄 免职理由=达到退休年龄)
act buzhang -6 "$c" study 部务会研究纪要=长组纪〔7〕号
c=$(open kezhang -12 retirement C0052 退休方式=到龄退休)
act dangan -9 "$c" check 所据档案材料=最早形成的登记表 核定退休年月="$(date -u -d "$today -1 month" +%Y-%m)"
# 职级晋升：两人推荐以后考察一人。
c=$(open gongwuke -24 rank_promotion 云桥街道一级和二级主任科员 --with C0427 --with C0428)
act gongwuke -23 "$c" plan 拟晋升人数=1 C0427/拟晋职级=二级主任科员 C0428/拟晋职级=二级主任科员
act gongwuke -16 "$c" recommend --vote 应到=31 --vote 实到=29 --vote C0427=12 --vote C0428=24 C0427/列为考察人选=否 C0428/列为考察人选=是
# 竞争上岗：笔试过了，等面试。
put contest 公告编号=JZ01 公告名称=县委老干部局办公室主任竞争上岗 选拔方式=竞争上岗 用人单位=D013 选拔职位=D013-04 选拔名额=1 公告条件=在县直机关工作满三年，近三年考核称职以上 条件依据=任用条例和本级规定 面试人数=3 考察人数=2 公告日期="$(day -40)" 报名截止="$(day -20)" 计划完成日期="$(day 40)"
for who in 安若川 毕晓岚 车以宁 狄知远; do put contest_entry 所报公告=JZ01 报名人姓名=$who 报名人单位=县直机关 报名日期="$(day -25)"; done
c=$(open kezhang -18 contest_case JZ01 --with 安若川 --with 毕晓岚 --with 车以宁 --with 狄知远)
act kezhang -16 "$c" qualify 安若川/符合公告条件=是 毕晓岚/符合公告条件=是 车以宁/符合公告条件=是 狄知远/符合公告条件=否 狄知远/不符合哪一条=在县直机关工作不满三年
act kezhang -8 "$c" written 安若川/卷面成绩=81.5 毕晓岚/卷面成绩=86 车以宁/卷面成绩=78
# 调整不适宜担任现职：核实了，等听本人陈述。
c=$(open jiandu -20 unfit 单斌南箕乡党政综合办公室主任 涉及情形=连续两年基本称职 情形来源=年度考核 反映的问题=连续两年完成任务在全乡靠后)
act jiandu -10 "$c" verify 认定的事实=两个年度目标任务完成率均不足七成 认定的证据=目标考核通报 认定结论=不适宜担任现职 --reason discretion=情形和事实相符，程度需听取本人陈述
# 干部交流：两人对调，等征求意见。
c=$(open kezhang -11 exchange_batch 2025年县直部门交流 --line '交流人=C0103;交流种类=任满交流;调出职位=D018-02;调入职位=D006-02' --line '交流人=C0030;交流种类=任满交流;调出职位=D006-02;调入职位=D018-02')
act kezhang -10 "$c" draft 1/交流理由=任同一职位满十年 2/交流理由=任同一职位满十年 --reason reaches-target=本批先办两人，其余下一批补足
# 举报：核查中；举报人只有受理人看得见。
put report 举报编号=JB01 收到日期="$(day -30)" 举报渠道=信件 署名举报=是 反映对象=C0117 反映内容=反映办公用房超出标准 线索具体可查=是
put report_sender 所属举报=JB01 举报人姓名=程不言
c=$(open shouli -29 report_handling JB01)
act buzhang -27 "$c" assign 分给=干部监督科
# 支委补选：等镇党委批复。
c=$(open shuji -14 party_election P027 应选人数=1 选举原因=补选 --with MP027-4 --with MP027-8)
act shuji -13 "$c" ask 选举请示文号=后铺支〔7〕号
# 三务公开：目录三项；各村按期公开，后铺村的收支明细过了期，槐林村的宅基地审批从来没有公开过。
put open_item 公开项目=收支明细 公开类别=财务 公开周期=每月 公开责任人=村会计 列入目录日期="$(day -400)"
put open_item 公开项目=党费收缴 公开类别=党务 公开周期=每年 公开责任人=组织委员 列入目录日期="$(day -400)"
put open_item 公开项目=宅基地审批 公开类别=村务 公开周期=每季 公开责任人=村文书 列入目录日期="$(day -400)"
dir=$(mktemp -d)
{
    echo 公开村,目录项目,应公开日期,公开日期,公开地点
    for n in $(seq 61 93); do
        echo "D0$n,党费收缴,$(day -60),$(day -61),村口公开栏"
        if [ "$n" != 61 ]; then echo "D0$n,收支明细,$(day -10),$(day -11),村口公开栏"; fi
        if [ "$n" != 62 ]; then echo "D0$n,宅基地审批,$(day -30),$(day -30),村口公开栏"; fi
    done
    echo "D061,收支明细,$(day -75),$(day -76),村口公开栏"
    echo "D061,收支明细,$(day -14),,"
} >"$dir/opening.csv"
g import "$area" opening "$dir/opening.csv" >/dev/null
rm -r "$dir"
c=$(open shuji -12 opening_case 启明镇后铺村收支明细"$(day -14)")
act shuji -10 "$c" draft 公开正文=本月收入一万二千元（土地流转），支出九千四百元（道路养护、路灯电费），结余二千六百元
g judge "$area" --rule opening-absent --record --today "$today" >/dev/null
# 票：一次已经点完，一次两位计票人正在各录各的。
dir=$(mktemp -d)
awk 'BEGIN { for (i = 1; i <= 36; i++) print (i % 9 == 0 ? "" : i % 3 == 0 ? "2=yes" : "1=yes") }' >"$dir/papers"
g ballot enter "$area" recommend_vote 县委党校副校长民主推荐 --candidate 安若川 --candidate 毕晓岚 --papers "$dir/papers" --papers "$dir/papers" --entitled 40 --present 36 --as buzhang >/dev/null
rm -r "$dir"
g put "$area" team_review 研判班子=D017 研判日="$(day -20)" 研判人=干部科 运行情况=运行正常 作风情况=作风较实 业绩情况=完成年度目标 结构和能力差距=缺一名纪检监察组组长 研判建议=补充一名 需要调整人数=1 >/dev/null
c=$(open kezhang -12 appointment D017-03 --with C0042 --with C0048)
act kezhang -9 "$c" proposal 拟任人数=1 结构比对表=长组比〔4〕号 比选名单=长组选〔4〕号 研判日期="$(day -20)" 第一责任人=县委书记 主要责任人=组织部长 C0042/抽查结果=一致 C0048/抽查结果=一致
if [ -n "$c" ]; then b=$(g ballot prepare "$area" recommend_vote 发展和改革局派驻纪检监察组组长民主推荐 --case "$c" --candidate C0042 --candidate C0048 --entitled 36 --present 31 --as buzhang | tr -d '#'); else b=; fi
if [ -n "$b" ]; then
    g ballot type "$area" "$b" 1=yes 2=yes 1=yes 1=yes 2=yes 1=yes 2=yes 1=yes --as jipiaojia >/dev/null
    g ballot type "$area" "$b" 1=yes 2=yes 1=yes 1=yes 1=yes --as jipiaoyi >/dev/null
fi
}

( selection; others ) &
first=$!
later
wait $first
