#!/bin/sh
# make run: an invented county from its files, judged, verified; then what to try next.  Usage: run.sh GUIJU AREA
set -eu
guiju=$1
area=$2
cd "$(dirname "$0")/.."
mkdir -p "$(dirname "$area")"
rm -f "$area" "$area"-wal "$area"-shm "$area".lock "$area".key "$area".checkpoints

echo "== 新建辖区，装入规矩集 (an area under the packs)"
"$guiju" init "$area" --pack packs/cn --name changgeng
echo
echo "== 从文件导入长庚县（虚构） (the invented county, from its files)"
while read -r register; do
    "$guiju" import "$area" "$register" "examples/changgeng/$register.csv"
done <examples/changgeng/order
echo
echo "== 研判 (judging)"
"$guiju" judge "$area" --today "$(cat examples/changgeng/today)" --record
echo
echo "== 演示账号 (accounts to sign in with)"
"$guiju" account load "$area" examples/changgeng/accounts.csv
echo
echo "== 核对纪实 (verifying the journal)"
"$guiju" verify "$area"
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
