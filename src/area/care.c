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

/* more: a line of its own under the signature; empty: none. */
static enum rc sign_head(struct area *ar, struct journal *j, struct str more, struct buf *note, struct err *err)
{
    struct signer *s = NULL;
    TRY(signer_open(ar->key_file, &s, err));
    struct checkpoint c = {.origin = ar->name, .size = journal_size(j)};
    journal_root(j, &c.root);
    struct buf when;
    buf_init(&when, 512);
    buf_lit(&when, "time ");
    datetime_put(&when, datetime_from_us(clock_now_us()));
    if (more.len > 0) buf_char(&when, '\n');
    buf_str(&when, more);
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

enum rc area_sign_text(struct area *ar, struct journal *j, struct str hash, struct buf *note, struct err *err)
{
    struct buf line;
    buf_init(&line, 128);
    buf_lit(&line, "text sha256 ");
    buf_str(&line, hash);
    enum rc rc = sign_head(ar, j, buf_view(&line), note, err);
    buf_fini(&line);
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
    if (rc == RC_OK) rc = sign_head(ar, j, STR(""), b, err);
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

/* Between the last checkpoint that fits and the first that does not, something was rewritten. */
static enum rc root_differs(struct arena *a, size_t number, uint64_t fits, uint64_t size, struct err *err)
{
    struct str from = str_u64(a, fits + 1), to = str_u64(a, size);
    struct str zh = fits + 1 == size ? str_cat(a, STR("根不符，改动在第 "), to, STR(" 条"))
                                     : str_cat(a, STR("根不符，改动在第 "), from, STR(" 条到第 "), to, STR(" 条之间"));
    struct str en = str_cat(a, STR("its root differs, something was changed in entries "), from, STR(" to "), to);
    return err_set(err, &E_area_checkpoint_bad, NO_PLACE, str_u64(a, number), zh, en, to);
}

static enum rc compare_notes(struct area_view *v, struct str file, struct arena *a, struct area_report *out, struct err *err)
{
    struct str *notes = NULL;
    size_t n = 0, bad = 0;
    uint64_t bad_size = 0, fits = 0;
    TRY(checkpoint_file_read(a, file, &notes, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct checkpoint c;
        struct hash root;
        enum rc rc = checkpoint_read(a, notes[i], STR_NONE, &c, err);
        if (rc == RC_OK && !str_eq(c.origin, v->area->name)) continue; /* another area's note in the same file */
        if (rc == RC_OK) rc = read_note(v->area, a, notes[i], &c, err);
        struct str number = str_u64(a, i + 1);
        if (rc == RC_INPUT) { /* proves nothing, for or against; it is counted and shown */
            out->torn++;
            continue;
        }
        if (rc == RC_BROKEN)
            return err_set(err, &E_area_checkpoint_bad, NO_PLACE, number, STR("签名不符"), STR("its signature is wrong"), STR(""));
        TRY(rc);
        if (c.size > v->seq)
            return err_set(err, &E_area_checkpoint_bad, NO_PLACE, number, STR("纪实的尾部缺失"), STR("the tail is cut"), str_u64(a, c.size));
        TRY(journal_root_at(v->journal, c.size, &root, err));
        if (!hash_eq(&root, &c.root)) {
            if (bad == 0 || c.size < bad_size) {
                bad = i + 1;
                bad_size = c.size;
            }
            continue;
        }
        if (bad == 0 || c.size < bad_size) fits = MAX(fits, c.size);
        out->checkpoints++;
        out->newest_checkpoint = MAX(out->newest_checkpoint, c.size);
    }
    if (bad != 0) return root_differs(a, bad, fits, bad_size, err);
    out->tail_seen = out->newest_checkpoint == v->seq && v->seq > 0;
    return RC_OK;
}

/* The journal's word for what does not fit, as a sentence. */
static void misfit_say(struct arena *a, struct str what, struct str *zh, struct str *en)
{
    static const struct { struct str word, zh, en; } words[] = {
        {STR_INIT("entry"), STR_INIT("这一条不见了"), STR_INIT("it is missing")},
        {STR_INIT("head"), STR_INIT("条目头不合格式，或序号不对"), STR_INIT("its head is malformed or in the wrong place")},
        {STR_INIT("record"), STR_INIT("记录号与条目头不符"), STR_INIT("its record is not that of the head")},
        {STR_INIT("time"), STR_INIT("时间倒退"), STR_INIT("its time runs backwards")},
        {STR_INIT("command"), STR_INIT("操作号倒退"), STR_INIT("its command runs backwards")},
        {STR_INIT("body"), STR_INIT("内容与条目头中的承诺值不符"), STR_INIT("a body does not fit the commitment in its head")},
        {STR_INIT("gone"), STR_INIT("内容不见了，而没有擦除它的条目"), STR_INIT("a body is gone and no entry erased it")},
        {STR_INIT("extra"), STR_INIT("多出没有承诺值的内容"), STR_INIT("a body that no commitment stands for")},
        {STR_INIT("erase"), STR_INIT("擦除的清单读不懂，或与事实不符"), STR_INIT("its list of erasures is unreadable or untrue")},
        {STR_INIT("leaf"), STR_INIT("条目头与树里的叶哈希不符"), STR_INIT("its head does not fit the leaf in the tree")},
        {STR_INIT("tile"), STR_INIT("树块缺失、多出，或哈希不对"), STR_INIT("a tile is missing, too many or wrong")},
        {STR_INIT("root"), STR_INIT("根不符"), STR_INIT("the root differs")},
    };
    size_t dot = str_find_char(what, '.');
    struct str word = str_sub(what, 0, dot == SIZE_MAX ? what.len : dot);
    *zh = *en = what;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_eq(word, words[i].word)) continue;
        *zh = str_cat(a, words[i].zh, STR("（"), what, STR("）"));
        *en = str_cat(a, words[i].en, STR(" ("), what, STR(")"));
    }
}

enum rc area_broken_if_absent(enum rc rc, struct err *err)
{
    if (rc != RC_ABSENT) return rc;
    char zh[sizeof err->zh], en[sizeof err->en];
    memcpy(zh, err->zh, sizeof zh);
    memcpy(en, err->en, sizeof en);
    return err_set(err, &E_area_structure, NO_PLACE, str_c(zh), str_c(en));
}

/* The structural check reads every page and says nothing of records, so a large area has it done beside the replay, by a reader of its own. */
enum { BESIDE_FROM = 100000 }; /* entries; for fewer a thread is not worth its while */

struct structure {
    const struct store *of;
    struct buf lines;
    enum rc rc;
    struct err err;
    pthread_t thread;
    bool started;
};

static void *check_beside(void *arg)
{
    struct structure *s = arg;
    struct store *reader = NULL;
    s->rc = store_open_reader(s->of, &reader, &s->err);
    if (s->rc == RC_OK) s->rc = store_check(reader, &s->lines, &s->err);
    store_close(&reader);
    return NULL;
}

static void structure_begin(struct structure *s, struct area_view *v)
{
    *s = (struct structure){.of = v->store};
    buf_init(&s->lines, 1 << 20);
    s->started = v->seq >= BESIDE_FROM && !v->area->o.memory && pthread_create(&s->thread, NULL, check_beside, s) == 0;
    if (!s->started) s->rc = store_check(v->store, &s->lines, &s->err);
}

static enum rc structure_end(struct structure *s, struct arena *a, struct str *lines, struct err *err)
{
    if (s->started) (void)pthread_join(s->thread, NULL);
    *lines = str_dup(a, buf_view(&s->lines));
    buf_fini(&s->lines);
    if (s->rc == RC_BROKEN) return err_set(err, &E_area_structure, NO_PLACE, *lines, *lines);
    if (s->rc != RC_OK && err != NULL) *err = s->err;
    return s->rc;
}

static enum rc verify_entries(struct area_view *v, struct arena *a, struct area_report *out, struct err *err)
{
    TRY(area_shape_check(v, err));
    TRY(area_facts_check(v, err));
    TRY(records_verify(v->records, a, &out->journal, &out->records, err));
    struct str zh, en;
    misfit_say(a, out->journal.what, &zh, &en);
    if (out->journal.first_bad != 0) return err_set(err, &E_area_verify, NO_PLACE, str_u64(a, out->journal.first_bad), zh, en);
    return RC_OK;
}

/* Who knows that the file itself is damaged need not wonder at what the replay found in it. */
static enum rc verify_journal(struct area_view *v, struct arena *a, struct area_report *out, struct err *err)
{
    struct structure s;
    structure_begin(&s, v);
    struct err of_entries = {0};
    enum rc rc = s.started || s.rc == RC_OK ? verify_entries(v, a, out, &of_entries) : RC_OK;
    TRY(structure_end(&s, a, &out->structure, err));
    if (rc != RC_OK && err != NULL) *err = of_entries;
    return rc;
}

static enum rc verify_rest(struct area_view *v, struct arena *a, struct area_report *out, struct err *err)
{
    if (out->records.first_bad != 0)
        return err_set(err, &E_area_verify, NO_PLACE, str_u64(a, out->records.first_bad), str_c(out->records.why.zh), str_c(out->records.why.en));
    TRY(area_packs_check_texts(v->store, err));
    TRY(files_check(v, err));
    TRY(keys_check(v, err));
    TRY(ballot_rows_check(v->records, a, err));
    return area_people_check(v, err);
}

static enum rc verify_notes(struct area_view *v, struct str against, struct arena *a, struct area_report *out, struct err *err)
{
    struct str file = against.len > 0 ? against : v->area->checkpoint_file;
    struct stat st;
    if (against.len == 0 && stat(str_cz(a, file), &st) != 0) return RC_OK;
    TRY(compare_notes(v, file, a, out, err));
    if (out->checkpoints == 0 && against.len > 0) return err_set(err, &E_area_no_checkpoint, NO_PLACE, file, v->area->name);
    return RC_OK;
}

enum rc area_verify(struct area *ar, struct str against, struct arena *a, struct area_report *out, struct err *err)
{
    *out = (struct area_report){0};
    struct area_view v;
    TRY(area_view_open(ar, &v, err));
    /* The journal, then its witnesses, then what stands on it: who knows that an entry was rewritten need not wonder at its records. */
    enum rc rc = area_broken_if_absent(verify_journal(&v, a, out, err), err);
    if (rc == RC_OK) rc = verify_notes(&v, against, a, out, err);
    if (rc == RC_OK) rc = area_broken_if_absent(verify_rest(&v, a, out, err), err);
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
    /* It signs with a key of its own if the old one is not at hand; both stay known. */
    struct args_epoch args = {.why = str_cat(&ar->arena, STR("restored from "), backup)};
    struct command c = {.verb = VERB_EPOCH, .happened = ENTRY_NO_DAY, .args = &args};
    rc = area_key_ready(ar, &args.verifier, err);
    if (rc == RC_OK) rc = area_submit(ar, &c, NULL, err);
    area_close(&ar);
    return rc;
}
