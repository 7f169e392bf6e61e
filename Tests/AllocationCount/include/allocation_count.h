#pragma once
#include <stdbool.h>

/* How often the calling thread has asked for memory: the C library's functions are replaced by ones that count. */
long allocation_count(void);

/* False in builds with a sanitizer. */
bool allocations_are_counted(void);
