#pragma once
/* What every instruction set's file gives: a function that overrides lines of a table, which begins as the copy of a
 * lesser set's. It is compiled for the set, so it is called only where the machine has it. GEMM and its `vector` and
 * `panel` go together. */
#include "ckernels.h"

void tessera_set_generic(tessera_kernels *table);
void tessera_set_neon(tessera_kernels *table);
void tessera_set_avx2(tessera_kernels *table);
void tessera_set_avx512(tessera_kernels *table);
