/*
 * reach.c - what an expression reads, through derived fields and functions, and whether it may.
 * A derived field's use and class are settled before anything that reads it is looked at (deps.c gives the order), so that one look
 * at the fields that a program names is enough.
 */
#include "pack/inner.h"

enum { FUNCTIONS_MAX = 64 };

struct walk {
    bool (*fn)(void *ctx, const struct feel_node *n);
    void *ctx;
    const struct feel_function *seen[FUNCTIONS_MAX];
    uint32_t seen_count;
    const struct feel_node *at; /* the call in the program itself, while inside a function */
};

static const struct feel_function *function_of(const struct feel_node *n)
{
    if (n->op != FEEL_CALL_NAMED || n->ref == NULL) return NULL;
    return n->ref->fn != NULL && n->ref->fn->body != NULL ? n->ref->fn : NULL;
}

static bool visit(void *ctx, const struct feel_node *n)
{
    struct walk *w = ctx;
    if (!w->fn(w->ctx, n)) return false;
    const struct feel_function *f = function_of(n);
    if (f == NULL || w->seen_count == FUNCTIONS_MAX) return true;
    for (uint32_t i = 0; i < w->seen_count; i++)
        if (w->seen[i] == f) return true;
    w->seen[w->seen_count++] = f;
    bool outermost = w->at == NULL;
    if (outermost) w->at = n;
    feel_each_node(f->body->root, visit, w);
    if (outermost) w->at = NULL;
    return true;
}

void nodes_each(const struct feel_program *p, bool (*fn)(void *ctx, const struct feel_node *n), void *ctx)
{
    struct walk w = {.fn = fn, .ctx = ctx};
    feel_each_node(p->root, visit, &w);
}

struct reads {
    read_fn *fn;
    void *ctx;
    struct walk *walk;
};

static bool read_node(void *ctx, const struct feel_node *n)
{
    struct reads *r = ctx;
    const struct feel_node *at = r->walk->at != NULL ? r->walk->at : n;
    if (n->op == FEEL_MEMBER && n->reg != NULL && n->member != NULL && n->reg->host != NULL) r->fn(r->ctx, n->reg->host, n->member, at);
    if (n->op == FEEL_ALL && n->reg != NULL && n->reg->host != NULL) r->fn(r->ctx, n->reg->host, NULL, at);
    return true;
}

void reads_each(const struct feel_program *p, read_fn *fn, void *ctx)
{
    struct reads r = {.fn = fn, .ctx = ctx};
    struct walk w = {.fn = read_node, .ctx = &r};
    r.walk = &w;
    feel_each_node(p->root, visit, &w);
}

const struct pack_field *field_read(const struct pack_register *reg, const struct feel_member *m)
{
    return m != NULL && m->slot < reg->fields_count ? &reg->fields[m->slot] : NULL;
}

/* ---- what is reached ---- */

static const struct pack_register *list_of(const struct pack_register *reg, const struct feel_member *m)
{
    return m == NULL ? reg : m->slot - reg->fields_count < reg->backs_count ? reg->backs[m->slot - reg->fields_count].from : reg;
}

static void gather(void *ctx, const struct pack_register *reg, const struct feel_member *m, const struct feel_node *at)
{
    struct reach *r = ctx;
    (void)at;
    const struct pack_field *f = field_read(reg, m);
    if (f == NULL) { /* a list: its records and their number */
        const struct pack_register *from = list_of(reg, m);
        r->use &= from->use;
        r->class = MAX(r->class, from->class);
        r->lists = true;
        return;
    }
    r->use &= f->use;
    r->class = MAX(r->class, f->class);
    if (f->column == UINT32_MAX) r->derived = true;
    if (f->daily) r->daily = true;
}

static bool asks_today(void *ctx, const struct feel_node *n)
{
    struct reach *r = ctx;
    if (n->op == FEEL_CALL && str_eq(n->name, STR("today"))) r->asks_today = true;
    const struct feel_function *f = function_of(n);
    if (f != NULL && f->body->daily) r->daily = true;
    return true;
}

struct reach reach_of(const struct feel_program *p)
{
    struct reach r = {.use = USE_ALL, .class = PACK_OPEN, .daily = p->daily};
    reads_each(p, gather, &r);
    nodes_each(p, asks_today, &r);
    return r;
}

/* ---- may it? ---- */

struct checking {
    struct load *l;
    const struct ynode *n;
    enum pack_use site;
    struct str site_zh, site_en;
    size_t base;               /* offset of the program within the node's text */
    bool told;
};

struct culprit {
    enum pack_use site;
    const struct pack_field *field;
    const struct pack_register *reg, *list;
};

static void find_culprit(void *ctx, const struct pack_register *reg, const struct feel_member *m, const struct feel_node *at)
{
    struct culprit *c = ctx;
    (void)at;
    if (c->field != NULL || c->list != NULL) return;
    const struct pack_field *f = field_read(reg, m);
    if (f == NULL) {
        const struct pack_register *from = list_of(reg, m);
        if ((from->use & (unsigned)c->site) == 0) c->list = from;
    } else if ((f->use & (unsigned)c->site) == 0) {
        c->field = f;
        c->reg = reg;
    }
}

static struct str field_name(struct load *l, const struct pack_register *reg, const struct pack_field *f)
{
    return str_cat(l->a, reg->feel.title, STR("."), f->member->title);
}

static struct str use_text(struct load *l, unsigned use)
{
    static const struct str words[] = {STR_INIT("rule"), STR_INIT("gate"), STR_INIT("score"), STR_INIT("points"), STR_INIT("notice"),
                                       STR_INIT("form"), STR_INIT("report")};
    struct str out = STR("use: [");
    bool first = true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if ((use & 1u << i) == 0) continue;
        out = str_cat(l->a, out, first ? STR("") : STR(", "), words[i]);
        first = false;
    }
    return str_cat(l->a, out, STR("]"));
}

/* From the field named in the text down to the one that says no. */
static struct str path_text(struct load *l, const struct pack_register *reg, const struct pack_field *f, enum pack_use site)
{
    struct str out = STR("");
    for (int depth = 0; depth < 20; depth++) {
        struct str one = str_cat(l->a, field_name(l, reg, f), STR("（"), place_text(l, f->place));
        if (f->derive == NULL) return depth == 0 ? STR("") : str_cat(l->a, out, one, STR("，"), use_text(l, f->use), STR("）"));
        out = str_cat(l->a, out, one, STR("）← "));
        struct culprit c = {.site = site};
        reads_each(f->derive, find_culprit, &c);
        if (c.field == NULL && c.list == NULL && f->otherwise != NULL) reads_each(f->otherwise, find_culprit, &c);
        if (c.list != NULL) return str_cat(l->a, out, c.list->feel.title, STR("（"), place_text(l, c.list->d.place), STR("）"));
        if (c.field == NULL) return depth == 0 ? STR("") : out;
        reg = c.reg;
        f = c.field;
    }
    return out;
}

static void check_read(void *ctx, const struct pack_register *reg, const struct feel_member *m, const struct feel_node *at)
{
    struct checking *c = ctx;
    const struct pack_field *f = field_read(reg, m);
    const struct pack_register *list = f == NULL ? list_of(reg, m) : NULL;
    unsigned use = f != NULL ? f->use : list->use;
    if ((use & (unsigned)c->site) != 0) return;
    struct str what = f != NULL ? field_name(c->l, reg, f) : list->feel.title;
    struct str path = f != NULL ? path_text(c->l, reg, f, c->site) : STR("");
    bad_part(c->l, c->n, c->base + at->place.off, at->place.len, &E_pack_use_refused, c->site_zh, what, f != NULL ? STR("字段") : STR("台账"), c->site_en,
             path);
}

void reach_check(struct load *l, const struct feel_program *p, const struct ynode *n, enum pack_use site, struct str site_zh, struct str site_en)
{
    if (p == NULL) return;
    struct checking c = {.l = l, .n = n, .site = site, .site_zh = site_zh, .site_en = site_en};
    reads_each(p, check_read, &c);
}

void reach_check_message(struct load *l, const struct feel_message *m, const struct ynode *n, enum pack_use site, struct str site_zh,
                         struct str site_en)
{
    if (m == NULL) return;
    const struct ynode *text = n->kind == Y_MAP ? Y_GET(n, "zh") : n;
    for (uint32_t i = 0; text != NULL && i < m->pieces_count; i++) {
        const struct feel_program *p = m->pieces[i].program;
        if (p == NULL) continue;
        struct checking c = {.l = l, .n = text, .site = site, .site_zh = site_zh, .site_en = site_en};
        size_t at = str_find(text->text, p->text);
        c.base = at == SIZE_MAX ? 0 : at;
        reads_each(p, check_read, &c);
    }
}

static void check_write_read(void *ctx, const struct pack_register *reg, const struct feel_member *m, const struct feel_node *at)
{
    struct checking *c = ctx;
    const struct pack_field *f = field_read(reg, m);
    struct str zh = STR(""), en = STR("");
    if (f == NULL) {
        zh = str_cat(c->l->a, STR("“"), list_of(reg, m)->feel.title, STR("”的一串记录"));
        en = str_cat(c->l->a, STR("a list of \""), list_of(reg, m)->feel.title, STR("\""));
    } else if (f->derive != NULL) {
        struct reach r = reach_of(f->derive);
        if (!f->daily && !r.lists) return;
        zh = str_cat(c->l->a, STR("“"), f->member->title, f->daily ? STR("”，它随日期变化") : STR("”，它由别的记录推算"));
        en = str_cat(c->l->a, STR("\""), f->member->title, f->daily ? STR("\", which changes with the day") : STR("\", which is derived from other records"));
    } else {
        return;
    }
    if (!c->told) bad_part(c->l, c->n, at->place.off, at->place.len, &E_pack_check_reach, zh, en);
    c->told = true;
}

void reach_check_write(struct load *l, const struct feel_program *p, const struct ynode *n)
{
    if (p == NULL) return;
    struct checking c = {.l = l, .n = n};
    if (reach_of(p).asks_today) {
        bad(l, n, &E_pack_check_reach, STR(" today()"), STR("today()"));
        return;
    }
    reads_each(p, check_write_read, &c);
}
