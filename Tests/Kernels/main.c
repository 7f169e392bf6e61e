/* Runs every case with every instruction set of this machine: what Tools/test-neon builds for another one. */
#include <stdio.h>

#include "kernel_cases.h"

static long run_all(const tessera_kernels *table) {
    long count, failures = 0;
    const tessera_kernel_line *lines = tessera_kernel_lines(&count);
    for (long i = 0; i < count; i++) {
        char message[KERNEL_CASE_MESSAGE] = "no case in Tests/Kernels";
        printf("%s %s %s: ", table->name, lines[i].element, lines[i].name);
        fflush(stdout);
        const long wrong = kernel_case_exists(lines[i].name) ? kernel_case_run(lines[i].name, table, message) : 1;
        if (wrong)
            printf("%ld wrong; %s\n", wrong, message);
        else
            printf("passed\n");
        failures += wrong > 0;
    }
    return failures;
}

static bool is_zero(void) {
    volatile float denormal = 1e-39f, half = 0.5f, product = denormal * half;
    return product == 0;
}

static bool flushes(void) {
    const bool was_on = tessera_flush_denormals(true), flushed = is_zero();
    const bool is_on = tessera_flush_denormals(was_on);
    return !was_on && flushed && is_on && !is_zero();
}

int main(void) {
    long failures = 0;
    for (int isa = TESSERA_ISA_GENERIC; isa <= TESSERA_ISA_AVX512; isa++) {
        const tessera_kernels *table = tessera_kernels_for((tessera_isa)isa);
        if (table) failures += run_all(table);
    }
    if (!flushes()) {
        printf("denormals are not flushed, or not kept again\n");
        failures++;
    }
    if (failures)
        printf("error: %ld failed\n", failures);
    else
        printf("all passed\n");
    return failures > 0;
}
