/* list_make.c - a roster from words that a user typed: compiled as a pack's would be, and held to the same limits of use. */
#include "exchange/inner.h"

enum { COLUMNS_MAX = 200 };

struct looking { unsigned use; enum pack_class class; const struct pack_field *bad; unsigned wanted; };

static bool look(void *ctx, const struct feel_node *n)
{
    struct looking *k = ctx;
    if (n->op != FEEL_MEMBER || n->member == NULL || n->reg == NULL || n->member->host == NULL) return true;
    const struct pack_register *reg = n->reg->host;
    if (reg == NULL || n->member->slot >= reg->fields_count) return true; /* a list of records */
    const struct pack_field *f = n->member->host;
    if (f->class > k->class) k->class = f->class;
    if ((f->use & k->wanted) == 0 && k->bad == NULL) k->bad = f;
    return true;
}

static enum rc compile_over(const struct feel_scope *scope, struct str text, bool list, const struct feel_type *wanted, struct arena *a, struct feel_program **out,
                            enum pack_class *class, struct err *err)
{
    struct diags d;
    struct feel_source src = {.text = text, .mode = FEEL_PACK, .wanted = wanted, .at = {.line = 1, .col = 1}};
    diags_init(&d, a, 20);
    if (feel_compile(a, scope, &src, out, &d) != RC_OK) {
        const struct diag *g = d.first;
        while (g != NULL && g->severity != SEV_ERROR) g = g->next;
        if (g == NULL) return err_set(err, &E_list_expr, NO_PLACE, text, STR("?"), STR("?"));
        return err_set(err, &E_list_expr, NO_PLACE, text, str_c(g->err.zh), str_c(g->err.en), str_c(g->err.hint_zh), str_c(g->err.hint_en));
    }
    struct looking k = {.wanted = list ? USE_RULE : USE_FORM};
    feel_each_node((*out)->root, look, &k);
    if (class != NULL) *class = k.class;
    if (k.bad == NULL) return RC_OK;
    return err_set(err, &E_list_use, NO_PLACE, k.bad->title.zh, list ? STR("筛选、排序、分组") : STR("名册"), list ? STR("pick, sort or group") : STR("list"));
}

enum rc listed_compile(const struct pack_register *over, struct str text, bool list, const struct feel_type *wanted, struct arena *a, struct feel_program **out,
                       enum pack_class *class, struct err *err)
{
    return compile_over(over->scope, text, list, wanted, a, out, class, err);
}

enum rc printed_compile(const struct feel_scope *scope, struct str text, struct arena *a, struct feel_program **out, struct err *err)
{
    return compile_over(scope, text, false, NULL, a, out, NULL, err);
}

/* Parts at ; outside quotes and brackets. */
static size_t parts_of(struct arena *a, struct str s, struct str **out)
{
    VEC(struct str) list = {0};
    int depth = 0;
    bool quoted = false;
    size_t from = 0;
    for (size_t i = 0; i <= s.len; i++) {
        char c = i < s.len ? s.ptr[i] : ';';
        bool wide = i + 3 <= s.len && memcmp(s.ptr + i, "；", 3) == 0;
        if (i < s.len && c == '"') quoted = !quoted;
        if (!quoted && (c == '(' || c == '[' || c == '{')) depth++;
        if (!quoted && (c == ')' || c == ']' || c == '}')) depth--;
        if (i < s.len && (quoted || depth > 0 || (c != ';' && !wide))) continue;
        struct str one = str_trim(str_sub(s, from, i));
        if (one.len > 0) vec_push(a, &list, one);
        if (wide) i += 2;
        from = i + 1;
    }
    *out = list.at;
    return list.len;
}

/* "标题=式子|格式": the = of a comparison is no title. */
static void column_parts(struct str s, struct str *title, struct str *value, struct str *format)
{
    *title = *value = s;
    *format = STR("");
    for (size_t i = s.len; i-- > 0;)
        if (s.ptr[i] == '|') {
            *format = str_trim(str_sub(s, i + 1, s.len));
            *value = str_trim(str_sub(s, 0, i));
            break;
        }
    *title = *value;
    size_t eq = str_find_char(*value, '=');
    if (eq == SIZE_MAX || eq == 0 || eq + 1 >= value->len) return;
    char before = value->ptr[eq - 1], after = value->ptr[eq + 1];
    bool compares = before == '<' || before == '>' || before == '!' || after == '=' || before == ' ';
    for (size_t i = 0; i < eq; i++) compares = compares || value->ptr[i] == '(' || value->ptr[i] == '[' || value->ptr[i] == '"';
    if (compares) return;
    *title = str_trim(str_sub(*value, 0, eq));
    *value = str_trim(str_sub(*value, eq + 1, value->len));
}

enum rc exchange_roster_make(const struct pack_set *set, const struct pack_register *over, const struct roster_words *w, struct arena *a, struct pack_roster *out, struct err *err)
{
    struct str *parts;
    struct feel_program *p;
    (void)set;
    *out = (struct pack_roster){.over = over, .a3 = w->a3, .portrait = w->portrait};
    out->d.title.zh = w->title.len > 0 ? w->title : over->d.title.zh;
    out->d.name = over->d.name;
    size_t n = parts_of(a, w->columns, &parts);
    if (n > COLUMNS_MAX) return err_set(err, &E_list_expr, NO_PLACE, STR("columns"), STR("至多 200 列"), STR("at most 200"));
    struct pack_roster_column *columns = arena_array(a, struct pack_roster_column, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str value;
        column_parts(parts[i], &columns[i].title, &value, &columns[i].format);
        TRY(listed_compile(over, value, false, NULL, a, &p, &columns[i].class, err));
        columns[i].value = p;
        if (columns[i].class > out->class) out->class = columns[i].class;
    }
    out->columns = columns;
    out->columns_count = (uint32_t)n;
    if (w->where.len > 0) {
        TRY(listed_compile(over, w->where, true, &feel_bool, a, &p, NULL, err));
        out->where = p;
    }
    if (w->group.len > 0) {
        TRY(listed_compile(over, w->group, true, NULL, a, &p, NULL, err));
        out->group = p;
    }
    n = parts_of(a, w->order, &parts);
    struct pack_roster_order *order = arena_array(a, struct pack_roster_order, n + 1);
    for (size_t i = 0; i < n; i++) {
        order[i].strokes = str_eq(parts[i], STR("strokes")) || str_eq(parts[i], STR("姓氏笔画"));
        if (order[i].strokes || str_eq(parts[i], STR("pinyin")) || str_eq(parts[i], STR("拼音"))) continue;
        TRY(listed_compile(over, parts[i], true, NULL, a, &p, NULL, err));
        order[i].value = p;
    }
    out->order = order;
    out->order_count = (uint32_t)n;
    return RC_OK;
}
