/* route.c - the table of routes, and which one is meant. */
#include "http/inner.h"

const struct route routes[] = {
#define ROUTE(id, method, path, ask, flags, query, body, answer, zh, en) {#id, path, method, ask, flags, route_##id, query, body, answer, zh, en},
#include "http/routes.def"
#undef ROUTE
};
const size_t routes_count = ARRAY_LEN(routes);

const char *method_name(enum method m)
{
    static const char *const names[M_COUNT] = {"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"};
    return m < M_COUNT ? names[m] : "?";
}

const char *ask_name(enum ask a, enum lang lang)
{
    static const char *const names[ASK_COUNT][2] = {
        {"无", "nothing"},       {"已登录", "a session"},           {"已登录", "a session"},           {"读", "read"},     {"写", "write"},
        {"办理", "act"},         {"打印导出", "print"},             {"使用人管理", "accounts"},        {"规矩集管理", "packs"}, {"角色管理", "roles"},
        {"审计", "audit"},       {"复核", "confirm"},               {"研判", "judge"}};
    return names[a < ASK_COUNT ? a : ASK_NOTHING][lang];
}

/* Does the pattern fit these parts?  {…} takes any part, and keeps it. */
static bool fits(const char *pattern, const struct str *parts, size_t n, struct str *captured)
{
    struct str p = str_c(pattern);
    size_t at = 1, i = 0, caught = 0;
    while (at <= p.len && p.len > 1) {
        size_t to = at;
        while (to < p.len && p.ptr[to] != '/') to++;
        struct str want = str_sub(p, at, to);
        if (i == n) return false;
        if (want.ptr[0] == '{') {
            if (parts[i].len == 0) return false;
            captured[caught++] = parts[i];
        } else if (!str_eq(want, parts[i])) {
            return false;
        }
        i++;
        at = to + 1;
    }
    return i == n;
}

const struct route *route_find(enum method m, const struct str *parts, size_t n, struct str *captured, unsigned *allowed)
{
    static const struct str api = STR_INIT("api"), v1 = STR_INIT("v1"), areas = STR_INIT("areas");
    bool below = n > 4 && str_eq(parts[0], api) && str_eq(parts[1], v1) && str_eq(parts[2], areas);
    *allowed = 0;
    const struct route *found = NULL;
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *r = &routes[i];
        bool root = (r->flags & R_ROOT) != 0;
        struct str got[4];
        if (root ? !fits(r->path, parts, n, got) : !below || !fits(r->path, parts + 4, n - 4, got)) continue;
        *allowed |= 1u << r->method;
        if (found == NULL && (r->method == m || (m == M_HEAD && r->method == M_GET))) {
            memcpy(captured, got, sizeof got);
            found = r;
        }
    }
    return found;
}

void http_routes_print(struct buf *out, enum lang lang)
{
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *r = &routes[i];
        buf_pad(out, str_c(method_name(r->method)), 7, false);
        if ((r->flags & R_ROOT) == 0) buf_lit(out, "A");
        buf_pad(out, str_c(r->path), 48, false);
        buf_pad(out, str_c(ask_name(r->ask, lang)), 14, false);
        buf_str(out, str_c(lang == LANG_ZH ? r->zh : r->en));
        buf_char(out, '\n');
    }
}
