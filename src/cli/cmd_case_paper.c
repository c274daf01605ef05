/* cmd_case_paper.c - papers of cases: drafted from what the case holds; files that are kept in them, held to what the pages take. */
#include "cli/inner.h"
#include "exchange/exchange.h"
#include "http/http.h"

enum { TEMPLATE_MAX = 64 << 20, PAPERS_MAX = 500 };

static int form_named(struct cli *c, const struct pack_set *set, struct str name, const struct pack_form **out)
{
    struct err err;
    *out = pack_form_find(set, name);
    if (*out != NULL && (*out)->format == FORM_DOCX) return EXIT_DONE;
    struct str *names = arena_array(&c->arena, struct str, 2 * (size_t)set->forms_count + 1);
    for (uint32_t i = 0; i < set->forms_count; i++) {
        names[2 * i] = set->forms[i]->d.name;
        names[2 * i + 1] = set->forms[i]->d.title.zh;
    }
    err_clear(&err);
    (void)err_set(&err, &E_form_absent, NO_PLACE, name, nearest_name(name, 2 * (size_t)set->forms_count, names));
    return fail(c, &err);
}

/* --as: that he drafts it is entered, by the door that knows who acts at the step; a refusal leaves no file. */
static enum rc note_draft(struct cli *c, struct session *s, uint64_t actor, uint64_t id, const struct pack_form *f, struct str step, struct err *err)
{
    char word[80] = "";
    struct args_case args = {.paper = {.id = id, .step = step, .form = f->d.name}, .entry = {.happened = ENTRY_NO_DAY}, .refused = word, .refused_max = sizeof word};
    struct command cmd = {.verb = VERB_CASE_PAPER, .actor = actor, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r = {0};
    (void)cli_option(c, "key", &cmd.key);
    return area_submit(s->area, &cmd, &r, err);
}

/* see: whose sight it is made in; NULL: the operator's. */
static int draft(struct cli *c, struct session *s, uint64_t actor, struct cli_sight *see, uint64_t id, const struct pack_form *f, struct str path)
{
    struct err err;
    struct case_paper paper;
    struct str step = STR(""), own = STR(""), mark = STR(""), bytes, tight = STR(""), template_bytes;
    struct docx_options o = {.as_of = area_today(s->area), .lang = LANG_ZH, .tight = &tight};
    int status = EXIT_DONE;
    (void)cli_option(c, "step", &step);
    (void)day_option(c, "as-of", &o.as_of, &status);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    unsigned classes = 1u << PACK_OPEN | 1u << PACK_PERSONAL | 1u << PACK_RESTRICTED | 1u << PACK_PROTECTED;
    if (see != NULL && cli_sight_case(see, id, &classes, &err) != RC_OK) return fail(c, &err);
    if (exchange_case_paper(s->view.records, f, id, step, NULL, classes, o.as_of, &c->arena, &paper, &err) != RC_OK) return fail(c, &err);
    bool of_case = paper.of == PAPER_OF_CASE;
    size_t people = of_case ? paper.sheet.lines_count : paper.n;
    if (people > PAPERS_MAX) return usage(c, "一次最多起草 500 份", "at most 500 papers at once");
    if (!of_case && paper.n == 0) return usage(c, "这一步现在没有人选，没有可以起草的", "the step has nobody now: there is nothing to draft");
    if (see != NULL && !of_case && cli_sight_records(see, f, paper.ids, paper.n, &err) != RC_OK) return fail(c, &err);
    struct pack_roster asked = {.d = f->d, .over = f->over, .class = PACK_RESTRICTED};
    if ((status = export_guard(c, s, &asked, people, area_today(s->area), &mark)) != EXIT_DONE) return status;
    o.mark = people > 1 && !of_case ? mark : STR(""); /* a paper to vote on carries nothing */
    o.note = mark;
    o.sheet = of_case ? &paper.sheet : NULL;
    o.sight = see == NULL ? NULL : cli_sight_of(see);
    struct grant *grant = NULL;
    if (see == NULL && area_grant(&s->view, 0, &grant, &err) != RC_OK) return fail(c, &err);
    o.grant = see == NULL ? grant : cli_sight_grant(see);
    enum rc rc = cli_option(c, "template", &own) ? read_file(&c->arena, own, TEMPLATE_MAX, &template_bytes, &err) : exchange_template(s->view.set, f, &template_bytes, &err);
    if (rc == RC_OK) rc = exchange_docx(&s->view, template_bytes, f->over, paper.ids, paper.n, &o, &c->arena, &bytes, &err);
    grant_release(grant);
    if (rc == RC_OK && see != NULL && cli_sight_denied(see)) rc = err_set(&err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, c->lang), text2_in(&f->over->d.title, c->lang));
    if (rc == RC_OK && see != NULL) rc = note_draft(c, s, actor, id, f, paper.step, &err);
    if (rc == RC_OK) rc = write_document(c, path, bytes, &err);
    if (rc != RC_OK) return fail(c, &err);
    printf(say(c, "%s：写到 %s\n", "%s in %s\n"), str_cz(&c->arena, text2_in(&f->d.title, c->lang)), str_cz(&c->arena, path));
    if (tight.len > 0) fprintf(stderr, say(c, "最小的字也放不下的，请缩短：\n" STR_FMT, "no room even in the smallest letters, please shorten:\n" STR_FMT), STR_ARG(tight));
    return EXIT_DONE;
}

int file_bring(struct cli *c, struct session *s, uint64_t actor, struct str path, struct str *text)
{
    struct err err;
    struct str bytes, name = path, type, called;
    struct receipt r = {0};
    struct batch_result result = {0};
    err_clear(&err);
    for (size_t k = 0; k < path.len; k++)
        if (path.ptr[k] == '/') name = str_sub(path, k + 1, path.len);
    if (read_file(&c->arena, path, TEMPLATE_MAX, &bytes, &err) != RC_OK || http_file_check(name, bytes, &c->arena, &type, &called, &err) != RC_OK) return fail(c, &err);
    struct batch_file file = {.bytes = bytes, .hash = area_file_hash(&c->arena, bytes), .type = type, .name = called};
    struct args_batch args = {.files = &file, .files_count = 1, .result = &result};
    struct command cmd = {.verb = VERB_BATCH, .actor = actor, .happened = ENTRY_NO_DAY, .args = &args};
    if (area_submit(s->area, &cmd, &r, &err) != RC_OK) return fail(c, &err);
    struct record_file f = {.hash = file.hash, .size = bytes.len, .type = type, .name = called};
    *text = record_file_text(&c->arena, &f);
    return EXIT_DONE;
}

int cmd_case_file(struct cli *c)
{
    struct session s;
    struct args_case g = {.entry = {.happened = ENTRY_NO_DAY}};
    struct str path;
    uint64_t actor;
    const struct pack_form *f;
    int status = case_id(c, &g.paper.id);
    if (status == EXIT_DONE) status = case_act_open(c, &s);
    if (status != EXIT_DONE) return status;
    status = form_named(c, s.view.set, c->words[2], &f);
    g.paper.step = g.paper.number = g.paper.file = STR("");
    (void)cli_option(c, "step", &g.paper.step);
    (void)cli_option(c, "number", &g.paper.number);
    if (status == EXIT_DONE && cli_option(c, "file", &path) && (status = actor_take(c, &s, &actor)) == EXIT_DONE) status = file_bring(c, &s, actor, path, &g.paper.file);
    if (status == EXIT_DONE && str_trim(g.paper.number).len + g.paper.file.len == 0) status = usage(c, "写 --number 文号，或者 --file 文件", "give --number TEXT, or --file PATH");
    if (status != EXIT_DONE) return session_close(&s, status);
    g.paper.form = f->d.name;
    return case_act_submit(c, &s, VERB_CASE_PAPER, &g);
}

int cmd_case_paper(struct cli *c)
{
    struct session s;
    struct str path;
    uint64_t id;
    const struct pack_form *f;
    if (!cli_option(c, "o", &path)) return usage(c, "文书要写到文件：-o 文件.docx 或 -o 文件.pdf", "a paper goes to a file: -o FILE.docx or -o FILE.pdf");
    uint64_t actor = 0;
    struct cli_sight *see = NULL;
    struct err err;
    bool as = cli_option(c, "as", NULL);
    int status = case_id(c, &id);
    if (status == EXIT_DONE) status = as ? case_act_open(c, &s) : session_open(c, &s, cli_flag(c, "reason"));
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    status = form_named(c, s.view.set, c->words[2], &f);
    if (status == EXIT_DONE && as) status = actor_take(c, &s, &actor);
    if (status == EXIT_DONE && as && cli_sight_open(c, &s, actor, f->of_count > 0 ? PACK_READ : PACK_PRINT, &see, &err) != RC_OK) status = fail(c, &err);
    if (status == EXIT_DONE) status = draft(c, &s, actor, see, id, f, path);
    cli_sight_close(see);
    return session_close(&s, status);
}
