/* list_docx.c - a roster as a Word document: one table, its headings on every page, as of its day; who took it out at the foot. */
#include "exchange/inner.h"

enum { DOCX_ROWS = 20000, TWIPS_MM = 57, EDGE_MM = 15, LINE_MAX = 64 << 20 };

struct paper_doc {
    const struct pack_roster *p;
    const struct list_options *o;
    const struct sheet_column *columns;
    struct arena a;
    struct buf b;
    uint32_t n, *width;          /* twips */
    uint64_t rows;
};

#define W_NS "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

static void words(struct buf *b, struct str text, const char *font, unsigned half_points, bool strong, const char *align)
{
    char head[400];
    int n = snprintf(head, sizeof head,
                     "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\"/><w:jc w:val=\"%s\"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"%s\"/>%s<w:sz "
                     "w:val=\"%u\"/></w:rPr><w:t xml:space=\"preserve\">",
                     align, font, strong ? "<w:b/>" : "", half_points);
    buf_str(b, str_of(head, (size_t)n));
    xml_put_text(b, text, false);
    buf_lit(b, "</w:t></w:r></w:p>");
}

static void cell_open(struct buf *b, uint32_t width, uint32_t span, const char *merge, bool shaded)
{
    char head[300];
    int n = snprintf(head, sizeof head, "<w:tc><w:tcPr><w:tcW w:w=\"%u\" w:type=\"dxa\"/><w:gridSpan w:val=\"%u\"/>%s%s<w:vAlign w:val=\"center\"/></w:tcPr>", width, span, merge,
                     shaded ? "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F2F0EA\"/>" : "");
    buf_str(b, str_of(head, (size_t)n));
}

/* Widths as they are asked for, or by kind, stretched over the page. */
static void widths(struct paper_doc *d)
{
    uint64_t all = 0, page = (uint64_t)((d->p->portrait ? (d->p->a3 ? 297 : 210) : (d->p->a3 ? 420 : 297)) - 2 * EDGE_MM) * TWIPS_MM;
    uint32_t *want = arena_array(&d->a, uint32_t, d->n + 1);
    d->width = arena_array(&d->a, uint32_t, d->n + 1);
    for (uint32_t i = 0; i < d->n; i++) {
        const struct sheet_column *c = &d->columns[i];
        uint32_t kind = i == 0 ? 4 : c->number ? 7 : c->date ? 11 : c->month ? 8 : 14;
        want[i] = c->width > 0 ? c->width : MAX(kind, MIN((uint32_t)str_width(c->title) + 1, UINT32_C(20)));
        all += want[i];
    }
    for (uint32_t i = 0; i < d->n; i++) d->width[i] = (uint32_t)(page * want[i] / MAX(all, UINT64_C(1)));
}

static void headings(struct paper_doc *d)
{
    bool two = false;
    for (uint32_t i = 0; i < d->n; i++) two = two || d->columns[i].group.len > 0;
    for (int line = 0; line < (two ? 2 : 1); line++) {
        buf_lit(&d->b, "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        for (uint32_t i = 0; i < d->n; i++) {
            const struct sheet_column *c = &d->columns[i];
            uint32_t span = 1, width = d->width[i];
            bool above = c->group.len > 0;
            if (line == 0 && above)
                for (; i + span < d->n && str_eq(d->columns[i + span].group, c->group); span++) width += d->width[i + span];
            cell_open(&d->b, width, span, !two || above ? "" : line == 0 ? "<w:vMerge w:val=\"restart\"/>" : "<w:vMerge/>", true);
            words(&d->b, line == 0 && above ? c->group : line == 1 && !above ? STR("") : c->title, "黑体", 19, false, "center");
            buf_lit(&d->b, "</w:tc>");
            i += span - 1;
        }
        buf_lit(&d->b, "</w:tr>");
    }
}

static enum rc begin(void *ctx, const struct sheet_column *columns, uint32_t n, struct err *err)
{
    struct paper_doc *d = ctx;
    (void)err;
    d->columns = columns;
    d->n = n;
    widths(d);
    buf_lit(&d->b, "<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/><w:jc w:val=\"center\"/><w:tblBorders>");
    static const char *const sides[] = {"top", "left", "bottom", "right", "insideH", "insideV"};
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        buf_lit(&d->b, "<w:");
        buf_str(&d->b, str_c(sides[i]));
        buf_lit(&d->b, " w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
    }
    buf_lit(&d->b, "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"20\" w:type=\"dxa\"/><w:left w:w=\"50\" w:type=\"dxa\"/><w:bottom w:w=\"20\" w:type=\"dxa\"/><w:right w:w=\"50\" "
                   "w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>");
    for (uint32_t i = 0; i < n; i++) {
        buf_lit(&d->b, "<w:gridCol w:w=\"");
        buf_u64(&d->b, d->width[i]);
        buf_lit(&d->b, "\"/>");
    }
    buf_lit(&d->b, "</w:tblGrid>");
    headings(d);
    return RC_OK;
}

static enum rc one_row(void *ctx, enum list_row kind, const struct cell *cells, struct err *err)
{
    struct paper_doc *d = ctx;
    struct buf t;
    if (kind == LIST_DATA && ++d->rows > DOCX_ROWS) return err_set(err, &E_exchange_rows_max, NO_PLACE, str_u64(&d->a, DOCX_ROWS));
    buf_init(&t, 1 << 20);
    buf_lit(&d->b, "<w:tr><w:trPr><w:cantSplit/></w:trPr>");
    for (uint32_t i = 0; i < d->n; i++) {
        buf_clear(&t);
        cell_text_put(&t, &cells[i]);
        bool day = cells[i].kind == CELL_DATE || cells[i].kind == CELL_MONTH;
        for (size_t k = 0; day && k < t.len; k++)
            if (t.ptr[k] == '-') t.ptr[k] = '.';
        if (kind == LIST_GROUP && t.len == 0) continue;
        uint32_t width = 0;
        for (uint32_t k = 0; k < d->n && kind == LIST_GROUP; k++) width += d->width[k];
        bool text = cells[i].kind == CELL_TEXT && str_width(buf_view(&t)) > 8;
        cell_open(&d->b, kind == LIST_GROUP ? width : d->width[i], kind == LIST_GROUP ? d->n : 1, "", kind != LIST_DATA);
        words(&d->b, buf_view(&t), "仿宋", 19, kind != LIST_DATA, kind == LIST_GROUP || text ? "left" : "center");
        buf_lit(&d->b, "</w:tc>");
        if (kind == LIST_GROUP) break;
    }
    buf_lit(&d->b, "</w:tr>");
    buf_fini(&t);
    return buf_failed(&d->b) ? err_set(err, &E_docx_large, NO_PLACE, STR("64 MiB")) : RC_OK;
}

static struct str footer(struct paper_doc *d)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_lit(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><w:ftr " W_NS "><w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\"/><w:jc w:val=\"center\"/></w:pPr>");
    buf_lit(&b, "<w:r><w:rPr><w:sz w:val=\"17\"/></w:rPr><w:t xml:space=\"preserve\">— </w:t></w:r><w:r><w:rPr><w:sz w:val=\"17\"/></w:rPr><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText "
                "xml:space=\"preserve\"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:rPr><w:sz w:val=\"17\"/></w:rPr><w:t>1</w:t></w:r><w:r><w:fldChar "
                "w:fldCharType=\"end\"/></w:r><w:r><w:rPr><w:sz w:val=\"17\"/></w:rPr><w:t xml:space=\"preserve\"> —</w:t></w:r></w:p>");
    if (d->o->mark.len > 0) words(&b, d->o->mark, "宋体", 13, false, "right");
    buf_lit(&b, "</w:ftr>");
    struct str s = str_dup(&d->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static void page_put(struct paper_doc *d)
{
    unsigned wide = d->p->a3 ? 420 : 297, high = d->p->a3 ? 297 : 210, edge = EDGE_MM * TWIPS_MM;
    char end[500];
    int n = snprintf(end, sizeof end,
                     "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId1\"/><w:pgSz w:w=\"%u\" w:h=\"%u\"%s/><w:pgMar w:top=\"%u\" w:right=\"%u\" w:bottom=\"%u\" w:left=\"%u\" w:header=\"567\" "
                     "w:footer=\"454\" w:gutter=\"0\"/></w:sectPr>",
                     (d->p->portrait ? high : wide) * TWIPS_MM, (d->p->portrait ? wide : high) * TWIPS_MM, d->p->portrait ? "" : " w:orient=\"landscape\"", edge, edge, edge, edge);
    buf_str(&d->b, str_of(end, (size_t)n));
}

enum rc roster_docx(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct str path, uint64_t *rows, struct err *err)
{
    static const char types[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" "
                                "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" "
                                "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/><Override PartName=\"/word/footer1.xml\" "
                                "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/></Types>";
#define RELS "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" " \
             "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    static const char top[] = RELS "officeDocument\" Target=\"word/document.xml\"/></Relationships>", own[] = RELS "footer\" Target=\"footer1.xml\"/></Relationships>";
#undef RELS
    struct paper_doc *d = calloc(1, sizeof *d);
    if (d == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    d->p = p;
    d->o = o;
    arena_init(&d->a, 16 << 20);
    buf_init(&d->b, LINE_MAX);
    struct list_sink sink = {.ctx = d, .begin = begin, .row = one_row};
    buf_lit(&d->b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><w:document " W_NS "><w:body>");
    words(&d->b, text2_in(&p->d.title, o->lang), "方正小标宋简体", 40, false, "center");
    words(&d->b, day_words(&d->a, o->as_of, o->lang), "楷体", 21, false, "right");
    enum rc rc = exchange_roster_run(rs, p, o, &sink, rows, err);
    buf_lit(&d->b, "</w:tbl><w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" w:lineRule=\"exact\"/></w:pPr></w:p>");
    page_put(d);
    buf_lit(&d->b, "</w:body></w:document>");
    if (rc == RC_OK && buf_failed(&d->b)) rc = err_set(err, &E_docx_large, NO_PLACE, STR("64 MiB"));
    struct zip_part parts[] = {{STR("[Content_Types].xml"), str_c(types)}, {STR("_rels/.rels"), str_c(top)}, {STR("word/document.xml"), buf_view(&d->b)}, {STR("word/_rels/document.xml.rels"), str_c(own)},
                               {STR("word/footer1.xml"), footer(d)}};
    if (rc == RC_OK) rc = exchange_zip_write(path, parts, ARRAY_LEN(parts), err);
    buf_fini(&d->b);
    arena_fini(&d->a);
    free(d);
    return rc;
}
