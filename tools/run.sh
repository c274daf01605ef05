#!/bin/sh
# make run: an invented county from its files, judged, verified; accounts to sign in with; then the server, until Ctrl+C.
# Usage: run.sh GUIJU AREA.  An area that is there is kept.  SERVE=no: everything but the server, with an area made anew.  LISTEN=127.0.0.1:8420
set -eu
guiju=$1
area=$2
serve=${SERVE:-yes}
listen=${LISTEN:-127.0.0.1:8420}
password=yanshi-changgeng-2026
cd "$(dirname "$0")/.."
mkdir -p "$(dirname "$area")"
[ "$serve" = yes ] || rm -f "$area" "$area"-wal "$area"-shm "$area".lock "$area".key "$area".checkpoints

if [ ! -f "$area" ]; then
    echo "== 新建辖区，装入规矩集 (an area under the packs)"
    "$guiju" init "$area" --pack packs/cn --name changgeng
    echo
    echo "== 从文件导入长庚县（虚构） (the invented county, from its files)"
    while read -r register; do
        "$guiju" import "$area" "$register" "examples/changgeng/$register.csv"
    done <examples/changgeng/order
    python3 tools/portraits.py examples/changgeng "$area".zip >/dev/null
    "$guiju" photos "$area" cadre "$area".zip
    rm -f "$area".zip
    echo
    echo "== 研判 (judging)"
    "$guiju" judge "$area" --today "$(cat examples/changgeng/today)" --record
    echo
    echo "== 核对纪实 (verifying the journal)"
    "$guiju" verify "$area"
fi
if [ "$serve" = yes ]; then
    if ! "$guiju" account list "$area" | grep -q buzhang; then
        echo
        echo "== 演示账号 (accounts to sign in with)"
        printf '%s\n' "$password" | "$guiju" account load "$area" examples/changgeng/accounts.csv --stdin
        echo
        echo "== 立几件案件 (a few cases under way)"
        sh tools/cases.sh "$guiju" "$area" "$(cat examples/changgeng/today)"
        "$guiju" case list "$area"
    fi
    cat <<NEXT

== 登录 (sign in): http://$listen/    口令都是 (password of all) $password
  buzhang   部长            department head        shuji   支部书记        branch secretary
  kezhang   干部科经办      cadre office           ganbu   干部本人        a cadre
  fuke      干部科复核      its second person      xitong  系统管理员      system administrator
  zuzhike   组织科经办      organisation office    anquan  安全管理员      security administrator
  xiangzhen 乡镇组织委员    township committee     shenji  审计管理员      audit administrator
要两个人办的事 (what takes two)：kezhang 提请、fuke 确认（擦除、50 人以上的导出）；xitong 改规矩、anquan 确认；anquan 给角色、xitong 确认
  办案件还有 (for cases also)：jiandu 干部监督科、changwei 常委会、bianban 编办、zhiwei 支委会、zhenwei 镇党委、gongwuke 公务员科、dangan 档案室、shouli 举报受理人、cunjian 村务监督委员会、jipiaojia 和 jipiaoyi 计票人
公示栏不用登录 (public notices): http://$listen/#/notices
示例县的“今天”是 $(cat examples/changgeng/today)（the county's day).
NEXT
    exec "$guiju" serve "$area" --listen "$listen" --title 长庚县 --today "$(cat examples/changgeng/today)"
fi
cat <<NEXT

下一步可以试：
  $guiju find $area zs                              按拼音首字母找人
  $guiju get $area cadre C0001                      看一名干部
  $guiju explain $area RULE cadre/C0001             为什么研判出（或没有研判出）他
  $guiju export $area cadre --order strokes | head  名册，按姓氏笔画
  $guiju journal log $area --last 10                纪实
  $guiju pack check packs/cn                        检查规矩；再改一条规则试试
用法见 README.zh-CN.md。
NEXT
