/* chapter.c - the handbook as people read it: prose as safe HTML, declarations as they stand, between them. */
#include <cmark.h>

#include "http/inner.h"

static const struct pack_chapter *chapter_find(struct req *q, struct str pack, struct str file)
{
    const struct pack_set *set = q->view->set;
    for (uint32_t i = 0; i < set->chapters_count; i++)
        if (str_eq(set->chapters[i].file, file) && set->chapters[i].pack < set->packs_count && str_eq(set->packs[set->chapters[i].pack].name, pack)) return &set->chapters[i];
    return NULL;
}

static void sections_put(struct req *q, struct str text)
{
    bool fence = false;
    put_key(&q->j, "sections");
    json_array(&q->j);
    for (size_t from = 0; from < text.len;) {
        size_t to = from;
        while (to < text.len && text.ptr[to] != '\n') to++;
        struct str line = str_sub(text, from, to);
        from = to + 1;
        if (str_starts(line, STR("```"))) fence = !fence;
        if (!fence && str_starts(line, STR("## "))) json_string(&q->j, str_trim(str_sub(line, 3, line.len)));
    }
    json_end_array(&q->j);
}


enum rc route_chapters(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    (void)err;
    items_open(q, false);
    for (uint32_t i = 0; i < set->chapters_count; i++) {
        const struct pack_chapter *c = &set->chapters[i];
        json_object(&q->j);
        put_text(&q->j, "pack", c->pack < set->packs_count ? set->packs[c->pack].name : STR(""));
        put_text(&q->j, "file", c->file);
        put_text(&q->j, "title", c->title);
        put_text(&q->j, "profile", str_c(pack_profile_word(c->profile)));
        put_text_or_null(&q->j, "left_out", c->left_out ? str_c(pack_profile_word(c->wants)) : STR_NONE);
        sections_put(q, c->text);
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}

/* ---- one chapter ---- */

static void escape(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '&') buf_lit(b, "&amp;");
        else if (s.ptr[i] == '<') buf_lit(b, "&lt;");
        else if (s.ptr[i] == '>') buf_lit(b, "&gt;");
        else if (s.ptr[i] == '"') buf_lit(b, "&quot;");
        else buf_char(b, s.ptr[i]);
    }
}

/* `=name` in prose is the value of a parameter today. */
static void live_values(struct req *q, cmark_node *root)
{
    cmark_iter *it = cmark_iter_new(root);
    for (cmark_event_type e; (e = cmark_iter_next(it)) != CMARK_EVENT_DONE;) {
        cmark_node *n = cmark_iter_get_node(it);
        if (e != CMARK_EVENT_ENTER || cmark_node_get_type(n) != CMARK_NODE_CODE) continue;
        struct str text = str_c(cmark_node_get_literal(n));
        if (text.len < 2 || text.ptr[0] != '=') continue;
        struct str name = str_trim(str_sub(text, 1, text.len));
        for (uint32_t i = 0; i < q->view->set->params_count; i++) {
            const struct pack_param *p = &q->view->set->params[i];
            if (!str_eq(p->name, name) && !str_eq(p->title, name)) continue;
            struct fv v = pack_param_on(p, q->run.today);
            struct buf b;
            buf_init(&b, 4096);
            if (!fv_is_null(&v)) fv_show(&q->run, &v, STR_NONE, q->lang, &b);
            buf_str(&b, p->unit);
            if (!buf_failed(&b) && b.len > 0) (void)cmark_node_set_literal(n, str_cz(&q->arena, buf_view(&b)));
            buf_fini(&b);
            break;
        }
    }
    cmark_iter_free(it);
}

static struct str line_at(struct str text, int wanted, size_t *at, int *line)
{
    while (*at < text.len) {
        size_t to = *at;
        while (to < text.len && text.ptr[to] != '\n') to++;
        struct str s = str_sub(text, *at, to);
        *at = to + 1;
        if (++*line == wanted) return s;
    }
    return STR("");
}

/* CommonMark has no tables; ours are lines that begin with |. */
static void table_put(struct buf *b, struct str text, int first, int last)
{
    size_t at = 0;
    int line = 0;
    buf_lit(b, "<table>");
    for (int n = first; n <= last; n++) {
        struct str row = str_trim(line_at(text, n, &at, &line));
        bool rule = str_find(row, STR("---")) != SIZE_MAX && str_find_char(row, '-') < 8;
        if (rule && n == first + 1) continue;
        buf_lit(b, "<tr>");
        size_t from = row.len > 0 && row.ptr[0] == '|' ? 1 : 0;
        for (size_t i = from; i <= row.len; i++) {
            if (i < row.len && row.ptr[i] != '|') continue;
            if (i == row.len && str_trim(str_sub(row, from, i)).len == 0) break;
            buf_str(b, n == first ? STR("<th>") : STR("<td>"));
            escape(b, str_trim(str_sub(row, from, i)));
            buf_str(b, n == first ? STR("</th>") : STR("</td>"));
            from = i + 1;
        }
        buf_lit(b, "</tr>");
    }
    buf_lit(b, "</table>\n");
}

static bool is_table(struct str text, int first)
{
    size_t at = 0;
    int line = 0;
    return str_starts(str_trim(line_at(text, first, &at, &line)), STR("|"));
}

static void prose_end(struct req *q, struct buf *html)
{
    if (html->len == 0) return;
    json_object(&q->j);
    put_text(&q->j, "html", buf_view(html));
    json_end_object(&q->j);
    buf_clear(html);
}

static void declaration_put(struct req *q, struct str yaml, int line)
{
    size_t colon = str_find_char(yaml, ':'), end = str_find_char(yaml, '\n');
    if (end == SIZE_MAX) end = yaml.len;
    struct str kind = colon == SIZE_MAX || colon > end ? STR("") : str_trim(str_sub(yaml, 0, colon)),
               name = colon == SIZE_MAX || colon > end ? STR("") : str_trim(str_sub(yaml, colon + 1, end));
    const struct pack_decl *d = map_find(&q->view->set->by_decl, str_cat(&q->arena, kind, STR(" "), name));
    json_object(&q->j);
    put_key(&q->j, "declaration");
    json_object(&q->j);
    put_text(&q->j, "kind", kind);
    put_text(&q->j, "name", name);
    put_text(&q->j, "title", d == NULL ? name : text2_in(&d->title, q->lang));
    put_u64(&q->j, "line", (uint64_t)line);
    put_text(&q->j, "yaml", yaml);
    json_end_object(&q->j);
    json_end_object(&q->j);
}

enum rc route_chapter(struct req *q, struct err *err)
{
    const struct pack_chapter *c = chapter_find(q, q->args[0], q->args[1]);
    if (c == NULL) return err_set(err, &E_http_absent, NO_PLACE, q->args[1]);
    cmark_node *root = cmark_parse_document(c->text.ptr, c->text.len, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8);
    if (root == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    struct buf html;
    buf_init(&html, 8 << 20);
    live_values(q, root);
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "title", c->title);
    put_text(&q->j, "pack", q->args[0]);
    put_text(&q->j, "file", c->file);
    put_key(&q->j, "parts");
    json_array(&q->j);
    for (cmark_node *n = cmark_node_first_child(root); n != NULL; n = cmark_node_next(n)) {
        cmark_node_type type = cmark_node_get_type(n);
        int line = cmark_node_get_start_line(n);
        if (type == CMARK_NODE_CODE_BLOCK && str_starts(str_c(cmark_node_get_fence_info(n)), STR("guiju"))) {
            prose_end(q, &html);
            declaration_put(q, str_c(cmark_node_get_literal(n)), line);
        } else if (type == CMARK_NODE_PARAGRAPH && is_table(c->text, line)) {
            table_put(&html, c->text, line, cmark_node_get_end_line(n));
        } else {
            /* Raw HTML and odd links are left out: CMARK_OPT_DEFAULT is the safe rendering. */
            char *text = cmark_render_html(n, CMARK_OPT_DEFAULT);
            if (text != NULL) buf_str(&html, str_c(text));
            free(text);
        }
    }
    prose_end(q, &html);
    json_end_array(&q->j);
    json_end_object(&q->j);
    buf_fini(&html);
    cmark_node_free(root);
    return RC_OK;
}
