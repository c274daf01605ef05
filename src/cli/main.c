/* main.c - the guiju command: which command is meant, its words and options, help. */
#include <locale.h>

#include "cli/inner.h"

static const struct command_kind commands[] = {
#define COMMAND(name, run, options, min, max, usage, zh, en) {name, run, options, min, max, usage, zh, en},
#include "cli/commands.def"
#undef COMMAND
};

const char *say(const struct cli *c, const char *zh, const char *en) { return c->lang == LANG_ZH ? zh : en; }

bool cli_option(const struct cli *c, const char *name, struct str *out)
{
    for (size_t i = 0; i < c->options_count; i++)
        if (str_eq(c->options[i].name, str_c(name))) {
            if (out != NULL) *out = c->options[i].value;
            return true;
        }
    return false;
}

bool cli_flag(const struct cli *c, const char *name) { return cli_option(c, name, NULL); }

static void print_statuses(enum lang lang)
{
    puts(lang == LANG_ZH ? "退出状态：0 完成；1 发现错误或不符（检查、试验、研判 --fail-on）；2 用法不对；3 被拒绝，什么也没有改变；"
                           "4 数据损坏；5 系统原因（磁盘、权限、内存、被占用）"
                         : "Exit status: 0 done; 1 mistakes or findings (check, test, judge --fail-on); 2 usage; 3 refused, nothing "
                           "changed; 4 data damaged; 5 the system (disk, permission, memory, busy)");
}

/* Is this the command meant by the group's name ("pack"), which may be empty for all? */
static bool in_group(const struct command_kind *k, struct str group)
{
    struct str name = str_c(k->name);
    return group.len == 0 || (str_starts(name, group) && name.len > group.len && name.ptr[group.len] == ' ');
}

static bool is_group(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (word.len > 0 && in_group(&commands[i], word)) return true;
    return false;
}

static void put_commands(struct str group, enum lang lang, FILE *to)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (!in_group(&commands[i], group)) continue;
        buf_lit(&b, "  ");
        buf_pad(&b, str_c(commands[i].name), 20, false);
        buf_str(&b, str_c(lang == LANG_ZH ? commands[i].zh : commands[i].en));
        buf_char(&b, '\n');
    }
    struct str s = buf_view(&b);
    fwrite(s.ptr, 1, s.len, to);
    buf_fini(&b);
}

static void help_all(struct str group, enum lang lang)
{
    puts(lang == LANG_ZH ? "规矩（guiju）：台账、规则、研判、纪实\n\n用法：guiju 命令 …\n" : "guiju: registers, rules, findings, journal\n\nUsage: guiju COMMAND ...\n");
    put_commands(group, lang, stdout);
    puts(lang == LANG_ZH ? "\n每条命令都可加 --help。" : "\nEvery command takes --help.");
    print_statuses(lang);
}

static void help_one(const struct command_kind *k, enum lang lang)
{
    printf("%s\n\n%s guiju %s %s\n\n", lang == LANG_ZH ? k->zh : k->en, lang == LANG_ZH ? "用法：" : "Usage:", k->name, k->usage);
    print_statuses(lang);
}

/* The command whose name the first one or two words are. */
static const struct command_kind *find_command(int argc, char **argv, int *used)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        struct str name = str_c(commands[i].name);
        size_t blank = str_find_char(name, ' ');
        if (blank == SIZE_MAX) {
            if (!str_eq(name, str_c(argv[1]))) continue;
            *used = 2;
            return &commands[i];
        }
        if (argc < 3 || !str_eq(str_sub(name, 0, blank), str_c(argv[1])) || !str_eq(str_sub(name, blank + 1, name.len), str_c(argv[2])))
            continue;
        *used = 3;
        return &commands[i];
    }
    return NULL;
}

static int unknown_command(struct cli *c, struct str first, struct str second)
{
    struct str names[ARRAY_LEN(commands)];
    char both[64];
    bool group = is_group(first);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) names[i] = str_c(commands[i].name);
    int len = group && second.len > 0 ? snprintf(both, sizeof both, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(second)) : 0;
    struct str word = len > 0 && (size_t)len < sizeof both ? str_of(both, (size_t)len) : first;
    if (group && second.len == 0) {
        fprintf(stderr, say(c, STR_FMT " 后面还要有一个词：\n", STR_FMT " wants another word:\n"), STR_ARG(first));
        put_commands(first, c->lang, stderr);
        return EXIT_USAGE;
    }
    struct str near = nearest_name(word, ARRAY_LEN(commands), names);
    fprintf(stderr, say(c, "没有命令“" STR_FMT "”", "there is no command \"" STR_FMT "\""), STR_ARG(word));
    if (near.len > 0) fprintf(stderr, say(c, "；最接近的是 " STR_FMT, "; the nearest is " STR_FMT), STR_ARG(near));
    fputs(say(c, "。guiju --help 列出全部命令\n", ". guiju --help lists them all\n"), stderr);
    if (group && near.len == 0) put_commands(first, c->lang, stderr);
    return EXIT_USAGE;
}

/* Does the command know this option, and does it want a value? */
static bool option_known(const struct command_kind *k, struct str name, bool *wants)
{
    struct str list = str_c(k->options);
    for (size_t from = 0; from < list.len;) {
        size_t to = from;
        while (to < list.len && list.ptr[to] != ' ') to++;
        struct str one = str_sub(list, from, to);
        *wants = str_ends(one, STR("="));
        if (str_eq(*wants ? str_sub(one, 0, one.len - 1) : one, name)) return true;
        from = to + 1;
    }
    return false;
}

static int unknown_option(struct cli *c, struct str name)
{
    struct str known[16], list = str_c(c->command->options);
    size_t n = 0;
    fprintf(stderr, say(c, "命令 %s 没有选项 --" STR_FMT, "%s has no option --" STR_FMT), c->command->name, STR_ARG(name));
    for (size_t from = 0; from < list.len && n < ARRAY_LEN(known);) {
        size_t to = from;
        while (to < list.len && list.ptr[to] != ' ') to++;
        struct str one = str_sub(list, from, to);
        known[n++] = str_ends(one, STR("=")) ? str_sub(one, 0, one.len - 1) : one;
        from = to + 1;
    }
    struct str near = nearest_name(name, n, known);
    if (near.len > 0) fprintf(stderr, say(c, "；最接近的是 --" STR_FMT, "; the nearest is --" STR_FMT), STR_ARG(near));
    fputs(n == 0 ? say(c, "；它没有选项", "; it knows none") : say(c, "；可用的：", "; it knows:"), stderr);
    for (size_t i = 0; i < n; i++) fprintf(stderr, " --" STR_FMT, STR_ARG(known[i]));
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int take_option(struct cli *c, int argc, char **argv, int *at)
{
    struct str word = str_c(argv[*at]), name = str_sub(word, str_starts(word, STR("--")) ? 2 : 1, word.len), value = STR("");
    size_t eq = str_find_char(name, '=');
    bool wants = false, given = eq != SIZE_MAX;
    if (given) {
        value = str_sub(name, eq + 1, name.len);
        name = str_sub(name, 0, eq);
    }
    if (!option_known(c->command, name, &wants)) return unknown_option(c, name);
    if (given && !wants) {
        fprintf(stderr, say(c, "选项 --" STR_FMT " 不带值\n", "--" STR_FMT " takes no value\n"), STR_ARG(name));
        return EXIT_USAGE;
    }
    static const struct str repeated[] = {STR_INIT("pack"), STR_INIT("field"), STR_INIT("with"), STR_INIT("line"), STR_INIT("vote"), STR_INIT("sign"), STR_INIT("reason"),
                                          STR_INIT("candidate"), STR_INIT("codes"), STR_INIT("teller"), STR_INIT("papers"), STR_INIT("voter"), STR_INIT("opinion"), STR_INIT("defer"), STR_INIT("taken"), STR_INIT("file")};
    bool many = false;
    for (size_t i = 0; i < ARRAY_LEN(repeated); i++) many = many || str_eq(name, repeated[i]);
    if (wants && !many && cli_option(c, str_cz(&c->arena, name), NULL)) {
        fprintf(stderr, say(c, "选项 --" STR_FMT " 写了两次\n", "--" STR_FMT " is given twice\n"), STR_ARG(name));
        return EXIT_USAGE;
    }
    if (wants && !given) {
        if (*at + 1 >= argc) return usage(c, "选项后面缺值", "the option wants a value");
        value = str_c(argv[++*at]);
    }
    if (c->options_count == ARRAY_LEN(c->options)) return usage(c, "选项太多", "too many options");
    c->options[c->options_count].name = name;
    c->options[c->options_count++].value = value;
    /* --pack DIR DIR …: the words that follow belong to it too. */
    if (str_eq(name, STR("pack")) && wants)
        while (*at + 1 < argc && argv[*at + 1][0] != '-' && c->options_count < ARRAY_LEN(c->options) && c->words_count >= c->command->words_max) {
            c->options[c->options_count].name = name;
            c->options[c->options_count++].value = str_c(argv[++*at]);
        }
    return EXIT_DONE;
}

static int parse_words(struct cli *c, int argc, char **argv, int at)
{
    bool options = true;
    for (; at < argc; at++) {
        struct str word = str_c(argv[at]);
        if (options && str_eq(word, STR("--"))) {
            options = false;
        } else if (options && (str_starts(word, STR("--")) || str_eq(word, STR("-o")))) {
            int status = take_option(c, argc, argv, &at);
            if (status != EXIT_DONE) return status;
        } else {
            if (c->words_count == ARGS_MAX) return usage(c, "参数太多", "too many words");
            c->words[c->words_count++] = word;
        }
    }
    if (c->words_count < c->command->words_min) return usage(c, "缺少参数", "something is missing");
    if (c->words_count > c->command->words_max) return usage(c, "参数太多", "too many words");
    return EXIT_DONE;
}

int usage(const struct cli *c, const char *zh, const char *en)
{
    fprintf(stderr, "%s\n%s guiju %s %s\n", say(c, zh, en), say(c, "用法：", "usage:"), c->command->name, c->command->usage);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    /* Only messages and character widths follow the locale; numbers never do. */
    setlocale(LC_CTYPE, "");
    struct cli *c = calloc(1, sizeof *c);
    if (c == NULL) return EXIT_SYSTEM;
    c->lang = lang_from_env();
    int status = EXIT_DONE, used = 0;
    bool wants_help = false;
    for (int i = 1; i < argc && !str_eq(str_c(argv[i]), STR("--")); i++) wants_help = wants_help || str_eq(str_c(argv[i]), STR("--help"));
    if (argc < 2 || (wants_help && argv[1][0] == '-') || str_eq(str_c(argc > 1 ? argv[1] : ""), STR("help")) ||
        str_eq(str_c(argc > 1 ? argv[1] : ""), STR("-h"))) {
        help_all(STR(""), c->lang);
        status = argc < 2 ? EXIT_USAGE : EXIT_DONE;
    } else if (str_eq(str_c(argv[1]), STR("--version"))) {
        puts("guiju " GUIJU_VERSION);
    } else if ((c->command = find_command(argc, argv, &used)) == NULL) {
        struct str first = str_c(argv[1]);
        if (wants_help)
            help_all(is_group(first) ? first : STR(""), c->lang);
        else
            status = unknown_command(c, first, str_c(argc > 2 ? argv[2] : ""));
    } else if (wants_help) {
        help_one(c->command, c->lang);
    } else {
        arena_init(&c->arena, (size_t)8 << 30);
        status = parse_words(c, argc, argv, used);
        if (status == EXIT_DONE) status = c->command->run(c);
        arena_fini(&c->arena);
    }
    if (fflush(stdout) != 0 && status == EXIT_DONE) status = EXIT_SYSTEM;
    free(c);
    return status;
}
