/* decl_act.c - what people do in a scenario: checked against the procedure of the case that was opened last. */
#include "pack/inner.h"

static const struct str builtin_refusals[] = {
    STR_INIT("order"), STR_INIT("role"), STR_INIT("not-by"), STR_INIT("required"), STR_INIT("check"), STR_INIT("too-early"), STR_INIT("too-late"),
    STR_INIT("quorum"), STR_INIT("counts"), STR_INIT("tie"), STR_INIT("window"), STR_INIT("objections"), STR_INIT("laid-down"), STR_INIT("ended"), STR_INIT("reason"),
    STR_INIT("late"), STR_INIT("signature"), STR_INIT("irregular"), STR_INIT("notice"), STR_INIT("when"), STR_INIT("effect"),
    STR_INIT("opinions"), STR_INIT("defer"), STR_INIT("taken"), STR_INIT("sub"), STR_INIT("refer"), STR_INIT("trace"),
    STR_INIT("slip.role"), STR_INIT("slip.state"), STR_INIT("slip.not_due"), STR_INIT("slip.last_grade"), STR_INIT("slip.reason"), STR_INIT("slip.required"),
    STR_INIT("slip.matter"), STR_INIT("slip.case"),
};

static struct pack_pair *pairs_read(struct load *l, const struct ynode *n, struct str what, uint32_t *count)
{
    *count = 0;
    if (n == NULL || !expect_shape(l, n, Y_MAP, what)) return NULL;
    struct pack_pair *out = arena_array(l->a, struct pack_pair, n->count + 1);
    for (uint32_t i = 0; i < n->count; i++)
        if (expect_shape(l, n->kids[i], Y_SCALAR, n->keys[i]->text))
            out[(*count)++] = (struct pack_pair){n->keys[i]->text, n->kids[i]->text, n->kids[i]->at};
    return out;
}

/* Values of fields: known, and of their types. */
static struct pack_pair *values_read(struct load *l, const struct pack_item *items, uint32_t items_count, const struct ynode *n, struct str what, uint32_t *count)
{
    struct pack_pair *out = pairs_read(l, n, what, count);
    for (uint32_t i = 0; i < *count; i++) {
        const struct ynode *key = n->keys[i];
        const struct pack_item *it = item_named(l, items, items_count, key);
        if (it == NULL) continue;
        out[i].name = it->f.name;
        if (!n->kids[i]->empty) plain_value_check(l, &it->f, n->kids[i]);
    }
    return out;
}

static struct pack_act_line *each_read(struct load *l, const struct pack_item *items, uint32_t items_count, const struct ynode *n, uint32_t *count)
{
    *count = 0;
    if (n == NULL || !expect_shape(l, n, Y_MAP, STR("each"))) return NULL;
    struct pack_act_line *out = arena_array(l->a, struct pack_act_line, n->count + 1);
    for (uint32_t i = 0; i < n->count; i++) {
        struct pack_act_line *x = &out[(*count)++];
        *x = (struct pack_act_line){.line = n->keys[i]->text, .place = n->keys[i]->at};
        x->values = values_read(l, items, items_count, n->kids[i], n->keys[i]->text, &x->count);
    }
    return out;
}

/* {应到: 40, 甲: 30} or {甲: {同意: 6}} or {丙: {A类: {优秀: 4}}}. */
static void votes_read(struct load *l, struct pack_act *a, const struct ynode *n)
{
    if (n == NULL || !expect_shape(l, n, Y_MAP, STR("votes"))) return;
    a->counts = arena_array(l->a, struct pack_pair, n->count + 1);
    a->votes = arena_array(l->a, struct pack_act_line, n->count + 1);
    for (uint32_t i = 0; i < n->count; i++) {
        const struct ynode *key = n->keys[i], *v = n->kids[i];
        if (v->kind == Y_SCALAR) {
            int64_t number;
            if (!str_to_i64(v->text, &number) || number < 0) bad(l, v, &E_pack_int, key->text, v->text);
            a->counts[a->counts_count++] = (struct pack_pair){key->text, v->text, v->at};
            continue;
        }
        if (!expect_shape(l, v, Y_MAP, key->text)) continue;
        uint32_t room = 1;
        for (uint32_t k = 0; k < v->count; k++) room += v->kids[k]->kind == Y_MAP ? v->kids[k]->count : 1;
        struct pack_act_line *x = &a->votes[a->votes_count++];
        *x = (struct pack_act_line){.line = key->text, .place = key->at, .values = arena_array(l->a, struct pack_pair, room)};
        for (uint32_t k = 0; k < v->count; k++) {
            const struct ynode *o = v->kids[k];
            for (uint32_t j = 0; j < (o->kind == Y_MAP ? o->count : 1); j++) {
                const struct ynode *leaf = o->kind == Y_MAP ? o->kids[j] : o;
                int64_t number;
                if (!expect_shape(l, leaf, Y_SCALAR, v->keys[k]->text)) continue;
                if (!str_to_i64(leaf->text, &number) || number < 0) bad(l, leaf, &E_pack_int, v->keys[k]->text, leaf->text);
                struct str name = o->kind == Y_MAP ? str_cat(l->a, v->keys[k]->text, STR("/"), o->keys[j]->text) : v->keys[k]->text;
                x->values[x->count++] = (struct pack_pair){name, leaf->text, leaf->at};
            }
        }
    }
}

/* p: the procedure of the case that is opened; a sub-case has its subject from the step above. */
static void open_read(struct load *l, struct pack_act *a, const struct pack_procedure *p, const struct ynode *n)
{
    const struct ynode *subject = Y_GET(n, "subject"), *candidates = Y_GET(n, "candidates"), *lines = Y_GET(n, "lines");
    a->subject = y_text(subject);
    if (a->kind == ACT_OPEN && subject == NULL) bad(l, n, &E_pack_missing_key, STR("open"), STR("subject"));
    if (a->kind == ACT_SUB && subject != NULL) bad(l, subject, &E_pack_act_form, STR("子案的对象由那一步声明"), STR("the step says the subject of a sub-case"));
    a->set = values_read(l, p->opening->items, p->opening->items_count, Y_GET(n, "set"), STR("set"), &a->set_count);
    if (candidates != NULL && (p->lines == NULL || p->lines->reg == NULL)) bad(l, candidates, &E_pack_act_form, STR("这个程序没有人选"), STR("this procedure has no candidates"));
    if (lines != NULL && (p->lines == NULL || p->lines->reg != NULL)) bad(l, lines, &E_pack_act_form, STR("这个程序没有事项"), STR("this procedure has no lines"));
    const struct ynode *of = candidates != NULL ? candidates : lines;
    a->lines = arena_array(l->a, struct pack_act_line, y_count(of) + 1);
    for (uint32_t i = 0; i < y_count(of); i++) {
        struct pack_act_line *x = &a->lines[a->lines_count];
        const struct ynode *item = y_at(of, i);
        x->place = item->at;
        if (candidates != NULL) {
            x->line = item->text;
        } else {
            if (p->lines == NULL || !expect_shape(l, item, Y_MAP, STR("lines"))) continue;
            x->values = values_read(l, p->lines->items, p->lines->items_count, item, STR("lines"), &x->count);
        }
        a->lines_count++;
    }
}

static void opinions_read(struct load *l, struct pack_act *a, const struct ynode *list)
{
    a->opinions = arena_array(l->a, struct pack_act_opinion, y_count(list) + 1);
    for (uint32_t i = 0; i < y_count(list); i++) {
        const struct ynode *n = y_at(list, i);
        a->opinions[a->opinions_count++] = (struct pack_act_opinion){y_text(Y_GET(n, "member")), y_text(Y_GET(n, "stance")), y_text(Y_GET(n, "says")), y_text(Y_GET(n, "of")), y_yes(Y_GET(n, "chair"), false)};
    }
}

static void taken_read(struct load *l, struct pack_act *a, const struct ynode *list, day_num today)
{
    a->taken = arena_array(l->a, struct pack_act_taken, y_count(list) + 1);
    for (uint32_t i = 0; i < y_count(list); i++) {
        const struct ynode *n = y_at(list, i);
        const struct pack_step *s = step_named(l, a->proc, Y_GET(n, "step"));
        if (s == NULL) continue;
        struct pack_act_taken *t = &a->taken[a->taken_count++];
        *t = (struct pack_act_taken){.step = s, .happened = y_day(Y_GET(n, "happened"), today), .paper = y_text(Y_GET(n, "paper")), .second = y_text(Y_GET(n, "second"))};
        t->set = values_read(l, s->items, s->items_count, Y_GET(n, "set"), STR("set"), &t->set_count);
        t->each = each_read(l, s->items, s->items_count, Y_GET(n, "each"), &t->each_count);
    }
}

static void change_read(struct load *l, struct pack_act *a, const struct ynode *n)
{
    if (!expect_shape(l, n, Y_MAP, STR("change")) || n->count != 1) return;
    const struct register_made *r = register_named(l, n->keys[0], 0, n->keys[0]->text);
    if (r == NULL || !expect_shape(l, n->kids[0], Y_MAP, n->keys[0]->text) || n->kids[0]->count != 1) return;
    const struct ynode *values = n->kids[0]->kids[0];
    if (!expect_shape(l, values, Y_MAP, n->kids[0]->keys[0]->text)) return;
    a->change = arena_new(l->a, struct pack_given);
    *a->change = (struct pack_given){.reg = &r->r, .place = values->at};
    a->change->values = given_values(l, r, values, &a->change->values_count);
    a->change_record = n->kids[0]->keys[0]->text;
}

static void refused_check(struct load *l, const struct pack_act *a, const struct ynode *n)
{
    if (n == NULL || (a->proc == NULL && a->kind < ACT_SLIP)) return;
    VEC(struct str) names = {0};
    for (size_t i = 0; i < ARRAY_LEN(builtin_refusals); i++) vec_push(l->nodes, &names, builtin_refusals[i]);
    const struct pack_step *s = a->kind >= ACT_SLIP ? NULL : a->kind == ACT_OPEN ? a->proc->opening : a->kind == ACT_SUB && a->step->sub != NULL ? a->step->sub->proc->opening : a->step;
    for (uint32_t i = 0; s != NULL && i < s->gates_count; i++) vec_push(l->nodes, &names, s->gates[i].name);
    for (uint32_t i = 0; s != NULL && i < s->limits_count; i++) vec_push(l->nodes, &names, s->limits[i].name);
    for (size_t i = 0; i < names.len; i++)
        if (str_eq(names.at[i], n->text)) return;
    bad(l, n, &E_pack_act_refused, n->text, nearest_name(n->text, names.len, names.at));
}

/* Which step a word of close or publish means: a step's name, its ballot's, its notice's. */
static const struct pack_step *step_meant(struct load *l, const struct pack_procedure *p, const struct ynode *n)
{
    for (uint32_t i = 0; i < p->steps_count; i++) {
        const struct pack_step *s = p->steps[i];
        if (s->notice != NULL && (str_eq(s->notice->d.name, n->text) || str_eq(s->notice->d.title.zh, n->text))) return s;
        if (s->ballot != NULL && str_eq(s->ballot->d.name, n->text)) return s;
    }
    return step_named(l, p, n);
}

static const struct pack_procedure *procedure_meant(struct load *l, const struct ynode *n)
{
    const struct procedure_made *m = map_find(&l->procedure_by_name, n->text);
    if (m != NULL) return &m->p;
    struct str *names = arena_array(l->nodes, struct str, l->procedures.len + 1);
    for (size_t i = 0; i < l->procedures.len; i++) names[i] = l->procedures.at[i]->d.name;
    unknown(l, n, 0, n->text.len, STR("程序"), STR("procedure"), l->procedures.len, names);
    return NULL;
}

/* Opens a case at a step of another: what follows is done in it. */
static void sub_act_read(struct load *l, struct pack_act *a, const struct ynode *what, const struct ynode *n, const struct pack_procedure **current)
{
    if (a->step->sub == NULL) {
        bad(l, what, &E_pack_act_form, STR("这一步没有子案"), STR("this step opens no sub-case"));
        return;
    }
    open_read(l, a, a->step->sub->proc, n);
    if (a->refused.len == 0) *current = a->step->sub->proc;
}

/* 责任认定 of the latest round of a step that is over. */
static void liable_read(struct pack_act *a, const struct ynode *n)
{
    a->person = y_text(Y_GET(n, "person"));
    a->measure = y_text(Y_GET(n, "measure"));
    a->law = y_text(Y_GET(n, "basis"));
    a->corrects = y_yes(Y_GET(n, "corrects"), false);
    a->by_slip = y_yes(Y_GET(n, "by-slip"), false);
}

/* {slip: KIND, on: {register: record}, say: what about, to: role}; what follows is done with the slip issued last. */
static void slip_act_read(struct load *l, struct pack_act *a, const struct ynode *what, const struct ynode *n)
{
    const struct ynode *on = Y_GET(n, "on"), *to = Y_GET(n, "to");
    if (a->kind == ACT_RESPOND) a->set = pairs_read(l, what, STR("respond"), &a->set_count);
    if (a->kind == ACT_ACCEPT || a->kind == ACT_SEND_BACK || a->kind == ACT_WITHDRAW) a->text = what->text;
    if (a->kind != ACT_SLIP) return;
    a->slip = slip_named(l, what);
    a->text = y_text(Y_GET(n, "say"));
    a->on_case = y_yes(Y_GET(n, "on-case"), false);
    if (to != NULL && role_named(l, to) != NULL) a->to = to->text;
    if (on == NULL || on->kind != Y_MAP || on->count != 1 || on->kids[0] == NULL) {
        bad(l, on == NULL ? what : on, &E_pack_act_form, STR("发单写 on: {台账: 记录}"), STR("a slip is issued on: {register: record}"));
        return;
    }
    const struct register_made *r = register_named(l, on->keys[0], 0, on->keys[0]->text);
    if (r == NULL || !expect_shape(l, on->kids[0], Y_SCALAR, on->keys[0]->text)) return;
    a->on_reg = &r->r;
    a->on = on->kids[0]->text;
}

static void act_read(struct load *l, struct pack_scenario *s, struct pack_act *a, const struct ynode *n, const struct pack_procedure **current)
{
    static const struct { struct str word; enum pack_act_kind kind; } kinds[] = {
        {STR_INIT("open"), ACT_OPEN}, {STR_INIT("close"), ACT_CLOSE}, {STR_INIT("publish"), ACT_PUBLISH}, {STR_INIT("object"), ACT_OBJECT},
        {STR_INIT("answer"), ACT_ANSWER}, {STR_INIT("lay-down"), ACT_LAY_DOWN}, {STR_INIT("return"), ACT_RETURN}, {STR_INIT("change"), ACT_CHANGE},
        {STR_INIT("again"), ACT_AGAIN}, {STR_INIT("sub"), ACT_SUB}, {STR_INIT("refer"), ACT_REFER}, {STR_INIT("reply"), ACT_REPLY}, {STR_INIT("liable"), ACT_LIABLE}, {STR_INIT("slip"), ACT_SLIP},
        {STR_INIT("respond"), ACT_RESPOND}, {STR_INIT("accept"), ACT_ACCEPT}, {STR_INIT("send-back"), ACT_SEND_BACK}, {STR_INIT("withdraw"), ACT_WITHDRAW},
        {STR_INIT("escalate"), ACT_ESCALATE}, {STR_INIT("daily"), ACT_DAILY}};
    const struct ynode *what = NULL, *by = Y_GET(n, "by"), *refused = Y_GET(n, "refused");
    int given = 0;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct ynode *k = y_get(n, kinds[i].word);
        if (k == NULL) continue;
        what = k;
        a->kind = kinds[i].kind;
        given++;
    }
    a->place = n->at;
    a->day = y_day(Y_GET(n, "day"), s->today);
    a->happened = y_day(Y_GET(n, "happened"), INT64_MIN);
    a->by = y_text(by);
    a->paper = y_text(Y_GET(n, "paper"));
    a->second = y_text(Y_GET(n, "second"));
    a->irregular = y_text(Y_GET(n, "irregular"));
    a->outcome = y_text(Y_GET(n, "outcome"));
    a->refused = y_text(refused);
    a->refused_at = refused == NULL ? n->at : y_place(refused, 0, SIZE_MAX);
    a->of = y_text(Y_GET(n, "of"));
    if (Y_GET(n, "in") != NULL && (a->in = procedure_meant(l, Y_GET(n, "in"))) != NULL) *current = a->in;
    bool known = by == NULL;
    for (uint32_t i = 0; i < s->people_count; i++) known = known || str_eq(s->people[i].name, a->by);
    if (!known) bad(l, by, &E_pack_unknown, STR("people 里的人"), a->by, STR(""), STR("person among people"));
    if (given != 1) {
        bad(l, n, &E_pack_one_of, STR("open close publish object answer lay-down return change again sub refer reply liable slip respond accept send-back withdraw escalate daily"));
        return;
    }
    if (a->kind == ACT_OPEN) {
        const struct pack_procedure *p = procedure_meant(l, what);
        if (p == NULL) {
            *current = NULL;
            return;
        }
        if (refused == NULL || *current == NULL) *current = p;
        a->proc = p;
        open_read(l, a, p, n);
        taken_read(l, a, Y_GET(n, "taken"), s->today);
    } else if (a->kind == ACT_CHANGE) {
        change_read(l, a, what);
        return;
    } else if (a->kind >= ACT_SLIP) {
        slip_act_read(l, a, what, n);
        refused_check(l, a, refused);
        return;
    } else if (*current == NULL) {
        bad(l, what, &E_pack_act_form, STR("前面没有 open"), STR("no case was opened before"));
        return;
    }
    if (a->kind != ACT_OPEN) a->proc = *current; /* a second case that is refused is of its own procedure */
    bool stepped = a->kind == ACT_CLOSE || a->kind == ACT_PUBLISH || a->kind == ACT_RETURN || a->kind == ACT_SUB || a->kind == ACT_REFER || a->kind == ACT_REPLY || a->kind == ACT_LIABLE;
    if (stepped && (a->step = step_meant(l, a->proc, what)) == NULL) return;
    if (a->kind == ACT_SUB) sub_act_read(l, a, what, n, current);
    if (a->kind == ACT_REFER || a->kind == ACT_REPLY || a->kind == ACT_LIABLE) a->text = y_text(Y_GET(n, "say"));
    if (a->kind == ACT_LIABLE) liable_read(a, n);
    if (a->kind == ACT_OBJECT || a->kind == ACT_ANSWER || a->kind == ACT_LAY_DOWN || a->kind == ACT_AGAIN) a->text = what->text;
    if (a->kind == ACT_CLOSE && a->step != NULL) {
        a->set = values_read(l, a->step->items, a->step->items_count, Y_GET(n, "set"), STR("set"), &a->set_count);
        a->each = each_read(l, a->step->items, a->step->items_count, Y_GET(n, "each"), &a->each_count);
        votes_read(l, a, Y_GET(n, "votes"));
        a->by_ballot = y_yes(Y_GET(n, "by-ballot"), false);
        opinions_read(l, a, Y_GET(n, "opinions"));
        a->defer = pairs_read(l, Y_GET(n, "defer"), STR("defer"), &a->defer_count);
    }
    a->reasons = pairs_read(l, Y_GET(n, "reason"), STR("reason"), &a->reasons_count);
    struct str_list unsigned_list = names_read(l, Y_GET(n, "unsigned"));
    a->unsigned_ = unsigned_list.at;
    a->unsigned_count = unsigned_list.count;
    refused_check(l, a, refused);
}

/* A person of several roles is several pairs of one name. */
void people_read(struct load *l, struct pack_scenario *s, const struct ynode *node)
{
    const struct ynode *people = Y_GET(node, "people");
    if (people == NULL || !expect_shape(l, people, Y_MAP, STR("people"))) return;
    VEC(struct pack_pair) pairs = {0};
    for (uint32_t i = 0; i < people->count; i++)
        for (uint32_t k = 0; k < y_count(people->kids[i]); k++) {
            const struct ynode *role = y_at(people->kids[i], k);
            if (!expect_shape(l, role, Y_SCALAR, people->keys[i]->text)) continue;
            (void)role_named(l, role);
            vec_push(l->a, &pairs, (struct pack_pair){people->keys[i]->text, role->text, role->at});
        }
    s->people = pairs.at;
    s->people_count = (uint32_t)pairs.len;
}

void acts_read(struct load *l, struct pack_scenario *s, const struct ynode *node)
{
    const struct ynode *acts = Y_GET(node, "do"), *expect = Y_GET(Y_GET(node, "expect"), "case");
    for (const struct pack_scenario *b = s->base; b != NULL && s->people_count == 0; b = b->base) {
        s->people = b->people;
        s->people_count = b->people_count;
    }
    s->acts = arena_array(l->a, struct pack_act, y_count(acts) + 1);
    const struct pack_procedure *current = NULL;
    for (uint32_t i = 0; i < y_count(acts); i++) act_read(l, s, &s->acts[s->acts_count++], y_at(acts, i), &current);
    static const struct str keys[] = {STR_INIT("at"), STR_INIT("state"), STR_INIT("irregular")};
    VEC(struct pack_pair) pairs = {0};
    for (size_t k = 0; expect != NULL && k < ARRAY_LEN(keys); k++) {
        const struct ynode *v = y_get(expect, keys[k]);
        for (uint32_t i = 0; i < y_count(v); i++) vec_push(l->a, &pairs, (struct pack_pair){keys[k], y_at(v, i)->text, y_at(v, i)->at});
    }
    s->expect_case = pairs.at;
    s->expect_case_count = (uint32_t)pairs.len;
    s->expect_out = pairs_read(l, Y_GET(expect, "out"), STR("out"), &s->expect_out_count);
    s->expect_slip = pairs_read(l, Y_GET(Y_GET(node, "expect"), "slip"), STR("slip"), &s->expect_slip_count);
}
