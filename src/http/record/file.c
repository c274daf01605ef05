/*
 * file.c - attachments: bytes by their hash, with the name and media type that their giver said (filekind.c looks whether they fit).  Never shown inside a page as
 * what they claim to be: pictures by their first bytes, all else as something to save.
 */
#include "http/case/case.h"
#include "http/record/filekind.h"

/* ---- taking ---- */

/* A slip that waits for his answer and asks for a paper. */
struct asked_paper { struct req *q; bool yes; };

static enum rc asks_paper(void *ctx, const struct slip_view *v, struct err *err)
{
    struct asked_paper *x = ctx;
    bool paper = false;
    unsigned may;
    for (uint32_t i = 0; v->kind != NULL && i < v->kind->fields_count; i++) paper = paper || v->kind->fields[i].type == FIELD_FILE;
    if (x->yes || !paper || !str_eq(v->state, STR("open"))) return RC_OK;
    struct slip_door d = {.records = x->q->view->records, .arena = &x->q->arena, .change = {.today = x->q->run.today}, .actor = {.account = grant_account(x->q->grant), .grant = x->q->grant}};
    enum rc rc = slip_may(&d, v->id, &may, err);
    x->yes = rc == RC_OK && (may & SLIP_MAY_REPLY) != 0;
    return rc == RC_ABSENT ? RC_OK : rc; /* on a record that he does not see */
}

static enum rc slip_asks(struct req *q, bool *yes, struct err *err)
{
    struct asked_paper x = {.q = q};
    if (pack_register_find(q->view->set, STR("slip")) != NULL) TRY(slip_each(q->view->records, false, q->run.today, &q->arena, asks_paper, &x, err));
    *yes = x.yes;
    return RC_OK;
}

/* Somewhere a file may be put: a field that one may fill, or a paper of a step that one's role may do. */
static bool may_bring(struct req *q)
{
    const struct pack_set *set = q->view->set;
    for (uint32_t i = 0; i < set->registers_count; i++)
        for (uint32_t k = 0; k < set->registers[i]->fields_count; k++)
            if (set->registers[i]->fields[k].type == FIELD_FILE && field_writable(q, set->registers[i], &set->registers[i]->fields[k])) return true;
    for (uint32_t i = 0; i < set->procedures_count; i++) {
        const struct pack_procedure *p = set->procedures[i];
        for (uint32_t s = 0; s <= p->steps_count; s++) {
            const struct pack_step *step = s < p->steps_count ? p->steps[s] : p->opening;
            if (!holds_role(q, step->by, step->by_count)) continue;
            for (uint32_t k = 0; k < step->items_count; k++)
                if (step->items[k].paper) return true;
        }
    }
    return false;
}

enum rc route_file_put(struct req *q, struct err *err)
{
    struct str bytes = buf_view(&q->body), name = req_header(q, "X-Guiju-Filename"), said = req_header(q, "Content-Type");
    const struct file_kind *kind;
    bool ok = true;
    name = name.ptr == NULL ? STR("") : percent_decode(&q->arena, name, false, &ok);
    bool brings = may_bring(q);
    if (!brings) TRY(slip_asks(q, &brings, err));
    if (!brings) return err_set(err, &E_http_denied, NO_PLACE, str_c(ask_name(ASK_WRITE, q->lang)));
    if (bytes.len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("body"), STR("文件"), STR("a file"));
    if (!ok || (name.len > 0 && !record_file_name_ok(name))) return err_set(err, &E_http_file_name, NO_PLACE, str_u64(&q->arena, RECORD_FILE_NAME_MAX));
    TRY(file_take(name, said.ptr == NULL ? STR("") : said, bytes, &q->arena, &kind, err));
    if (name.len == 0 || !file_name_fits(kind->type, name)) name = str_cat(&q->arena, name.len == 0 ? STR("附件") : name, kind->end);
    struct batch_file file = {.bytes = bytes, .hash = area_file_hash(&q->arena, bytes), .type = kind->type, .name = name};
    struct batch_result result = {0};
    struct args_batch args = {.files = &file, .files_count = 1, .result = &result};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    TRY(req_submit(q, &c, &r, err)); /* bytes alone are nobody's record: the change that names them is asked for its right */
    q->status = 201;
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "hash", file.hash);
    put_text(&q->j, "name", name);
    put_text(&q->j, "type", kind->type);
    put_u64(&q->j, "size", bytes.len);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- naming ---- */

/* What stands in the value is what the upload found, but for the name, which may be another of the same kind. */
enum rc file_value_take(struct req *q, struct str key, const struct json *j, struct str *out, struct err *err)
{
    struct record_file f = {0}, was;
    struct str hash, name = STR_NONE;
    bool found = false;
    if (j->kind == JSON_OBJECT) {
        TRY(json_text(j, "hash", true, &hash, err));
        TRY(json_text(j, "name", false, &name, err));
    } else if (j->kind == JSON_STRING) {
        hash = str_trim(j->text);
        *out = hash;
        if (record_file_read(hash, &f) && f.name.len > 0) { /* whole, as it stands in some record: the door looks whether he may name it */
            if (!file_name_fits(f.type, f.name)) return err_set(err, &E_http_file_type, NO_PLACE, f.name);
            return RC_OK;
        }
    } else {
        return err_set(err, &E_http_body, NO_PLACE, key, STR("文件"), STR("a file"));
    }
    *out = hash;
    if (!record_file_read(hash, &f) || f.name.len > 0) return RC_OK; /* no hash: the field says so */
    TRY(area_file_brought(q->view, grant_account(q->grant), f.hash, &q->arena, &was, &found, err));
    if (!found && j->kind == JSON_OBJECT) { /* one that stands somewhere already, as it was answered */
        struct str type;
        TRY(json_text(j, "type", false, &type, err));
        was = (struct record_file){.type = type.ptr == NULL ? STR("") : type};
        const struct json *size = json_get(j, STR("size"));
        found = size != NULL && size->kind == JSON_NUMBER && str_to_u64(size->text, &was.size) && name.len > 0 && was.type.len > 0;
    }
    if (!found) return RC_OK;
    f = (struct record_file){.hash = f.hash, .size = was.size, .type = was.type, .name = name.len > 0 ? name : was.name};
    if (!record_file_name_ok(f.name)) return err_set(err, &E_http_file_name, NO_PLACE, str_u64(&q->arena, RECORD_FILE_NAME_MAX));
    if (!file_name_fits(f.type, f.name)) return err_set(err, &E_http_file_type, NO_PLACE, f.name);
    *out = record_file_text(&q->arena, &f);
    return RC_OK;
}

void file_value_put(struct req *q, const struct record_file *f, struct str href)
{
    json_object(&q->j);
    put_text(&q->j, "hash", f->hash);
    put_text_or_null(&q->j, "name", f->name.len == 0 ? STR_NONE : f->name);
    put_text_or_null(&q->j, "type", f->type.len == 0 ? STR_NONE : f->type);
    if (f->name.len == 0) put_null(&q->j, "size");
    else put_u64(&q->j, "size", f->size);
    put_text(&q->j, "href", href);
    json_end_object(&q->j);
}

/* ---- giving ---- */

/* RFC 6266 with the name of RFC 5987; for programs that know neither, one of plain letters. */
static struct str disposition(struct arena *a, struct str name, struct str hash, const struct file_kind *k)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf b;
    buf_init(&b, 4096);
    buf_lit(&b, "attachment; filename=\"");
    buf_str(&b, str_sub(hash, 0, 12));
    buf_str(&b, k == NULL ? STR(".bin") : k->end);
    buf_lit(&b, "\"");
    if (name.len > 0) {
        buf_lit(&b, "; filename*=UTF-8''");
        for (size_t i = 0; i < name.len; i++) {
            unsigned char c = (unsigned char)name.ptr[i];
            bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '~';
            if (!plain) {
                buf_char(&b, '%');
                buf_char(&b, hex[c >> 4]);
                buf_char(&b, hex[c & 15]);
            } else {
                buf_char(&b, (char)c);
            }
        }
    }
    struct str out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return out;
}

static void give(struct req *q, struct str bytes, const struct area_file_held *held)
{
    const struct file_kind *k = file_kind_of(bytes);
    bool picture = k != NULL && str_starts(k->type, STR("image/"));
    struct str name = held->file.name;
    /* A package is a docx by what is in it; by its name where that fits what it was taken as. */
    if (name.len > 0 && !file_name_fits(held->file.type, name)) name = str_cat(&q->arena, name, k == NULL ? STR(".bin") : k->end);
    if (held->class >= PACK_PERSONAL) read_note(q, held->reg, held->id, held->class, "file");
    q->type = picture ? str_cz(&q->arena, k->type) : "application/octet-stream";
    answer_header(q, "Content-Disposition", disposition(&q->arena, name, held->file.hash, k));
    answer_header(q, "Cache-Control", STR("private, no-store"));
    buf_fini(&q->out);
    buf_init(&q->out, FILE_MAX + 1);
    buf_str(&q->out, bytes);
}

static enum rc hash_of_path(struct req *q, size_t arg, struct str *out, struct err *err)
{
    struct record_file f;
    *out = q->args[arg];
    return record_file_read(*out, &f) && f.name.len == 0 ? RC_OK : err_set(err, &E_http_absent, NO_PLACE, STR("file"));
}

enum rc route_file_get(struct req *q, struct err *err)
{
    struct str hash, bytes;
    struct area_file_held held;
    TRY(hash_of_path(q, 0, &hash, err));
    enum rc rc = area_file_see(q->view, q->grant, hash, &q->arena, &bytes, &held, err);
    if (rc == RC_ABSENT) return err_set(err, &E_http_absent, NO_PLACE, STR("file"));
    TRY(rc);
    give(q, bytes, &held);
    return RC_OK;
}

enum rc route_slip_file(struct req *q, struct err *err)
{
    struct str hash, bytes;
    struct area_file_held held;
    uint64_t id;
    TRY(req_id(q, 0, &id, err));
    TRY(hash_of_path(q, 1, &hash, err));
    enum rc rc = area_file_slip(q->view, q->grant, id, hash, &q->arena, &bytes, &held, err);
    if (rc == RC_ABSENT) return err_set(err, &E_http_absent, NO_PLACE, STR("file"));
    TRY(rc);
    give(q, bytes, &held);
    return RC_OK;
}

enum rc route_case_file(struct req *q, struct err *err)
{
    struct str hash, bytes;
    struct area_file_held held;
    uint64_t id;
    TRY(req_id(q, 0, &id, err));
    TRY(hash_of_path(q, 1, &hash, err));
    enum rc rc = area_file_case(q->view, q->grant, id, hash, &q->arena, &bytes, &held, err);
    if (rc == RC_ABSENT) return err_set(err, &E_http_absent, NO_PLACE, STR("file"));
    TRY(rc);
    give(q, bytes, &held);
    return RC_OK;
}
