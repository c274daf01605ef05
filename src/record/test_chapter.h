/*
 * test_chapter.h - a small handbook with everything that tests of the roster, of rules and of scenarios need: codes, a dated parameter, a tree,
 * several refs, derived fields over each other, exceptions of exceptions.  In parts, for test_open().
 */
#ifndef GUIJU_RECORD_TEST_CHAPTER_H
#define GUIJU_RECORD_TEST_CHAPTER_H

#define TEST_CHAPTER \
    "# 试用规矩\n\n" \
    "```guiju\npack: trial\ntitle: 试用规矩\nversion: \"1\"\n```\n\n" \
    "```guiju\nbasis: texts\nrows: [{name: law, title: 试用办法, full: 试用办法, from: 2000-01-01, articles: 20}]\n```\n\n" \
    "```guiju\ncodes: level\ntitle: 层次\norder: high-first\ncolumns: {tier: {title: 层级, type: text(10)}}\n" \
    "rows: [{code: \"131\", title: 县处级正职, tier: 县处级}, {code: \"141\", title: 乡科级正职, tier: 乡科级}, {code: \"142\", title: 乡科级副职, tier: 乡科级}]\n```\n\n" \
    "```guiju\nparams: exchange\nrows:\n" \
    "  - {name: years_max, title: 交流年限, type: number, unit: year, tighten: down, from: 2000-01-01, value: 10, basis: 试用办法 第一条}\n```\n\n" \
    "```guiju\nrole: clerk\ntitle: 经办人\nscope: area\nmay: {read: [org, post, cadre, tenure]}\n```\n\n" \
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\nowner: 编办\ntree: parent\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n" \
    "  name: {title: 名称, type: text(100), required: yes}\n" \
    "  parent: {title: 上级, type: ref(org), back: 下级}\n" \
    "  seats: {title: 核定职数, type: number(0), derive: sum(职位.职数), otherwise: 0}\n```\n\n" \
    "```guiju\nregister: post\ntitle: 职位\ndisplay: 所属组织.名称 + 名称\nowner: 编办\nfields:\n" \
    "  code: {title: 编码, type: text(20), key: yes}\n" \
    "  org: {title: 所属组织, type: ref(org), required: yes, back: 职位}\n" \
    "  name: {title: 名称, type: text(60), required: yes}\n" \
    "  level: {title: 层次, type: choice(level), required: yes}\n" \
    "  seats: {title: 职数, type: number(0), required: yes, check: 职数 >= 0}\n" \
    "  pay: {title: 津贴, type: number(2)}\n" \
    "  held: {title: 现有人数, type: number(0), derive: \"count(任职[免职时间 = null])\"}\n" \
    "  vacant: {title: 空缺, type: number(0), derive: \"max(0, 职数 - 现有人数)\"}\n```\n\n" \
    , \
    "```guiju\nregister: cadre\ntitle: 干部\ndisplay: 姓名\nowner: 干部科\nfields:\n" \
    "  code: {title: 编号, type: text(20), key: yes}\n" \
    "  name: {title: 姓名, type: text(40), required: yes}\n" \
    "  level: {title: 级别, type: choice(level)}\n" \
    "  born: {title: 出生年月, type: month, owner: 档案室}\n" \
    "  party: {title: 党员, type: boolean}\n" \
    "  deferred: {title: 暂缓至, type: date}\n" \
    "  urgent: {title: 不得暂缓, type: boolean}\n" \
    "  seen_at: {title: 核对时间, type: datetime}\n" \
    "  leave: {title: 假期, type: duration}\n" \
    "  now: {title: 现任职务, type: text(200), derive: 'string join(任职[免职时间 = null].职位.名称, \"、\")'}\n" \
    "  since: {title: 任现职时间, type: date, derive: \"min(任职[免职时间 = null].任职时间)\"}\n" \
    "  years: {title: 任现职年限, type: number(0), unit: 年, derive: \"full years(任现职时间, today())\"}\n" \
    "  long: {title: 任职已久, type: boolean, derive: 任现职年限 >= 交流年限}\n" \
    "  tier: {title: 职级, type: choice(level), derive: 级别}\n" \
    "  first: {title: 首个职位, type: ref(post), derive: \"任职[1].职位\"}\n```\n\n" \
    "```guiju\nregister: tenure\ntitle: 任职\ndisplay: 干部.姓名 + 职位.名称\nowner: 干部科\nparent: cadre\nfields:\n" \
    "  cadre: {title: 干部, type: ref(cadre), required: yes, back: 任职}\n" \
    "  post: {title: 职位, type: ref(post), required: yes, back: 任职}\n" \
    "  since: {title: 任职时间, type: date}\n" \
    "  until: {title: 免职时间, type: date, check: 免职时间 >= 任职时间}\n```\n\n"

#define TEST_RULES \
    "```guiju\nrule: rotation-due\ntitle: 期满应当交流\nbasis: 试用办法 第一条\nover: cadre\nwhere: 级别.层级 = \"乡科级\"\n" \
    "when: 任现职年限 >= 交流年限\nraise: {to: clerk, say: \"{姓名}任{现任职务}已满{任现职年限}年（自{任现职时间}起）\"}\n```\n\n" \
    "```guiju\nrule: rotation-deferred\ntitle: 经批准暂缓\nbasis: 试用办法 第二条\nover: cadre\noverrides: [rotation-due]\n" \
    "when: 暂缓至 != null and today() <= 暂缓至\nraise: none\n```\n\n" \
    "```guiju\nrule: no-deferral\ntitle: 不得暂缓的\nbasis: 试用办法 第三条\nover: cadre\noverrides: [rotation-deferred]\n" \
    "when: 不得暂缓 != null and 不得暂缓\nraise: none\n```\n\n" \
    "```guiju\nrule: overfilled\ntitle: 超职数\nbasis: 试用办法 第四条\nover: post\nwhen: 现有人数 > 职数\n" \
    "raise: {severity: serious, to: clerk, say: \"{本记录}核定{职数}名，现有{现有人数}名\"}\n```\n\n" \
    "```guiju\nrule: born-missing\ntitle: 年龄存疑\nbasis: 试用办法 第五条\nover: cadre\nwhere: 党员\nwhen: 出生年月 > today()\n" \
    "missing: ignore\nraise: {severity: info, say: \"{姓名}生于{出生年月}\"}\n```\n\n"

#endif
