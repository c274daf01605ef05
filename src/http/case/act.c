/*
 * act.c - acts on cases: open, close a step, publish, object, answer, go back, lay down.  All go through area_submit(); a refusal comes back with the
 * word that stopped it and, of a gate, its basis.  Who acts must see the case, and names in his act only records that he sees.
 */
#include "http/case/ballot.h"

enum { PAIRS_MAX = 400, WORD_MAX = 80 };

/* ---- what is given ---- */

static enum rc bad(struct err *err, struct str name, const char *zh, const char *en) { return err_set(err, &E_http_body, NO_PLACE, name, str_c(zh), str_c(en)); }

static const struct pack_item *item_named(const struct pack_item *items, uint32_t n, struct str name)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(items[i].f.name, name) || str_eq(items[i].f.title.zh, name)) return &items[i];
    return NULL;
}

/* A value as text, as people would type it.  What a ref leads to must be in sight: nobody learns by trying what else is there. */
static enum rc text_of(struct req *q, const struct pack_item *it, const struct json *m, struct str *out, struct err *err)
{
    const struct json *v = m;
    *out = STR("");
    if (it != NULL && it->paper && v->kind == JSON_OBJECT) return file_value_take(q, m->key, v, out, err); /* kept here; else a text: its number or place */
    if (v->kind == JSON_OBJECT) {
        v = json_get(m, STR("code"));
        if (v == NULL) v = json_get(m, STR("id"));
        if (v == NULL) return bad(err, m->key, "值", "a value");
    }
    if (it != NULL && it->f.type == FIELD_REF && it->f.ref != NULL && v->kind != JSON_NULL) {
        const struct pack_register *r = pack_register_find(q->view->set, it->f.ref->d.name);
        struct record rec;
        struct sight s;
        uint64_t id = 0;
        if (r == NULL) return bad(err, m->key, "记录", "a record");
        if (v->kind == JSON_NUMBER) {
            if (!str_to_u64(v->text, &id)) return bad(err, m->key, "记录编号", "the id of a record");
        } else if (v->kind == JSON_STRING) {
            enum rc rc = record_resolve(q->view->records, r, v->text, &id, err);
            if (rc != RC_OK) return err_set(err, &E_http_absent, NO_PLACE, v->text);
        }
        TRY(record_seen(q, PACK_READ, r, id, &rec, &s, err));
        *out = str_cat(&q->arena, STR("#"), str_u64(&q->arena, id));
        return RC_OK;
    }
    switch (v->kind) {
    case JSON_NULL: return RC_OK;
    case JSON_TRUE: *out = STR("是"); return RC_OK;
    case JSON_FALSE: *out = STR("否"); return RC_OK;
    case JSON_NUMBER:
    case JSON_STRING: *out = v->text.ptr == NULL ? STR("") : v->text; return RC_OK;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return bad(err, m->key, "一个值", "one value");
}

/* sight: who may not see a field may not fill it either: he would learn from what is refused. */
enum rc case_pairs_of(struct req *q, const struct json *obj, struct str name, const struct pack_item *items, uint32_t n, const struct sight *sight,
                        const struct case_pair **out, uint32_t *count, struct err *err)
{
    struct case_pair *p = arena_array(&q->arena, struct case_pair, PAIRS_MAX);
    *out = p;
    *count = 0;
    if (obj == NULL || obj->kind == JSON_NULL) return RC_OK;
    if (obj->kind != JSON_OBJECT || obj->count > PAIRS_MAX) return bad(err, name, "对象", "an object");
    for (const struct json *m = obj->first; m != NULL; m = m->next) {
        struct str text;
        const struct pack_item *it = item_named(items, n, m->key);
        if (it != NULL && sight != NULL && (sight->classes >> it->f.class & 1) == 0) return err_set(err, &E_access_field, NO_PLACE, text2_in(&it->f.title, q->lang));
        TRY(text_of(q, it, m, &text, err));
        if (text.len > 0) p[(*count)++] = (struct case_pair){m->key, text};
    }
    return RC_OK;
}

static enum rc lines_of(struct req *q, const struct json *obj, struct str name, const struct pack_item *items, uint32_t n, const struct sight *sight,
                        const struct case_of_line **out, uint32_t *count, struct err *err)
{
    struct case_of_line *l = arena_array(&q->arena, struct case_of_line, CASE_LINES_MAX + 1);
    *out = l;
    *count = 0;
    if (obj == NULL || obj->kind == JSON_NULL) return RC_OK;
    if (obj->kind != JSON_OBJECT || obj->count > CASE_LINES_MAX) return bad(err, name, "对象，以序号为名", "an object, by number of the line");
    for (const struct json *m = obj->first; m != NULL; m = m->next) {
        struct case_of_line *one = &l[(*count)++];
        one->line = m->key;
        TRY(case_pairs_of(q, m, m->key, items, n, sight, &one->values, &one->count, err));
    }
    return RC_OK;
}

enum rc case_text_of(const struct json *body, const char *name, struct str *out, struct err *err)
{
    TRY(json_text(body, name, false, out, err));
    if (out->ptr == NULL) *out = STR("");
    return RC_OK;
}

enum rc case_entry_of(struct req *q, const struct json *body, struct case_entry *e, struct err *err)
{
    struct str day;
    *e = (struct case_entry){.happened = ENTRY_NO_DAY};
    TRY(json_text(body, "happened", false, &day, err));
    if (day.ptr != NULL && day.len > 0 && !day_parse(day, &e->happened)) return bad(err, STR("happened"), "日期", "a date");
    TRY(case_text_of(body, "paper", &e->paper, err));
    TRY(case_text_of(body, "second", &e->second, err));
    TRY(case_text_of(body, "irregular", &e->irregular, err));
    return case_pairs_of(q, json_get(body, STR("reasons")), STR("reasons"), NULL, 0, NULL, &e->reasons, &e->reasons_count, err);
}

/* ---- refusals ---- */

static const struct pack_gate *gate_find(const struct pack_procedure *p, struct str step, struct str word)
{
    const struct pack_gate *found = NULL;
    for (uint32_t i = 0; i <= p->steps_count; i++) {
        const struct pack_step *s = i < p->steps_count ? p->steps[i] : p->opening;
        for (uint32_t g = 0; g < s->gates_count; g++)
            if (str_eq(s->gates[g].name, word) && (found == NULL || str_eq(s->name, step))) found = &s->gates[g];
    }
    return found;
}

/* The four lines of a refusal: what, by which word and basis, on which values, what to do.  What a gate says is withheld from those who may not see all
 * that it reads. */
static void refuse(struct req *q, const struct err *given, const struct pack_procedure *p, struct str step, struct str word, const struct sight *sight)
{
    struct err err = *given;
    const struct pack_gate *g = p == NULL ? NULL : gate_find(p, step, word);
    if (g != NULL && !case_gate_seen(sight, p, g)) (void)err_set(&err, &E_http_gate_hidden, NO_PLACE, g->title.zh, text2_in(&g->title, LANG_EN));
    q->status = status_of(&err);
    buf_clear(&q->out);
    json_out_init(&q->j, &q->out);
    q->type = "application/problem+json; charset=utf-8";
    problem_open(&q->j, &err, q->status, q->lang);
    put_key(&q->j, "refused");
    json_object(&q->j);
    put_text(&q->j, "what", word);
    put_text_or_null(&q->j, "step", step);
    put_key(&q->j, "gate");
    if (g == NULL) {
        json_null(&q->j);
    } else {
        json_object(&q->j);
        gate_members(q, g);
        json_end_object(&q->j);
    }
    json_end_object(&q->j);
    if (g != NULL) put_basis(q, g->basis, g->basis_count);
    json_end_object(&q->j);
}


enum rc case_submit(struct req *q, struct case_act *a, struct err *err)
{
    char word[WORD_MAX] = "";
    struct receipt r;
    struct command c = {.verb = a->verb, .happened = ENTRY_NO_DAY, .args = &a->args};
    a->args.refused = word;
    a->args.refused_max = sizeof word;
    enum rc rc = req_submit(q, &c, &r, err);
    if (rc != RC_OK && word[0] != '\0') {
        refuse(q, err, a->p, a->step, str_c(word), &a->sight);
        return RC_OK;
    }
    TRY(rc);
    receipt_put(q, &r);
    if (a->made) q->status = 201;
    return RC_OK;
}

/* If-Match: the version of the case that its page showed. */
static enum rc seen_version(struct req *q, uint64_t *out, struct err *err)
{
    struct str tag = req_header(q, "If-Match");
    if (tag.ptr != NULL && tag.len > 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"') tag = str_sub(tag, 1, tag.len - 1);
    if (tag.ptr == NULL || !str_to_u64(tag, out) || *out == 0) return err_set0(err, &E_http_if_match, NO_PLACE);
    return RC_OK;
}

/* The case behind {id}, in sight, as its page showed it; and the step that is named. */
enum rc case_begin(struct req *q, struct case_act *a, struct err *err)
{
    struct record rec;
    struct case_view v;
    uint64_t id;
    TRY(case_seen(q, 0, &id, &rec, &a->sight, err));
    TRY(seen_version(q, &a->args.if_seq, err));
    TRY(case_look(q->view->records, id, q->run.today, &q->arena, &v, err));
    a->p = v.procedure;
    a->args.id = id;
    a->args.close.id = id;
    return RC_OK;
}

/* ---- open ---- */

enum rc case_opening_lines(struct req *q, const struct pack_procedure *p, const struct json *list, const struct sight *sight, struct case_opening *o, struct err *err)
{
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY || list->count > CASE_LINES_MAX) return bad(err, STR("lines"), "列表", "a list");
    struct case_of_line *lines = arena_array(&q->arena, struct case_of_line, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        struct case_of_line *l = &lines[o->lines_count++];
        const struct pack_lines *d = p->lines;
        if (d != NULL && d->reg == NULL) {
            TRY(case_pairs_of(q, m, STR("lines"), d->items, d->items_count, sight, &l->values, &l->count, err));
            continue;
        }
        struct pack_item as_ref = {.f = {.type = FIELD_REF, .ref = d == NULL ? NULL : d->reg}};
        TRY(text_of(q, &as_ref, m, &l->line, err));
    }
    o->lines = lines;
    return RC_OK;
}

/* Steps that a case under way has behind it: {"step","happened","paper","second","values","each"}. */
static enum rc taken_of(struct req *q, const struct pack_procedure *p, const struct json *list, const struct sight *sight, struct case_opening *o, struct err *err)
{
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY || list->count > p->steps_count) return bad(err, STR("taken"), "已经办完的步骤的列表", "a list of steps that are done");
    struct case_close *all = arena_array(&q->arena, struct case_close, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        struct case_close *t = &all[o->taken_count++];
        if (m->kind != JSON_OBJECT) return bad(err, STR("taken"), "对象的列表", "a list of objects");
        for (const struct json *x = m->first; x != NULL; x = x->next)
            if (!named_in("step happened paper second values each", x->key)) return err_set(err, &E_http_unknown, NO_PLACE, x->key, STR(""));
        *t = (struct case_close){0};
        TRY(json_text(m, "step", true, &t->step, err));
        const struct pack_step *s = pack_step_find(p, t->step);
        const struct pack_item *items = s == NULL ? NULL : s->items;
        uint32_t n = s == NULL ? 0 : s->items_count;
        TRY(case_pairs_of(q, json_get(m, STR("values")), STR("values"), items, n, sight, &t->set, &t->set_count, err));
        TRY(lines_of(q, json_get(m, STR("each")), STR("each"), items, n, sight, &t->each, &t->each_count, err));
        TRY(case_entry_of(q, m, &t->entry, err));
    }
    o->taken = all;
    return RC_OK;
}

enum rc route_case_open(struct req *q, struct err *err)
{
    struct case_act a = {.verb = VERB_CASE_OPEN, .made = true};
    struct case_opening *o = &a.args.open;
    const struct json *body;
    TRY(req_json(q, "procedure subject lines values taken" CASE_ENTRY, &body, err));
    TRY(json_text(body, "procedure", true, &o->procedure, err));
    a.p = pack_procedure_find(q->view->set, o->procedure);
    if (a.p == NULL) return err_set(err, &E_http_absent, NO_PLACE, o->procedure);
    const struct json *subject = json_get(body, STR("subject"));
    if (subject == NULL || subject->kind == JSON_NULL) return bad(err, STR("subject"), "对象（记录）", "a record");
    struct pack_item as_ref = {.f = {.type = FIELD_REF, .ref = a.p->subject}};
    TRY(text_of(q, &as_ref, subject, &o->subject, err));
    /* Who opens it sees of it what his role sees. */
    size_t n = 0;
    const struct pack_role *const *roles = grant_roles(q->grant, &n);
    a.sight = (struct sight){.classes = 1u << PACK_OPEN, .any = true};
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < a.p->opening->by_count; k++)
            if (str_eq(roles[i]->d.name, a.p->opening->by[k])) a.sight.classes |= roles[i]->sees;
    TRY(case_opening_lines(q, a.p, json_get(body, STR("lines")), &a.sight, o, err));
    TRY(case_pairs_of(q, json_get(body, STR("values")), STR("values"), a.p->opening->items, a.p->opening->items_count, &a.sight, &o->set, &o->set_count, err));
    TRY(taken_of(q, a.p, json_get(body, STR("taken")), &a.sight, o, err));
    TRY(case_entry_of(q, body, &o->entry, err));
    return case_submit(q, &a, err);
}

/* ---- close a step ---- */

/* What was said, in the order in which they spoke: {"member","stance","says","of","chair"}. */
static enum rc opinions_of(struct req *q, const struct json *list, struct case_close *g, struct err *err)
{
    if (list == NULL || list->kind == JSON_NULL) return RC_OK;
    if (list->kind != JSON_ARRAY || list->count > CASE_OPINIONS_MAX) return bad(err, STR("opinions"), "列表", "a list");
    struct case_opinion *all = arena_array(&q->arena, struct case_opinion, list->count + 1);
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        struct case_opinion *o = &all[g->opinions_count];
        if (m->kind != JSON_OBJECT) return bad(err, STR("opinions"), "对象的列表", "a list of objects");
        for (const struct json *x = m->first; x != NULL; x = x->next)
            if (!named_in("member stance says of chair", x->key)) return err_set(err, &E_http_unknown, NO_PLACE, x->key, STR(""));
        TRY(json_text(m, "member", true, &o->member, err));
        TRY(case_text_of(m, "stance", &o->stance, err));
        TRY(case_text_of(m, "says", &o->text, err));
        TRY(case_text_of(m, "of", &o->line, err));
        TRY(json_flag(m, "chair", &o->chair, err));
        g->opinions_count++;
    }
    g->opinions = all;
    return RC_OK;
}

/* The counts of a closed ballot, in place of typed ones: for who may see them. */
static enum rc ballot_of(struct req *q, const struct json *body, struct args_case *g, struct err *err)
{
    struct ballot_seen s;
    TRY(json_u64(body, "ballot", false, &g->ballot, err));
    if (g->ballot == 0) return RC_OK;
    TRY(ballot_seen(q, g->ballot, &s, err));
    return s.result ? RC_OK : err_set(err, &E_http_denied, NO_PLACE, say_in(q, "用这次投票的票数", "using the counts of this ballot"));
}

enum rc case_close_of(struct req *q, const struct json *body, struct case_act *a, struct err *err)
{
    struct case_close *g = &a->args.close;
    TRY(json_text(body, "step", true, &g->step, err));
    const struct pack_step *s = pack_step_find(a->p, g->step);
    const struct pack_item *items = s == NULL ? NULL : s->items;
    uint32_t n = s == NULL ? 0 : s->items_count;
    a->step = s == NULL ? STR("") : s->name;
    TRY(case_pairs_of(q, json_get(body, STR("values")), STR("values"), items, n, &a->sight, &g->set, &g->set_count, err));
    TRY(lines_of(q, json_get(body, STR("each")), STR("each"), items, n, &a->sight, &g->each, &g->each_count, err));
    TRY(case_pairs_of(q, json_get(body, STR("counts")), STR("counts"), NULL, 0, NULL, &g->counts, &g->counts_count, err));
    TRY(lines_of(q, json_get(body, STR("votes")), STR("votes"), NULL, 0, NULL, &g->votes, &g->votes_count, err));
    TRY(case_pairs_of(q, json_get(body, STR("signed")), STR("signed"), NULL, 0, NULL, &g->signatures, &g->signatures_count, err));
    TRY(case_pairs_of(q, json_get(body, STR("defer")), STR("defer"), NULL, 0, NULL, &g->defer, &g->defer_count, err));
    TRY(opinions_of(q, json_get(body, STR("opinions")), g, err));
    return ballot_of(q, body, &a->args, err);
}

enum rc route_case_close(struct req *q, struct err *err)
{
    struct case_act a = {.verb = VERB_CASE_ACT};
    const struct json *body;
    TRY(case_begin(q, &a, err));
    TRY(req_json(q, "step values each counts votes signed opinions defer ballot" CASE_ENTRY, &body, err));
    TRY(case_close_of(q, body, &a, err));
    TRY(case_entry_of(q, body, &a.args.close.entry, err));
    return case_submit(q, &a, err);
}

/* ---- the others ---- */

static enum rc with_step(struct req *q, enum verb verb, const char *members, const char *step, const char *text, struct case_act *a, const struct json **body, struct err *err)
{
    *a = (struct case_act){.verb = verb};
    TRY(case_begin(q, a, err));
    TRY(req_json(q, members, body, err));
    if (step != NULL) {
        TRY(json_text(*body, step, true, &a->args.step, err));
        const struct pack_step *s = pack_step_find(a->p, a->args.step);
        a->step = s == NULL ? STR("") : s->name;
    }
    if (text != NULL) TRY(case_text_of(*body, text, &a->args.text, err));
    return case_entry_of(q, *body, &a->args.entry, err);
}

enum rc route_case_publish(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(with_step(q, VERB_CASE_PUBLISH, "step" CASE_ENTRY, "step", NULL, &a, &body, err));
    a.made = true;
    return case_submit(q, &a, err);
}

enum rc route_case_return(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(with_step(q, VERB_CASE_RETURN, "to reason" CASE_ENTRY, "to", "reason", &a, &body, err));
    return case_submit(q, &a, err);
}

enum rc route_case_down(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(with_step(q, VERB_CASE_DOWN, "reason" CASE_ENTRY, NULL, "reason", &a, &body, err));
    return case_submit(q, &a, err);
}

/* What a meeting put off goes on in a case of its own: 复议. */
enum rc route_case_again(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(with_step(q, VERB_CASE_AGAIN, "reason" CASE_ENTRY, NULL, "reason", &a, &body, err));
    a.made = true;
    return case_submit(q, &a, err);
}

/* Over to the packs in force, where its procedure there adopts the version that it began with. */
enum rc route_case_adopt(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(with_step(q, VERB_CASE_ADOPT, "reason" CASE_ENTRY, NULL, "reason", &a, &body, err));
    return case_submit(q, &a, err);
}

enum rc route_case_object(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(with_step(q, VERB_CASE_OBJECT, "text by" CASE_ENTRY, NULL, "text", &a, &body, err));
    TRY(case_text_of(body, "by", &a.args.by, err));
    if (str_trim(a.args.text).len == 0) return bad(err, STR("text"), "异议的内容", "what is objected");
    a.made = true;
    return case_submit(q, &a, err);
}

enum rc route_case_answer(struct req *q, struct err *err)
{
    struct case_act a;
    const struct json *body;
    TRY(with_step(q, VERB_CASE_ANSWER, "number text upheld" CASE_ENTRY, NULL, "text", &a, &body, err));
    TRY(json_u64(body, "number", true, &a.args.number, err));
    TRY(json_flag(body, "upheld", &a.args.upheld, err));
    return case_submit(q, &a, err);
}
