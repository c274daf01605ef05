/* rows.c - the tables off the journal: the closed list of src/store/README.md names each. */
#include "access/rows.h"

static const struct store_column credential_columns[] = {
    {STR_INIT("account"), SV_INT}, {STR_INIT("hash"), SV_TEXT},    {STR_INIT("must_change"), SV_INT}, {STR_INIT("changed_us"), SV_INT},
    {STR_INIT("totp"), SV_BLOB},   {STR_INIT("totp_on"), SV_INT}, {STR_INIT("totp_step"), SV_INT},   {STR_INIT("salt"), SV_BLOB},
};
static const struct store_table table_credential = {.name = STR_INIT("credential"), .columns = credential_columns, .columns_count = C_COLUMNS, .keys_count = 1};

static const struct store_column lockout_columns[] = {
    {STR_INIT("who"), SV_BLOB}, {STR_INIT("failures"), SV_INT}, {STR_INIT("last_us"), SV_INT}, {STR_INIT("until_us"), SV_INT}};
static const uint32_t lockout_last[] = {L_LAST};
static const struct store_index lockout_indexes[] = {{STR_INIT("last"), lockout_last, 1, false, UINT32_MAX}};
static const struct store_table table_lockout = {
    .name = STR_INIT("lockout"), .columns = lockout_columns, .columns_count = L_COLUMNS, .keys_count = 1, .indexes = lockout_indexes, .indexes_count = 1};

static const struct store_column session_columns[] = {
    {STR_INIT("hash"), SV_BLOB},   {STR_INIT("account"), SV_INT}, {STR_INIT("made_us"), SV_INT},     {STR_INIT("seen_us"), SV_INT},
    {STR_INIT("ends_us"), SV_INT}, {STR_INIT("factors"), SV_INT}, {STR_INIT("must_change"), SV_INT}, {STR_INIT("csrf"), SV_TEXT},
};
static const uint32_t session_account[] = {S_ACCOUNT}, session_ends[] = {S_ENDS};
static const struct store_index session_indexes[] = {{STR_INIT("account"), session_account, 1, false, UINT32_MAX},
                                                     {STR_INIT("ends"), session_ends, 1, false, UINT32_MAX}};
static const struct store_table table_session = {
    .name = STR_INIT("session"), .columns = session_columns, .columns_count = S_COLUMNS, .keys_count = 1, .indexes = session_indexes, .indexes_count = 2};

static const struct store_column read_columns[] = {
    {STR_INIT("hour"), SV_INT},  {STR_INIT("reader"), SV_INT},   {STR_INIT("reg"), SV_INT},   {STR_INIT("record"), SV_INT},
    {STR_INIT("class"), SV_INT}, {STR_INIT("purpose"), SV_TEXT}, {STR_INIT("batch"), SV_INT},
};
static const uint32_t read_record[] = {R_REG, R_RECORD, R_HOUR}, read_batch[] = {R_BATCH};
static const struct store_index read_indexes[] = {{STR_INIT("record"), read_record, 3, false, UINT32_MAX},
                                                  {STR_INIT("batch"), read_batch, 1, false, UINT32_MAX}};
static const struct store_table table_read_log = {
    .name = STR_INIT("read_log"), .columns = read_columns, .columns_count = R_COLUMNS, .keys_count = R_KEYS, .indexes = read_indexes, .indexes_count = 2};

static const struct store_table *const tables[] = {&table_credential, &table_lockout, &table_session, &table_read_log};

const struct store_table *const *access_tables(size_t *n)
{
    *n = ARRAY_LEN(tables);
    return tables;
}

enum rc access_bind(struct store *s, struct arena *a, struct access_rows **out, struct err *err)
{
    struct access_rows *r = arena_new(a, struct access_rows);
    r->store = s;
    TRY(store_bind(s, a, &table_credential, &r->credential, err));
    TRY(store_bind(s, a, &table_lockout, &r->lockout, err));
    TRY(store_bind(s, a, &table_session, &r->session, err));
    TRY(store_bind(s, a, &table_read_log, &r->read_log, err));
    *out = r;
    return RC_OK;
}
