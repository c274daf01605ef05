/*
 * load.c - a set of packs, from texts to checked declarations.
 * Each stage works on what the stage before could make of the texts, mistakes or not, so that all are found in one go.
 */
#include "pack/inner.h"

/* ---- texts ---- */

static bool text_ok(struct load *l, struct str text, uint32_t file)
{
    size_t bad_at = 0;
    if (text.len > CHAPTER_MAX) {
        bad_place(l, ((struct place){.file = file}), &E_pack_too_large, STR("这一章"), STR("1 MiB"));
        return false;
    }
    if (!utf8_ok(text, &bad_at)) {
        struct err err;
        struct str converted = STR("");
        bool gb = gb18030_to_utf8(l->a, text, &converted, &err) == RC_OK;
        struct place at = place_at(text, file, (uint32_t)bad_at, 1);
        tell_n(l, SEV_ERROR, &E_pack_utf8, at, NULL, TELL_ARGS(gb ? STR("看起来是 GB18030 编码 (looks like GB18030)") : STR("坏的字节 (bad bytes)")));
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c >= 0x20 || c == '\n' || c == '\r' || c == '\t') continue;
        char hex[8];
        int n = snprintf(hex, sizeof hex, "%04X", c);
        bad_place(l, place_at(text, file, (uint32_t)i, 1), &E_pack_control, str_of(hex, (size_t)n));
        return false;
    }
    return true;
}

static void read_texts(struct load *l)
{
    size_t count = 0;
    for (uint32_t p = 0; p < l->set->packs_count; p++) count += l->sources[p].files_count;
    /* Declarations point at chapters: the array must not move. */
    l->chapters.at = arena_array(l->a, struct pack_chapter, count + 1);
    l->chapters.cap = count + 1;
    for (uint32_t p = 0; p < l->set->packs_count; p++) {
        const struct pack_source *s = &l->sources[p];
        if (s->files_count > CHAPTERS_MAX) {
            bad_place(l, NO_PLACE, &E_pack_too_many, STR("章"), STR("200"));
            continue;
        }
        for (size_t i = 0; i < s->files_count; i++) {
            if (!str_ends(s->files[i].name, STR(".md"))) { /* a template: the program that fills it in reads it */
                vec_push(l->a, &l->assets, s->files[i]);
                vec_push(l->a, &l->asset_packs, p);
                continue;
            }
            struct str shown = s->where.len > 0 ? str_cat(l->a, s->where, STR("/"), s->files[i].name) : s->files[i].name;
            struct pack_chapter *c = &l->chapters.at[l->chapters.len++];
            *c = (struct pack_chapter){.file = s->files[i].name, .text = s->files[i].text, .pack = p, .title = STR("")};
            c->file_number = diags_file(l->d, shown, s->files[i].text);
            if (text_ok(l, c->text, c->file_number)) {
                blocks_find(l, c);
                continue;
            }
            l->lost[p] = true;
            if (c->text.len <= CHAPTER_MAX) vec_push(l->nodes, &l->failed_text, c->text);
        }
    }
}

/* ---- declarations ---- */

/* What of a block that failed may have been the only declaration of something: its name, or all that it says. */
static struct str declares(struct str raw)
{
    static const struct str name_only[] = {STR_INIT("rule"), STR_INIT("slip"), STR_INIT("role"), STR_INIT("scenario"), STR_INIT("calendar"),
                                           STR_INIT("defaults"), STR_INIT("chapter"), STR_INIT("procedure"), STR_INIT("ballot"), STR_INIT("notice")};
    struct str first = str_sub(raw, 0, str_find_char(raw, '\n'));
    for (size_t i = 0; i < ARRAY_LEN(name_only); i++)
        if (str_starts(first, name_only[i])) return first;
    return raw;
}

static void failed(struct load *l, struct str raw, uint32_t pack)
{
    if (str_starts(raw, STR("pack"))) l->lost[pack] = true;
    struct str text = declares(raw);
    vec_push(l->nodes, &l->failed_text, text);
}

static void decl_make(struct load *l, const struct block *b)
{
    struct ynode *root = yaml_read(l, b);
    if (root == NULL) {
        failed(l, b->raw, b->chapter->pack);
        return;
    }
    struct ynode *key = root->keys[0], *value = root->kids[0];
    bool later = false;
    enum ctx kind = kind_of(key->text, &later);
    if (kind == CTX_none || later) {
        struct str near;
        kinds_nearest(key->text, &near);
        if (later)
            bad(l, key, &E_pack_kind_later, key->text);
        else
            bad(l, key, &E_pack_unknown_kind, key->text, near);
        failed(l, b->raw, b->chapter->pack);
        return;
    }
    if (value->kind != Y_SCALAR || value->empty) {
        bad(l, key, &E_pack_first_key, STR(""));
        failed(l, b->raw, b->chapter->pack);
        return;
    }
    if (l->decls.len == DECLS_MAX) {
        bad(l, key, &E_pack_too_many, STR("声明"), STR("5000"));
        return;
    }
    struct decl *d = arena_new(l->nodes, struct decl);
    *d = (struct decl){.kind = kind, .name = value->text, .node = root, .name_node = value, .table = b->table, .table_at = b->table_at,
                       .pack = b->chapter->pack, .chapter = b->chapter};
    vec_push(l->nodes, &l->decls, d);
}

static bool names_itself(enum ctx kind) { return kind != CTX_use && kind != CTX_extend && kind != CTX_pack && kind != CTX_chapter; }

static void index_decls(struct load *l)
{
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        bool feel = schema_flag_feel_name(d->kind);
        if (d->kind != CTX_use && d->kind != CTX_extend && !name_ok(d->name, feel)) {
            bad(l, d->name_node, &E_pack_name, d->name, feel ? STR("a-z 0-9 _") : STR("a-z 0-9 _ -"));
            d->failed = true;
        }
        if (!names_itself(d->kind)) continue;
        struct str key = str_cat(l->nodes, str_c(kind_word(d->kind)), STR(" "), d->name);
        if (map_put(l->nodes, &l->by_decl, key, d)) continue;
        const struct decl *first = map_find(&l->by_decl, key);
        bad(l, d->name_node, &E_pack_duplicate, str_c(kind_word(d->kind)), d->name, place_text(l, first->name_node->at));
        d->kind = CTX_none; /* the first one stands */
    }
}

static void schema_all(struct load *l)
{
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (d->kind == CTX_none || d->kind == CTX_pack || d->kind == CTX_template || d->kind == CTX_use) continue;
        (void)schema_check(l, d->node, d->kind, d);
    }
    /* Names that only a failed declaration could have given are not missed. */
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (!d->failed) continue;
        for (size_t b = 0; b < l->blocks.len; b++) {
            const struct block *k = &l->blocks.at[b];
            if (k->fence.file == d->name_node->at.file && d->name_node->at.off >= k->at.off && d->name_node->at.off <= k->at.off + k->raw.len)
                failed(l, k->raw, d->pack);
        }
    }
}

static void each(struct load *l, enum ctx kind, void (*fn)(struct load *l, struct decl *d))
{
    for (size_t i = 0; i < l->decls.len; i++)
        if (l->decls.at[i]->kind == kind) fn(l, l->decls.at[i]);
}

static void params_decl(struct load *l, struct decl *d)
{
    struct ynode *rows = Y_GET(d->node, "rows");
    if (rows != NULL) params_read(l, d, rows, d->pack);
}

void decl_common(struct load *l, struct decl *d, struct pack_decl *out)
{
    const struct ynode *n = d->node;
    *out = (struct pack_decl){.kind = str_c(kind_word(d->kind)), .name = d->name, .retired = DAY_OPEN, .pack = d->pack, .chapter = d->chapter};
    out->place = y_place(n->keys[0], 0, SIZE_MAX);
    const struct ynode *title = Y_GET(n, "title"), *label = Y_GET(n, "label");
    out->title = y_text2(l, title, d->pack);
    out->label = label == NULL ? out->title : y_text2(l, label, d->pack);
    out->note = y_text(Y_GET(n, "note"));
    out->retired = y_day(Y_GET(n, "retired"), DAY_OPEN);
    /* In `basis: texts` the word is the kind, and no citation. */
    if (d->kind != CTX_basis) cites_read(l, Y_GET(n, "basis"), DAY_OPEN, out->retired, &out->basis, &out->basis_count);
    const struct ynode *implements = Y_GET(n, "implements");
    for (uint32_t i = 0; i < y_count(implements); i++) {
        const struct ynode *m = y_at(implements, i);
        bool good = m->text.len == 4 && m->text.ptr[0] == 'M';
        for (size_t k = 1; good && k < 4; k++) good = m->text.ptr[k] >= '0' && m->text.ptr[k] <= '9';
        if (!good) bad(l, m, &E_pack_word, m->text, STR("M001 … M999"));
    }
    struct str_list list = names_read(l, implements);
    out->implements = list.at;
    out->implements_count = list.count;
    list = names_read(l, Y_GET(n, "was"));
    out->was = list.at;
    out->was_count = list.count;
    d->d = out;
}

/* ---- the set ---- */

#define HAND_OVER(l, list)                                                                                                   \
    do {                                                                                                                     \
        (l)->set->list = (l)->list.at;                                                                                       \
        (l)->set->list##_count = (uint32_t)(l)->list.len;                                                                    \
    } while (0)

static void hand_over(struct load *l)
{
    struct pack_set *s = l->set;
    HAND_OVER(l, chapters);
    HAND_OVER(l, basis);
    HAND_OVER(l, codes);
    HAND_OVER(l, registers);
    HAND_OVER(l, rules);
    HAND_OVER(l, slips);
    HAND_OVER(l, roles);
    HAND_OVER(l, procedures);
    HAND_OVER(l, notices);
    HAND_OVER(l, ballots);
    HAND_OVER(l, scenarios);
    HAND_OVER(l, forms);
    HAND_OVER(l, assets);
    HAND_OVER(l, asset_packs);
    HAND_OVER(l, rosters);
    HAND_OVER(l, reports);
    size_t named = 0;
    for (size_t i = 0; i < l->by_decl.len; i++) named += ((const struct decl *)l->by_decl.entry[i].value)->d != NULL;
    map_room(l->a, &s->by_decl, named);
    for (size_t i = 0; i < l->by_decl.len; i++) {
        const struct map_entry *e = &l->by_decl.entry[i];
        const struct decl *d = e->value;
        if (d->d != NULL) (void)map_put(l->a, &s->by_decl, str_dup(l->a, e->key), d->d);
    }
}

enum rc pack_load(struct arena *a, const struct pack_source *packs, size_t n, const struct pack_options *o, struct pack_set **out,
                  struct diags *d)
{
    *out = NULL;
    struct load load, *l = &load;
    struct arena nodes;
    *l = (struct load){.a = a, .nodes = &nodes, .d = d, .o = o, .sources = packs};
    size_t errors_before = d->errors;
    if (n == 0 || n > PACKS_MAX) {
        bad_place(l, NO_PLACE, &E_pack_too_many, STR("规矩集"), STR("64"));
        return RC_INPUT;
    }
    arena_init(&nodes, a->max);
    l->set = arena_new(a, struct pack_set);
    l->set->packs = arena_array(a, struct pack, n);
    l->set->packs_count = (uint32_t)n;

    read_texts(l);
    for (size_t i = 0; i < l->blocks.len; i++) decl_make(l, &l->blocks.at[i]);
    manifests_read(l);
    templates_expand(l);
    index_decls(l);
    schema_all(l);
    chapters_read(l);
    absent_drop(l);
    each(l, CTX_basis, basis_read);
    basis_seal(l);
    each(l, CTX_codes, codes_read);
    each(l, CTX_params, params_decl);
    each(l, CTX_register, registers_read);
    each(l, CTX_function, functions_read);
    each(l, CTX_table, tables_read);
    each(l, CTX_role, roles_read);
    each(l, CTX_slip, slips_read);
    each(l, CTX_rule, rules_read);
    each(l, CTX_ballot, ballots_read);
    each(l, CTX_notice, notices_read);
    each(l, CTX_procedure, procedures_read);
    each(l, CTX_form, forms_read);
    each(l, CTX_roster, rosters_read);
    each(l, CTX_report, reports_read);
    if (o->scenarios) each(l, CTX_scenario, scenarios_read);
    extends_apply(l);
    codes_seal(l);
    defaults_read(l);
    calendar_read(l);
    params_layer(l);
    registers_link(l);
    scope_global(l);
    functions_compile(l);
    registers_compile(l);
    slips_compile(l);
    roles_link(l);
    rules_compile(l);
    rules_link(l);
    ballots_link(l);
    procedures_compile(l);
    forms_compile(l);
    papers_link(l);
    if (o->scenarios) scenarios_link(l);
    prose_check(l);
    basis_report(l);
    hand_over(l);
    diags_sort(d);
    arena_fini(&nodes);
    if (d->errors > errors_before) return RC_INPUT;
    *out = l->set;
    return RC_OK;
}
