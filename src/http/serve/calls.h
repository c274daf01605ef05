/* calls.h - what the library calls: its types are its own, so only the files that know it include this. */
#ifndef GUIJU_HTTP_CALLS_H
#define GUIJU_HTTP_CALLS_H

#include <microhttpd.h>

/* server.c */
void *on_url(void *cls, const char *uri, struct MHD_Connection *c);
enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data, size_t *size, void **ctx);
void on_completed(void *cls, struct MHD_Connection *c, void **ctx, enum MHD_RequestTerminationCode code);
void *worker_main(void *arg);
/* link.c */
void links_notify(void *cls, struct MHD_Connection *c, void **ctx, enum MHD_ConnectionNotificationCode code);

#endif
