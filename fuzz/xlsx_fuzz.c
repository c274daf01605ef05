/* xlsx_fuzz.c - any bytes as a spreadsheet.  What begins with "<" is taken for the XML of a sheet, with shared texts and styles around it. */
#include "exchange/exchange.h"
#include "record_area.h"
#include "sheet_package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fuzz_area.records == NULL) fuzz_open();
    if (size > 256 * 1024) return 0;
    struct arena a;
    struct err err;
    struct xlsx_table t;
    arena_init(&a, (size_t)1 << 30);
    err_clear(&err);
    struct str bytes = str_of((const char *)data, size);
    if (size > 0 && data[0] == '<') bytes = sheet_package(&a, data, size);
    enum rc rc = exchange_xlsx_read(bytes, fuzz_area.reg, &a, &t, &err);
    MUST(rc == RC_OK || err.kind != NULL);
    if (rc == RC_OK) fuzz_import((const uint8_t *)t.csv.ptr, t.csv.len, false);
    arena_fini(&a);
    return 0;
}
