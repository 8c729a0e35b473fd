#ifndef LBST_STATUS_H
#define LBST_STATUS_H

#include <stddef.h>

/* Which JavaScript class an error of this code belongs to. */
typedef enum lbst_error_class_e {
  LBST_CLASS_ERROR,
  LBST_CLASS_TYPE_ERROR,
  LBST_CLASS_RANGE_ERROR,
} lbst_error_class_t;

/* Every way in which a call of this package can end: name, class, and the sentence that
 * says what is wrong when nothing more precise is known. A new failure is one new row;
 * JavaScript learns codes and classes from this table. The codes are part of the public
 * API: a row may be added, never renamed. */
#define LBST_STATUS_MAP(XX)                                                              \
  XX(E_NOT_A_SERVER, TYPE_ERROR, "not an http, https or http2 server")                   \
  XX(E_INVALID_TYPE, TYPE_ERROR, "a value has the wrong type")                           \
  XX(E_OUT_OF_RANGE, RANGE_ERROR, "a value is out of range")                             \
  XX(E_LOOKS_LIKE_SECONDS, RANGE_ERROR, "a duration was given in seconds, not ms")       \
  XX(E_UNKNOWN_OPTION, TYPE_ERROR, "there is no such option")                            \
  XX(E_UNKNOWN_LB, RANGE_ERROR, "there is no such load balancer in the catalogue")       \
  XX(E_NO_IDLE_TIMEOUT, ERROR, "the load balancer's idle timeout is not known")          \
  XX(E_CONFLICT, TYPE_ERROR, "two options contradict each other")                        \
  XX(E_TOO_LONG, RANGE_ERROR, "a timeout would exceed 2147483647 ms, Node's longest")    \
  XX(E_UNKNOWN_FORMAT, RANGE_ERROR, "not a format of metadata this package knows")       \
  XX(E_BAD_METADATA, ERROR, "the metadata cannot be read")                               \
  XX(E_METADATA_TOO_BIG, RANGE_ERROR, "the metadata is too big to be read")              \
  XX(E_UNKNOWN_NODE, RANGE_ERROR, "not a Node.js version this package knows")            \
  XX(E_UNKNOWN_EVENT, RANGE_ERROR, "a connection has no such event")                     \
  XX(E_EVENT_ORDER, ERROR, "an event came where it cannot happen")                       \
  XX(E_TIME_ORDER, RANGE_ERROR, "time ran backwards")                                    \
  XX(E_UNKNOWN_COMMAND, RANGE_ERROR, "there is no such command")                         \
  XX(E_UNREACHABLE, ERROR, "the server cannot be reached")                               \
  XX(E_WRITE_REFUSED, ERROR, "the server did not take the value written to it")          \
  XX(E_UNSUPPORTED, ERROR, "not supported here")                                         \
  XX(E_LOG_FORMAT, RANGE_ERROR, "the log's format is not one this package can read")     \
  XX(E_NATIVE_MISSING, ERROR, "the native module could not be loaded")                   \
  XX(E_NATIVE_FAILED, ERROR, "the native module got no memory, or Node refused a call")

typedef enum lbst_status_e {
  LBST_OK = 0,
#define XX(name, cls, text) LBST_##name,
  LBST_STATUS_MAP(XX)
#undef XX
    LBST_STATUS_COUNT
} lbst_status_t;

/* The code as callers see it ("LBST_E_UNKNOWN_LB"). Never NULL; "LBST_E_?" for a value
 * that is no status. Static storage. */
const char *
lbst_status_name(lbst_status_t status);

/* The sentence of the row. Never NULL. Static storage. */
const char *
lbst_status_text(lbst_status_t status);

/* The class of the row; LBST_CLASS_ERROR for a value that is no status. */
lbst_error_class_t
lbst_status_class(lbst_status_t status);

/* "Error", "TypeError" or "RangeError". Static storage. */
const char *
lbst_error_class_name(lbst_error_class_t error_class);

#endif /* LBST_STATUS_H */
