#include "ckernels.h"

#define UNARY(NAME, EXPRESSION) #NAME,
const char *tessera_unary_name(tessera_unary op) {
    static const char *const names[] = {
#include "elementwise.def"
    };
    return names[op];
}

#define BINARY(NAME, EXPRESSION) #NAME,
const char *tessera_binary_name(tessera_binary op) {
    static const char *const names[] = {
#include "elementwise.def"
    };
    return names[op];
}

#define COMPARISON(NAME, EXPRESSION) #NAME,
const char *tessera_comparison_name(tessera_comparison op) {
    static const char *const names[] = {
#include "elementwise.def"
    };
    return names[op];
}
