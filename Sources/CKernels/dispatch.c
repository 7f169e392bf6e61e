#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "tables.h"

static tessera_kernels tables[TESSERA_ISA_AVX512 + 1];
static bool is_available[TESSERA_ISA_AVX512 + 1];

static void derive(tessera_isa isa, tessera_isa lesser, void (*set)(tessera_kernels *)) {
    tables[isa] = tables[lesser];
    set(&tables[isa]);
    is_available[isa] = true;
}

static void fill(void) {
    derive(TESSERA_ISA_GENERIC, TESSERA_ISA_GENERIC, tessera_set_generic);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        derive(TESSERA_ISA_AVX2, TESSERA_ISA_GENERIC, tessera_set_avx2);
    if (is_available[TESSERA_ISA_AVX2] && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        derive(TESSERA_ISA_AVX512, TESSERA_ISA_AVX2, tessera_set_avx512);
#elif defined(__aarch64__)
    derive(TESSERA_ISA_NEON, TESSERA_ISA_GENERIC, tessera_set_neon);
#endif
}

const tessera_kernels *tessera_kernels_for(tessera_isa isa) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
    return is_available[isa] ? &tables[isa] : NULL;
}

const tessera_kernel_line *tessera_kernel_lines(long *count) {
#define KERNEL(name, element, result, arguments) {#name, #element},
    static const tessera_kernel_line lines[] = {
#include "kernels.def"
    };
#undef KERNEL
    *count = sizeof lines / sizeof *lines;
    return lines;
}

bool tessera_flush_denormals(bool on) {
#if defined(__x86_64__)
    const unsigned bits = 0x8040; /* flush to zero, denormals are zero */
    unsigned control = _mm_getcsr();
    _mm_setcsr(on ? control | bits : control & ~bits);
    return (control & bits) == bits;
#elif defined(__aarch64__)
    const uint64_t bit = 1 << 24; /* FPCR.FZ: both */
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(on ? control | bit : control & ~bit));
    return control & bit;
#else
    (void)on;
    return false;
#endif
}
