/*
 * decl_params.c - dated values: rows of params, and the layers of packs laid together.
 * The effective value of a day is the strictest of the layers (tighten: up the greatest, down the least); fixed takes no other
 * than the base's, free the most local one.  So a loosening cannot be written; a looser value is an error, that nobody believe in it.
 */
#include "pack/inner.h"

static const struct str type_words[] = {
    [PARAM_NUMBER] = STR_INIT("number"), [PARAM_FRACTION] = STR_INIT("fraction"), [PARAM_DURATION] = STR_INIT("duration"),
    [PARAM_DATE] = STR_INIT("date"),     [PARAM_TEXT] = STR_INIT("text"),         [PARAM_CHOICE] = STR_INIT("choice")};
static const struct str tighten_words[] = {[TIGHTEN_FIXED] = STR_INIT("fixed"), [TIGHTEN_UP] = STR_INIT("up"),
                                           [TIGHTEN_DOWN] = STR_INIT("down"),   [TIGHTEN_FREE] = STR_INIT("free")};
static const struct unit { struct str word, zh; } units[] = {
    {STR_INIT("workday"), STR_INIT(" 个工作日")}, {STR_INIT("day"), STR_INIT(" 天")},   {STR_INIT("month"), STR_INIT(" 个月")},
    {STR_INIT("year"), STR_INIT(" 年")},          {STR_INIT("hour"), STR_INIT(" 小时")}, {STR_INIT("person"), STR_INIT(" 人")},
    {STR_INIT("point"), STR_INIT(" 分")},         {STR_INIT("yuan"), STR_INIT(" 元")}};

struct param_made *param_named(const struct load *l, struct str name_or_title) { return map_find(&l->param_by_name, name_or_title); }

static bool fraction_read(struct str s, int64_t *p, int64_t *q)
{
    *p = 0;
    *q = 0;
    size_t slash = str_find_char(s, '/');
    if (slash != SIZE_MAX) {
        if (!str_to_i64(str_trim(str_sub(s, 0, slash)), p) || !str_to_i64(str_trim(str_sub(s, slash + 1, s.len)), q)) return false;
    } else {
        bool percent = s.len > 0 && s.ptr[s.len - 1] == '%';
        struct dec d;
        if (!dec_parse(str_trim(str_sub(s, 0, percent ? s.len - 1 : s.len)), &d)) return false;
        int scale = 0;
        while (scale <= 6 && !dec_to_scaled(d, scale, p)) scale++;
        if (scale > 6) return false;
        *q = percent ? 100 : 1;
        for (int i = 0; i < scale; i++) *q *= 10;
    }
    if (*q <= 0 || *p < 0 || *p > INT64_MAX / 2 || *q > INT64_MAX / 2) return false;
    int64_t a = *p, b = *q;
    while (b != 0) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    *p /= a;
    *q /= a;
    return true;
}

bool param_value_parse(struct load *l, const struct param_made *p, struct ynode *n, struct fv *out, int64_t *num, int64_t *den)
{
    static const struct { struct str zh, en, example; } expected[] = {
        [PARAM_NUMBER] = {STR_INIT("数"), STR_INIT("a number"), STR_INIT("10")},
        [PARAM_FRACTION] = {STR_INIT("分数"), STR_INIT("a fraction"), STR_INIT("2/3、20%")},
        [PARAM_DURATION] = {STR_INIT("时长"), STR_INIT("a duration"), STR_INIT("P1Y、P6M、P30D")},
        [PARAM_DATE] = {STR_INIT("日期"), STR_INIT("a date"), STR_INIT("2026-01-31")},
        [PARAM_TEXT] = {STR_INIT("文字"), STR_INIT("a text"), STR_INIT("甲")},
        [PARAM_CHOICE] = {STR_INIT("代码表里的一项"), STR_INIT("an item of its code table"), STR_INIT("")}};
    bool good = false;
    struct type_read t = {.type = FIELD_TEXT, .codes = p->codes};
    *out = fv_null();
    *num = 0;
    *den = 1;
    switch (p->p.type) {
    case PARAM_NUMBER: {
        t.type = FIELD_NUMBER;
        good = value_read(l, &t, n->text, out);
        if (!good || !fraction_read(n->text, num, den)) { /* shares and differentials are compared as p/q, numbers too */
            *num = 0;
            *den = 1;
        }
        break;
    }
    case PARAM_FRACTION: {
        struct dec q = dec_i64(0);
        good = fraction_read(n->text, num, den) && dec_div(dec_i64(*num), dec_i64(*den), &q);
        if (good) *out = fv_num(q);
        break;
    }
    case PARAM_DURATION:
        t.type = FIELD_DURATION;
        good = value_read(l, &t, n->text, out);
        break;
    case PARAM_DATE:
        t.type = FIELD_DATE;
        good = value_read(l, &t, n->text, out);
        break;
    case PARAM_TEXT: good = value_read(l, &t, n->text, out); break;
    case PARAM_CHOICE:
        t.type = FIELD_CHOICE;
        good = p->codes == NULL || value_read(l, &t, n->text, out);
        break;
    }
    if (!good) bad(l, n, &E_pack_param_value, n->text, expected[p->p.type].zh, expected[p->p.type].en, expected[p->p.type].example);
    return good;
}

static void type_of_param(struct load *l, struct param_made *p, const struct ynode *n)
{
    size_t open = str_find_char(n->text, '(');
    struct str word = str_trim(str_sub(n->text, 0, open));
    for (size_t i = 0; i < ARRAY_LEN(type_words); i++) {
        if (!str_eq(word, type_words[i])) continue;
        p->p.type = (enum param_type)i;
        if ((i == PARAM_CHOICE) != (open != SIZE_MAX)) break;
        if (i == PARAM_CHOICE) {
            struct str name = str_trim(str_sub(n->text, open + 1, str_find_char(n->text, ')')));
            p->codes = codes_named(l, n, (size_t)(name.ptr - n->text.ptr), name);
            p->bad = p->codes == NULL;
        }
        return;
    }
    bad(l, n, &E_pack_param_type, n->text, STR(""));
    p->bad = true;
}

static struct param_made *param_make(struct load *l, struct decl *d, const struct ynode *row, uint32_t pack)
{
    static const struct str applies[] = {STR_INIT("opened"), STR_INIT("act")};
    struct ynode *name = Y_GET(row, "name"), *title = Y_GET(row, "title"), *type = Y_GET(row, "type");
    struct param_made *p = arena_new(l->a, struct param_made);
    p->decl = d;
    p->p = (struct pack_param){.name = name->text, .title = title == NULL ? name->text : title->text, .type = PARAM_NUMBER,
                               .unit = y_text(Y_GET(row, "unit")), .place = y_place(name, 0, SIZE_MAX), .pack = pack};
    if (!name_ok(p->p.name, true)) bad(l, name, &E_pack_name, p->p.name, STR("a-z 0-9 _"));
    if (title == NULL && y_key(row, STR("title")) == NULL) bad(l, name, &E_pack_param_first, p->p.name, STR("title"));
    if (title != NULL) (void)title_check(l, title, title->text);
    if (type == NULL) {
        if (y_key(row, STR("type")) == NULL) bad(l, name, &E_pack_param_first, p->p.name, STR("type"));
        p->bad = true;
    } else {
        type_of_param(l, p, type);
        p->type_text = type->text;
    }
    const struct ynode *unit = Y_GET(row, "unit"), *tighten = Y_GET(row, "tighten");
    struct str words[ARRAY_LEN(units)];
    for (size_t i = 0; i < ARRAY_LEN(units); i++) words[i] = units[i].word;
    (void)y_word(l, unit, 0, ARRAY_LEN(units), words);
    int w = y_word(l, tighten, TIGHTEN_FIXED, ARRAY_LEN(tighten_words), tighten_words);
    p->p.tighten = w < 0 ? TIGHTEN_FIXED : (enum param_tighten)w;
    if ((w == TIGHTEN_UP || w == TIGHTEN_DOWN) && (p->p.type == PARAM_TEXT || p->p.type == PARAM_CHOICE))
        bad(l, tighten, &E_pack_param_tighten, p->type_text);
    p->p.applies_at_act = y_word(l, Y_GET(row, "applies"), 0, 2, applies) == 1;
    p->p.slot = (uint32_t)l->params.len;
    const struct ynode *which[2] = {name, title};
    for (int k = 0; k < 2; k++) {
        if (which[k] == NULL || (k == 1 && str_eq(name->text, title->text)) || map_put(l->nodes, &l->param_by_name, which[k]->text, p)) continue;
        const struct param_made *other = map_find(&l->param_by_name, which[k]->text);
        bad(l, which[k], &E_pack_name_taken, STR("参数"), which[k]->text, place_text(l, other->p.place), STR("parameters"));
    }
    vec_push(l->a, &l->params, p);
    return p;
}

/* Later rows repeat nothing but the title. */
static void again_check(struct load *l, const struct param_made *p, const struct ynode *row)
{
    static const struct str only_first[] = {STR_INIT("type"), STR_INIT("unit"), STR_INIT("tighten"), STR_INIT("applies"), STR_INIT("title")};
    const struct str have[] = {p->type_text, p->p.unit, tighten_words[p->p.tighten], p->p.applies_at_act ? STR("act") : STR("opened"), p->p.title};
    for (size_t i = 0; i < ARRAY_LEN(only_first); i++) {
        const struct ynode *n = y_get(row, only_first[i]);
        if (n != NULL && !str_eq(n->text, have[i])) bad(l, n, &E_pack_param_again, only_first[i], p->p.title);
    }
}

void params_read(struct load *l, struct decl *d, struct ynode *rows, uint32_t pack)
{
    static const struct str settled[] = {STR_INIT("confirmed"), STR_INIT("unsettled")};
    struct pack_decl *common = arena_new(l->a, struct pack_decl);
    decl_common(l, d, common);
    for (uint32_t i = 0; i < y_count(rows); i++) {
        struct ynode *row = y_at(rows, i), *name = Y_GET(row, "name"), *value = Y_GET(row, "value"), *from = Y_GET(row, "from");
        if (name == NULL) continue;
        struct param_made *p = param_named(l, name->text);
        if (p != NULL && !str_eq(p->p.name, name->text)) p = NULL;
        if (p == NULL) {
            p = param_make(l, d, row, pack);
        } else {
            if (p->decl != d && d->kind == CTX_params) {
                bad(l, name, &E_pack_duplicate, STR("params"), name->text, place_text(l, p->p.place));
                continue;
            }
            again_check(l, p, row);
        }
        if (value == NULL || from == NULL) {
            p->bad = true;
            continue;
        }
        if (p->bad) continue;
        struct layer_value *v = arena_new(l->nodes, struct layer_value);
        v->value_node = value;
        v->from_node = from;
        v->v = (struct pack_param_value){.from = y_day(from, 0), .to = y_day(Y_GET(row, "to"), DAY_OPEN), .pack = pack,
                                         .place = y_place(value, 0, SIZE_MAX)};
        v->v.unsettled = y_word(l, Y_GET(row, "status"), 0, 2, settled) == 1;
        if (v->v.to < v->v.from) bad(l, Y_GET(row, "to"), &E_pack_dates_order, y_text(Y_GET(row, "to")), from->text);
        cites_read(l, Y_GET(row, "basis"), v->v.from, v->v.to, &v->v.basis, &v->v.basis_count);
        vec_push(l->nodes, &p->values, v);
    }
}

/* ---- layers ---- */

static int by_from(const void *x, const void *y)
{
    const struct layer_value *const *a = x, *const *b = y;
    if ((*a)->v.pack != (*b)->v.pack) return (*a)->v.pack < (*b)->v.pack ? -1 : 1;
    return (*a)->v.from < (*b)->v.from ? -1 : (*a)->v.from > (*b)->v.from ? 1 : 0;
}

/* Is x stricter than y? */
static bool stricter(const struct param_made *p, const struct fv *x, const struct fv *y)
{
    int order;
    if (!fv_compare(x, y, &order)) return false;
    return p->p.tighten == TIGHTEN_UP ? order > 0 : p->p.tighten == TIGHTEN_DOWN ? order < 0 : false;
}

/* What holds on a day among the layers before `layers_below`. */
static const struct layer_value *value_on(const struct param_made *p, day_num day, uint32_t before)
{
    const struct layer_value *best = NULL;
    for (size_t i = 0; i < p->values.len; i++) {
        const struct layer_value *v = p->values.at[i];
        if (v->v.pack >= before || day < v->v.from || day > v->v.to) continue;
        if (best == NULL || p->p.tighten == TIGHTEN_FREE || stricter(p, &v->v.value, &best->v.value)) best = v;
    }
    return best;
}

static struct str with_unit(struct load *l, const struct param_made *p, const struct layer_value *v)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (str_eq(units[i].word, p->p.unit)) return str_cat(l->a, v->value_node->text, units[i].zh);
    return v->value_node->text;
}

/* The rows of one layer: ends that are not written, overlaps, gaps. */
static void succession_check(struct load *l, struct param_made *p)
{
    for (size_t i = 0; i + 1 < p->values.len; i++) {
        struct layer_value *v = p->values.at[i], *next = p->values.at[i + 1];
        if (v->v.pack != next->v.pack) continue;
        if (v->v.to == DAY_OPEN && v->v.from < next->v.from) v->v.to = next->v.from - 1;
        if (v->v.to >= next->v.from)
            bad(l, next->from_node, &E_pack_param_overlap, p->p.title, day_print(l->a, next->v.from));
        else if (v->v.to + 1 < next->v.from && v->v.pack == p->p.pack)
            bad(l, next->from_node, &E_pack_param_gap, p->p.title, day_print(l->a, v->v.to + 1), day_print(l->a, next->v.from - 1));
    }
}

static void loosening_check(struct load *l, const struct param_made *p)
{
    for (size_t i = 0; i < p->values.len; i++) {
        const struct layer_value *v = p->values.at[i];
        const struct layer_value *base = value_on(p, v->v.from, v->v.pack);
        if (v->v.pack == p->p.pack) continue;
        if (p->p.tighten == TIGHTEN_FIXED) {
            bad(l, v->value_node, &E_pack_fixed, p->p.title, tighten_words[p->p.tighten]);
            continue;
        }
        if (base != NULL && stricter(p, &base->v.value, &v->v.value)) {
            bad(l, v->value_node, &E_pack_loosens, p->p.title, with_unit(l, p, v), with_unit(l, p, base), tighten_words[p->p.tighten],
                day_print(l->a, v->v.from));
            continue;
        }
        for (size_t k = 0; k < p->values.len; k++) {
            const struct layer_value *later = p->values.at[k];
            if (later->v.pack >= v->v.pack || later->v.from <= v->v.from || later->v.from > v->v.to) continue;
            if (stricter(p, &later->v.value, &v->v.value))
                warn(l, v->value_node, &E_pack_overtaken, p->p.title, with_unit(l, p, v), day_print(l->a, later->v.from), with_unit(l, p, later));
        }
    }
}

static int by_day(const void *x, const void *y)
{
    day_num a = *(const day_num *)x, b = *(const day_num *)y;
    return a < b ? -1 : a > b ? 1 : 0;
}

static void effective(struct load *l, struct param_made *p)
{
    size_t n = 0;
    day_num *days = arena_array(l->nodes, day_num, p->values.len * 2 + 1);
    for (size_t i = 0; i < p->values.len; i++) {
        days[n++] = p->values.at[i]->v.from;
        if (p->values.at[i]->v.to != DAY_OPEN) days[n++] = p->values.at[i]->v.to + 1;
    }
    if (n > 0) qsort(days, n, sizeof days[0], by_day);
    VEC(struct pack_param_value) out = {0};
    const struct layer_value *last = NULL;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && days[i] == days[i - 1]) continue;
        const struct layer_value *v = value_on(p, days[i], UINT32_MAX);
        if (out.len > 0 && out.at[out.len - 1].to == DAY_OPEN && v != last) out.at[out.len - 1].to = days[i] - 1;
        if (v != NULL && v != last) {
            struct pack_param_value e = v->v;
            e.from = days[i];
            e.to = DAY_OPEN;
            vec_push(l->nodes, &out, e);
        }
        last = v;
    }
    struct pack_param_value *kept = arena_array(l->a, struct pack_param_value, out.len);
    if (out.len > 0) memcpy(kept, out.at, out.len * sizeof *kept);
    p->p.values = kept;
    p->p.values_count = (uint32_t)out.len;
}

static const struct feel_type *feel_type_of(struct load *l, struct param_made *p)
{
    switch (p->p.type) {
    case PARAM_NUMBER:
    case PARAM_FRACTION: return &feel_number;
    case PARAM_DATE: return &feel_date;
    case PARAM_TEXT: return &feel_string;
    case PARAM_CHOICE: {
        if (p->codes == NULL) return &feel_any;
        struct type_read t = {.type = FIELD_CHOICE, .codes = p->codes};
        return type_feel(l, &t);
    }
    case PARAM_DURATION: break;
    }
    for (size_t i = 1; i < p->values.len; i++)
        if (p->values.at[i]->v.value.kind != p->values.at[0]->v.value.kind) {
            bad(l, p->values.at[i]->value_node, &E_pack_param_duration, p->p.title);
            return &feel_any;
        }
    if (p->values.len == 0) return &feel_any;
    return p->values.at[0]->v.value.kind == FV_MONTHS ? &feel_months : &feel_span;
}

void params_layer(struct load *l)
{
    struct name_scope scope = {.what_zh = STR("参数"), .what_en = STR("parameters")};
    struct pack_param *all = arena_array(l->a, struct pack_param, l->params.len + 1);
    for (size_t i = 0; i < l->params.len; i++) {
        struct param_made *p = l->params.at[i];
        size_t kept = 0;
        for (size_t k = 0; k < p->values.len; k++) {
            struct layer_value *v = p->values.at[k];
            if (!param_value_parse(l, p, v->value_node, &v->v.value, &v->v.p, &v->v.q)) continue;
            p->values.at[kept++] = v;
        }
        p->values.len = kept;
        if (kept > 0) qsort(p->values.at, kept, sizeof p->values.at[0], by_from);
        succession_check(l, p);
        loosening_check(l, p);
        effective(l, p);
        p->p.feel_type = feel_type_of(l, p);
        all[i] = p->p;
        struct str names[2] = {p->p.name, p->p.title};
        for (int k = 0; k < 2; k++) { /* exact repetitions were told when the rows were read */
            struct str folded = uni_nfkc(l->nodes, names[k]);
            if ((k == 0 || !str_eq(names[0], names[1])) && map_find(&scope.seen, folded) == NULL)
                (void)name_scope_add(l, &scope, names[k], NULL, p->p.place);
        }
    }
    l->set->params = all;
    l->set->params_count = (uint32_t)l->params.len;
}

static const struct pack_param_value *param_value(const struct pack_param *p, day_num day)
{
    for (uint32_t i = 0; i < p->values_count; i++)
        if (day >= p->values[i].from && day <= p->values[i].to) return &p->values[i];
    return NULL;
}

struct fv pack_param_on(const struct pack_param *p, day_num day)
{
    const struct pack_param_value *v = param_value(p, day);
    return v == NULL ? fv_null() : v->value;
}

const struct pack_param_value *pack_param_in(const struct pack_set *s, const struct pack_param *p, day_num day)
{
    return p == NULL ? NULL : param_value(&s->params[p->slot], day);
}
