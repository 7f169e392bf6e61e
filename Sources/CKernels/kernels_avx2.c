#include <math.h>

#include "tables.h"

#if defined(__x86_64__)
#define VL 8
#define MR 6
#define WIDE_MR 2
#define PANEL 2
#define UNROLLED 2
#define NAME "avx2"
#define SET tessera_set_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "body.h"
#pragma clang attribute pop
#endif
