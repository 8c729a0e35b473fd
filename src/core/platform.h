#ifndef LBST_PLATFORM_H
#define LBST_PLATFORM_H

#include <stddef.h>

/* A platform that every process on it can tell by its environment. */
typedef struct lbst_platform_s {
  const char *variable; /* that its documentation says is set there */
  const char *name;
  const char *lb;   /* the id of its router, whose idle timeout is known; or NULL */
  const char *hint; /* how to make certain what stands in front; NULL with |lb| */
} lbst_platform_t;

/* How many platforms are known. */
size_t
lbst_platform_count(void);

/* Platform |index| in the order in which to look, or NULL. Static storage. */
const lbst_platform_t *
lbst_platform_at(size_t index);

/* The platform whose variable is exactly the |len| bytes at |variable|, or NULL. */
const lbst_platform_t *
lbst_platform_find(const char *variable, size_t len);

#endif /* LBST_PLATFORM_H */
