/*
 * chapter_fuzz.c - any bytes as a chapter behind a small one that is right: Markdown, blocks, tables, YAML, templates, expressions.
 * What must hold: a set or a mistake, never both and never neither; every mistake stands within its text.
 */
#include "pack/pack.h"

enum { INPUT_MAX = 256 << 10 };

static const char first[] =
    "```guiju\npack: trial\ntitle: 试用\nversion: \"1\"\n```\n"
    "```guiju\nbasis: texts\nrows: [{name: law, title: 试用办法, full: 试用办法, from: 2000-01-01, articles: 20}]\n```\n"
    "```guiju\ncodes: level\ntitle: 层次\nrows: [{code: a, title: 甲}, {code: b, title: 乙}]\n```\n"
    "```guiju\nparams: p\nrows: [{name: years, title: 年限, type: number, unit: year, tighten: up, from: 2000-01-01, value: 3, basis: 试用办法}]\n```\n"
    "```guiju\nregister: org\ntitle: 组织\ndisplay: 名称\nfields:\n  name: {title: 名称, type: text(40), required: yes}\n"
    "  level: {title: 层次, type: choice(level)}\n  parent: {title: 上级, type: ref(org), back: 下级}\n  n: {title: 数, type: number(0)}\n```\n"
    "```guiju\ntemplate: t\ntitle: 模板\nof: rule\nwith: {x: {type: feel}, y: {type: text, default: 甲}}\n"
    "body: {over: org, when: 数 > 0 and $x, raise: {say: \"{名称}$y\"}}\n```\n";

/* libfyaml 0.7.12 loses some KiB where a quoted text is broken; that is not ours to find. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libfyaml"; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX) return 0;
    struct arena a;
    arena_init(&a, (size_t)2 << 30);
    struct diags d;
    diags_init(&d, &a, 200);
    struct pack_file files[2] = {{STR("01.md"), STR_NONE}, {STR("02.md"), str_of((const char *)data, size)}};
    files[0].text = str_c(first);
    struct pack_source s = {.where = STR(""), .files = files, .files_count = 2};
    struct pack_options o = {.today = 20454, .scenarios = true};
    struct pack_set *set = NULL;
    enum rc rc = pack_load(&a, &s, 1, &o, &set, &d);
    MUST((rc == RC_OK) == (set != NULL) && (rc == RC_OK) == (d.errors == 0));
    for (const struct diag *g = d.first; g != NULL; g = g->next) {
        struct str text = diags_file_text(&d, g->err.place.file);
        MUST(g->err.place.off <= text.len && g->err.place.len <= text.len - g->err.place.off);
    }
    struct buf b;
    buf_init(&b, 8 << 20);
    diags_print(&d, LANG_ZH, &b);
    diags_print(&d, LANG_EN, &b);
    buf_fini(&b);
    arena_fini(&a);
    return 0;
}
