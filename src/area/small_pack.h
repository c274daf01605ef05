/* small_pack.h - a pack of a few lines, for the tests of area/ and what stands on it. */
#ifndef GUIJU_SMALL_PACK_H
#define GUIJU_SMALL_PACK_H

#define SMALL_PACK_HEAD                                                                                                    \
    "```guiju\npack: small\ntitle: 小规矩\nversion: \"1\"\n```\n"                                                           \
    "```guiju\nbasis: texts\nrows: [{name: law, title: 办法, full: 试验办法, from: 2020-01-01}]\n```\n"

#define SMALL_PACK_UNIT                                                                                                    \
    "```guiju\nregister: unit\ntitle: 单位\ndisplay: 名称\nowner: 编办\ndisclose: always\ntree: parent\nfields:\n"                            \
    "  code: {title: 编码, type: text(20), key: yes}\n"                                                                   \
    "  name: {title: 名称, type: text(60), required: yes}\n"                                                              \
    "  parent: {title: 上级, type: ref(unit), back: 下级}\n"                                                              \
    "  seats: {title: 职数, type: number(0), check: 职数 >= 0}\n"                                                         \
    "  held: {title: 现有, type: number(0), derive: count(人员)}\n```\n"

#define SMALL_PACK_PERSON                                                                                                  \
    "```guiju\nregister: person\ntitle: 人员\ndisplay: 姓名\nowner: 组织部\ndisclose: always\nfields:\n"                                      \
    "  code: {title: 编号, type: text(20), key: yes}\n"                                                                   \
    "  name: {title: 姓名, type: text(40), required: yes, class: personal}\n"                                             \
    "  unit: {title: 单位, type: ref(unit), back: 人员}\n"                                                                \
    "  since: {title: 任职时间, type: date}\n"                                                                            \
    "  points: {title: 得分, type: number(2)}\n```\n"

/* What packs/core declares for findings, as far as the judge verb fills it. */
#define SMALL_PACK_CORE                                                                                                    \
    "```guiju\ncodes: severity\ntitle: 轻重\nrows: [{code: info, title: 提示}, {code: warn, title: 注意}, {code: serious, title: 严重}]\n```\n" \
    "```guiju\nregister: finding\ntitle: 研判结果\ndisplay: 规则名\nowner: 系统\ndisclose: always\nfields:\n"                              \
    "  rule: {title: 规则名, type: text(80), required: yes}\n"                                                            \
    "  subject_register: {title: 对象台账, type: text(80), required: yes}\n"                                              \
    "  subject: {title: 对象编号, type: number(0), required: yes}\n"                                                      \
    "  opened: {title: 发现日期, type: date, required: yes}\n"                                                            \
    "  severity: {title: 轻重程度, type: choice(severity), required: yes}\n"                                              \
    "  pack_version: {title: 所依规矩, type: text(200)}\n"                                                                \
    "  reads: {title: 所读字段, type: text(4000)}\n```\n"

#define SMALL_PACK_RULE                                                                                                    \
    "```guiju\nrule: overfilled\ntitle: 超职数\nbasis: 办法 第一条\nover: unit\nwhen: 现有 > 职数\n"                        \
    "raise: {severity: serious, say: \"{名称}超{现有 - 职数}名\"}\n```\n"

#define SMALL_PACK SMALL_PACK_HEAD SMALL_PACK_UNIT SMALL_PACK_PERSON SMALL_PACK_CORE SMALL_PACK_RULE

#endif
