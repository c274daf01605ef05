/* message.c - texts with {expression} or {expression|format} in them, and the sentences of causes. */
#include "feel/inner.h"

struct piece_list {
    VEC(struct feel_piece) v;
};

/* Where the expression that begins at `from` ends: at its closing brace.  SIZE_MAX: it has none.  *bar: the format's sign. */
static size_t expression_end(struct str t, size_t from, size_t *bar)
{
    int depth = 0;
    bool in_text = false;
    *bar = SIZE_MAX;
    for (size_t i = from; i < t.len; i++) {
        char c = t.ptr[i];
        if (in_text) {
            if (c == '\\') i++;
            else if (c == '"') in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[' || c == '(') {
            depth++;
        } else if (c == '}' && depth == 0) {
            return i;
        } else if (c == '}' || c == ']' || c == ')') {
            if (depth > 0) depth--;
        } else if (c == '|' && depth == 0) {
            *bar = i;
        }
    }
    return SIZE_MAX;
}

static void brace(struct text_source *s, size_t at, struct str which) { diags_put(s->d, SEV_ERROR, &E_feel_message_brace, place_in_file(s, place_in(s, (uint32_t)at, 1)), which); }

enum rc feel_message_compile(struct arena *a, const struct feel_scope *scope, const struct feel_source *src, struct feel_message **out, struct diags *d)
{
    struct str t = src->text;
    struct text_source s = {.text = t, .at = src->at, .mode = src->mode, .d = d, .a = a, .tmp = a};
    struct piece_list pieces = {0};
    bool ok = true;
    *out = NULL;
    if (t.len > FEEL_TEXT_MAX) {
        diags_put(d, SEV_ERROR, &E_feel_too_long, place_in_file(&s, place_in(&s, 0, 1)), str_u64(a, t.len), str_u64(a, FEEL_TEXT_MAX));
        return RC_LIMIT;
    }
    char *plain = arena_alloc(a, t.len + 1);
    size_t len = 0;
    for (size_t i = 0; i <= t.len; i++) {
        char c = i < t.len ? t.ptr[i] : '\0', next = i + 1 < t.len ? t.ptr[i + 1] : '\0';
        bool twice = (c == '{' || c == '}') && next == c;
        if (i < t.len && c != '{' && (c != '}' || twice)) {
            plain[len++] = c;
            i += twice ? 1 : 0;
            continue;
        }
        if (twice) {
            plain[len++] = c;
            i++;
            continue;
        }
        if (c == '}') {
            brace(&s, i, STR("}"));
            ok = false;
            continue;
        }
        if (len > 0) {
            struct feel_piece p = {.text = str_dup(a, str_of(plain, len))};
            vec_push(a, &pieces.v, p);
            len = 0;
        }
        if (i == t.len) break;
        size_t bar, end = expression_end(t, i + 1, &bar);
        if (end == SIZE_MAX) {
            brace(&s, i, STR("{"));
            ok = false;
            break;
        }
        struct feel_source e = *src;
        e.text = str_sub(t, i + 1, bar == SIZE_MAX ? end : bar);
        e.at = place_in_file(&s, place_in(&s, (uint32_t)i + 1, (uint32_t)e.text.len));
        e.wanted = NULL;
        struct feel_program *program;
        struct feel_piece p = {.format = bar == SIZE_MAX ? STR_NONE : str_trim(str_sub(t, bar + 1, end))};
        if (feel_compile(a, scope, &e, &program, d) != RC_OK) {
            ok = false;
        } else {
            p.program = program;
            if (bar != SIZE_MAX && !format_ok(program->type, p.format)) {
                diags_put(d, SEV_ERROR, &E_feel_bad_format, place_in_file(&s, place_in(&s, (uint32_t)bar + 1, (uint32_t)(end - bar - 1))), p.format);
                ok = false;
            }
            vec_push(a, &pieces.v, p);
        }
        i = end;
    }
    if (!ok) return RC_INPUT;
    struct feel_message *m = arena_new(a, struct feel_message);
    *m = (struct feel_message){.pieces = pieces.v.at, .pieces_count = (uint32_t)pieces.v.len};
    *out = m;
    return RC_OK;
}

/* What is missing: the field at the root, or a name, or the expression itself. */
static struct str missing(const struct fv *v, const struct feel_program *p)
{
    const struct feel_cause *c = v->cause, *field = feel_cause_field(c), *root = feel_cause_root(c);
    if (field != NULL) return field->name;
    if (root != NULL && (root->kind == &E_feel_c_empty_name || root->kind == &E_feel_c_param)) return root->name;
    return str_trim(p->text);
}

enum rc feel_message_show(const struct feel_message *m, struct feel_run *run, enum lang lang, struct buf *out, struct err *err)
{
    for (uint32_t i = 0; i < m->pieces_count; i++) {
        const struct feel_piece *p = &m->pieces[i];
        struct fv v;
        if (p->program == NULL) {
            buf_str(out, p->text);
            continue;
        }
        TRY(feel_run(p->program, run, &v, err));
        if (v.kind != FV_NULL) {
            fv_show(run, &v, p->format, lang, out);
            continue;
        }
        buf_str(out, lang == LANG_ZH ? STR("〔缺：") : STR("[missing: "));
        buf_str(out, missing(&v, p->program));
        buf_str(out, lang == LANG_ZH ? STR("〕") : STR("]"));
    }
    return RC_OK;
}

void feel_cause_show(struct feel_run *run, const struct feel_cause *c, enum lang lang, struct buf *out)
{
    bool zh = lang == LANG_ZH;
    if (c == NULL) {
        buf_str(out, zh ? STR("没有值") : STR("there is no value"));
        return;
    }
    for (uint32_t depth = 0; c != NULL && depth < 16; c = c->inner, depth++) {
        struct err e;
        struct str text[FEEL_CAUSE_TEXTS];
        feel_cause_texts(c, text);
        if (depth > 0) buf_str(out, zh ? STR("，因为") : STR(" because "));
        (void)err_set_n(&e, c->kind, c->place, FEEL_CAUSE_TEXTS, text);
        if (c->reg != NULL) { /* whose field it is */
            struct fv rec = {.kind = FV_RECORD, .reg = c->reg, .id = c->id};
            fv_show(run, &rec, STR_NONE, lang, out);
            buf_str(out, zh ? STR("的") : STR(": "));
        }
        buf_str(out, str_c(zh ? e.zh : e.en));
    }
}
