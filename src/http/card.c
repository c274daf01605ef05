/*
 * card.c - client certificates: where phones are banned a card with a certificate stands beside the password, or in its place.
 * TLS asks for one and proves that the caller has its key; here it is held against the authorities that the server was started with, its days, its
 * purpose, and the list of those that were taken back.  Nothing in a header is ever taken for a certificate.
 */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <sys/stat.h>

#include "http/inner.h"

enum { CHAIN_MAX = 8, CRL_MAX = 16 << 20 };

struct cards {
    pthread_mutex_t lock;
    gnutls_x509_trust_list_t trusted;
    char *ca, *crl_path;
    struct timespec crl_at;  /* of the file that was read last */
    off_t crl_size;
    bool crl_good;
};

static enum rc cards_read(struct cards *c, struct err *err)
{
    gnutls_x509_trust_list_t fresh;
    struct stat st;
    if (c->crl_path != NULL && stat(c->crl_path, &st) != 0) {
        c->crl_good = false;
        return err_set(err, &E_http_crl, NO_PLACE, str_c(c->crl_path));
    }
    if (c->trusted != NULL && (c->crl_path == NULL || (c->crl_good && st.st_mtim.tv_sec == c->crl_at.tv_sec && st.st_mtim.tv_nsec == c->crl_at.tv_nsec && st.st_size == c->crl_size))) return RC_OK;
    if (gnutls_x509_trust_list_init(&fresh, 0) < 0) return err_set0(err, &E_no_memory, NO_PLACE);
    gnutls_datum_t ca = {(unsigned char *)c->ca, (unsigned)strlen(c->ca)};
    bool good = gnutls_x509_trust_list_add_trust_mem(fresh, &ca, NULL, GNUTLS_X509_FMT_PEM, 0, 0) > 0;
    enum rc rc = good ? RC_OK : err_set(err, &E_http_tls, NO_PLACE, STR("--client-ca"));
    if (good && c->crl_path != NULL) {
        /* Lists that none of the authorities has signed are not lists. */
        c->crl_good = gnutls_x509_trust_list_add_trust_file(fresh, NULL, c->crl_path, GNUTLS_X509_FMT_PEM, GNUTLS_TL_VERIFY_CRL, 0) > 0;
        c->crl_at = st.st_mtim;
        c->crl_size = st.st_size;
        if (!c->crl_good) rc = err_set(err, &E_http_crl, NO_PLACE, str_c(c->crl_path));
    }
    if (rc != RC_OK) {
        gnutls_x509_trust_list_deinit(fresh, 1);
        return rc;
    }
    if (c->trusted != NULL) gnutls_x509_trust_list_deinit(c->trusted, 1);
    c->trusted = fresh;
    return RC_OK;
}

enum rc cards_open(struct http *h, char *ca, struct str crl, struct err *err)
{
    struct cards *c = calloc(1, sizeof *c);
    if (c == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&c->lock, NULL);
    c->ca = ca;
    if (crl.len > 0) c->crl_path = (char *)(uintptr_t)str_cz(&h->arena, crl);
    h->cards = c;
    return cards_read(c, err);
}

void cards_close(struct http *h)
{
    struct cards *c = h->cards;
    if (c == NULL) return;
    if (c->trusted != NULL) gnutls_x509_trust_list_deinit(c->trusted, 1);
    pthread_mutex_destroy(&c->lock);
    free(c);
    h->cards = NULL;
}

/* Under the lock.  A list of revoked ones that is gone, or is past its day, lets nobody in. */
static bool holds(struct cards *c, gnutls_x509_crt_t *chain, unsigned n)
{
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, .size = 0};
    unsigned status = ~0u;
    struct err none;
    if (cards_read(c, &none) != RC_OK) return false;
    return gnutls_x509_trust_list_verify_crt2(c->trusted, chain, n, &purpose, 1, 0, &status, NULL) >= 0 && status == 0;
}

bool card_shown(struct req *q, struct str *print)
{
    *print = STR("");
    if (q->http->cards == NULL) return false;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(q->conn, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info == NULL || info->tls_session == NULL) return false;
    unsigned n = 0, made = 0;
    const gnutls_datum_t *der = gnutls_certificate_get_peers((gnutls_session_t)info->tls_session, &n);
    gnutls_x509_crt_t chain[CHAIN_MAX];
    if (der == NULL || n == 0) return false;
    for (; made < MIN(n, (unsigned)CHAIN_MAX); made++) {
        if (gnutls_x509_crt_init(&chain[made]) < 0) break;
        if (gnutls_x509_crt_import(chain[made], &der[made], GNUTLS_X509_FMT_DER) < 0) {
            gnutls_x509_crt_deinit(chain[made]);
            break;
        }
    }
    bool good = false;
    if (made > 0) {
        pthread_mutex_lock(&q->http->cards->lock);
        good = holds(q->http->cards, chain, made);
        pthread_mutex_unlock(&q->http->cards->lock);
        *print = area_file_hash(&q->arena, str_of((const char *)der[0].data, der[0].size));
    }
    for (unsigned i = 0; i < made; i++) gnutls_x509_crt_deinit(chain[i]);
    return good;
}

/* What an administrator gives: the certificate itself (PEM), or its fingerprint, with or without colons. */
bool card_print_of(struct arena *a, struct str given, struct str *print)
{
    gnutls_x509_crt_t crt;
    given = str_trim(given);
    if (str_find(given, STR("-----BEGIN CERTIFICATE-----")) != SIZE_MAX) {
        gnutls_datum_t pem = {(unsigned char *)(uintptr_t)given.ptr, (unsigned)given.len}, der = {NULL, 0};
        if (given.len > 1 << 16 || gnutls_x509_crt_init(&crt) < 0) return false;
        bool good = gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM) >= 0 && gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) >= 0;
        if (good) *print = area_file_hash(a, str_of((const char *)der.data, der.size));
        gnutls_free(der.data);
        gnutls_x509_crt_deinit(crt);
        return good;
    }
    char hex[64];
    size_t n = 0;
    for (size_t i = 0; i < given.len; i++) {
        char c = given.ptr[i];
        if (c == ':' || c == ' ') continue;
        if (c >= 'A' && c <= 'F') c = (char)(c - 'A' + 'a');
        if (n == 64 || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
        hex[n++] = c;
    }
    if (n != 64) return false;
    *print = str_dup(a, str_of(hex, 64));
    return true;
}
