/* marks_fuzz.c - any bytes as a PDF and as an old Office file that is searched for a word. */
#include "exchange/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *ctx, struct str line)
{
    size_t *n = ctx, bad = 0;
    MUST(utf8_ok(line, &bad)); /* whatever is told is text */
    *n += line.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err;
    size_t n = 0;
    struct str bytes = str_of((const char *)data, size);
    err_clear(&err);
    if (exchange_pdf_lines(STR("a.pdf"), bytes, STR("密"), take, &n, &err) != RC_OK) MUST(err_code(&err)[0] != '\0');
    if (exchange_ole_lines(STR("a.doc"), bytes, STR("密"), take, &n, &err) != RC_OK) MUST(err_code(&err)[0] != '\0');
    return 0;
}
