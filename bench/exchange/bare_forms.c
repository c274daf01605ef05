/* bare_forms.c - the least that reading forms can cost: libxml2's tree of each file, and base64 of its photograph.  usage: bare_forms FILE… */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t decode(const char *s, unsigned char *out)
{
    static signed char value[256];
    static int ready;
    if (!ready) {
        memset(value, -1, sizeof value);
        const char *d = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < 64; i++) value[(unsigned char)d[i]] = (signed char)i;
        ready = 1;
    }
    unsigned bits = 0, have = 0;
    size_t n = 0;
    for (; *s != '\0'; s++) {
        int v = value[(unsigned char)*s];
        if (v < 0) continue;
        bits = bits << 6 | (unsigned)v;
        if (++have == 4) {
            out[n++] = (unsigned char)(bits >> 16);
            out[n++] = (unsigned char)(bits >> 8);
            out[n++] = (unsigned char)bits;
            have = bits = 0;
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    size_t total = 0;
    for (int i = 1; i < argc; i++) {
        xmlDocPtr doc = xmlReadFile(argv[i], NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
        if (doc == NULL) return 1;
        for (xmlNodePtr n = xmlDocGetRootElement(doc)->children; n != NULL; n = n->next) {
            if (strcmp((const char *)n->name, "ZhaoPian") != 0) continue;
            xmlChar *text = xmlNodeGetContent(n);
            unsigned char *out = malloc(strlen((const char *)text) + 4);
            if (out == NULL) return 1;
            total += decode((const char *)text, out);
            free(out);
            xmlFree(text);
        }
        xmlFreeDoc(doc);
    }
    printf("%zu\n", total);
    return 0;
}
