/* cmd_person.c - one person's résumé against the posts on record; photographs in bulk. */
#include "cli/inner.h"
#include "exchange/exchange.h"

enum { FILE_MAX = 1 << 30 };

/* The form of the register that has what is asked of it. */
static const struct pack_form *form_with(const struct pack_set *set, const struct pack_register *r, bool photo)
{
    for (uint32_t i = 0; i < set->forms_count; i++) {
        const struct pack_form *f = set->forms[i];
        bool has = false;
        if (f->over != r || f->format != FORM_XML) continue;
        for (uint32_t k = 0; !photo && k < f->groups_count; k++) has = has || f->groups[k].rebuild != NULL;
        for (uint32_t k = 0; photo && k < f->elements_count; k++) has = has || (f->elements[k].as == FORM_AS_PHOTO && f->elements[k].group == FORM_OWN);
        if (has) return f;
    }
    return NULL;
}

static int no_form(struct cli *c, const struct pack_register *r)
{
    struct err err;
    err_clear(&err);
    (void)err_set(&err, &E_form_no_register, NO_PLACE, text2_in(&r->d.title, c->lang), STR(""));
    return fail(c, &err);
}

int cmd_resume(struct cli *c)
{
    static const char *const zh[] = {"起点相同，止点不同", "起止相同，说法不同", "有任职，简历没有这一段", "简历有这一段，没有任职"};
    static const char *const en[] = {"same begin, another end", "same dates, other words", "a post without a line", "a line without a post"};
    struct session s;
    struct err err;
    struct resume out;
    const struct pack_register *r;
    uint64_t id;
    size_t slash = str_find_char(c->words[1], '/');
    if (slash == SIZE_MAX) return usage(c, "写成 台账/记录，如 cadre/C001", "write REGISTER/ID, as cadre/C001");
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    if ((status = find_register(c, s.view.set, str_sub(c->words[1], 0, slash), &r)) != EXIT_DONE) return session_close(&s, status);
    const struct pack_form *f = form_with(s.view.set, r, false);
    if (f == NULL) return session_close(&s, no_form(c, r));
    err_clear(&err);
    enum rc rc = record_resolve(s.view.records, r, str_sub(c->words[1], slash + 1, c->words[1].len), &id, &err);
    if (rc == RC_OK) rc = exchange_resume(s.view.records, f, id, area_today(s.area), NULL, &c->arena, &out, &err);
    if (rc != RC_OK) return session_close(&s, fail(c, &err));
    printf(say(c, "由任职推出：\n" STR_FMT "\n简历所写：\n" STR_FMT "\n", "as the posts tell it:\n" STR_FMT "\nas it is written:\n" STR_FMT "\n"), STR_ARG(out.rebuilt), STR_ARG(out.written));
    for (size_t i = 0; i < out.notes_count; i++) {
        const struct resume_note *n = &out.notes[i];
        printf("%s", c->lang == LANG_ZH ? zh[n->kind] : en[n->kind]);
        if (n->line.len > 0) printf(say(c, "\n  简历：" STR_FMT, "\n  line: " STR_FMT), STR_ARG(n->line));
        if (n->record.len > 0) printf(say(c, "\n  任职：" STR_FMT, "\n  post: " STR_FMT), STR_ARG(n->record));
        putchar('\n');
    }
    return session_close(&s, out.notes_count > 0 ? EXIT_FOUND : EXIT_DONE);
}

static struct str base_name(struct str path)
{
    size_t from = 0;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '/') from = i + 1;
    return str_sub(path, from, path.len);
}

int cmd_photos(struct cli *c)
{
    struct session s;
    struct err err;
    const struct pack_register *r;
    size_t written = 0, same = 0, refused = 0, odd = 0;
    uint64_t last;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    if ((status = find_register(c, s.view.set, c->words[1], &r)) != EXIT_DONE) return session_close(&s, status);
    struct photos p = {.form = form_with(s.view.set, r, true)};
    if (p.form == NULL) return session_close(&s, no_form(c, r));
    err_clear(&err);
    enum rc rc = RC_OK;
    for (size_t i = 2; i < c->words_count && rc == RC_OK; i++) {
        struct str bytes;
        rc = read_file(&c->arena, c->words[i], FILE_MAX, &bytes, &err);
        if (rc == RC_OK) rc = exchange_photos_add(&p, base_name(c->words[i]), bytes, &c->arena, &err);
    }
    if (rc == RC_OK) rc = exchange_photos_plan(&p, s.view.records, NULL, &c->arena, &err);
    bool dry = cli_flag(c, "dry-run");
    if (rc == RC_OK && !dry) rc = exchange_photos_apply(&p, s.area, 0, 0, &c->arena, &last, &err);
    if (rc != RC_OK) return session_close(&s, fail(c, &err));
    for (size_t i = 0; i < p.list.len; i++) {
        const struct photo_in *one = &p.list.at[i];
        written += one->usable && !one->same;
        same += one->usable && one->same;
        refused += !one->usable;
        odd += one->usable && one->odd;
        if (!one->usable) printf("%s%s%s\n", str_cz(&c->arena, one->name), say(c, "：", ": "), c->lang == LANG_ZH ? one->err.zh : one->err.en);
        else if (one->odd) printf(say(c, "%s：%u×%u，不是 4:5，印出来时裁去两边\n", "%s: %u x %u is not 4:5, and is cut when printed\n"), str_cz(&c->arena, one->name), one->width, one->height);
    }
    printf(say(c, "照片：%zu 张，入账 %zu，未变 %zu，不是 4:5 的 %zu，未入账 %zu%s\n", "photographs: %zu, %zu put in, %zu as they were, %zu not 4:5, %zu refused%s\n"), p.list.len, written, same, odd, refused,
           dry ? say(c, "（试算，没有写入）", " (dry run: nothing written)") : "");
    return session_close(&s, refused > 0 ? EXIT_FOUND : EXIT_DONE);
}
