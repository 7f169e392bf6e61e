#pragma once
/* A case for every kernel of the manifest: its results at sizes below, at and above vector, tile and panel, against a
 * plain definition in double. Operands are whole numbers of eighths wherever sums of them are exact, so that most
 * results have to be equal. */
#include <stdbool.h>

#include "ckernels.h"

/* Whether the kernel has a case. */
bool kernel_case_exists(const char *kernel);

/* Runs the case of a kernel of `table`; the number of wrong results. `message` (KERNEL_CASE_MESSAGE bytes) describes
 * the first. */
long kernel_case_run(const char *kernel, const tessera_kernels *table, char *message);

#define KERNEL_CASE_MESSAGE 300
