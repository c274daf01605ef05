/* layers.c - packs over packs: the manifests, what stands on what, and what `extend` adds.
 * A base pack is the one above in the order of levels (上层: the nation's), a local one says `over:` it. */
#include "pack/inner.h"

struct decl *decl_find(const struct load *l, enum ctx kind, struct str name)
{
    return map_find(&l->by_decl, str_cat(l->a, str_c(kind_word(kind)), STR(" "), name));
}

bool pack_over(const struct load *l, uint32_t local, uint32_t base)
{
    const struct pack *p = &l->set->packs[local];
    for (uint32_t i = 0; i < p->over_count; i++) /* over names earlier packs only, so this ends */
        if (p->over[i] == base || pack_over(l, p->over[i], base)) return true;
    return false;
}

static int profile_word(struct load *l, const struct ynode *n, int absent)
{
    static const struct str words[] = {STR_INIT("public"), STR_INIT("internal"), STR_INIT("stand-alone")};
    int w = y_word(l, n, absent, ARRAY_LEN(words), words);
    return w < 0 ? absent : w;
}

static void over_read(struct load *l, const struct ynode *n, uint32_t pack)
{
    struct pack *p = &l->set->packs[pack];
    VEC(uint32_t) over = {0};
    for (uint32_t i = 0; i < y_count(n); i++) {
        const struct ynode *item = y_at(n, i);
        size_t blank = str_find_char(item->text, ' ');
        struct str name = str_sub(item->text, 0, blank), version = blank == SIZE_MAX ? STR("") : str_trim(str_sub(item->text, blank, item->text.len));
        if (version.len == 0) {
            bad(l, item, &E_pack_over_form, STR(""));
            continue;
        }
        uint32_t found = UINT32_MAX;
        for (uint32_t k = 0; k < pack; k++)
            if (str_eq(l->set->packs[k].name, name)) found = k;
        if (found == UINT32_MAX)
            bad(l, item, &E_pack_over_missing, name);
        else if (!str_eq(l->set->packs[found].version, version))
            bad(l, item, &E_pack_over_version, name, l->set->packs[found].version, version);
        else
            vec_push(l->a, &over, found);
    }
    p->over = over.at;
    p->over_count = (uint32_t)over.len;
}

static void hash_pack(const struct pack_source *s, struct hash *out)
{
    struct hasher *h = hasher_make(HASH_SHA256);
    MUST(h != NULL);
    hash_start(h);
    for (size_t i = 0; i < s->files_count; i++) {
        const struct str part[2] = {s->files[i].name, s->files[i].text};
        for (int k = 0; k < 2; k++) {
            uint8_t len[8];
            for (int b = 0; b < 8; b++) len[b] = (uint8_t)((uint64_t)part[k].len >> (8 * b));
            hash_more(h, len, sizeof len);
            if (part[k].len > 0) hash_more(h, part[k].ptr, part[k].len);
        }
    }
    hash_end(h, out);
    hasher_free(&h);
}

void manifests_read(struct load *l)
{
    static const struct str langs[] = {STR_INIT("zh"), STR_INIT("en")};
    for (uint32_t pack = 0; pack < l->set->packs_count; pack++) {
        struct pack *p = &l->set->packs[pack];
        struct decl *own = NULL;
        p->where = l->sources[pack].where;
        p->lang = STR("zh");
        l->lang[pack] = p->lang;
        hash_pack(&l->sources[pack], &p->hash);
        for (size_t i = 0; i < l->decls.len; i++) {
            struct decl *d = l->decls.at[i];
            if (d->kind != CTX_pack || d->pack != pack) continue;
            if (own != NULL) {
                bad(l, d->name_node, &E_pack_two_manifests, STR("pack"), place_text(l, own->name_node->at));
                d->failed = true;
            } else {
                own = d;
            }
        }
        if (own == NULL) {
            struct str where = p->where.len > 0 ? p->where : pack == 0 ? STR("1") : str_u64(l->a, pack + 1);
            struct place at = {.file = pack < l->set->packs_count && l->sources[pack].files_count > 0 ? 1 : 0};
            for (size_t i = 0; i < l->chapters.len; i++)
                if (l->chapters.at[i].pack == pack) {
                    at.file = l->chapters.at[i].file_number;
                    break;
                }
            /* A manifest in a text that could not be read is not missed. */
            if (!l->lost[pack]) bad_place(l, at, &E_pack_no_manifest, where);
            continue;
        }
        p->name = own->name;
        (void)schema_check(l, own->node, CTX_pack, own);
        const struct ynode *lang = Y_GET(own->node, "lang");
        int w = y_word(l, lang, 0, ARRAY_LEN(langs), langs);
        p->lang = l->lang[pack] = langs[w < 0 ? 0 : w];
        l->languages[pack] = Y_GET(own->node, "languages");
        p->version = y_text(Y_GET(own->node, "version"));
        p->title = y_text2(l, Y_GET(own->node, "title"), pack);
        over_read(l, Y_GET(own->node, "over"), pack);
        int profile = profile_word(l, Y_GET(own->node, "profile"), PROFILE_PUBLIC);
        for (size_t i = 0; i < l->chapters.len; i++)
            if (l->chapters.at[i].pack == pack) l->chapters.at[i].profile = (enum pack_profile)profile;
    }
}

void chapters_read(struct load *l)
{
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (d->kind != CTX_chapter) continue;
        for (size_t k = 0; k < l->chapters.len; k++) {
            struct pack_chapter *c = &l->chapters.at[k];
            if (c->file_number != d->chapter->file_number) continue;
            for (size_t e = 0; e < i; e++)
                if (l->decls.at[e]->kind == CTX_chapter && l->decls.at[e]->chapter == d->chapter)
                    bad(l, d->name_node, &E_pack_two_manifests, STR("chapter"), place_text(l, l->decls.at[e]->name_node->at));
            int own = profile_word(l, Y_GET(d->node, "profile"), (int)c->profile);
            c->profile = (enum pack_profile)MAX(own, (int)c->profile); /* a chapter asks for no less than its pack */
            const struct ynode *left = Y_GET(d->node, "left-out"), *leaves = Y_GET(d->node, "leaves");
            c->left_out = left != NULL;
            c->wants = (enum pack_profile)profile_word(l, left, PROFILE_ALONE);
            for (uint32_t e = 0; left != NULL && e < y_count(leaves); e++) (void)map_put(l->nodes, &l->left_out, y_at(leaves, e)->text, c);
            const struct ynode *title = Y_GET(d->node, "title");
            if (title != NULL) c->title = y_text2(l, title, d->pack).zh;
        }
    }
}

/* ---- what is only there with something else ---- */

static bool left(struct load *l, const struct ynode *names)
{
    for (uint32_t i = 0; i < y_count(names); i++)
        if (map_find(&l->left_out, y_at(names, i)->text) != NULL) return true;
    return false;
}

/* A form of cases none of whose procedures is here. */
static bool all_left(struct load *l, const struct decl *d)
{
    const struct ynode *of = d->kind == CTX_form ? Y_GET(d->node, "of") : NULL;
    for (uint32_t i = 0; i < y_count(of); i++)
        if (map_find(&l->left_out, y_at(of, i)->text) == NULL) return false;
    return y_count(of) > 0;
}

static void present_check(struct load *l, const struct ynode *names)
{
    for (uint32_t i = 0; i < y_count(names); i++) {
        const struct ynode *n = y_at(names, i);
        if (map_find(&l->by_decl, str_cat(l->a, STR("register "), n->text)) != NULL || map_find(&l->by_decl, str_cat(l->a, STR("procedure "), n->text)) != NULL) continue;
        if (!may_be_in_failed(l, n->text)) bad(l, n, &E_pack_where_present, n->text);
    }
}

/* A declaration that stands only where something is present goes with it; what names that one, too. */
void absent_drop(struct load *l)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < l->decls.len; i++) {
            struct decl *d = l->decls.at[i];
            if (d->kind == CTX_none || (!left(l, Y_GET(d->node, "where-present")) && !all_left(l, d))) continue;
            (void)map_put(l->nodes, &l->left_out, d->name, (void *)(uintptr_t)d->chapter);
            d->kind = CTX_none;
            more = true;
        }
    }
    for (size_t i = 0; i < l->decls.len; i++)
        if (l->decls.at[i]->kind != CTX_none) present_check(l, Y_GET(l->decls.at[i]->node, "where-present"));
}

/* ---- extend ---- */

/* Only this key makes sense for this kind. */
static void keys_only(struct load *l, struct decl *d, struct str kind, struct str allowed)
{
    static const struct str all[] = {STR_INIT("fields"), STR_INIT("rows"), STR_INIT("severity")};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        const struct ynode *key = y_key(d->node, all[i]);
        if (key == NULL || str_eq(all[i], allowed)) continue;
        if (allowed.len == 0)
            bad(l, key, &E_pack_extend_none, kind);
        else
            bad(l, key, &E_pack_extend_what, kind, allowed);
    }
}

static void extend_one(struct load *l, struct decl *d)
{
    struct str text = d->name;
    size_t open = str_find_char(text, '(');
    if (open == SIZE_MAX || text.ptr[text.len - 1] != ')') {
        bad(l, d->name_node, &E_pack_extend_form, STR(""));
        return;
    }
    struct str word = str_trim(str_sub(text, 0, open)), name = str_trim(str_sub(text, open + 1, text.len - 1));
    bool later = false;
    enum ctx kind = kind_of(word, &later);
    if (kind == CTX_none) {
        struct str near;
        kinds_nearest(word, &near);
        bad_part(l, d->name_node, 0, word.len, &E_pack_unknown_kind, word, near);
        return;
    }
    if (later) {
        bad_part(l, d->name_node, 0, word.len, &E_pack_kind_later, word);
        return;
    }
    struct decl *target = decl_find(l, kind, name);
    if (target == NULL) {
        VEC(struct str) names = {0};
        for (size_t i = 0; i < l->decls.len; i++)
            if (l->decls.at[i]->kind == kind && nearest_worth(l)) vec_push(l->nodes, &names, l->decls.at[i]->name);
        unknown(l, d->name_node, (size_t)(name.ptr - text.ptr), name.len, word, word, names.len, names.at);
        return;
    }
    if (target->pack == d->pack) {
        bad(l, d->name_node, &E_pack_extend_own, name, place_text(l, target->name_node->at));
        return;
    }
    if (!pack_over(l, d->pack, target->pack)) {
        bad(l, d->name_node, &E_pack_extend_beneath, name, l->set->packs[target->pack].name);
        return;
    }
    if (target->failed) return;
    struct ynode *rows = Y_GET(d->node, "rows"), *fields = Y_GET(d->node, "fields");
    const struct ynode *severity = Y_GET(d->node, "severity");
    if (kind == CTX_params) {
        keys_only(l, d, word, STR("rows"));
        if (rows != NULL && schema_rows(l, &rows, CTX_param_row, d)) params_read(l, d, rows, d->pack);
    } else if (kind == CTX_codes) {
        struct pack_codes *c = target->made;
        keys_only(l, d, word, STR("rows"));
        if (rows == NULL || c == NULL) return;
        if (!c->open) {
            bad(l, d->name_node, &E_pack_not_open, name, STR("open: yes"), STR("添行"), STR("adding rows"));
            return;
        }
        (void)schema_rows(l, &rows, CTX_code_row, d);
        if (rows != NULL) codes_rows(l, d, rows, c);
    } else if (kind == CTX_calendar) {
        keys_only(l, d, word, STR("rows"));
        if (rows != NULL && schema_rows(l, &rows, CTX_day_row, d)) d->made = target;
    } else if (kind == CTX_register) {
        keys_only(l, d, word, STR("fields"));
        if (fields != NULL && target->made != NULL) register_fields(l, target->made, fields, d->pack);
    } else if (kind == CTX_rule) {
        static const struct str words[] = {STR_INIT("info"), STR_INIT("warn"), STR_INIT("serious")};
        struct pack_rule *r = target->made;
        keys_only(l, d, word, STR("severity"));
        int w = y_word(l, severity, -1, ARRAY_LEN(words), words);
        if (w < 0 || r == NULL) return;
        if (w <= (int)r->severity)
            bad(l, severity, &E_pack_severity_lower, words[r->severity]);
        else
            r->severity = (enum pack_severity)w;
    } else {
        keys_only(l, d, word, STR(""));
    }
}

void extends_apply(struct load *l)
{
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (d->kind != CTX_extend) continue;
        extend_one(l, d);
        const struct ynode *stopped = Y_GET(d->node, "acknowledge");
        for (uint32_t k = 0; k < y_count(stopped); k++) {
            const struct ynode *n = y_at(stopped, k);
            const struct decl *scenario = decl_find(l, CTX_scenario, n->text);
            if (scenario != NULL) {
                /* Of a pack beneath only: nobody excuses scenarios of his own. */
                struct pack_scenario *made = map_find(&l->scenario_by_name, n->text);
                if (made != NULL && scenario->pack != d->pack) made->acknowledged = true;
                continue;
            }
            VEC(struct str) names = {0};
            for (size_t e = 0; e < l->decls.len; e++)
                if (l->decls.at[e]->kind == CTX_scenario && nearest_worth(l)) vec_push(l->nodes, &names, l->decls.at[e]->name);
            unknown(l, n, 0, n->text.len, STR("场景"), STR("scenario"), names.len, names.at);
        }
    }
}
