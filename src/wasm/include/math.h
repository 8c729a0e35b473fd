#ifndef LBST_WASM_MATH_H
#define LBST_WASM_MATH_H

#define INFINITY (__builtin_inff())

#endif /* LBST_WASM_MATH_H */
