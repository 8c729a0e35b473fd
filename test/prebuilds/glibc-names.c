/* What GNU's C++ library takes from glibc by names that musl does not have. Bun for musl
 * needs a C++ library, and Debian has none that was made for musl. Nothing here is seen
 * by the module that is tested: it needs no C++, and none of these names. */
#include <stddef.h>
#include <stdint.h>

char __libc_single_threaded = 0;
uint32_t __cpu_model[4] = {0};

int
getentropy(void *to, size_t len);
unsigned long
getauxval(unsigned long type);
size_t
strftime_l(char *to, size_t len, const char *format, const void *time, void *locale);

int
__cpu_indicator_init(void);
int
__cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *dso);
int
_dl_find_object(void *address, void *result);
size_t
__strftime_l(char *to, size_t len, const char *format, const void *time, void *locale);
uint32_t
arc4random(void);
unsigned long
__getauxval(unsigned long type);

int
__cpu_indicator_init(void) {
  return 0;
}

/* Objects of a thread live as long as the process. */
int
__cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *dso) {
  (void) destroy;
  (void) object;
  (void) dso;
  return 0;
}

/* Not found: the unwinder then asks dl_iterate_phdr, which musl has. */
int
_dl_find_object(void *address, void *result) {
  (void) address;
  (void) result;
  return -1;
}

size_t
__strftime_l(char *to, size_t len, const char *format, const void *time, void *locale) {
  return strftime_l(to, len, format, time, locale);
}

uint32_t
arc4random(void) {
  uint32_t value = 0;

  (void) getentropy(&value, sizeof(value));
  return value;
}

unsigned long
__getauxval(unsigned long type) {
  return getauxval(type);
}
