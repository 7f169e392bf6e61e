#include <stddef.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "ckernels.h"

extern const tessera_kernels tessera_table_generic;
#if defined(__x86_64__)
extern const tessera_kernels tessera_table_avx2, tessera_table_avx512;
#endif

const tessera_kernels *tessera_kernels_for(tessera_isa isa) {
    switch (isa) {
    case TESSERA_ISA_GENERIC: return &tessera_table_generic;
#if defined(__x86_64__)
    case TESSERA_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &tessera_table_avx2 : NULL;
    case TESSERA_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
                   ? &tessera_table_avx512
                   : NULL;
#endif
    default: return NULL;
    }
}

bool tessera_flush_denormals(bool on) {
#if defined(__x86_64__)
    const unsigned bits = 0x8040; /* flush to zero, denormals are zero */
    unsigned control = _mm_getcsr();
    _mm_setcsr(on ? control | bits : control & ~bits);
    return (control & bits) == bits;
#else
    (void)on;
    return false;
#endif
}
