/* decl_ballot.c - ballots: what is voted on and what passes; notices: what is made public, and for how long. */
#include "pack/inner.h"

struct ballot_made {
    struct pack_ballot b; /* first */
    struct decl *decl;
};
struct notice_made {
    struct pack_notice n; /* first */
    struct decl *decl;
};

void ballots_read(struct load *l, struct decl *d)
{
    struct ballot_made *m = arena_new(l->a, struct ballot_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->b.d);
    cites_read(l, Y_GET(d->node, "permit"), DAY_OPEN, DAY_OPEN, &m->b.permit, &m->b.permit_count);
    (void)map_put(l->nodes, &l->ballot_by_name, d->name, m);
    vec_push(l->a, &l->ballots, &m->b);
}

void notices_read(struct load *l, struct decl *d)
{
    struct notice_made *m = arena_new(l->a, struct notice_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->n.d);
    (void)map_put(l->nodes, &l->notice_by_name, d->name, m);
    vec_push(l->a, &l->notices, &m->n);
}

const struct pack_ballot *ballot_named(struct load *l, const struct ynode *n)
{
    if (n == NULL) return NULL;
    const struct pack_ballot *b = map_find(&l->ballot_by_name, n->text);
    if (b != NULL) return b;
    struct str *names = arena_array(l->nodes, struct str, l->ballots.len + 1);
    for (size_t i = 0; i < l->ballots.len; i++) names[i] = l->ballots.at[i]->d.name;
    unknown(l, n, 0, n->text.len, STR("票"), STR("ballot"), l->ballots.len, names);
    return NULL;
}

/* Shares are compared as p/q: only a parameter keeps them so. */
static const struct pack_param *share_param(struct load *l, const struct ynode *n)
{
    if (n == NULL) return NULL;
    const struct param_made *p = param_named(l, n->text);
    if (p == NULL) {
        struct str *names = arena_array(l->nodes, struct str, l->params.len + 1);
        for (size_t i = 0; i < l->params.len; i++) names[i] = l->params.at[i]->p.title;
        unknown(l, n, 0, n->text.len, STR("参数"), STR("parameter"), l->params.len, names);
        return NULL;
    }
    if (p->p.type != PARAM_FRACTION && p->p.type != PARAM_NUMBER) bad(l, n, &E_pack_share, n->text);
    return &l->set->params[p->p.slot];
}

static struct pack_share share_read(struct load *l, const struct ynode *n)
{
    static const struct str bases[] = {STR_INIT("entitled"), STR_INIT("present"), STR_INIT("valid")};
    struct pack_share s = {0};
    if (n == NULL) return s;
    int base = y_word(l, Y_GET(n, "base"), 0, ARRAY_LEN(bases), bases);
    s.base = base < 0 ? BASE_ENTITLED : (enum pack_base)base;
    const struct ynode *least = Y_GET(n, "at-least"), *more = Y_GET(n, "more-than");
    if ((least == NULL) == (more == NULL)) {
        bad(l, n, &E_pack_one_of, STR("at-least more-than"));
        return s;
    }
    s.more = more != NULL;
    s.param = share_param(l, s.more ? more : least);
    return s;
}

static void options_read(struct load *l, struct ballot_made *m, const struct ynode *n)
{
    struct pack_option *out = arena_array(l->a, struct pack_option, y_count(n) + 1);
    for (uint32_t i = 0; i < y_count(n); i++) {
        const struct ynode *o = y_at(n, i), *value = Y_GET(o, "value");
        struct pack_option *x = &out[m->b.options_count++];
        *x = (struct pack_option){.name = y_text(Y_GET(o, "option")), .title = y_text(Y_GET(o, "title"))};
        if (value == NULL || str_eq(value->text, STR("none"))) continue;
        x->has_value = str_to_i64(value->text, &x->value);
        if (!x->has_value) bad(l, value, &E_pack_int, STR("value"), value->text);
    }
    m->b.options = out;
}

static void classes_read(struct load *l, struct ballot_made *m, const struct ynode *n)
{
    struct pack_class_of *out = arena_array(l->a, struct pack_class_of, y_count(n) + 1);
    int64_t sum = 0;
    for (uint32_t i = 0; i < y_count(n); i++) {
        const struct ynode *c = y_at(n, i);
        struct pack_class_of *x = &out[m->b.classes_count++];
        *x = (struct pack_class_of){.name = y_text(Y_GET(c, "class")), .title = y_text(Y_GET(c, "title")), .weight = y_int(Y_GET(c, "weight"), 0)};
        if (x->weight <= 0 || x->weight > 100) bad(l, c, &E_pack_weights, m->b.d.name);
        sum += x->weight;
    }
    m->b.classes = out;
    if (m->b.classes_count > 0 && sum != 100) bad(l, n, &E_pack_weights, m->b.d.name);
}

/* Rounds, the order of names, receipts, and who sees to it. */
static void more_read(struct load *l, struct ballot_made *m, const struct ynode *n)
{
    static const struct str orders[] = {STR_INIT("strokes"), STR_INIT("given")};
    const struct ynode *rounds = Y_GET(n, "rounds"), *receipts = Y_GET(n, "receipts");
    m->b.rounds = y_int(rounds, 1);
    if (m->b.rounds < 1 || m->b.rounds > 9) bad(l, rounds, &E_pack_int, STR("rounds"), y_text(rounds));
    if (m->b.tie == TIE_RUNOFF && m->b.rounds < 2) bad(l, m->decl->name_node, &E_pack_missing_key, STR("ballot"), STR("rounds"));
    m->b.names_given = y_word(l, Y_GET(n, "names"), 0, 2, orders) == 1;
    m->b.receipts = y_yes(receipts, false);
    /* A word that proves that one voted is worth money where people are recommended, graded or elected. */
    bool electronic = m->b.mode == MODE_SIGN_IN || m->b.mode == MODE_CODE;
    if (m->b.receipts && (m->b.kind != BALLOT_APPROVE || !electronic)) bad(l, receipts, &E_pack_ballot_receipts, m->b.d.name);
    struct str_list by = roles_named(l, Y_GET(n, "by")), tellers = roles_named(l, Y_GET(n, "tellers"));
    m->b.by = by.at;
    m->b.by_count = by.count;
    m->b.tellers = tellers.at;
    m->b.tellers_count = tellers.count;
}

void ballots_link(struct load *l)
{
    static const struct str kinds[] = {STR_INIT("nominate"), STR_INIT("approve"), STR_INIT("choose"), STR_INIT("grade"), STR_INIT("score")};
    static const struct str modes[] = {STR_INIT("sign-in"), STR_INIT("code"), STR_INIT("paper"), STR_INIT("hands"), STR_INIT("voice")};
    static const struct str ties[] = {STR_INIT("report"), STR_INIT("fails"), STR_INIT("runoff")};
    static const struct str publish[] = {STR_INIT("none"), STR_INIT("result"), STR_INIT("papers")};
    for (size_t i = 0; i < l->ballots.len; i++) {
        struct ballot_made *m = (struct ballot_made *)(void *)l->ballots.at[i];
        const struct ynode *n = m->decl->node, *mode = Y_GET(n, "mode"), *secret = Y_GET(n, "secret");
        int kind = y_word(l, Y_GET(n, "kind"), 0, ARRAY_LEN(kinds), kinds), how = y_word(l, mode, MODE_PAPER, ARRAY_LEN(modes), modes);
        int tie = y_word(l, Y_GET(n, "tie"), TIE_REPORT, ARRAY_LEN(ties), ties), shown = y_word(l, Y_GET(n, "publish"), PUBLISH_NONE, ARRAY_LEN(publish), publish);
        m->b.kind = kind < 0 ? BALLOT_APPROVE : (enum pack_ballot_kind)kind;
        m->b.mode = how < 0 ? MODE_PAPER : (enum pack_ballot_mode)how;
        m->b.tie = tie < 0 ? TIE_REPORT : (enum pack_tie)tie;
        m->b.publish = shown < 0 ? PUBLISH_NONE : (enum pack_publish)shown;
        bool open_vote = m->b.mode == MODE_HANDS || m->b.mode == MODE_VOICE;
        m->b.secret = y_yes(secret, !open_vote);
        if (open_vote && m->b.secret) bad(l, secret, &E_pack_ballot_open, y_text(mode));
        if ((m->b.mode == MODE_SIGN_IN || m->b.mode == MODE_CODE) && y_key(n, STR("permit")) == NULL) bad(l, mode, &E_pack_ballot_permit, STR(""));
        if (y_key(n, STR("basis")) == NULL && y_key(n, STR("implements")) == NULL)
            bad(l, m->decl->name_node, &E_pack_needs_basis, str_cat(l->a, STR("ballot "), m->b.d.name));
        options_read(l, m, Y_GET(n, "options"));
        classes_read(l, m, Y_GET(n, "classes"));
        bool graded = m->b.kind == BALLOT_GRADE || m->b.kind == BALLOT_SCORE;
        if (graded && m->b.options_count == 0) bad(l, m->decl->name_node, &E_pack_missing_key, STR("ballot"), STR("options"));
        if (!graded && m->b.options_count > 0) bad(l, y_key(n, STR("options")), &E_pack_ballot_key, STR("options"));
        more_read(l, m, n);
        m->b.choose = share_param(l, Y_GET(n, "choose"));
        m->b.differential = share_param(l, Y_GET(n, "differential"));
        if (m->b.kind != BALLOT_CHOOSE && m->b.differential != NULL) bad(l, y_key(n, STR("differential")), &E_pack_ballot_key, STR("differential"));
        m->b.quorum = share_read(l, Y_GET(n, "quorum"));
        m->b.pass = share_read(l, Y_GET(n, "pass"));
        if (m->b.kind == BALLOT_APPROVE && y_key(n, STR("pass")) == NULL) bad(l, m->decl->name_node, &E_pack_missing_key, STR("ballot"), STR("pass"));
    }
}

/* ---- notices ---- */

/* Does an expression read a variable: a record, a step, a field?  Then it must be listed. */
static bool note_variable(void *ctx, const struct feel_node *n)
{
    bool *found = ctx;
    if (n->op == FEEL_VARIABLE || n->op == FEEL_ALL) *found = true;
    return true;
}

/* What may hang on a wall: no restricted field; and of a personal day, such as that of birth, the month only. */
struct public_look { bool restricted, personal_day; };

static void public_read(void *ctx, const struct pack_register *reg, const struct feel_member *m, const struct feel_node *at)
{
    struct public_look *k = ctx;
    const struct pack_field *f = field_read(reg, m);
    (void)at;
    if (f == NULL) return;
    k->restricted = k->restricted || f->class == PACK_RESTRICTED;
    k->personal_day = k->personal_day || (f->class >= PACK_PERSONAL && f->type == FIELD_DATE);
}

static bool shows_day(const struct feel_program *p, struct str format)
{
    bool day = p->type != NULL && p->type->kind == FT_DATE && !p->type->month;
    return day && (format.len == 0 || str_find(format, STR("d")) != SIZE_MAX);
}

static void public_check(struct load *l, const struct pack_notice *n, const struct ynode *say)
{
    for (uint32_t i = 0; n->say != NULL && i < n->say->pieces_count; i++) {
        const struct feel_program *p = n->say->pieces[i].program;
        struct public_look k = {false, false};
        if (p == NULL) continue;
        reads_each(p, public_read, &k);
        if (k.restricted) bad(l, say, &E_pack_notice_restricted, p->text);
        if (k.personal_day && shows_day(p, n->say->pieces[i].format)) bad(l, say, &E_pack_notice_day, p->text);
    }
}

static void say_check(struct load *l, const struct pack_notice *n, const struct ynode *say)
{
    for (uint32_t i = 0; n->say != NULL && i < n->say->pieces_count; i++) {
        const struct feel_program *p = n->say->pieces[i].program;
        if (p == NULL) continue;
        bool reads = false, listed = false;
        feel_each_node(p->root, note_variable, &reads);
        for (uint32_t k = 0; k < n->show_count; k++) listed = listed || str_eq(str_trim(p->text), str_trim(n->show_texts[k]));
        if (reads && !listed) bad(l, say, &E_pack_notice_unlisted, p->text);
    }
}

const struct pack_notice *notice_of_step(struct load *l, const struct pack_procedure *p, struct pack_step *step, const struct ynode *name, const struct step_scope *scope)
{
    static const struct str starts[] = {STR_INIT("next-day"), STR_INIT("same-day")}, places[] = {STR_INIT("public"), STR_INIT("unit")};
    static const struct str objects[] = {STR_INIT("anyone"), STR_INIT("staff")}, upheld[] = {STR_INIT("stop"), STR_INIT("lay-down")};
    static const struct str after[] = {STR_INIT("remove"), STR_INIT("keep")};
    if (name == NULL) return NULL;
    struct notice_made *m = map_find(&l->notice_by_name, name->text);
    if (m == NULL) {
        struct str *names = arena_array(l->nodes, struct str, l->notices.len + 1);
        for (size_t i = 0; i < l->notices.len; i++) names[i] = l->notices.at[i]->d.name;
        unknown(l, name, 0, name->text.len, STR("公示"), STR("notice"), l->notices.len, names);
        return NULL;
    }
    const struct ynode *n = m->decl->node, *of = Y_GET(n, "of"), *show = Y_GET(n, "show"), *say = Y_GET(n, "say"), *window = Y_GET(n, "window");
    if (m->n.step != NULL || (of != NULL && !str_eq(of->text, p->d.name))) {
        bad(l, name, &E_pack_notice_twice, name->text);
        return &m->n;
    }
    m->n.of = p;
    m->n.step = step;
    const struct feel_scope *s = scope->each != NULL ? scope->each : scope->once;
    struct str site_zh = str_cat(l->a, STR("公示“"), m->n.d.title.zh, STR("”")), site_en = str_cat(l->a, STR("the notice \""), m->n.d.name, STR("\""));
    m->n.show = arena_array(l->a, const struct feel_program *, y_count(show) + 1);
    m->n.show_texts = arena_array(l->a, struct str, y_count(show) + 1);
    for (uint32_t i = 0; i < y_count(show); i++) {
        struct feel_program *q = feel_at(l, s, y_at(show, i), NULL);
        if (q == NULL) continue;
        reach_check(l, q, y_at(show, i), USE_NOTICE, site_zh, site_en);
        m->n.show_texts[m->n.show_count] = y_at(show, i)->text;
        m->n.show[m->n.show_count++] = q;
    }
    m->n.say = say_read(l, s, say, NULL);
    if (say != NULL && m->n.say != NULL) {
        say_check(l, &m->n, say);
        public_check(l, &m->n, say);
    }
    if (window != NULL) m->n.window = due_at(l, l->global, window);
    m->n.same_day = y_word(l, Y_GET(n, "starts"), 0, 2, starts) == 1;
    m->n.staff_place = y_word(l, Y_GET(n, "place"), 0, 2, places) == 1;
    m->n.staff_object = y_word(l, Y_GET(n, "object"), 0, 2, objects) == 1;
    m->n.upheld_lay_down = y_word(l, Y_GET(n, "upheld"), 0, 2, upheld) == 1;
    m->n.keep = y_word(l, Y_GET(n, "after"), 0, 2, after) == 1;
    return &m->n;
}
