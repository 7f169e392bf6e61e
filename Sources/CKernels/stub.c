#include "ckernels.h"
static tessera_kernels k;
const tessera_kernels *tessera_kernels_for(tessera_isa isa) { return &k; }
bool tessera_flush_denormals(bool on) { return on; }
