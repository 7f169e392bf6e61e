/* A look at a serialised message before libprotobuf-c unpacks it, which knows no limit of recursion, allocates as the
 * bytes say, and keeps fields that it does not know. */
#ifndef TESSERA_ONNX_SCAN_H
#define TESSERA_ONNX_SCAN_H

#include "onnx.pb-c.h"
#include <stddef.h>
#include <stdint.h>

typedef enum {
    ONNX_SCAN_OK,
    /* A number or a length goes on beyond the end of its message. */
    ONNX_SCAN_CUT,
    /* A wire type or a field number that the format does not have. */
    ONNX_SCAN_MALFORMED,
    /* Messages nested more than ONNX_SCAN_DEPTH deep. */
    ONNX_SCAN_DEEP,
    /* More fields than ONNX_SCAN_MEMORY has room for: each costs memory however short it is. */
    ONNX_SCAN_MANY,
    /* A message field that may stand once stands twice: merging the two costs time without bound. */
    ONNX_SCAN_TWICE,
    /* A string with a NUL byte: libprotobuf-c hands out C strings, which end there. */
    ONNX_SCAN_NUL,
} onnx_scan_status;

enum { ONNX_SCAN_DEPTH = 100, ONNX_SCAN_MEMORY = 1 << 29 };

/* Walks all fields of a message of the given kind and of the messages in it, allocating nothing, and takes those out
 * that the format does not have; count becomes what is left. Where something is wrong, offset is the place in the
 * bytes, which are of no use any more. */
onnx_scan_status onnx_scan(uint8_t *bytes, size_t *count, const ProtobufCMessageDescriptor *kind, size_t *offset);

/* The generated descriptors, which Swift imports as values and not as addresses. */
static inline const ProtobufCMessageDescriptor *onnx__model_proto__descriptor_pointer(void) {
    return &onnx__model_proto__descriptor;
}
static inline const ProtobufCMessageDescriptor *onnx__tensor_proto__descriptor_pointer(void) {
    return &onnx__tensor_proto__descriptor;
}

#endif
