/*
 * shape.c - registers as tables: what they are called, what they hold, their numbers, and how a handle binds them.
 */
#include "record/inner.h"

/* Registers of this area.  made: the table's name, fixed when it was made, whatever the register is called later. */
static const struct store_column reg_columns[] = {
    {STR_INIT("id"), SV_INT}, {STR_INIT("name"), SV_TEXT}, {STR_INIT("made"), SV_TEXT}};
static const struct store_table reg_table = {.name = STR_INIT("reg"),
                                             .columns = reg_columns,
                                             .columns_count = ARRAY_LEN(reg_columns),
                                             .journal_rebuilds = true};
enum { REG_ID, REG_NAME, REG_MADE, REG_COLUMNS };

static const struct store_column tree_columns[] = {{STR_INIT("reg"), SV_INT},
                                                   {STR_INIT("field"), SV_TEXT},
                                                   {STR_INIT("path"), SV_BLOB},
                                                   {STR_INIT("id"), SV_INT},
                                                   {STR_INIT("depth"), SV_INT}};
static const uint32_t tree_by_id[] = {TREE_REG, TREE_FIELD, TREE_ID};
static const struct store_index tree_indexes[] = {{.name = STR_INIT("by_id"),
                                                   .columns = tree_by_id,
                                                   .columns_count = ARRAY_LEN(tree_by_id),
                                                   .unique = true,
                                                   .open_column = UINT32_MAX}};
const struct store_table tree_table = {.name = STR_INIT("tree"),
                                       .columns = tree_columns,
                                       .columns_count = ARRAY_LEN(tree_columns),
                                       .keys_count = 3,
                                       .indexes = tree_indexes,
                                       .indexes_count = ARRAY_LEN(tree_indexes),
                                       .journal_rebuilds = true};

/* ---- names ---- */

enum { NAME_MAX_LEN = 40 };

static uint32_t fnv(struct str s)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * 16777619U;
    return h;
}

/* prefix + name; a name that would be too long keeps its head and a stable mark. */
static struct str short_name(struct arena *a, struct str prefix, struct str name)
{
    struct str s = str_cat(a, prefix, name);
    if (s.len <= NAME_MAX_LEN) return s;
    char mark[16];
    int len = snprintf(mark, sizeof mark, "_%08x", fnv(s));
    return str_cat(a, str_sub(s, 0, NAME_MAX_LEN - 9), str_of(mark, (size_t)len));
}

/* A field's column has its name; names of the engine's own columns get an underscore. */
static struct str column_name(struct arena *a, struct str field)
{
    struct str bare = field;
    while (bare.len > 0 && bare.ptr[bare.len - 1] == '_') bare.len--;
    bool ours = str_eq(bare, STR("id")) || str_eq(bare, STR("version")) || str_eq(bare, STR("seq")) || str_eq(bare, STR("closed"));
    return short_name(a, STR(""), ours ? str_cat(a, field, STR("_")) : field);
}

static bool has_name(const struct str *names, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

static struct str made_column(struct arena *a, const struct pack_field *f, const struct str *made, size_t made_count)
{
    struct str name = column_name(a, f->name);
    if (has_name(made, made_count, name)) return name;
    for (uint32_t i = 0; i < f->was_count; i++) {
        struct str was = column_name(a, f->was[i]);
        if (has_name(made, made_count, was)) return was;
    }
    return name;
}

/* ---- declarations ---- */

static struct store_index one_index(struct arena *a, const struct pack_register *r, const uint32_t *fields, uint32_t count, bool unique)
{
    struct str joined = STR("");
    uint32_t *columns = arena_array(a, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct pack_field *f = &r->fields[fields[i]];
        columns[i] = COL_FIELDS + f->column;
        joined = i == 0 ? f->name : str_cat(a, joined, STR("_"), f->name);
    }
    columns[count] = COL_CLOSED; /* a back list is of open records: told by the index alone */
    return (struct store_index){.name = short_name(a, unique ? STR("u_") : STR("i_"), joined),
                                .columns = columns,
                                .columns_count = unique ? count : count + 1,
                                .unique = unique,
                                .open_column = unique ? (uint32_t)COL_CLOSED : UINT32_MAX};
}

struct store_table shape_table(struct arena *a, const struct pack_register *r, struct str name, const struct str *made,
                               size_t made_count)
{
    static const struct store_column ours[COL_FIELDS] = {
        {STR_INIT("id"), SV_INT}, {STR_INIT("version"), SV_INT}, {STR_INIT("seq"), SV_INT}, {STR_INIT("closed"), SV_INT}};
    struct store_column *columns = arena_array(a, struct store_column, COL_FIELDS + r->stored_count);
    memcpy(columns, ours, sizeof ours);
    struct store_index *indexes = arena_array(a, struct store_index, r->uniques_count + r->fields_count);
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->uniques_count; i++)
        indexes[n++] = one_index(a, r, r->uniques[i].fields, r->uniques[i].count, true);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->derive != NULL) continue;
        columns[COL_FIELDS + f->column] = (struct store_column){made_column(a, f, made, made_count), field_kind(f)};
        if (f->type == FIELD_REF) indexes[n++] = one_index(a, r, &f->idx, 1, false); /* for back lists */
    }
    return (struct store_table){.name = name,
                                .columns = columns,
                                .columns_count = COL_FIELDS + r->stored_count,
                                .indexes = indexes,
                                .indexes_count = n,
                                .journal_rebuilds = true};
}

/* ---- what the area has ---- */

struct reg_row {
    uint32_t number;
    struct str name, made;
};
struct reg_rows {
    struct reg_row *at;
    size_t len, cap;
};

static enum rc read_regs(struct store *s, struct arena *a, struct reg_rows *out, struct err *err)
{
    struct str *names;
    size_t n = 0;
    enum rc rc = store_columns(s, a, reg_table.name, &names, &n, err);
    if (rc == RC_ABSENT || (rc == RC_OK && n == 0)) return RC_OK; /* a new area */
    TRY(rc);
    struct store_rows *rows;
    TRY(store_bind(s, a, &reg_table, &rows, err));
    struct store_query q = {0};
    struct store_cursor *c;
    TRY(store_select(rows, &q, &c, err));
    const struct sv *row;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        struct reg_row r = {(uint32_t)row[REG_ID].i, str_dup(a, row[REG_NAME].s), str_dup(a, row[REG_MADE].s)};
        vec_push(a, out, r);
    }
    store_cursor_close(&c);
    return rc;
}

static const struct reg_row *find_reg(const struct reg_rows *regs, const struct pack_register *r)
{
    for (size_t i = 0; i < regs->len; i++)
        if (str_eq(regs->at[i].name, r->d.name)) return &regs->at[i];
    for (uint32_t w = 0; w < r->d.was_count; w++)
        for (size_t i = 0; i < regs->len; i++)
            if (str_eq(regs->at[i].name, r->d.was[w])) return &regs->at[i];
    return NULL;
}

static enum rc table_of(struct store *s, struct arena *a, const struct pack_register *r, const struct reg_row *reg,
                        struct store_table *out, struct err *err)
{
    struct str *made = NULL, name = reg != NULL ? reg->made : short_name(a, STR("r_"), r->d.name);
    size_t n = 0;
    if (reg != NULL) TRY(store_columns(s, a, name, &made, &n, err));
    *out = shape_table(a, r, name, made, n);
    return RC_OK;
}

/* Give new registers their numbers, in the set's order; follow those that were renamed. */
static enum rc number_regs(struct store *s, const struct pack_set *set, const struct reg_rows *regs, const struct store_table *tables,
                           struct arena *a, struct err *err)
{
    struct store_rows *rows;
    TRY(store_bind(s, a, &reg_table, &rows, err));
    uint32_t last = 0;
    for (size_t i = 0; i < regs->len; i++) last = MAX(last, regs->at[i].number);
    for (uint32_t i = 0; i < set->registers_count; i++) {
        const struct pack_register *r = set->registers[i];
        const struct reg_row *reg = find_reg(regs, r);
        if (reg == NULL) {
            struct sv values[REG_COLUMNS] = {sv_int(++last), sv_text(r->d.name), sv_text(tables[i].name)};
            TRY(store_insert(rows, values, err));
        } else if (!str_eq(reg->name, r->d.name)) {
            struct sv key = sv_int(reg->number), name = sv_text(r->d.name);
            uint32_t column = REG_NAME;
            TRY(store_update(rows, &key, 1, &column, &name, err));
        }
    }
    return RC_OK;
}

/* A tree that is new, or whose order is by another key now, is built from the rows. */
static enum rc shape_trees(struct store *s, const struct pack_set *set, struct arena *a, struct err *err)
{
    struct records *rs;
    TRY(records_open(s, NULL, set, &rs, err));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < rs->binds_count && rc == RC_OK; i++) {
        struct reg_bind *b = &rs->binds[i];
        if (b->reg->trees_count == 0) continue;
        struct str want = b->reg->key != NULL ? b->reg->key->name : STR("id"), have = STR("");
        for (uint32_t t = 0; t < b->reg->trees_count; t++) want = str_cat(a, want, STR(" "), b->reg->trees[t]->name);
        struct str fact = str_cat(a, STR("tree_"), str_u64(a, b->number));
        rc = store_meta_get(s, a, fact, &have, err);
        if (rc != RC_OK && rc != RC_ABSENT) break;
        bool fits = rc == RC_OK && str_eq(want, have);
        rc = RC_OK;
        if (fits) continue;
        rc = tree_rebuild(rs, b, err);
        if (rc == RC_OK) rc = store_meta_put(s, fact, want, err);
    }
    records_close(&rs);
    return rc;
}

enum rc records_shape(struct store *s, const struct pack_set *set, bool dry, struct arena *a, struct store_step **steps, struct err *err)
{
    struct reg_rows regs = {0};
    TRY(read_regs(s, a, &regs, err));
    size_t n = set->registers_count;
    struct store_table *tables = arena_array(a, struct store_table, n);
    const struct store_table **all = arena_array(a, const struct store_table *, n + 2);
    all[0] = &reg_table;
    all[1] = &tree_table;
    for (size_t i = 0; i < n; i++) {
        MUST(set->registers[i]->fields_count <= FIELDS_MAX);
        const struct reg_row *reg = find_reg(&regs, set->registers[i]);
        TRY(table_of(s, a, set->registers[i], reg, &tables[i], err));
        if (reg != NULL) TRY(retype_check(s, set->registers[i], reg->number, &tables[i], a, err));
        all[i + 2] = &tables[i];
    }
    TRY(store_shape(s, all, n + 2, dry, a, steps, err));
    if (dry) return RC_OK;
    TRY(number_regs(s, set, &regs, tables, a, err));
    regs = (struct reg_rows){0};
    TRY(read_regs(s, a, &regs, err));
    for (size_t i = 0; i < n; i++) {
        const struct reg_row *reg = find_reg(&regs, set->registers[i]);
        MUST(reg != NULL);
        TRY(retype_apply(s, set->registers[i], reg->number, &tables[i], a, err));
    }
    return shape_trees(s, set, a, err);
}

/* ---- binding ---- */

static int by_field_name(const void *x, const void *y)
{
    const struct pack_field *const *a = x, *const *b = y;
    return str_cmp((*a)->name, (*b)->name);
}

static uint32_t words_of(const struct pack_register *r) { return (r->fields_count + 63) / 64; }

static void bind_needs(struct reg_bind *b, struct arena *a)
{
    const struct pack_register *r = b->reg;
    b->needs = arena_array(a, struct need, r->stored_count + r->checks_count);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->derive != NULL || f->check == NULL) continue;
        b->needs[b->needs_count++] = (struct need){.field = f, .program = f->check};
    }
    for (uint32_t i = 0; i < r->checks_count; i++)
        b->needs[b->needs_count++] = (struct need){.check = &r->checks[i], .program = r->checks[i].must};
    for (uint32_t i = 0; i < b->needs_count; i++) {
        struct need *n = &b->needs[i];
        n->reads = arena_array(a, uint64_t, words_of(r));
        program_reads(n->program, r, n->reads);
        if (n->field != NULL) bit_set(n->reads, n->field->idx);
    }
}

/* Is the display nothing but one text field?  Then no FEEL need run to list or to sort. */
static const struct pack_field *plain_display(const struct pack_register *r)
{
    if (r->display == NULL || r->display->root->op != FEEL_MEMBER || r->display->root->member == NULL) return NULL;
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        bool is = r->display->root->member == f->member && r->display->root->reg == &r->feel;
        bool of_self = r->display->root->kids_count == 1 && r->display->root->kids[0]->op == FEEL_VARIABLE;
        if (is && of_self && f->derive == NULL && f->type == FIELD_TEXT) return f;
    }
    return NULL;
}

static enum rc bind_register(struct store *s, struct arena *a, struct reg_bind *b, const struct pack_register *r, const struct reg_rows *regs,
                             struct err *err)
{
    const struct reg_row *reg = find_reg(regs, r);
    *b = (struct reg_bind){.reg = r, .number = reg == NULL ? 0 : reg->number};
    TRY(table_of(s, a, r, reg, &b->table, err));
    b->stored = arena_array(a, const struct pack_field *, r->stored_count);
    b->sorted = arena_array(a, const struct pack_field *, r->stored_count);
    b->refs = arena_array(a, const struct pack_field *, r->stored_count);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->derive != NULL) continue;
        MUST(f->column < r->stored_count);
        b->stored[f->column] = b->sorted[f->column] = f;
        if (f->type == FIELD_REF) b->refs[b->refs_count++] = f;
        if (f->init != NULL) b->has_init = true;
        b->class_used[f->class] = true;
    }
    if (r->stored_count > 1) qsort(b->sorted, r->stored_count, sizeof *b->sorted, by_field_name);
    bind_needs(b, a);
    b->name_field = plain_display(r);
    return RC_OK;
}

static enum rc bind_all(struct record_shapes *h, struct store *s, struct err *err)
{
    struct reg_rows regs = {0};
    struct arena *a = &h->arena;
    TRY(read_regs(s, a, &regs, err));
    h->binds_count = h->set->registers_count;
    h->binds = arena_array(a, struct reg_bind, h->binds_count);
    for (size_t i = 0; i < regs.len; i++) h->numbers = MAX(h->numbers, regs.at[i].number + 1);
    bool *bound = arena_array(a, bool, h->numbers);
    h->retired = arena_array(a, struct str, regs.len);
    for (uint32_t i = 0; i < h->binds_count; i++) {
        MUST(h->set->registers[i]->idx == i);
        TRY(bind_register(s, a, &h->binds[i], h->set->registers[i], &regs, err));
        if (h->binds[i].number > 0) bound[h->binds[i].number] = true;
    }
    for (size_t i = 0; i < regs.len; i++)
        if (!bound[regs.at[i].number]) h->retired[h->retired_count++] = regs.at[i].made;
    return RC_OK;
}

enum rc record_shapes_make(struct store *s, const struct pack_set *set, struct record_shapes **out, struct err *err)
{
    *out = NULL;
    struct record_shapes *h = calloc(1, sizeof *h);
    if (h == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    atomic_init(&h->refs, 1);
    h->set = set;
    arena_init(&h->arena, (size_t)256 * 1024 * 1024);
    enum rc rc = bind_all(h, s, err);
    if (rc != RC_OK) record_shapes_release(&h);
    *out = h;
    return rc;
}

struct record_shapes *record_shapes_hold(struct record_shapes *h)
{
    atomic_fetch_add(&h->refs, 1);
    return h;
}

void record_shapes_release(struct record_shapes **hp)
{
    struct record_shapes *h = *hp;
    *hp = NULL;
    if (h == NULL || atomic_fetch_sub(&h->refs, 1) > 1) return;
    arena_fini(&h->arena);
    free(h);
}

enum rc records_open_shaped(struct store *s, struct journal *j, struct record_shapes *shapes, struct records **out, struct err *err)
{
    *out = NULL;
    struct records *rs = calloc(1, sizeof *rs);
    if (rs == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    rs->magic = RECORDS_MAGIC;
    rs->store = s;
    rs->journal = j;
    rs->set = shapes->set;
    rs->shapes = record_shapes_hold(shapes);
    arena_init(&rs->arena, (size_t)256 * 1024 * 1024);
    arena_init(&rs->scratch, SCRATCH_MAX);
    for (size_t i = 0; i < CLASS_COUNT; i++) buf_init(&rs->body[i], BODY_MAX);
    rs->binds_count = shapes->binds_count;
    rs->numbers = shapes->numbers;
    rs->binds = arena_array(&rs->arena, struct reg_bind, rs->binds_count);
    if (rs->binds_count > 0) memcpy(rs->binds, shapes->binds, rs->binds_count * sizeof *rs->binds);
    rs->by_number = arena_array(&rs->arena, struct reg_bind *, rs->numbers);
    for (uint32_t i = 0; i < rs->binds_count; i++)
        if (rs->binds[i].number > 0) rs->by_number[rs->binds[i].number] = &rs->binds[i];
    *out = rs;
    return RC_OK;
}

enum rc records_open(struct store *s, struct journal *j, const struct pack_set *set, struct records **out, struct err *err)
{
    struct record_shapes *shapes = NULL;
    *out = NULL;
    TRY(record_shapes_make(s, set, &shapes, err));
    enum rc rc = records_open_shaped(s, j, shapes, out, err);
    record_shapes_release(&shapes);
    return rc;
}

void records_close(struct records **rp)
{
    struct records *rs = *rp;
    if (rs == NULL) return;
    MAGIC_CHECK(rs, RECORDS_MAGIC);
    rs->magic = 0;
    search_free(&rs->search);
    for (size_t i = 0; i < CLASS_COUNT; i++) buf_fini(&rs->body[i]);
    arena_fini(&rs->scratch);
    arena_fini(&rs->arena);
    record_shapes_release(&rs->shapes);
    free(rs);
    *rp = NULL;
}

void record_past_set(struct records *rs, const struct record_past *p) { rs->past = p; }
const struct record_past *record_past(const struct records *rs) { return rs->past; }

const struct pack_set *records_set(const struct records *rs) { return rs->set; }
struct store *records_store(struct records *rs) { return rs->store; }
struct journal *records_journal(struct records *rs) { return rs->journal; }

struct reg_bind *bind_of(const struct records *rs, const struct pack_register *r)
{
    MAGIC_CHECK(rs, RECORDS_MAGIC);
    MUST(r->idx < rs->binds_count && rs->binds[r->idx].reg == r);
    return &rs->binds[r->idx];
}

struct reg_bind *bind_number(const struct records *rs, uint32_t number)
{
    return number < rs->numbers ? rs->by_number[number] : NULL;
}

enum rc bind_rows(struct records *rs, struct reg_bind *b, struct err *err)
{
    if (b->rows != NULL) return RC_OK;
    if (b->number == 0) return err_set(err, &E_record_unshaped, NO_PLACE, reg_title(b->reg));
    return store_bind(rs->store, &rs->arena, &b->table, &b->rows, err);
}

const struct pack_field *bind_field(const struct reg_bind *b, struct str name)
{
    size_t low = 0, high = b->reg->stored_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = str_cmp(b->sorted[mid]->name, name);
        if (c == 0) return b->sorted[mid];
        if (c < 0) low = mid + 1;
        else high = mid;
    }
    for (uint32_t i = 0; i < b->reg->stored_count; i++)
        for (uint32_t w = 0; w < b->stored[i]->was_count; w++)
            if (str_eq(b->stored[i]->was[w], name)) return b->stored[i];
    return NULL;
}

uint32_t record_number(const struct records *rs, const struct pack_register *r) { return bind_of(rs, r)->number; }

const struct pack_register *record_register(const struct records *rs, uint32_t number)
{
    const struct reg_bind *b = bind_number(rs, number);
    return b == NULL ? NULL : b->reg;
}

/* ---- the counter of ids ---- */

static enum rc last_id_of(struct records *rs, struct str table, uint64_t *last, struct err *err)
{
    static const struct store_column id_only[] = {{STR_INIT("id"), SV_INT}};
    struct arena a;
    arena_init(&a, 1024 * 1024);
    struct store_table t = {.name = table, .columns = id_only, .columns_count = 1};
    struct store_rows *rows;
    int64_t key = 0;
    enum rc rc = store_bind(rs->store, &a, &t, &rows, err);
    if (rc == RC_OK) rc = store_last_key(rows, &key, err);
    if (rc == RC_OK) *last = MAX(*last, (uint64_t)key);
    arena_fini(&a);
    return rc;
}

/* Records are never removed, so the greatest id that stands anywhere is the greatest ever given. */
enum rc next_id(struct records *rs, uint64_t *id, struct err *err)
{
    if (rs->next_id == 0) {
        uint64_t last = 0;
        for (uint32_t i = 0; i < rs->binds_count; i++)
            if (rs->binds[i].number > 0) TRY(last_id_of(rs, rs->binds[i].table.name, &last, err));
        for (uint32_t i = 0; i < rs->shapes->retired_count; i++) TRY(last_id_of(rs, rs->shapes->retired[i], &last, err));
        rs->next_id = rs->kept_id = rs->marked_id = last + 1;
    }
    *id = rs->next_id;
    return RC_OK;
}

void records_mark(struct records *rs) { rs->marked_id = rs->next_id; }

void records_undo(struct records *rs)
{
    rs->next_id = rs->marked_id;
    rs->changes++;
    kept_forget(rs);
}

void records_keep(struct records *rs) { rs->kept_id = rs->next_id; }

void records_drop(struct records *rs)
{
    rs->next_id = rs->kept_id;
    rs->changes++;
    kept_forget(rs);
}

void records_refresh(struct records *rs)
{
    rs->next_id = rs->kept_id = rs->marked_id = 0;
    rs->changes++;
    kept_forget(rs);
}

enum rc records_hold(struct records *rs, struct err *err)
{
    TRY(store_mark(records_store(rs), err));
    journal_mark(records_journal(rs));
    records_mark(rs);
    return RC_OK;
}

enum rc records_settle(struct records *rs, enum rc rc, struct err *err)
{
    if (rc == RC_OK) return store_mark_keep(records_store(rs), err);
    store_mark_undo(records_store(rs));
    journal_undo(records_journal(rs));
    records_undo(rs);
    return rc;
}
