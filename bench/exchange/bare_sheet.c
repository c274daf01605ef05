/*
 * bare_sheet.c - the least that a spreadsheet can cost: libxlsxwriter's constant memory over the cells of a CSV, of the same kinds as a roster writes them
 * (framed texts, numbers, days as days, framed blanks).  usage: bare_sheet FILE.csv OUT.xlsx
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

static bool digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9') return false;
    return n > 0;
}

static int number(const char *s, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++) v = v * 10 + (s[i] - '0');
    return v;
}

/* "1973-09", "2019-11-10" */
static bool day(const char *c, size_t n, lxw_datetime *d)
{
    if ((n != 7 && n != 10) || c[4] != '-' || !digits(c, 4) || !digits(c + 5, 2)) return false;
    if (n == 10 && (c[7] != '-' || !digits(c + 8, 2))) return false;
    *d = (lxw_datetime){.year = number(c, 4), .month = number(c + 5, 2), .day = n == 10 ? number(c + 8, 2) : 1};
    return true;
}

int main(int argc, char **argv)
{
    static char line[1 << 16];
    if (argc != 3) return 2;
    FILE *f = fopen(argv[1], "rb");
    lxw_workbook_options o = {.constant_memory = LXW_TRUE};
    lxw_workbook *b = workbook_new_opt(argv[2], &o);
    lxw_worksheet *s = b == NULL ? NULL : workbook_add_worksheet(b, NULL);
    if (f == NULL || s == NULL) return 1;
    lxw_format *text = workbook_add_format(b), *month = workbook_add_format(b), *date = workbook_add_format(b);
    format_set_border(text, LXW_BORDER_THIN);
    format_set_border(month, LXW_BORDER_THIN);
    format_set_border(date, LXW_BORDER_THIN);
    format_set_num_format(month, "yyyy.mm");
    format_set_num_format(date, "yyyy.mm.dd");
    for (lxw_row_t row = 0; fgets(line, sizeof line, f) != NULL; row++) {
        lxw_col_t col = 0;
        for (char *c = line, *next; c != NULL; c = next, col++) {
            lxw_datetime d;
            next = strchr(c, ',');
            if (next != NULL) *next++ = '\0';
            size_t n = strcspn(c, "\r\n");
            c[n] = '\0';
            if (n == 0) (void)worksheet_write_blank(s, row, col, text);
            else if (day(c, n, &d)) (void)worksheet_write_datetime(s, row, col, &d, n == 7 ? month : date);
            else if (n < 9 && digits(c, n)) (void)worksheet_write_number(s, row, col, number(c, n), text);
            else (void)worksheet_write_string(s, row, col, c, text);
        }
    }
    fclose(f);
    return workbook_close(b) == LXW_NO_ERROR ? 0 : 1;
}
