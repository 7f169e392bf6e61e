#include "scan.h"
#include <string.h>

typedef struct {
    const uint8_t *start;
    const uint8_t *at;
    size_t parts;
} walk;

/* Reads a base-128 number; 0 where it is cut or longer than ten bytes. */
static int read_number(walk *w, const uint8_t *end, uint64_t *number) {
    *number = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (w->at == end) return 0;
        uint8_t byte = *w->at++;
        if (shift < 64) *number |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) return 1;
    }
    return 0;
}

static onnx_scan_status scan_message(walk *w, const uint8_t *end, const ProtobufCMessageDescriptor *kind, int depth) {
    if (depth > ONNX_SCAN_DEPTH) return ONNX_SCAN_DEEP;
    uint64_t seen = 0;
    while (w->at < end) {
        const uint8_t *field_start = w->at;
        uint64_t tag, number;
        if (!read_number(w, end, &tag)) return ONNX_SCAN_CUT;
        if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) return w->at = field_start, ONNX_SCAN_MALFORMED;
        size_t width = 0;
        switch (tag & 7) {
        case 0:
            if (!read_number(w, end, &number)) return ONNX_SCAN_CUT;
            continue;
        case 1: width = 8; break;
        case 5: width = 4; break;
        case 2: break;
        default: return w->at = field_start, ONNX_SCAN_MALFORMED;
        }
        if (width) {
            if ((size_t)(end - w->at) < width) return ONNX_SCAN_CUT;
            w->at += width;
            continue;
        }
        if (!read_number(w, end, &number) || number > (uint64_t)(end - w->at))
            return w->at = field_start, ONNX_SCAN_CUT;
        if (++w->parts > ONNX_SCAN_PARTS) return ONNX_SCAN_MANY;
        const ProtobufCFieldDescriptor *field =
            kind ? protobuf_c_message_descriptor_get_field(kind, (unsigned)(tag >> 3)) : NULL;
        if (field && field->type == PROTOBUF_C_TYPE_STRING && memchr(w->at, 0, number))
            return w->at = field_start, ONNX_SCAN_NUL;
        if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE) {
            w->at += number;
            continue;
        }
        size_t index = (size_t)(field - kind->fields);
        if (field->label != PROTOBUF_C_LABEL_REPEATED && index < 64) {
            if (seen >> index & 1) return w->at = field_start, ONNX_SCAN_TWICE;
            seen |= (uint64_t)1 << index;
        }
        onnx_scan_status status = scan_message(w, w->at + number, field->descriptor, depth + 1);
        if (status != ONNX_SCAN_OK) return status;
    }
    return ONNX_SCAN_OK;
}

onnx_scan_status onnx_scan(const uint8_t *bytes, size_t count, const ProtobufCMessageDescriptor *kind, size_t *offset) {
    walk w = {bytes, bytes, 0};
    onnx_scan_status status = scan_message(&w, bytes + count, kind, 1);
    *offset = (size_t)(w.at - w.start);
    return status;
}
