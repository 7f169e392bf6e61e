#include <math.h>

#include "ckernels.h"

#define VL 4
#define MR 4
#define PANEL 2
#define UNROLLED 1
#define NAME "generic"
#define TABLE tessera_table_generic
#include "body.h"
