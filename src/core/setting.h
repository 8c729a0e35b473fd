#ifndef LBST_SETTING_H
#define LBST_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LBST_TIMEOUT_MS_MAX 2147483647u /* past this, a Node timer fires after 1 ms */

/* The properties of a server that rule how long a connection lives. */
#define LBST_PROP_MAP(XX)                                                                \
  XX(KEEP_ALIVE, "keepAliveTimeout")                                                     \
  XX(HEADERS, "headersTimeout")                                                          \
  XX(REQUEST, "requestTimeout")                                                          \
  XX(SOCKET, "timeout")                                                                  \
  XX(BUFFER, "keepAliveTimeoutBuffer")                                                   \
  XX(CHECK, "connectionsCheckingInterval")

typedef enum lbst_prop_e {
#define XX(name, text) LBST_PROP_##name,
  LBST_PROP_MAP(XX)
#undef XX
    LBST_PROP_COUNT
} lbst_prop_t;

/* What a property was found to hold. Node reads all but MS in a way that its writer did
 * not mean, differently by version (node.def: idle?, limit?). */
typedef enum lbst_setting_kind_e {
  LBST_SETTING_ABSENT,  /* undefined */
  LBST_SETTING_MS,      /* a number >= 0, finite */
  LBST_SETTING_TEXT_MS, /* a string that spells such a number, as an environment does */
  LBST_SETTING_NOT_NUMBER, /* any other value that is no number */
  LBST_SETTING_NOT_FINITE, /* NaN, Infinity, -Infinity */
  LBST_SETTING_NEGATIVE,
} lbst_setting_kind_t;

typedef struct lbst_setting_s {
  lbst_setting_kind_t kind;
  uint32_t ms; /* of MS and TEXT_MS; 0 otherwise. 0 ms means "off" */
} lbst_setting_t;

/* What the server holds, by lbst_prop_t. */
typedef struct lbst_settings_s {
  lbst_setting_t prop[LBST_PROP_COUNT];
} lbst_settings_t;

/* The milliseconds that a limit (headersTimeout, requestTimeout) of |value| lasts: Node's
 * C++ reads the JavaScript number into a uint32_t: 0.5 is off, and 2^32 + 5 is 5. */
uint32_t
lbst_setting_limit_ms(double value);

/* The setting that the JavaScript number |value| makes in |prop|. A limit is read as
 * above. Of what is a timer's duration fractions are cut off, but a part of 1 ms is 1 ms,
 * and all past UINT32_MAX is UINT32_MAX. */
lbst_setting_t
lbst_setting_from_number(lbst_prop_t prop, double value);

/* The setting that the |len| bytes at |text| make, a string where a number belongs:
 * TEXT_MS when it spells a decimal number >= 0 (blanks around it and a fraction are fine;
 * a part of 1 ms is 1 ms), else NOT_NUMBER. */
lbst_setting_t
lbst_setting_from_text(const char *text, size_t len);

/* Does Node do with this setting what its writer meant? True for ABSENT and MS. */
bool
lbst_setting_usable(lbst_setting_t setting);

/* Node's name of the property ("keepAliveTimeout"). Never NULL. Static storage. */
const char *
lbst_prop_name(lbst_prop_t prop);

#endif /* LBST_SETTING_H */
