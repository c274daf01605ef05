/*
 * schema.c - the declaration's schema reads the YAML, never YAML's own typing: every scalar is text until its key says what it is.
 * One table (keys.def) says which keys a kind has and which shape each takes.  A pair that is wrong loses its value, so that what
 * comes later sees a key that is absent and tells nothing more of it.
 */
#include "pack/inner.h"

enum shape {
    SHAPE_NAME, SHAPE_TEXT, SHAPE_TEXT2, SHAPE_FEEL, SHAPE_TMPL, SHAPE_CITES, SHAPE_NAMES, SHAPE_TEXTS, SHAPE_INT, SHAPE_BOOL,
    SHAPE_DATE, SHAPE_MAP, SHAPE_REC, SHAPE_RECS, SHAPE_REC_OR_NONE, SHAPE_ROWS, SHAPE_FEELS, SHAPE_LISTS, SHAPE_ANY
};
enum { REQ = 1, LATER = 2, TITLE = 4, FEELNAME = 8 };

struct key_row {
    enum ctx of;
    struct str key;
    enum shape shape;
    unsigned flags;
    enum ctx part;
};
static const struct key_row keys[] = {
#define KIND(id, word, flags)
#define PART(id)
#define KEY(ctx, key, shape, flags, part) {CTX_##ctx, STR_INIT(key), SHAPE_##shape, flags, CTX_##part},
#include "pack/keys.def"
#undef KIND
#undef PART
#undef KEY
};

struct ctx_row {
    const char *word;
    bool kind;
    unsigned flags;
};
static const struct ctx_row ctxs[] = {
#define KIND(id, word, flags) {word, true, flags},
#define PART(id) {#id, false, 0},
#define KEY(ctx, key, shape, flags, part)
#include "pack/keys.def"
#undef KIND
#undef PART
#undef KEY
};

/* Headings of tables that readers see may be Chinese. */
static const struct heading { enum ctx of; struct str zh, key; } headings[] = {
    {CTX_basis_row, STR_INIT("名称"), STR_INIT("name")},      {CTX_basis_row, STR_INIT("简称"), STR_INIT("title")},
    {CTX_basis_row, STR_INIT("标题"), STR_INIT("title")},     {CTX_basis_row, STR_INIT("全称"), STR_INIT("full")},
    {CTX_basis_row, STR_INIT("发文机关"), STR_INIT("issuer")}, {CTX_basis_row, STR_INIT("文号"), STR_INIT("number")},
    {CTX_basis_row, STR_INIT("自"), STR_INIT("from")},        {CTX_basis_row, STR_INIT("至"), STR_INIT("to")},
    {CTX_basis_row, STR_INIT("条数"), STR_INIT("articles")},  {CTX_basis_row, STR_INIT("网址"), STR_INIT("url")},
    {CTX_basis_row, STR_INIT("代替"), STR_INIT("replaces")},  {CTX_basis_row, STR_INIT("状态"), STR_INIT("status")},
    {CTX_basis_row, STR_INIT("说明"), STR_INIT("note")},
    {CTX_param_row, STR_INIT("名称"), STR_INIT("name")},      {CTX_param_row, STR_INIT("标题"), STR_INIT("title")},
    {CTX_param_row, STR_INIT("参数"), STR_INIT("title")},
    {CTX_param_row, STR_INIT("类型"), STR_INIT("type")},      {CTX_param_row, STR_INIT("单位"), STR_INIT("unit")},
    {CTX_param_row, STR_INIT("从严"), STR_INIT("tighten")},   {CTX_param_row, STR_INIT("适用"), STR_INIT("applies")},
    {CTX_param_row, STR_INIT("自"), STR_INIT("from")},        {CTX_param_row, STR_INIT("至"), STR_INIT("to")},
    {CTX_param_row, STR_INIT("值"), STR_INIT("value")},       {CTX_param_row, STR_INIT("依据"), STR_INIT("basis")},
    {CTX_param_row, STR_INIT("状态"), STR_INIT("status")},    {CTX_param_row, STR_INIT("说明"), STR_INIT("note")},
    {CTX_code_row, STR_INIT("代码"), STR_INIT("code")},       {CTX_code_row, STR_INIT("名称"), STR_INIT("title")},
    {CTX_code_row, STR_INIT("自"), STR_INIT("from")},         {CTX_code_row, STR_INIT("至"), STR_INIT("to")},
    {CTX_code_row, STR_INIT("曾用"), STR_INIT("was")},        {CTX_code_row, STR_INIT("说明"), STR_INIT("note")},
    {CTX_day_row, STR_INIT("日期"), STR_INIT("day")},         {CTX_day_row, STR_INIT("自"), STR_INIT("day")},
    {CTX_day_row, STR_INIT("至"), STR_INIT("to")},            {CTX_day_row, STR_INIT("种类"), STR_INIT("kind")},
    {CTX_day_row, STR_INIT("名称"), STR_INIT("title")},       {CTX_day_row, STR_INIT("依据"), STR_INIT("basis")},
    {CTX_form_element, STR_INIT("元素"), STR_INIT("element")}, {CTX_form_element, STR_INIT("组"), STR_INIT("group")},
    {CTX_form_element, STR_INIT("字段"), STR_INIT("field")},   {CTX_form_element, STR_INIT("写法"), STR_INIT("as")},
    {CTX_form_element, STR_INIT("旧位置"), STR_INIT("old")},   {CTX_form_element, STR_INIT("可无"), STR_INIT("optional")},
    {CTX_roster_column, STR_INIT("列"), STR_INIT("title")},    {CTX_roster_column, STR_INIT("值"), STR_INIT("value")},
    {CTX_roster_column, STR_INIT("宽"), STR_INIT("width")},    {CTX_roster_column, STR_INIT("上层"), STR_INIT("above")},
    {CTX_roster_column, STR_INIT("格式"), STR_INIT("format")}, {CTX_roster_column, STR_INIT("合计"), STR_INIT("total")},
    {CTX_report_line, STR_INIT("项目"), STR_INIT("title")},    {CTX_report_line, STR_INIT("条件"), STR_INIT("when")},
    {CTX_report_line, STR_INIT("属于"), STR_INIT("of")},
};

const char *kind_word(enum ctx kind) { return ctxs[kind].word; }
bool schema_flag_title(enum ctx kind) { return (ctxs[kind].flags & TITLE) != 0; }
bool schema_flag_feel_name(enum ctx kind) { return (ctxs[kind].flags & FEELNAME) != 0; }

enum ctx kind_of(struct str word, bool *later)
{
    for (int i = 0; i < CTX_COUNT; i++)
        if (ctxs[i].kind && str_eq(str_c(ctxs[i].word), word)) {
            *later = (ctxs[i].flags & LATER) != 0;
            return (enum ctx)i;
        }
    return CTX_none;
}

void kinds_nearest(struct str wrong, struct str *out)
{
    struct str words[CTX_COUNT];
    size_t n = 0;
    for (int i = 0; i < CTX_COUNT; i++)
        if (ctxs[i].kind) words[n++] = str_c(ctxs[i].word);
    *out = nearest_name(wrong, n, words);
}

static const struct key_row *key_find(enum ctx ctx, struct str key)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].of == ctx && str_eq(keys[i].key, key)) return &keys[i];
    return NULL;
}

/* ---- shapes ---- */

struct checker {
    struct load *l;
    struct decl *in;
    bool good;
    const struct ynode *head_of; /* the table whose headings were looked at: its rows are not blamed for them */
};

static bool heading(const struct ynode *table, struct str key)
{
    for (uint32_t i = 0; i < table->head_count; i++)
        if (str_eq(table->head[i]->text, key)) return true;
    return false;
}

static void wrong(struct checker *c, struct ynode **slot, const struct ynode *key, struct str zh, struct str en)
{
    const struct ynode *n = *slot;
    if (n->kind == Y_SCALAR && n->empty)
        bad(c->l, key, &E_pack_yaml_empty, key->text);
    else if (n->kind == Y_LIST && n->style == YS_FLOW && str_eq(zh, STR("一段文字")))
        bad(c->l, n, &E_pack_yaml_needs_quotes, STR("["), STR("]"));
    else if (n->kind == Y_MAP && n->style == YS_FLOW && str_eq(zh, STR("一段文字")))
        bad(c->l, n, &E_pack_yaml_needs_quotes, STR("{"), STR("}"));
    else if (n->kind == Y_SCALAR && str_eq(zh, STR("一组“键: 值”")))
        bad(c->l, n, &E_pack_record_colon, n->text, str_find(n->text, STR("：")) == SIZE_MAX ? STR("") : STR("："));
    else
        bad(c->l, n, &E_pack_shape, key->text, zh, y_kind_zh(n), en, y_kind_en(n));
    *slot = NULL;
    c->good = false;
}

static bool is_text(const struct ynode *n) { return n->kind == Y_SCALAR && !n->empty; }

static void check_scalar(struct checker *c, struct ynode **slot, const struct ynode *key)
{
    if (!is_text(*slot)) wrong(c, slot, key, STR("一段文字"), STR("a text"));
}

/* A list of texts, or one. */
static void check_scalars(struct checker *c, struct ynode **slot, const struct ynode *key)
{
    struct ynode *n = *slot;
    if (n->kind == Y_SCALAR) {
        check_scalar(c, slot, key);
        return;
    }
    if (n->kind == Y_MAP) {
        wrong(c, slot, key, STR("一项或一个列表"), STR("one item or a list"));
        return;
    }
    for (uint32_t i = 0; i < n->count; i++) {
        if (is_text(n->kids[i])) continue;
        struct ynode *item = n->kids[i];
        wrong(c, &item, key, STR("一段文字"), STR("a text"));
        *slot = NULL;
        return;
    }
}

static void check_text2(struct checker *c, struct ynode **slot, const struct ynode *key)
{
    struct ynode *n = *slot;
    if (n->kind != Y_MAP) {
        check_scalar(c, slot, key);
        return;
    }
    for (uint32_t i = 0; i < n->count; i++) {
        if (!str_eq(n->keys[i]->text, STR("zh")) && !str_eq(n->keys[i]->text, STR("en"))) {
            bad(c->l, n->keys[i], &E_pack_unknown_key, key->text, n->keys[i]->text, STR(""));
            c->good = false;
            *slot = NULL;
            return;
        }
        if (!is_text(n->kids[i])) {
            struct ynode *item = n->kids[i];
            wrong(c, &item, n->keys[i], STR("一段文字"), STR("a text"));
            *slot = NULL;
            return;
        }
    }
    if (n->count == 0) wrong(c, slot, key, STR("一段文字，或 {zh: …, en: …}"), STR("a text, or {zh: …, en: …}"));
}

static void check_rec(struct checker *c, struct ynode **slot, const struct ynode *key, enum ctx part);

static void check_recs(struct checker *c, struct ynode **slot, const struct ynode *key, enum ctx part)
{
    struct ynode *n = *slot;
    if (n->kind != Y_LIST) {
        check_rec(c, slot, key, part);
        return;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->count; i++) {
        struct ynode *item = n->kids[i];
        check_rec(c, &item, key, part);
        if (item != NULL) n->kids[kept++] = item;
    }
    n->count = kept;
}

/* The keys of kind `ctx`, for the nearest. */
static size_t keys_of(enum ctx ctx, struct str *names)
{
    size_t n = 0;
    for (size_t k = 0; k < ARRAY_LEN(keys); k++)
        if (keys[k].of == ctx) names[n++] = keys[k].key;
    return n;
}

/* The headings of a table, once for all its rows, which share them. */
static void check_head(struct checker *c, const struct ynode *rows, enum ctx part)
{
    struct str names[ARRAY_LEN(keys)], meant[64];
    size_t n = keys_of(part, names), meant_count = 0;
    for (uint32_t i = 0; i < rows->head_count; i++) {
        struct ynode *head = rows->head[i];
        for (size_t h = 0; h < ARRAY_LEN(headings); h++)
            if (headings[h].of == part && str_eq(headings[h].zh, head->text)) head->text = headings[h].key;
        if (key_find(part, head->text) != NULL || part == CTX_code_row || part == CTX_table_row || part == CTX_any_row) continue;
        struct str near = nearest_name(head->text, n, names);
        bad(c->l, head, &E_pack_unknown_key, str_c(ctxs[part].word), head->text, near);
        meant[meant_count++] = near;
        c->good = false;
    }
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        bool there = keys[k].of != part || (keys[k].flags & REQ) == 0 || heading(rows, keys[k].key);
        for (size_t m = 0; m < meant_count && !there; m++) there = str_eq(meant[m], keys[k].key);
        if (there) continue;
        bad(c->l, rows->head[0], &E_pack_missing_key, str_c(ctxs[part].word), keys[k].key);
        c->good = false;
    }
    c->head_of = rows;
}

static void check_rows(struct checker *c, struct ynode **slot, const struct ynode *key, enum ctx part)
{
    struct ynode *n = *slot;
    if (n->kind == Y_SCALAR && str_eq(n->text, STR("below"))) {
        if (c->in->table == NULL) {
            /* A table with a mistake of its own was told when it was read. */
            if (c->in->table_at.line == 0) bad(c->l, n, &E_pack_no_table, STR(""));
            *slot = NULL;
            c->good = false;
            return;
        }
        *slot = n = c->in->table;
    }
    if (n->kind != Y_LIST) {
        wrong(c, slot, key, STR("一个列表，或 below"), STR("a list, or below"));
        return;
    }
    if (n->count > ROWS_MAX) {
        bad(c->l, n, &E_pack_too_many, STR("行"), STR("20000"));
        *slot = NULL;
        c->good = false;
        return;
    }
    if (n->head != NULL) check_head(c, n, part);
    check_recs(c, slot, key, part);
    c->head_of = NULL;
}

static void check_map(struct checker *c, struct ynode **slot, const struct ynode *key, enum ctx part)
{
    struct ynode *n = *slot;
    if (n->kind != Y_MAP) {
        wrong(c, slot, key, STR("一组“名称: …”"), STR("a group of \"name: …\""));
        return;
    }
    for (uint32_t i = 0; i < n->count; i++)
        if (n->kids[i] != NULL) check_rec(c, &n->kids[i], n->keys[i], part);
}

static void check_pair(struct checker *c, struct ynode **slot, const struct ynode *key, const struct key_row *row)
{
    struct ynode *n = *slot;
    switch (row->shape) {
    case SHAPE_NAME:
    case SHAPE_TEXT:
    case SHAPE_FEEL: check_scalar(c, slot, key); break;
    case SHAPE_TEXT2:
    case SHAPE_TMPL: check_text2(c, slot, key); break;
    case SHAPE_CITES:
    case SHAPE_NAMES:
    case SHAPE_TEXTS:
    case SHAPE_FEELS: check_scalars(c, slot, key); break;
    case SHAPE_INT: {
        int64_t v;
        check_scalar(c, slot, key);
        if (*slot != NULL && !str_to_i64(n->text, &v)) {
            bad(c->l, n, &E_pack_int, key->text, n->text);
            *slot = NULL;
            c->good = false;
        }
        break;
    }
    case SHAPE_BOOL:
        check_scalar(c, slot, key);
        if (*slot != NULL && !str_eq(n->text, STR("yes")) && !str_eq(n->text, STR("no"))) {
            bad(c->l, n, &E_pack_bool, key->text, n->text);
            *slot = NULL;
            c->good = false;
        }
        break;
    case SHAPE_DATE: {
        day_num day;
        check_scalar(c, slot, key);
        if (*slot != NULL && !day_parse(n->text, &day)) {
            bad(c->l, n, &E_pack_date, n->text);
            *slot = NULL;
            c->good = false;
        }
        break;
    }
    case SHAPE_MAP: check_map(c, slot, key, row->part); break;
    case SHAPE_REC: check_rec(c, slot, key, row->part); break;
    case SHAPE_RECS: check_recs(c, slot, key, row->part); break;
    case SHAPE_REC_OR_NONE:
        if (n->kind != Y_SCALAR || !str_eq(n->text, STR("none"))) check_rec(c, slot, key, row->part);
        break;
    case SHAPE_ROWS: check_rows(c, slot, key, row->part); break;
    case SHAPE_LISTS:
        if (n->kind == Y_LIST && n->count > 0 && n->kids[0]->kind == Y_LIST) {
            for (uint32_t i = 0; i < n->count && *slot != NULL; i++) {
                struct ynode *item = n->kids[i];
                check_scalars(c, &item, key);
                if (item == NULL) *slot = NULL;
            }
        } else {
            check_scalars(c, slot, key);
        }
        break;
    case SHAPE_ANY:
        if (n->kind == Y_SCALAR && n->empty) wrong(c, slot, key, STR("写上值"), STR("given"));
        break;
    }
}

static void check_keys(struct checker *c, struct ynode *map, enum ctx ctx, uint32_t first)
{
    struct str word = str_c(ctxs[ctx].word), names[ARRAY_LEN(keys)], meant[8];
    size_t n = keys_of(ctx, names), meant_count = 0;
    bool cells = map->style == YS_CELL && c->head_of != NULL;
    for (uint32_t i = first; i < map->count; i++) {
        const struct ynode *key = map->keys[i];
        const struct key_row *row = key_find(ctx, key->text);
        if (row == NULL) {
            if (ctx == CTX_code_row || ctx == CTX_table_row || ctx == CTX_any_row) continue; /* its columns */
            struct str near = nearest_name(key->text, n, names);
            if (!cells) bad(c->l, key, &E_pack_unknown_key, word, key->text, near);
            if (meant_count < ARRAY_LEN(meant)) meant[meant_count++] = near;
            map->kids[i] = NULL;
            c->good = false;
        } else if ((row->flags & LATER) != 0) {
            bad(c->l, key, &E_pack_key_later, key->text);
            map->kids[i] = NULL;
            c->good = false;
        } else if (map->kids[i] != NULL) {
            check_pair(c, &map->kids[i], key, row);
        }
    }
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        if (keys[k].of != ctx || (keys[k].flags & REQ) == 0 || y_key(map, keys[k].key) != NULL) continue;
        bool told = cells && !heading(c->head_of, keys[k].key);
        for (size_t m = 0; m < meant_count && !told; m++) told = str_eq(meant[m], keys[k].key); /* it is there, misspelt */
        c->good = false;
        if (told) continue;
        struct place at = first > 0 ? y_place(map->keys[0], 0, SIZE_MAX) : map->at;
        tell_n(c->l, SEV_ERROR, &E_pack_missing_key, at, map->via, TELL_ARGS(word, keys[k].key));
    }
}

static void check_rec(struct checker *c, struct ynode **slot, const struct ynode *key, enum ctx part)
{
    struct ynode *n = *slot;
    if (n->kind != Y_MAP) {
        wrong(c, slot, key, STR("一组“键: 值”"), STR("a group of \"key: value\""));
        return;
    }
    check_keys(c, n, part, 0);
}

bool schema_rows(struct load *l, struct ynode **rows, enum ctx part, struct decl *in)
{
    struct checker c = {.l = l, .in = in, .good = true};
    if ((*rows)->head != NULL) check_head(&c, *rows, part);
    check_recs(&c, rows, in->node->keys[0], part);
    if (!c.good) in->failed = true;
    return c.good;
}

bool schema_check(struct load *l, struct ynode *map, enum ctx ctx, struct decl *in)
{
    struct checker c = {.l = l, .in = in, .good = true};
    check_keys(&c, map, ctx, ctxs[ctx].kind ? 1 : 0);
    if (!c.good) in->failed = true;
    return c.good;
}

/* ---- values whose shape is known ---- */

bool y_yes(const struct ynode *n, bool absent) { return n == NULL ? absent : str_eq(n->text, STR("yes")); }

int64_t y_int(const struct ynode *n, int64_t absent)
{
    int64_t v = absent;
    if (n != NULL && !str_to_i64(n->text, &v)) return absent;
    return v;
}

day_num y_day(const struct ynode *n, day_num absent)
{
    day_num v = absent;
    if (n != NULL && !day_parse(n->text, &v)) return absent;
    return v;
}

struct str y_text(const struct ynode *n) { return n == NULL ? STR("") : n->text; }

int y_word(struct load *l, const struct ynode *n, int absent, size_t count, const struct str *words)
{
    if (n == NULL) return absent;
    struct str all = STR("");
    for (size_t i = 0; i < count; i++) {
        if (str_eq(n->text, words[i])) return (int)i;
        all = str_cat(l->a, all, i > 0 ? STR(" ") : STR(""), words[i]);
    }
    bad(l, n, &E_pack_word, n->text, all);
    return -1;
}

struct text2 y_text2(struct load *l, const struct ynode *n, uint32_t pack)
{
    struct text2 t = {STR(""), STR("")};
    if (n == NULL) return t;
    if (n->kind == Y_SCALAR) {
        if (str_eq(l->lang[pack], STR("en")))
            t.en = n->text;
        else
            t.zh = n->text;
    } else {
        t.zh = y_text(Y_GET(n, "zh"));
        t.en = y_text(Y_GET(n, "en"));
    }
    for (uint32_t i = 0; i < y_count(l->languages[pack]); i++) {
        struct str lang = y_at(l->languages[pack], i)->text;
        struct str have = str_eq(lang, STR("en")) ? t.en : str_eq(lang, STR("zh")) ? t.zh : STR("-");
        if (have.len == 0) bad(l, n, &E_pack_translation, lang);
    }
    if (t.zh.len == 0) t.zh = t.en;
    return t;
}
