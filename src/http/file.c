/* file.c - attachments: bytes by their hash.  Never shown inside a page as what they claim to be: pictures by their first bytes, all else as something to save. */
#include "http/inner.h"

static const struct kind { struct str magic; size_t at; const char *type, *end; } kinds[] = {
    {STR_INIT("\x89PNG\r\n\x1a\n"), 0, "image/png", ".png"}, {STR_INIT("\xff\xd8\xff"), 0, "image/jpeg", ".jpg"}, {STR_INIT("%PDF-"), 0, "application/pdf", ".pdf"},
    {STR_INIT("PK\x03\x04"), 0, "application/zip", ".zip"}, /* docx, xlsx, ofd */
};

static const struct kind *kind_of(struct str bytes)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_starts(bytes, kinds[i].magic)) return &kinds[i];
    return NULL;
}

/* The mark that secret papers bear. */
static bool marked_secret(struct str text, struct str *mark)
{
    static const struct str marks[] = {STR_INIT("绝密★"), STR_INIT("机密★"), STR_INIT("秘密★"), STR_INIT("绝密级"), STR_INIT("机密级")};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_find(text, marks[i]) != SIZE_MAX) {
            *mark = marks[i];
            return true;
        }
    return false;
}

enum rc route_file_put(struct req *q, struct err *err)
{
    struct str bytes = buf_view(&q->body), name = req_header(q, "X-Guiju-Filename"), mark;
    bool ok = true, writes = false;
    name = name.ptr == NULL ? STR("") : percent_decode(&q->arena, name, false, &ok);
    for (uint32_t i = 0; i < q->view->set->registers_count && !writes; i++)
        for (uint32_t k = 0; k < q->view->set->registers[i]->fields_count && !writes; k++)
            writes = q->view->set->registers[i]->fields[k].type == FIELD_FILE && field_writable(q, q->view->set->registers[i], &q->view->set->registers[i]->fields[k]);
    if (!writes) return err_set(err, &E_http_denied, NO_PLACE, str_c(ask_name(ASK_WRITE, q->lang)));
    if (bytes.len == 0 || !ok || name.len > 300) return err_set(err, &E_http_body, NO_PLACE, STR("body"), STR("文件"), STR("a file"));
    size_t bad = 0;
    bool text = utf8_ok(bytes, &bad) && memchr(bytes.ptr, 0, bytes.len) == NULL && str_find(str_sub(bytes, 0, 512), STR("<")) == SIZE_MAX;
    if (kind_of(bytes) == NULL && !text) return err_set(err, &E_http_file_type, NO_PLACE, name);
    if (marked_secret(name, &mark) || marked_secret(str_sub(bytes, 0, 1 << 20), &mark)) return err_set(err, &E_http_file_secret, NO_PLACE, mark);
    struct batch_file file = {bytes, area_file_hash(&q->arena, bytes)};
    struct batch_result result = {0};
    struct args_batch args = {.files = &file, .files_count = 1, .result = &result};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    TRY(req_submit_as(q, 0, &c, &r, err)); /* bytes alone are nobody's record: the change that names them is asked for its right */
    q->status = 201;
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "hash", file.hash);
    put_u64(&q->j, "size", bytes.len);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_file_get(struct req *q, struct err *err)
{
    struct str hash = q->args[0], bytes;
    bool hex = hash.len == 64;
    struct area_file_held held;
    for (size_t i = 0; hex && i < 64; i++) hex = (hash.ptr[i] >= '0' && hash.ptr[i] <= '9') || (hash.ptr[i] >= 'a' && hash.ptr[i] <= 'f');
    if (!hex) return err_set(err, &E_http_absent, NO_PLACE, STR("file"));
    enum rc rc = area_file_see(q->view, q->grant, hash, &q->arena, &bytes, &held, err);
    if (rc == RC_ABSENT) return err_set(err, &E_http_absent, NO_PLACE, STR("file"));
    TRY(rc);
    if (held.class >= PACK_PERSONAL) read_note(q, held.reg, held.id, held.class, "file");
    const struct kind *k = kind_of(bytes);
    bool picture = k != NULL && str_starts(str_c(k->type), STR("image/"));
    q->type = picture ? k->type : "application/octet-stream";
    answer_header(q, "Content-Disposition", str_cat(&q->arena, STR("attachment; filename=\""), str_sub(hash, 0, 12), str_c(k == NULL ? ".txt" : k->end), STR("\"")));
    answer_header(q, "Cache-Control", STR("private, no-store"));
    buf_fini(&q->out);
    buf_init(&q->out, FILE_MAX + 1);
    buf_str(&q->out, bytes);
    return RC_OK;
}
