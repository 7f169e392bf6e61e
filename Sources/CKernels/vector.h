/* Vectors of VL floats, by clang's vector extension. The including file has set VL and the target attribute. */
#pragma clang fp contract(fast)

typedef float VEC __attribute__((vector_size(VL * 4)));
typedef float VECU __attribute__((vector_size(VL * 4), aligned(4)));
typedef int IVEC __attribute__((vector_size(VL * 4)));

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

INLINE VEC load(const float *p) { return *(const VECU *)p; }
INLINE void store(float *p, VEC v) { *(VECU *)p = v; }
INLINE VEC splat(float x) { return x - (VEC){0}; }
/* a where the lanes of mask are set, else b. */
INLINE VEC choose(IVEC mask, VEC a, VEC b) { return (VEC)(((IVEC)a & mask) | ((IVEC)b & ~mask)); }
/* NaN stays NaN: a comparison with NaN is false and keeps x. */
INLINE VEC clamp(VEC x, VEC low, VEC high) {
    x = choose(x < low, low, x);
    return choose(x > high, high, x);
}
INLINE float clamp_one(float x, float low, float high) {
    x = x < low ? low : x;
    return x > high ? high : x;
}
/* The first n < VL elements. */
INLINE void store_part(float *p, VEC v, long n) {
    for (long i = 0; i < n; i++) p[i] = v[i];
}
