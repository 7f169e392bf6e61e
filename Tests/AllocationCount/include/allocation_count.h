#pragma once
/* How often the calling thread has asked for memory: the C library's functions are replaced by ones that count. */
long allocation_count(void);
