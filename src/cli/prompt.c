/* prompt.c - reading a line from a terminal: raw mode for the time of one line, redrawn as a whole at each key. */
#include "cli/prompt.h"

#include <sys/ioctl.h>
#include <unistd.h>

void prompt_init(struct prompt *p)
{
    p->len = p->at = p->history_count = p->shown = 0;
}

void prompt_fini(struct prompt *p)
{
    for (size_t i = 0; i < p->history_count; i++) free((void *)(uintptr_t)p->history[i].ptr);
    p->history_count = 0;
}

static struct str text_of(const struct prompt *p) { return str_of(p->line, p->len); }

static size_t step_back(const struct prompt *p, size_t at)
{
    if (at > 0) at--;
    while (at > 0 && ((unsigned char)p->line[at] & 0xC0) == 0x80) at--;
    return at;
}

static size_t step_on(const struct prompt *p, size_t at)
{
    if (at < p->len) (void)utf8_next(text_of(p), &at);
    return at;
}

/* What fits on the line, with the cursor in sight: a long text slides under the prompt. */
static void draw(const struct prompt *p, const char *mark)
{
    struct winsize size = {0};
    size_t columns = 80, from = 0, to;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 8) columns = size.ws_col;
    size_t room = columns - str_width(str_c(mark)) - 1;
    while (str_width(str_sub(text_of(p), from, p->at)) > room) from = step_on(p, from);
    for (to = p->at; to < p->len; to = step_on(p, to))
        if (str_width(str_sub(text_of(p), from, step_on(p, to))) > room) break;
    struct str seen = str_sub(text_of(p), from, to);
    (void)printf("\r%s" STR_FMT "\x1b[K", mark, STR_ARG(seen));
    size_t back = str_width(str_sub(text_of(p), p->at, to));
    if (back > 0) (void)printf("\x1b[%zuD", back);
    (void)fflush(stdout);
}

static void put(struct prompt *p, const char *bytes, size_t n)
{
    if (p->len + n >= sizeof p->line) return;
    memmove(p->line + p->at + n, p->line + p->at, p->len - p->at);
    memcpy(p->line + p->at, bytes, n);
    p->len += n;
    p->at += n;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
    memmove(p->line + from, p->line + to, p->len - to);
    p->len -= to - from;
    p->at = from;
}

static void recall(struct prompt *p, bool older)
{
    if (older ? p->shown == 0 : p->shown >= p->history_count) return;
    p->shown = older ? p->shown - 1 : p->shown + 1;
    struct str s = p->shown < p->history_count ? p->history[p->shown] : STR("");
    if (s.len > 0) memcpy(p->line, s.ptr, s.len);
    p->len = p->at = s.len;
}

static void remember(struct prompt *p)
{
    struct str s = text_of(p);
    if (s.len == 0 || (p->history_count > 0 && str_eq(p->history[p->history_count - 1], s))) return;
    char *copy = malloc(s.len);
    if (copy == NULL) return; /* a line that is not remembered harms nobody */
    memcpy(copy, s.ptr, s.len);
    if (p->history_count == PROMPT_HISTORY_MAX) {
        free((void *)(uintptr_t)p->history[0].ptr);
        memmove(p->history, p->history + 1, (PROMPT_HISTORY_MAX - 1) * sizeof p->history[0]);
        p->history_count--;
    }
    p->history[p->history_count++] = str_of(copy, s.len);
}

static int byte_in(void)
{
    unsigned char c;
    return read(STDIN_FILENO, &c, 1) == 1 ? c : -1;
}

/* What follows Esc: [A, [3~, OH … */
static void escape(struct prompt *p)
{
    int kind = byte_in(), c = kind == '[' || kind == 'O' ? byte_in() : -1, number = 0;
    while (c >= '0' && c <= '9') {
        number = number < 100 ? number * 10 + (c - '0') : number;
        c = byte_in();
    }
    while (c == ';' || (c >= '0' && c <= '9')) c = byte_in(); /* with a key held down */
    if (c == 'A') recall(p, true);
    if (c == 'B') recall(p, false);
    if (c == 'C') p->at = step_on(p, p->at);
    if (c == 'D') p->at = step_back(p, p->at);
    if (c == 'H' || (c == '~' && (number == 1 || number == 7))) p->at = 0;
    if (c == 'F' || (c == '~' && (number == 4 || number == 8))) p->at = p->len;
    if (c == '~' && number == 3 && p->at < p->len) cut(p, p->at, step_on(p, p->at));
}

enum key { KEY_GO_ON, KEY_LINE, KEY_DROP, KEY_END };

static enum key key(struct prompt *p, int c)
{
    char bytes[4] = {(char)c};
    size_t n = 1, more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    switch (c) {
    case '\r': case '\n': return KEY_LINE;
    case 3: return KEY_DROP;
    case -1: return KEY_END;
    case 4:
        if (p->len == 0) return KEY_END;
        if (p->at < p->len) cut(p, p->at, step_on(p, p->at));
        return KEY_GO_ON;
    case 1: p->at = 0; return KEY_GO_ON;
    case 5: p->at = p->len; return KEY_GO_ON;
    case 11: p->len = p->at; return KEY_GO_ON;
    case 21: cut(p, 0, p->at); return KEY_GO_ON;
    case 8: case 127:
        if (p->at > 0) cut(p, step_back(p, p->at), p->at);
        return KEY_GO_ON;
    case 27: escape(p); return KEY_GO_ON;
    case '\t': c = bytes[0] = ' '; break;
    default: break;
    }
    if (c < 32) return KEY_GO_ON;
    for (; n <= more; n++) {
        int next = byte_in();
        if (next < 0) return KEY_END;
        bytes[n] = (char)next;
    }
    if (utf8_ok(str_of(bytes, n), NULL)) put(p, bytes, n);
    return KEY_GO_ON;
}

bool prompt_read(struct prompt *p, const char *mark, struct str *out)
{
    if (tcgetattr(STDIN_FILENO, &p->before) != 0) return false;
    struct termios raw = p->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0) return false;
    p->len = p->at = 0;
    p->shown = p->history_count;
    enum key k = KEY_GO_ON;
    while (k == KEY_GO_ON) {
        draw(p, mark);
        k = key(p, byte_in());
    }
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &p->before);
    (void)printf("\n");
    (void)fflush(stdout);
    if (k == KEY_DROP) p->len = p->at = 0;
    if (k == KEY_LINE) remember(p);
    *out = text_of(p);
    return k != KEY_END;
}
