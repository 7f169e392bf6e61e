#include "cases.h"

#include <string.h>

#define CASE(kernel) {#kernel, kernel##_case}
static const struct {
    const char *kernel;
    void (*run)(trial *t);
} cases[] = {
    CASE(gemm1),
    CASE(gemm2),
    CASE(gemm3),
    CASE(gemm4),
    CASE(gemm_transposed),
    CASE(depthwise),
    CASE(depthwise_input_gradient),
    CASE(depthwise_weight_gradient),
    CASE(max_pool),
    CASE(average_pool),
    CASE(max_pool_gradient),
    CASE(average_pool_gradient),
    CASE(moments),
    CASE(channel_sums),
    CASE(scale_shift),
    CASE(norm_gradient_sums),
    CASE(norm_gradient),
    CASE(binary),
    CASE(unary),
    CASE(compare),
    CASE(select),
    CASE(clip),
    CASE(clip_gradient),
    CASE(layer_norm),
    CASE(softmax),
    CASE(multiply_adds),
    CASE(winograd_input),
    CASE(winograd_output),
};

static long find(const char *kernel) {
    for (long i = 0; i < LENGTH(cases); i++)
        if (strcmp(cases[i].kernel, kernel) == 0) return i;
    return -1;
}

bool kernel_case_exists(const char *kernel) { return find(kernel) >= 0; }

long kernel_case_run(const char *kernel, const tessera_kernels *table, char *message) {
    trial t = {.table = table, .seed = 1, .message = message};
    message[0] = 0;
    cases[find(kernel)].run(&t);
    release(&t);
    return t.wrong;
}
