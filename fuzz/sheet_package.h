/* sheet_package.h - a spreadsheet around the XML of one sheet, with shared texts and styles: for the doors of spreadsheets. */
#ifndef GUIJU_FUZZ_SHEET_PACKAGE_H
#define GUIJU_FUZZ_SHEET_PACKAGE_H

#include <zip.h>

#include "exchange/exchange.h"

static void add(zip_t *z, const char *name, const void *bytes, size_t len)
{
    zip_source_t *s = zip_source_buffer(z, bytes, len, 0);
    MUST(s != NULL);
    zip_int64_t at = zip_file_add(z, name, s, ZIP_FL_OVERWRITE);
    MUST(at >= 0);
    MUST(zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
}

static struct str sheet_package(struct arena *a, const uint8_t *data, size_t size)
{
    static const char book[] = "<workbook xmlns:r=\"r\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>",
                      rels[] = "<Relationships><Relationship Id=\"a\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
                      shared[] = "<sst><si><t>编码</t></si><si><t>名称</t></si><si><t>甲</t></si></sst>",
                      styles[] = "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>";
    zip_error_t e;
    zip_stat_t st;
    zip_error_init(&e);
    zip_source_t *src = zip_source_buffer_create(NULL, 0, 0, &e);
    MUST(src != NULL);
    zip_source_keep(src);
    zip_t *z = zip_open_from_source(src, ZIP_CREATE | ZIP_TRUNCATE, &e);
    MUST(z != NULL);
    add(z, "xl/workbook.xml", book, sizeof book - 1);
    add(z, "xl/_rels/workbook.xml.rels", rels, sizeof rels - 1);
    add(z, "xl/sharedStrings.xml", shared, sizeof shared - 1);
    add(z, "xl/styles.xml", styles, sizeof styles - 1);
    add(z, "xl/worksheets/sheet1.xml", data, size);
    MUST(zip_close(z) == 0 && zip_source_open(src) == 0);
    zip_stat_init(&st);
    MUST(zip_source_stat(src, &st) == 0);
    char *bytes = arena_alloc(a, st.size + 1);
    MUST(zip_source_read(src, bytes, st.size) == (zip_int64_t)st.size);
    zip_source_close(src);
    zip_source_free(src);
    return str_of(bytes, st.size);
}

#endif
