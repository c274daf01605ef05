/* libfeel.c - names and expressions: feel/ behind handles that own their memory. */
#include "libfeel/inner.h"

#include <stdatomic.h>

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "libfeel/errors.def"
#undef ERR

/* ---- errors ---- */

enum feel_status error_out(const struct err *e, bool warning, struct feel_error *out)
{
    enum feel_status status = err_rc(e) == RC_LIMIT || err_rc(e) == RC_SYSTEM ? FEEL_TOO_MUCH : FEEL_WRONG;
    if (out == NULL) return status;
    struct str code = str_c(err_code(e));
    *out = (struct feel_error){.warning = warning, .line = e->place.line, .column = e->place.col, .offset = e->place.off, .length = e->place.len};
    memcpy(out->code, code.ptr, MIN(code.len, sizeof out->code - 1));
    _Static_assert(sizeof out->zh == sizeof e->zh && sizeof out->en == sizeof e->en, "texts of one size");
    _Static_assert(sizeof out->hint_zh == sizeof e->hint_zh && sizeof out->hint_en == sizeof e->hint_en, "hints of one size");
    memcpy(out->zh, e->zh, sizeof out->zh);
    memcpy(out->en, e->en, sizeof out->en);
    memcpy(out->hint_zh, e->hint_zh, sizeof out->hint_zh);
    memcpy(out->hint_en, e->hint_en, sizeof out->hint_en);
    return status;
}

enum feel_status wrong_n(struct feel_error *out, const struct err_kind *kind, size_t n, const struct str *args)
{
    struct err err;
    err_clear(&err);
    (void)err_set_n(&err, kind, NO_PLACE, n, args);
    return error_out(&err, false, out);
}

/* The first error among the mistakes: a type is one word or few. */
static enum feel_status first_error(const struct diags *d, struct feel_error *out)
{
    for (const struct diag *x = d->first; x != NULL; x = x->next)
        if (x->severity == SEV_ERROR) return error_out(&x->err, false, out);
    return FEEL_WRONG;
}

struct str type_name(struct arena *a, const struct feel_type *t, enum lang lang)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    feel_type_print(t, lang, &b);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* ---- names ---- */

static void names_drop(struct feel_names *n)
{
    if (atomic_fetch_sub(&n->holders, 1) > 1) return;
    arena_fini(&n->a);
    n->magic = 0;
    free(n);
}

struct feel_names *names_hold(const struct feel_names *names)
{
    struct feel_names *n = (struct feel_names *)(uintptr_t)names;
    MAGIC_CHECK(n, NAMES_MAGIC);
    (void)atomic_fetch_add(&n->holders, 1);
    return n;
}

static enum feel_status type_read(struct arena *a, const struct feel_scope *scope, const char *text, const struct feel_type **out, struct feel_error *error)
{
    struct diags d;
    *out = &feel_any;
    if (text == NULL) return FEEL_OK;
    diags_init(&d, a, ERRORS_KEPT);
    return feel_type_parse(a, scope, str_dup(a, str_c(text)), out, &d) == RC_OK ? FEEL_OK : first_error(&d, error);
}

static enum feel_status name_read(struct feel_names *n, const struct feel_var *v, struct feel_name *out, struct feel_error *error)
{
    struct str name = str_c(v->name), normal;
    if (name.len == 0 || name.len > NAME_BYTES || !utf8_ok(name, NULL)) return wrong(error, &E_libfeel_name, str_sub(name, 0, NAME_BYTES));
    name = str_dup(&n->a, name);
    normal = feel_name_normal(&n->a, name);
    void *number = (void *)(uintptr_t)(n->count + 1);
    if (normal.len == 0) return wrong(error, &E_libfeel_name, name);
    if (map_find(&n->numbers, normal) != NULL) return wrong(error, &E_libfeel_twice, name);
    (void)map_put(&n->a, &n->numbers, normal, number);
    (void)map_put(&n->a, &n->numbers, name, number);
    *out = (struct feel_name){.kind = FN_VARIABLE, .name = normal, .title = normal, .slot = n->count, .may_be_null = true};
    return type_read(&n->a, &n->scope, v->type, &out->type, error);
}

enum feel_status feel_names_make(const struct feel_var *vars, size_t count, struct feel_names **out, struct feel_error *error)
{
    struct feel_names *n = calloc(1, sizeof *n);
    enum feel_status status = FEEL_OK;
    *out = NULL;
    if (n == NULL) return wrong(error, &E_feel_memory, STR_NONE);
    arena_init(&n->a, EXPR_BYTES_MAX);
    n->magic = NAMES_MAGIC;
    n->holders = 1;
    if (count > NAMES_MAX) status = wrong(error, &E_libfeel_many, str_u64(&n->a, count), str_u64(&n->a, NAMES_MAX));
    (void)map_put(&n->a, &n->numbers, STR("?"), (void *)(uintptr_t)(count + 1)); /* the input of unary tests */
    struct feel_name *names = arena_array(&n->a, struct feel_name, MIN(count, (size_t)NAMES_MAX) + 1);
    for (; status == FEEL_OK && n->count < count; n->count++) status = name_read(n, &vars[n->count], &names[n->count], error);
    n->scope = (struct feel_scope){.names = names, .names_count = n->count};
    if (status == FEEL_OK) feel_scope_seal(&n->a, &n->scope);
    if (status == FEEL_OK) *out = n;
    else names_drop(n);
    return status;
}

void feel_names_free(struct feel_names **names)
{
    if (*names == NULL) return;
    MAGIC_CHECK(*names, NAMES_MAGIC);
    names_drop(*names);
    *names = NULL;
}

/* ---- expressions ---- */

struct reading {
    bool *reads;
    uint32_t count;
};

static bool note_read(void *ctx, const struct feel_node *n)
{
    struct reading *r = ctx;
    if (n->op == FEEL_VARIABLE && n->slot < r->count) r->reads[n->slot] = true;
    return true;
}

static enum feel_status compile(struct feel_expr *e, const char *text, const struct feel_options *o, struct diags *d, struct feel_error *error)
{
    const struct feel_type *wanted = NULL;
    struct feel_program *p = NULL;
    struct feel_source src = {.text = str_dup(&e->a, str_c(text)), .mode = o->strict ? FEEL_PACK : FEEL_DMN};
    src.at = (struct place){.file = diags_file(d, STR("feel"), src.text), .line = 1, .col = 1};
    if (o->input != NULL && type_read(&e->a, &e->names->scope, o->input, &e->input, error) != FEEL_OK) return FEEL_WRONG;
    if (o->result != NULL && type_read(&e->a, &e->names->scope, o->result, &wanted, error) != FEEL_OK) return FEEL_WRONG;
    if (wanted != NULL && wanted->kind != FT_ANY) src.wanted = wanted;
    enum rc rc = e->input != NULL ? feel_compile_tests(&e->a, &e->names->scope, &src, e->input, &p, d) : feel_compile(&e->a, &e->names->scope, &src, &p, d);
    if (rc != RC_OK) return FEEL_WRONG;
    struct reading r = {.count = e->names->count + 1};
    r.reads = e->reads = arena_array(&e->a, bool, r.count);
    feel_each_node(p->root, note_read, &r);
    e->program = p;
    e->type[FEEL_ZH] = type_name(&e->a, p->type, LANG_ZH).ptr;
    e->type[FEEL_EN] = type_name(&e->a, p->type, LANG_EN).ptr;
    return FEEL_OK;
}

enum feel_status feel_expr_make(const struct feel_names *names, const char *text, const struct feel_options *options, struct feel_expr **out,
                                struct feel_error *errors, size_t errors_max, size_t *errors_count)
{
    static const struct feel_options plain = {0};
    struct feel_error one = {0};
    struct diags d;
    size_t n = 0;
    MAGIC_CHECK(names, NAMES_MAGIC);
    *out = NULL;
    struct feel_expr *e = calloc(1, sizeof *e);
    if (e == NULL) return FEEL_TOO_MUCH;
    e->magic = EXPR_MAGIC;
    e->names = names_hold(names);
    arena_init(&e->a, EXPR_BYTES_MAX);
    diags_init(&d, &e->a, ERRORS_KEPT);
    enum feel_status status = compile(e, text, options == NULL ? &plain : options, &d, &one);
    diags_sort(&d);
    if (status != FEEL_OK && one.code[0] != '\0') { /* a type of the options */
        if (errors != NULL && errors_max > 0) errors[n] = one;
        n++;
    }
    for (const struct diag *x = d.first; x != NULL; x = x->next, n++)
        if (errors != NULL && n < errors_max) (void)error_out(&x->err, x->severity != SEV_ERROR, &errors[n]);
    if (errors_count != NULL) *errors_count = n;
    if (status == FEEL_OK) *out = e;
    else feel_expr_free(&e);
    return status;
}

void feel_expr_free(struct feel_expr **expr)
{
    struct feel_expr *e = *expr;
    if (e == NULL) return;
    MAGIC_CHECK(e, EXPR_MAGIC);
    *expr = NULL;
    e->magic = 0;
    arena_fini(&e->a);
    names_drop(e->names);
    free(e);
}

const char *feel_expr_type(const struct feel_expr *e, enum feel_language language)
{
    MAGIC_CHECK(e, EXPR_MAGIC);
    return e->type[language == FEEL_ZH ? FEEL_ZH : FEEL_EN];
}

int feel_expr_may_be_null(const struct feel_expr *e)
{
    MAGIC_CHECK(e, EXPR_MAGIC);
    return e->program->may_be_null;
}

int feel_expr_is_daily(const struct feel_expr *e)
{
    MAGIC_CHECK(e, EXPR_MAGIC);
    return e->program->daily;
}

int feel_expr_reads(const struct feel_expr *e, size_t number)
{
    MAGIC_CHECK(e, EXPR_MAGIC);
    return number <= e->names->count && e->reads[number];
}
