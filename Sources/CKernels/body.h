/* All families for one instruction set. The including file sets VL (floats a vector), MR and WIDE_MR (pixels a tile),
 * PANEL (most vectors of columns a tile), UNROLLED (steps of the inner loop), NAME and SET (the function that overrides
 * the lines of a table), inside a pragma that sets the target. */
#include "vector.h"

#include "vector_math.h"

#include "gemm.h"

#include "depthwise.h"

#include "pooling.h"

#include "norm.h"

#include "elementwise.h"

#include "rows.h"

#include "peak.h"

#include "winograd.h"

void SET(tessera_kernels *table) {
    table->name = NAME;
    table->vector = VL;
    table->panel = PANEL;
#define KERNEL(name, element, result, arguments) table->name = name;
#include "kernels.def"
#undef KERNEL
}
