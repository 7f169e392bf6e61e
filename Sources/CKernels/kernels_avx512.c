#include <math.h>

#include "tables.h"

#if defined(__x86_64__)
#define VL 16
#define MR 8
#define WIDE_MR 6
#define PANEL 4
#define UNROLLED 4
#define NAME "avx512"
#define SET tessera_set_avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))),                   \
                             apply_to = function)
#include "body.h"
#pragma clang attribute pop
#endif
