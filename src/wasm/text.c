/* WebAssembly has no C library: the few functions of string.h and stdio.h that the
 * sources use. Compiled with -fno-builtin, or a loop would become a call of the function
 * itself. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *
memcpy(void *restrict to, const void *restrict from, size_t len) {
  return memmove(to, from, len);
}

void *
memmove(void *to, const void *from, size_t len) {
  __builtin_memmove(to, from, len); /* one instruction, by -mbulk-memory */
  return to;
}

void *
memset(void *at, int byte, size_t len) {
  __builtin_memset(at, byte, len); /* as above */
  return at;
}

int
memcmp(const void *a, const void *b, size_t len) {
  const unsigned char *x = a;
  const unsigned char *y = b;

  for (; len > 0; len--, x++, y++) {
    if (*x != *y) return *x < *y ? -1 : 1;
  }
  return 0;
}

void *
memchr(const void *at, int byte, size_t len) {
  const unsigned char *x = at;

  for (; len > 0; len--, x++) {
    if (*x == (unsigned char) byte) return (void *) x;
  }
  return NULL;
}

size_t
strlen(const char *text) {
  const char *end = text;

  while (*end != '\0')
    end++;
  return (size_t) (end - text);
}

int
strcmp(const char *a, const char *b) {
  while (*a != '\0' && *a == *b) {
    a++;
    b++;
  }
  return (int) (unsigned char) *a - (int) (unsigned char) *b;
}

char *
strchr(const char *text, int byte) {
  for (; *text != (char) byte; text++) {
    if (*text == '\0') return NULL;
  }
  return (char *) text;
}

/* What snprintf has written: |len| counts on where the buffer ends. */
typedef struct lbst_print_s {
  char *buffer;
  size_t size;
  size_t len;
} lbst_print_t;

static void
put(lbst_print_t *print, char byte) {
  if (print->len + 1 < print->size) print->buffer[print->len] = byte;
  print->len++;
}

static void
put_number(lbst_print_t *print, unsigned number) {
  char digits[10]; /* of UINT32_MAX */
  size_t count = 0;

  do {
    digits[count++] = (char) ('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count > 0)
    put(print, digits[--count]);
}

int
snprintf(char *restrict buffer, size_t size, const char *restrict format, ...) {
  lbst_print_t print = {buffer, size, 0};
  const char *text;
  va_list args;

  va_start(args, format);
  for (; *format != '\0'; format++) {
    if (*format != '%') {
      put(&print, *format);
      continue;
    }
    switch (*++format) {
    case 's':
      for (text = va_arg(args, const char *); *text != '\0'; text++)
        put(&print, *text);
      break;
    case 'u': put_number(&print, va_arg(args, unsigned)); break;
    case '%': put(&print, '%'); break;
    default: __builtin_trap(); /* a conversion that is missing here: never in silence */
    }
  }
  va_end(args);
  if (size > 0) buffer[print.len < size ? print.len : size - 1] = '\0';
  return (int) print.len;
}
