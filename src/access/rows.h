/* rows.h - the tables off the journal: their columns, and a connection bound to them.  Only the files of access/ include it. */
#ifndef GUIJU_ACCESS_ROWS_H
#define GUIJU_ACCESS_ROWS_H

#include "access/inner.h"

enum { C_ACCOUNT, C_HASH, C_MUST_CHANGE, C_CHANGED, C_TOTP, C_TOTP_ON, C_TOTP_STEP, C_SALT, C_COLUMNS };
enum { L_WHO, L_FAILURES, L_LAST, L_UNTIL, L_COLUMNS };
enum { S_HASH, S_ACCOUNT, S_MADE, S_SEEN, S_ENDS, S_FACTORS, S_MUST_CHANGE, S_CSRF, S_COLUMNS };
enum { R_HOUR, R_READER, R_REG, R_RECORD, R_CLASS, R_PURPOSE, R_BATCH, R_COLUMNS };
enum { R_KEYS = 6 };

struct access_rows {
    struct store *store;
    struct store_rows *credential, *lockout, *session, *read_log;
};

#endif
