/*
 * docx_fuzz.c - any bytes as a template, filled in with two records: as a package where they are one, else as the document of a package that is made around
 * them.  Placeholders, rows, blocks, formats and words of the document are what is looked at.
 */
#include "form_area.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t two[2];

static void open_people(void)
{
    open_area();
    MUST(store_begin_write(f.store, NULL) == RC_OK);
    const struct pack_register *person = pack_register_find(f.set, STR("person")), *line = pack_register_find(f.set, STR("line"));
    struct change c = {.command = 1, .today = 20454, .happened = ENTRY_NO_DAY};
    for (size_t i = 0; i < 2; i++) {
        struct changed made;
        struct sv *own = arena_array(&f.arena, struct sv, person->stored_count + 1u), *row = arena_array(&f.arena, struct sv, line->stored_count + 1u);
        own[pack_field_find(person, STR("code"))->column] = sv_text(i == 0 ? STR("1") : STR("2"));
        own[pack_field_find(person, STR("name"))->column] = sv_text(i == 0 ? STR("张三") : STR("<李&四>"));
        MUST(record_create(f.records, person, &c, own, &made, NULL) == RC_OK);
        two[i] = made.id;
        row[line->parent->column] = sv_int((int64_t)made.id);
        row[pack_field_find(line, STR("from"))->column] = sv_int(day_of((struct ymd){2011, 1, 1}));
        row[pack_field_find(line, STR("text"))->column] = sv_text(STR("科员"));
        MUST(record_create(f.records, line, &c, row, &made, NULL) == RC_OK);
    }
    MUST(store_commit(f.store, NULL) == RC_OK && store_begin_read(f.store, NULL) == RC_OK);
}

static void put(struct buf *b, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) buf_char(b, (char)(v >> (8 * i) & 0xff));
}

static uint32_t crc(struct str s)
{
    uint32_t c = UINT32_MAX;
    for (size_t i = 0; i < s.len; i++) {
        c ^= (unsigned char)s.ptr[i];
        for (int k = 0; k < 8; k++) c = c >> 1 ^ (c & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~c;
}

/* A package of one stored part. */
static void package(struct buf *b, struct str bytes)
{
    static const struct str name = STR_INIT("word/document.xml");
    uint32_t sum = crc(bytes), n = (uint32_t)bytes.len;
    buf_lit(b, "PK\x03\x04");
    put(b, 20, 2); put(b, 0, 2); put(b, 0, 2); put(b, 0, 2); put(b, 33, 2); put(b, sum, 4); put(b, n, 4); put(b, n, 4); put(b, (uint32_t)name.len, 2); put(b, 0, 2);
    buf_str(b, name);
    buf_str(b, bytes);
    uint32_t at = (uint32_t)b->len;
    buf_lit(b, "PK\x01\x02");
    put(b, 20, 2); put(b, 20, 2); put(b, 0, 2); put(b, 0, 2); put(b, 0, 2); put(b, 33, 2); put(b, sum, 4); put(b, n, 4); put(b, n, 4); put(b, (uint32_t)name.len, 2);
    put(b, 0, 2); put(b, 0, 2); put(b, 0, 2); put(b, 0, 2); put(b, 0, 4); put(b, 0, 4);
    buf_str(b, name);
    uint32_t length = (uint32_t)b->len - at;
    buf_lit(b, "PK\x05\x06");
    put(b, 0, 2); put(b, 0, 2); put(b, 1, 2); put(b, 1, 2); put(b, length, 4); put(b, at, 4); put(b, 0, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (f.records == NULL) open_people();
    if (size > 64 * 1024) return 0;
    struct arena a;
    struct err err;
    struct buf b;
    struct str bytes = str_of((const char *)data, size), out, tight;
    const struct pack_register *over = pack_register_find(f.set, STR("person"));
    struct area_view v = {.store = f.store, .journal = f.journal, .records = f.records, .set = f.set};
    struct docx_options o = {.as_of = 20454, .tight = &tight};
    arena_init(&a, (size_t)2 << 30);
    buf_init(&b, 1 << 20);
    err_clear(&err);
    if (!str_starts(bytes, STR("PK"))) {
        package(&b, bytes);
        bytes = str_dup(&a, buf_view(&b));
    }
    enum rc rc = exchange_docx(&v, bytes, over, two, 2, &o, &a, &out, &err);
    MUST(rc == RC_OK || err.kind != NULL);
    buf_fini(&b);
    arena_fini(&a);
    return 0;
}
