/* cmd_form.c - records as forms in files: many in with a report for each file and field, and out again. */
#include <errno.h>

#include "cli/inner.h"
#include "exchange/exchange.h"

enum { FILE_MAX = 1 << 30 };

static bool ends_with(struct arena *a, struct str name, const char *ending) { return str_ends(uni_lower(a, name), str_c(ending)); }

/* A zip or a file whose ending is no table's: which form it is, the packs say. */
bool is_form_import(const struct cli *c)
{
    static const char *const tables[] = {".csv", ".json", ".jsonl", ".xlsx", ".xls", ".txt", ".tsv", "-"};
    struct arena a;
    bool table = false;
    if (cli_flag(c, "form")) return true;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) table = table || ends_with(&a, c->words[2], tables[i]);
    size_t dot = 0;
    for (size_t i = 0; i < c->words[2].len; i++)
        if (c->words[2].ptr[i] == '.') dot = i + 1;
    struct str ending = uni_lower(&a, str_sub(c->words[2], dot, c->words[2].len));
    bool form = !table && (str_starts(ending, STR("lrm")) || str_eq(ending, STR("zip")));
    arena_fini(&a);
    return form;
}

static int find_form(struct cli *c, const struct pack_set *set, const struct pack_register *r, const struct pack_form **out)
{
    struct str name = STR("");
    struct err err;
    bool given = cli_option(c, "form", &name);
    *out = given ? pack_form_find(set, name) : NULL;
    struct str *names = arena_array(&c->arena, struct str, set->forms_count + 1u);
    uint32_t n = 0;
    for (uint32_t i = 0; i < set->forms_count; i++) {
        const struct pack_form *f = set->forms[i];
        if (f->over != r || f->of_count > 0) continue;
        names[n++] = f->d.name;
        if (!given && *out == NULL && f->format == FORM_XML) *out = f;
    }
    if (*out != NULL && (*out)->over == r && (*out)->of_count == 0) return EXIT_DONE;
    err_clear(&err);
    (void)err_set(&err, &E_form_no_register, NO_PLACE, given ? name : text2_in(&r->d.title, c->lang), nearest_name(name, n, names));
    return fail(c, &err);
}

/* ---- in ---- */

static void print_note(struct cli *c, const struct form_file *f, const struct form_note *n, struct buf *b)
{
    static const char *const zh[] = {"错误", "请看", "说明"}, *const en[] = {"error", "look", "note"};
    buf_str(b, f->name);
    if (f->called.len > 0) {
        buf_lit(b, " ");
        buf_str(b, f->called);
    }
    buf_str(b, c->lang == LANG_ZH ? STR("：") : STR(": "));
    buf_str(b, str_c(c->lang == LANG_ZH ? zh[n->severity] : en[n->severity]));
    if (n->element.len > 0) {
        buf_char(b, ' ');
        buf_str(b, n->element);
    }
    if (n->text.len > 0) {
        buf_str(b, c->lang == LANG_ZH ? STR("“") : STR(" \""));
        buf_str(b, n->text);
        buf_str(b, c->lang == LANG_ZH ? STR("”") : STR("\""));
    }
    buf_str(b, c->lang == LANG_ZH ? STR("：") : STR(": "));
    buf_str(b, str_c(c->lang == LANG_ZH ? n->err.zh : n->err.en));
    const char *hint = c->lang == LANG_ZH ? n->err.hint_zh : n->err.hint_en;
    if (hint[0] != '\0') {
        buf_str(b, c->lang == LANG_ZH ? STR("；") : STR("; "));
        buf_str(b, str_c(hint));
    }
    buf_char(b, '\n');
}

/* By file and element, so that each person's lines stand together. */
static void print_report(struct cli *c, const struct forms_in *in, size_t counts[3])
{
    size_t files, notes;
    const struct form_file *f = forms_in_files(in, &files);
    const struct form_note *n = forms_in_notes(in, &notes);
    struct buf b;
    buf_init(&b, 256 << 20);
    for (size_t i = 0; i < files; i++)
        for (size_t k = 0; k < notes; k++) {
            if (n[k].file != i) continue;
            counts[n[k].severity]++;
            print_note(c, &f[i], &n[k], &b);
        }
    print_buf(&b);
    buf_fini(&b);
}

/* Is it a package that lies in a file?  Then it need not be read whole. */
static bool is_zip(struct arena *a, struct str path)
{
    char head[4];
    FILE *f = str_eq(path, STR("-")) ? NULL : fopen(str_cz(a, path), "rb");
    if (f == NULL) return false;
    bool zip = fread(head, 1, sizeof head, f) == sizeof head && memcmp(head, "PK\x03\x04", sizeof head) == 0;
    fclose(f);
    return zip;
}

static enum rc read_one(struct forms_in *in, struct arena *a, struct str path, struct err *err)
{
    struct str bytes, name = path;
    struct err none;
    for (size_t k = 0; k < path.len; k++)
        if (path.ptr[k] == '/') name = str_sub(path, k + 1, path.len);
    if (is_zip(a, path)) return forms_in_add_zip(in, name, path, err);
    TRY(read_file(a, path, FILE_MAX, &bytes, err));
    TRY(forms_in_add(in, name, bytes, err));
    /* The photograph of an old form lies beside it. */
    if (!ends_with(a, name, ".lrm")) return RC_OK;
    struct str beside = str_cat(a, str_sub(path, 0, path.len - 4), STR(".pic"));
    if (read_file(a, beside, FILE_MAX, &bytes, &none) != RC_OK) return RC_OK;
    return forms_in_add(in, str_cat(a, str_sub(name, 0, name.len - 4), STR(".pic")), bytes, err);
}

static enum rc read_all(struct cli *c, struct forms_in *in, struct err *err)
{
    struct arena one; /* a file's bytes go when it was added */
    enum rc rc = RC_OK;
    arena_init(&one, (size_t)FILE_MAX * 2 + (1 << 20));
    for (size_t i = 2; i < c->words_count && rc == RC_OK; i++) {
        rc = read_one(in, &one, c->words[i], err);
        arena_reset(&one, (struct arena_mark){0});
    }
    arena_fini(&one);
    return rc;
}

int import_forms(struct cli *c)
{
    struct session s;
    struct err err;
    const struct pack_register *r;
    const struct pack_form *form;
    struct forms_in *in = NULL;
    size_t counts[3] = {0}, files, written = 0, fresh = 0, refused = 0;
    err_clear(&err);
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    if ((status = find_register(c, s.view.set, c->words[1], &r)) != EXIT_DONE) return session_close(&s, status);
    if ((status = find_form(c, s.view.set, r, &form)) != EXIT_DONE) return session_close(&s, status);
    if (form->format != FORM_XML) return session_close(&s, usage(c, "这是打印用的模板，不能导入", "this form is for printing only"));
    struct forms_in_options o = {.form = form, .today = area_today(s.area), .replace = cli_flag(c, "replace")};
    (void)day_option(c, "today", &o.today, &status);
    if (status != EXIT_DONE) return session_close(&s, status);
    /* Files, trees and photographs of a thousand forms: more than the commands' own arena has. */
    struct arena *a = &c->arena;
    enum rc rc = forms_in_open(&o, a, &in, &err);
    if (rc == RC_OK) rc = read_all(c, in, &err);
    if (rc != RC_OK) return session_close(&s, fail(c, &err));
    uint64_t first = 0, last = 0;
    bool dry = cli_flag(c, "dry-run");
    rc = dry ? forms_in_plan(in, s.view.records, &err) : forms_in_run(in, s.view.records, s.area, &first, &last, &err);
    if (rc == RC_OK) rc = forms_in_check(in, s.view.set, &err);
    print_report(c, in, counts);
    const struct form_file *f = forms_in_files(in, &files);
    for (size_t i = 0; i < files; i++) {
        refused += !f[i].usable;
        fresh += f[i].usable && f[i].fresh;
        written += f[i].written || (dry && f[i].usable && f[i].changes > 0);
    }
    printf(say(c, "%s：%zu 份，新增 %zu 人，更改 %zu 人，未变 %zu 人，未入账 %zu 份；请看 %zu 处，说明 %zu 处%s\n",
               "%s: %zu files, %zu new, %zu changed, %zu as they were, %zu refused; %zu to look at, %zu notes%s\n"),
           str_cz(&c->arena, text2_in(&form->d.title, c->lang)), files, fresh, written - fresh, files - refused - written, refused, counts[SEV_WARN], counts[SEV_NOTE],
           dry ? say(c, "（试算，没有写入）", " (dry run: nothing written)") : "");
    if (rc != RC_OK) return session_close(&s, fail(c, &err)); /* what was written until then is told above */
    return session_close(&s, refused > 0 ? EXIT_FOUND : EXIT_DONE);
}

/* ---- out ---- */

struct chosen { VEC(uint64_t) ids; struct arena *a; };

static enum rc choose(void *ctx, const struct record *rec, struct err *err)
{
    struct chosen *x = ctx;
    (void)err;
    vec_push(x->a, &x->ids, rec->id);
    return RC_OK;
}

static int which(struct cli *c, struct session *s, const struct pack_register **r, struct chosen *out)
{
    struct err err;
    for (size_t i = 1; i < c->words_count; i++) {
        size_t slash = str_find_char(c->words[i], '/');
        const struct pack_register *one;
        uint64_t id;
        int status = find_register(c, s->view.set, str_sub(c->words[i], 0, slash == SIZE_MAX ? c->words[i].len : slash), &one);
        if (status != EXIT_DONE) return status;
        if (*r != NULL && one != *r) return usage(c, "只能是同一本台账的记录", "the records must be of one register");
        *r = one;
        err_clear(&err);
        if (slash == SIZE_MAX) {
            if (record_each(s->view.records, one, RECORD_BY_KEY, false, choose, out, &err) != RC_OK) return fail(c, &err);
            continue;
        }
        if (record_resolve(s->view.records, one, str_sub(c->words[i], slash + 1, c->words[i].len), &id, &err) != RC_OK) return fail(c, &err);
        vec_push(out->a, &out->ids, id);
    }
    return EXIT_DONE;
}

/* No names in names of files: a record is called by its key. */
static enum rc file_name(struct cli *c, struct session *s, const struct pack_form *f, uint64_t id, struct str *out, struct err *err)
{
    struct record rec;
    struct str key = str_cat(&c->arena, f->over->d.name, STR("-"), str_u64(&c->arena, id));
    TRY(record_get(s->view.records, f->over, id, &c->arena, &rec, err));
    if (f->over->key != NULL && f->over->key->class == PACK_OPEN && rec.values[f->over->key->column].kind == SV_TEXT) key = rec.values[f->over->key->column].s;
    char *p = arena_alloc(&c->arena, key.len + 1);
    memcpy(p, key.ptr, key.len);
    for (size_t i = 0; i < key.len; i++)
        if (p[i] == '/' || p[i] == '\\' || p[i] == ':' || (unsigned char)p[i] < 0x21) p[i] = '-';
    *out = str_cat(&c->arena, str_of(p, key.len), STR("."), f->extension);
    return RC_OK;
}

static enum rc write_one(struct cli *c, struct str path, struct str bytes, struct err *err)
{
    FILE *f = fopen(str_cz(&c->arena, path), "wb");
    bool ok = f != NULL && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len;
    if (f != NULL && fclose(f) != 0) ok = false;
    return ok ? RC_OK : err_set(err, &E_io, NO_PLACE, path, str_c(strerror(errno)));
}

static enum rc to_pdf(struct cli *c, struct str path, struct str docx, struct err *err)
{
    struct str pdf;
    TRY(exchange_pdf(docx, &c->arena, &pdf, err));
    return write_one(c, path, pdf, err);
}

enum rc write_document(struct cli *c, struct str path, struct str docx, struct err *err)
{
    return ends_with(&c->arena, path, ".pdf") ? to_pdf(c, path, docx, err) : write_one(c, path, docx, err);
}

static int export_documents(struct cli *c, struct session *s, const struct pack_form *form, const struct chosen *chosen, struct str mark, struct str path)
{
    struct err err;
    struct str template_bytes, bytes, own = STR(""), tight = STR("");
    struct docx_options o = {.as_of = area_today(s->area), .lang = LANG_ZH, .mark = chosen->ids.len > 1 ? mark : STR(""), .note = mark, .tight = &tight};
    int status = EXIT_DONE;
    (void)day_option(c, "as-of", &o.as_of, &status);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    struct grant *grant = NULL;
    if (area_grant(&s->view, 0, &grant, &err) != RC_OK) return fail(c, &err);
    o.grant = grant;
    enum rc rc = cli_option(c, "template", &own) ? read_file(&c->arena, own, FILE_MAX, &template_bytes, &err) : exchange_template(s->view.set, form, &template_bytes, &err);
    if (rc == RC_OK) rc = exchange_docx(&s->view, template_bytes, form->over, chosen->ids.at, chosen->ids.len, &o, &c->arena, &bytes, &err);
    grant_release(grant);
    if (rc == RC_OK) rc = write_document(c, path, bytes, &err);
    if (rc != RC_OK) return fail(c, &err);
    printf(say(c, "%s：%zu 份，写到 %s\n", "%s: %zu in %s\n"), str_cz(&c->arena, text2_in(&form->d.title, c->lang)), chosen->ids.len, str_cz(&c->arena, path));
    if (tight.len > 0) fprintf(stderr, say(c, "最小的字也放不下的，请缩短：\n" STR_FMT, "no room even in the smallest letters, please shorten:\n" STR_FMT), STR_ARG(tight));
    return EXIT_DONE;
}

int export_forms(struct cli *c)
{
    struct session s;
    struct err err;
    struct str path = STR(""), bytes;
    const struct pack_register *r = NULL;
    const struct pack_form *form;
    if (!cli_option(c, "o", &path)) return usage(c, "表单要写到文件：-o 文件", "a form goes to a file: -o FILE");
    int status = session_open(c, &s, cli_flag(c, "reason"));
    if (status != EXIT_DONE) return status;
    struct chosen chosen = {.a = &c->arena};
    if ((status = which(c, &s, &r, &chosen)) != EXIT_DONE) return session_close(&s, status);
    if ((status = find_form(c, s.view.set, r, &form)) != EXIT_DONE) return session_close(&s, status);
    if (form->roster != NULL && c->words_count == 2 && str_find_char(c->words[1], '/') == SIZE_MAX) { /* the whole register: as its roster has it */
        struct list_options lo = {.as_of = area_today(s.area), .lang = c->lang};
        (void)day_option(c, "as-of", &lo.as_of, &status);
        uint64_t *ids;
        size_t n;
        err_clear(&err);
        if (status != EXIT_DONE) return session_close(&s, status);
        if (exchange_roster_ids(s.view.records, form->roster, &lo, &c->arena, &ids, &n, &err) != RC_OK) return session_close(&s, fail(c, &err));
        chosen.ids.len = 0;
        for (size_t i = 0; i < n; i++) vec_push(&c->arena, &chosen.ids, ids[i]);
    }
    /* Forms hold citizen numbers and families: the same guard as of a list. */
    struct pack_roster asked = {.d = form->d, .over = form->over, .class = PACK_RESTRICTED};
    struct str mark = STR("");
    if ((status = export_guard(c, &s, &asked, chosen.ids.len, area_today(s.area), &mark)) != EXIT_DONE) return session_close(&s, status);
    if (form->format == FORM_DOCX) return session_close(&s, export_documents(c, &s, form, &chosen, mark, path));
    bool zip = ends_with(&c->arena, path, ".zip");
    err_clear(&err);
    if (chosen.ids.len != 1 && !zip) return session_close(&s, usage(c, "许多份要写进一个 zip：-o 文件.zip", "several forms go into a zip: -o FILE.zip"));
    struct zip_part *parts = arena_array(&c->arena, struct zip_part, chosen.ids.len + 1);
    struct grant *grant = NULL;
    enum rc rc = area_grant(&s.view, 0, &grant, &err);
    for (size_t i = 0; i < chosen.ids.len && rc == RC_OK; i++) {
        rc = exchange_form_write(&s.view, grant, form, chosen.ids.at[i], &c->arena, &bytes, &err);
        if (rc == RC_OK) rc = file_name(c, &s, form, chosen.ids.at[i], &parts[i].name, &err);
        parts[i].bytes = bytes;
    }
    grant_release(grant);
    if (rc == RC_OK) rc = zip ? exchange_zip_write(path, parts, chosen.ids.len, &err) : write_one(c, path, parts[0].bytes, &err);
    if (rc == RC_OK) printf(say(c, "%s：%zu 份，写到 %s\n", "%s: %zu in %s\n"), str_cz(&c->arena, text2_in(&form->d.title, c->lang)), chosen.ids.len, str_cz(&c->arena, path));
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}
