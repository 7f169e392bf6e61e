#include <math.h>

#include "tables.h"

#define VL 4
#define MR 4
#define WIDE_MR 2
#define PANEL 2
#define UNROLLED 1
#define NAME "generic"
#define SET tessera_set_generic
#include "body.h"
