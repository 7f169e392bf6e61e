#pragma once
/* The cases by family: each runs one kernel of the trial's table. */
#include "trial.h"

void gemm1_case(trial *t);
void gemm2_case(trial *t);
void gemm3_case(trial *t);
void gemm4_case(trial *t);
void gemm_transposed_case(trial *t);
void depthwise_case(trial *t);
void depthwise_input_gradient_case(trial *t);
void depthwise_weight_gradient_case(trial *t);
void max_pool_case(trial *t);
void average_pool_case(trial *t);
void max_pool_gradient_case(trial *t);
void average_pool_gradient_case(trial *t);
void moments_case(trial *t);
void channel_sums_case(trial *t);
void scale_shift_case(trial *t);
void norm_gradient_sums_case(trial *t);
void norm_gradient_case(trial *t);
void binary_case(trial *t);
void unary_case(trial *t);
void compare_case(trial *t);
void select_case(trial *t);
void clip_case(trial *t);
void clip_gradient_case(trial *t);
void layer_norm_case(trial *t);
void softmax_case(trial *t);
void multiply_adds_case(trial *t);
void winograd_input_case(trial *t);
void winograd_output_case(trial *t);
