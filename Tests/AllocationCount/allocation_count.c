#include "allocation_count.h"

#include <errno.h>
#include <stddef.h>

static _Thread_local long count;

long allocation_count(void) { return count; }

/* Sanitizers replace them by theirs. */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
bool allocations_are_counted(void) { return false; }
#else
bool allocations_are_counted(void) { return true; }

/* glibc's own, below the replacements. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

void *malloc(size_t size) {
    count++;
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count++;
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count++;
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    *memory = memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

void free(void *memory) { __libc_free(memory); }
#endif
