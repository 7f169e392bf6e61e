#pragma once
#include <stdbool.h>
#include "machine.h"
typedef enum { TESSERA_ISA_GENERIC, TESSERA_ISA_AVX2, TESSERA_ISA_AVX512 } tessera_isa;
typedef struct { int x; } tessera_kernels;
const tessera_kernels *tessera_kernels_for(tessera_isa isa);
bool tessera_flush_denormals(bool on);
