/* Element-wise kernels: plain loops that the compiler vectorises for the instruction set, and functions of vectors. */

/* y may be one of the operands but never overlaps one otherwise, so iterations are independent. The compiler's own
 * check for overlap would send work in place through a scalar loop. */
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

#define BINARY(NAME, EXPRESSION)                                                                                       \
    case TESSERA_##NAME:                                                                                               \
        INDEPENDENT for (long i = 0; i < n; i++) {                                                                     \
            float p = a[i * a_stride], q = b[i * b_stride];                                                            \
            y[i] = EXPRESSION;                                                                                         \
        }                                                                                                              \
        break;

#define LIBRARY(NAME, EXPRESSION)                                                                                      \
    case TESSERA_##NAME:                                                                                               \
        for (long i = 0; i < n; i++) {                                                                                 \
            float p = a[i * a_stride], q = b[i * b_stride];                                                            \
            y[i] = EXPRESSION;                                                                                         \
        }                                                                                                              \
        break;

INLINE void binary_strided(tessera_binary op, const float *a, const long a_stride, const float *b, const long b_stride,
                           float *y, long n) {
    switch (op) {
#include "elementwise.def"
    default: break;
    }
}

/* Constant strides let the loops vectorise. */
static void binary(tessera_binary op, const float *a, long a_stride, const float *b, long b_stride, float *y, long n) {
    if (a_stride && b_stride)
        binary_strided(op, a, 1, b, 1, y, n);
    else if (a_stride)
        binary_strided(op, a, 1, b, 0, y, n);
    else if (b_stride)
        binary_strided(op, a, 0, b, 1, y, n);
    else
        binary_strided(op, a, 0, b, 0, y, n);
}

#define UNARY(NAME, EXPRESSION)                                                                                        \
    case TESSERA_##NAME:                                                                                               \
        INDEPENDENT for (long i = 0; i < n; i++) {                                                                     \
            float p = x[i];                                                                                            \
            y[i] = EXPRESSION;                                                                                         \
        }                                                                                                              \
        break;

/* The last vector reads past the end and is stored in part: it goes through the same code as the others. */
#define FUNCTION(NAME, VECTOR, DEFINITION, SCALE)                                                                      \
    case TESSERA_##NAME:                                                                                               \
        for (long i = 0; i < n; i += VL) {                                                                             \
            const VEC p = load(x + i), value = VECTOR;                                                                 \
            if (i + VL <= n)                                                                                           \
                store(y + i, value);                                                                                   \
            else                                                                                                       \
                store_part(y + i, value, n - i);                                                                       \
        }                                                                                                              \
        break;

static void unary(tessera_unary op, const float *x, float alpha, float beta, float *y, long n) {
    switch (op) {
#include "elementwise.def"
    default: break;
    }
}

#define COMPARISON(NAME, EXPRESSION)                                                                                   \
    case TESSERA_##NAME:                                                                                               \
        for (long i = 0; i < n; i++) {                                                                                 \
            float p = a[i * a_stride], q = b[i * b_stride];                                                            \
            y[i] = EXPRESSION;                                                                                         \
        }                                                                                                              \
        break;

static void compare(tessera_comparison op, const float *a, long a_stride, const float *b, long b_stride,
                    unsigned char *y, long n) {
    switch (op) {
#include "elementwise.def"
    default: break;
    }
}

static void select(const unsigned char *condition, long c_stride, const float *a, long a_stride, const float *b,
                   long b_stride, float *y, long n) {
    INDEPENDENT for (long i = 0; i < n; i++) y[i] = condition[i * c_stride] ? a[i * a_stride] : b[i * b_stride];
}

static void clip(const float *x, float low, float high, float *y, long n) {
    INDEPENDENT for (long i = 0; i < n; i++) y[i] = clamp_one(x[i], low, high);
}

static void clip_gradient(const float *dy, const float *x, float low, float high, float *dx, long n) {
    INDEPENDENT for (long i = 0; i < n; i++) {
        float g = dy[i];
        dx[i] = ((x[i] >= low) & (x[i] <= high)) ? g : 0;
    }
}
