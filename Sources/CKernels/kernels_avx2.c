#include <math.h>

#include "ckernels.h"

#if defined(__x86_64__)
#define VL 8
#define MR 6
#define PANEL 2
#define UNROLLED 2
#define NAME "avx2"
#define TABLE tessera_table_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "body.h"
#pragma clang attribute pop
#endif
