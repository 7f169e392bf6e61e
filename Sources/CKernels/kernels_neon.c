#include <math.h>

#include "tables.h"

#if defined(__aarch64__)
#define VL 4
#define MR 6
#define WIDE_MR 4
#define PANEL 3
#define UNROLLED 2
#define NAME "neon"
#define SET tessera_set_neon
#include "body.h"
#endif
