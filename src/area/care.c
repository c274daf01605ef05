/* care.c - checkpoints that leave the file, verifying, backup and restore. */
#include <sys/stat.h>

#include "area/inner.h"

/* The public key of the signing key, which is made where there is none. */
enum rc area_key_ready(struct area *ar, struct str *verifier, struct err *err)
{
    struct stat st;
    if (stat(str_cz(&ar->arena, ar->key_file), &st) != 0) TRY(signer_make(ar->key_file, ar->name, err));
    struct signer *s = NULL;
    TRY(signer_open(ar->key_file, &s, err));
    *verifier = str_dup(&ar->arena, signer_verifier(s));
    signer_close(&s);
    return RC_OK;
}

/* The newest of the keys that the area has had, one a line. */
struct str area_verifier(const struct area *ar)
{
    size_t from = 0;
    for (size_t i = 0; i < ar->verifiers.len; i++)
        if (ar->verifiers.ptr[i] == '\n') from = i + 1;
    return str_sub(ar->verifiers, from, ar->verifiers.len);
}

static enum rc sign_head(struct area *ar, struct journal *j, struct buf *note, struct err *err)
{
    struct signer *s = NULL;
    TRY(signer_open(ar->key_file, &s, err));
    struct checkpoint c = {.origin = ar->name, .size = journal_size(j)};
    journal_root(j, &c.root);
    struct buf when;
    buf_init(&when, 64);
    buf_lit(&when, "time ");
    datetime_put(&when, datetime_from_us(clock_now_us()));
    c.extension = buf_view(&when);
    enum rc rc = RC_OK;
    if (!str_eq(signer_verifier(s), area_verifier(ar)))
        rc = err_set(err, &E_area_signature, NO_PLACE, area_verifier(ar));
    else
        rc = checkpoint_sign(&c, journal_alg(j), s, note, err);
    buf_fini(&when);
    signer_close(&s);
    return rc;
}

enum rc area_checkpoint(struct area *ar, struct buf *note, struct err *err)
{
    struct store *reader = NULL;
    struct journal *j = NULL;
    struct buf own;
    buf_init(&own, 1 << 16);
    struct buf *b = note == NULL ? &own : note;
    enum rc rc = store_open_reader(ar->store, &reader, err);
    if (rc == RC_OK) rc = store_begin_read(reader, err);
    if (rc == RC_OK) rc = journal_open(reader, &j, err);
    if (rc == RC_OK) rc = sign_head(ar, j, b, err);
    if (rc == RC_OK) rc = checkpoint_file_append(ar->checkpoint_file, buf_view(b), err);
    journal_close(&j);
    if (reader != NULL) store_end(reader);
    store_close(&reader);
    buf_fini(&own);
    return rc;
}

/* ---- verify ---- */

/* Is the note signed by one of the area's keys? */
static enum rc read_note(struct area *ar, struct arena *a, struct str note, struct checkpoint *out, struct err *err)
{
    enum rc rc = RC_BROKEN;
    size_t from = 0;
    for (size_t i = 0; i <= ar->verifiers.len; i++) {
        if (i < ar->verifiers.len && ar->verifiers.ptr[i] != '\n') continue;
        rc = checkpoint_read(a, note, str_sub(ar->verifiers, from, i), out, err);
        if (rc == RC_OK) return RC_OK;
        from = i + 1;
    }
    return rc;
}

static enum rc compare_notes(struct area_view *v, struct str file, struct arena *a, struct area_report *out, struct err *err)
{
    struct str *notes = NULL;
    size_t n = 0;
    TRY(checkpoint_file_read(a, file, &notes, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct checkpoint c;
        struct hash root;
        enum rc rc = read_note(v->area, a, notes[i], &c, err);
        struct str number = str_u64(a, i + 1), says = str_u64(a, c.size);
        if (rc == RC_BROKEN || rc == RC_INPUT)
            return err_set(err, &E_area_checkpoint_bad, NO_PLACE, number, STR("签名不符"), STR("its signature is wrong"), STR(""));
        TRY(rc);
        if (!str_eq(c.origin, v->area->name)) continue; /* another area's note in the same file */
        if (c.size > v->seq)
            return err_set(err, &E_area_checkpoint_bad, NO_PLACE, number, STR("纪实的尾部缺失"), STR("the tail is cut"), says);
        TRY(journal_root_at(v->journal, c.size, &root, err));
        if (!hash_eq(&root, &c.root)) return err_set(err, &E_area_checkpoint_bad, NO_PLACE, number, STR("根不符"), STR("its root differs"), says);
        out->checkpoints++;
        out->newest_checkpoint = MAX(out->newest_checkpoint, c.size);
    }
    out->tail_seen = out->newest_checkpoint == v->seq && v->seq > 0;
    return RC_OK;
}

static enum rc verify_view(struct area_view *v, struct str against, struct arena *a, struct area_report *out, struct err *err)
{
    struct buf lines;
    buf_init(&lines, 1 << 20);
    enum rc rc = store_check(v->store, &lines, err);
    out->structure = str_dup(a, buf_view(&lines));
    buf_fini(&lines);
    if (rc == RC_BROKEN) return err_set(err, &E_area_structure, NO_PLACE, out->structure, STR(""));
    TRY(rc);
    TRY(records_verify(v->records, a, &out->journal, &out->records, err));
    if (out->journal.first_bad != 0)
        return err_set(err, &E_area_verify, NO_PLACE, str_u64(a, out->journal.first_bad), out->journal.what, out->journal.what);
    if (out->records.first_bad != 0)
        return err_set(err, &E_area_verify, NO_PLACE, str_u64(a, out->records.first_bad), str_c(out->records.why.zh), str_c(out->records.why.en));
    TRY(area_packs_check_texts(v->store, err));
    struct str file = against.len > 0 ? against : v->area->checkpoint_file;
    struct stat st;
    if (against.len == 0 && stat(str_cz(a, file), &st) != 0) return RC_OK;
    return compare_notes(v, file, a, out, err);
}

enum rc area_verify(struct area *ar, struct str against, struct arena *a, struct area_report *out, struct err *err)
{
    *out = (struct area_report){0};
    struct area_view v;
    TRY(area_view_open(ar, &v, err));
    enum rc rc = verify_view(&v, against, a, out, err);
    area_view_close(&v);
    return rc;
}

/* ---- backup and restore ---- */

enum rc area_backup(struct area *ar, struct str to, struct err *err)
{
    struct store *reader = NULL;
    enum rc rc = store_open_reader(ar->store, &reader, err);
    if (rc == RC_OK) rc = store_backup(reader, to, err);
    store_close(&reader);
    return rc;
}

/* The restored area signs with a key of its own if the old one is not at hand; both stay known. */
static enum rc adopt_key(struct area *ar, struct err *err)
{
    struct str verifier;
    TRY(area_key_ready(ar, &verifier, err));
    if (str_eq(verifier, area_verifier(ar))) return RC_OK;
    struct str all = str_cat(&ar->arena, ar->verifiers, STR("\n"), verifier);
    TRY(store_begin_write(ar->store, err));
    enum rc rc = store_meta_put(ar->store, STR("verifiers"), all, err);
    if (rc == RC_OK) rc = store_commit(ar->store, err);
    if (rc != RC_OK) {
        store_rollback(ar->store);
        return rc;
    }
    ar->verifiers = all;
    return RC_OK;
}

enum rc area_restore(struct str backup, struct str to, const struct area_options *o, struct err *err)
{
    /* A backup that does not verify is not restored. */
    struct area_options look = {.read_only = true, .disk_min = -1};
    struct area *ar = NULL;
    struct arena a;
    arena_init(&a, 256 << 20);
    struct area_report report;
    enum rc rc = area_open(backup, &look, &ar, err);
    if (rc == RC_OK) rc = area_verify(ar, STR_NONE, &a, &report, err);
    /* Copied through the store, not as bytes: a log that lies beside the backup belongs to it. */
    if (rc == RC_OK) rc = area_backup(ar, to, err);
    area_close(&ar);
    arena_fini(&a);
    TRY(rc);
    TRY(area_open(to, o, &ar, err));
    struct args_epoch args = {.why = str_cat(&ar->arena, STR("restored from "), backup)};
    struct command c = {.verb = VERB_EPOCH, .happened = ENTRY_NO_DAY, .args = &args};
    rc = adopt_key(ar, err);
    if (rc == RC_OK) rc = area_submit(ar, &c, NULL, err);
    area_close(&ar);
    return rc;
}
