/* All families for one instruction set. The including file sets VL (floats a vector), MR (pixels a tile), PANEL (most
 * vectors of columns a tile), UNROLLED (steps of the inner loop) and TABLE (the symbol of the table), inside a pragma
 * that sets the target. */
#include "vector.h"

#include "gemm.h"

#include "depthwise.h"

#include "pooling.h"

#include "norm.h"

#include "elementwise.h"

#define KERNEL(name, result, arguments) .name = name,
const tessera_kernels TABLE = {
    .name = NAME,
    .vector = VL,
    .panel = PANEL,
#include "kernels.def"
};
#undef KERNEL
