/* Included before every source of src/napi in the build with injected faults. Beside it
 * test/faults/run.js writes fault_calls.h: a macro for each function of Node-API that
 * src/napi calls, which asks first whether this call is the one that shall fail. What a
 * failed call would have written to stays as it was; -ftrivial-auto-var-init=pattern
 * makes a use of it crash. */
#ifndef LBST_FAULT_H
#define LBST_FAULT_H

#include <node_api.h>
#include <stdlib.h>

/* napi_ok: go on. Else what the call |name| is to return without having done anything. */
napi_status
lbst_fault_take(napi_env env, const char *name);

/* As malloc() and calloc(); NULL where it is their turn. */
void *
lbst_fault_malloc(size_t size);

void *
lbst_fault_calloc(size_t count, size_t size);

/* As napi_define_properties(), and |object| gets the functions of fault.c too when it is
 * the module that |properties| are of. */
napi_status
lbst_fault_define(napi_env env, napi_value object, size_t count,
                  const napi_property_descriptor *properties);

#include "fault_calls.h"
#define malloc(size)        lbst_fault_malloc(size)
#define calloc(count, size) lbst_fault_calloc(count, size)

#endif /* LBST_FAULT_H */
