#include "scan.h"
#include <string.h>

/* Fields are read at one place and kept at another, which lies behind once something was dropped. */
typedef struct {
    uint8_t *start;
    uint8_t *at;
    uint8_t *to;
    size_t memory;
} walk;

/* What a field costs libprotobuf-c beside its contents: an entry while its message is parsed, and a place in a list. */
enum { FIELD_COST = 48, BLOCK_COST = 17 };

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

/* Moves the bytes since the last ones that were kept or dropped to where kept ones go. */
static void keep(walk *w, const uint8_t *from) {
    size_t count = (size_t)(w->at - from);
    if (w->to != from) memmove(w->to, from, count);
    w->to += count;
}

/* How much more room the numbers of a packed list take than their bytes, which may be one for each. */
static size_t growth(const ProtobufCFieldDescriptor *field, const uint8_t *bytes, uint64_t length) {
    size_t width;
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32: width = 4; break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64: width = 8; break;
    default: return 0;
    }
    size_t numbers = 0;
    for (uint64_t i = 0; i < length; i++) numbers += bytes[i] < 0x80;
    return numbers * width > length ? numbers * width - length : 0;
}

static onnx_scan_status scan_message(walk *w, uint8_t *end, const ProtobufCMessageDescriptor *kind, int depth);

/* The message in a field, its length written anew in as many bytes as before. */
static onnx_scan_status scan_nested(walk *w, uint8_t *length_at, uint64_t length,
                                    const ProtobufCMessageDescriptor *kind, int depth) {
    uint8_t *kept_length = w->to;
    size_t width = (size_t)(w->at - length_at);
    keep(w, length_at);
    uint8_t *kept = w->to;
    onnx_scan_status status = scan_message(w, w->at + length, kind, depth);
    uint64_t rest = (uint64_t)(w->to - kept);
    if (status != ONNX_SCAN_OK || rest == length) return status;
    for (size_t i = 0; i < width; i++, rest >>= 7)
        kept_length[i] = (uint8_t)((rest & 0x7F) | (i + 1 < width ? 0x80 : 0));
    return status;
}

static onnx_scan_status scan_message(walk *w, uint8_t *end, const ProtobufCMessageDescriptor *kind, int depth) {
    if (depth > ONNX_SCAN_DEPTH) return ONNX_SCAN_DEEP;
    uint64_t seen = 0;
    while (w->at < end) {
        uint8_t *field_start = w->at;
        uint64_t tag, number;
        if (!read_number(w, end, &tag)) return ONNX_SCAN_CUT;
        if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) return w->at = field_start, ONNX_SCAN_MALFORMED;
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(kind, (unsigned)(tag >> 3));
        uint8_t *length_at = w->at;
        uint64_t length = 0;
        switch (tag & 7) {
        case 0:
            if (!read_number(w, end, &number)) return ONNX_SCAN_CUT;
            break;
        case 1: length = 8; break;
        case 5: length = 4; break;
        case 2:
            if (!read_number(w, end, &length)) return w->at = field_start, ONNX_SCAN_CUT;
            break;
        default: return w->at = field_start, ONNX_SCAN_MALFORMED;
        }
        if (length > (uint64_t)(end - w->at)) return w->at = field_start, ONNX_SCAN_CUT;
        if (!field) {
            w->at += length;
            continue;
        }
        w->memory += FIELD_COST;
        if ((tag & 7) == 2) w->memory += BLOCK_COST + growth(field, w->at, length);
        int is_message = field->type == PROTOBUF_C_TYPE_MESSAGE && (tag & 7) == 2;
        if (is_message) w->memory += ((const ProtobufCMessageDescriptor *)field->descriptor)->sizeof_message;
        if (w->memory > ONNX_SCAN_MEMORY) return w->at = field_start, ONNX_SCAN_MANY;
        if (field->type == PROTOBUF_C_TYPE_STRING && memchr(w->at, 0, length))
            return w->at = field_start, ONNX_SCAN_NUL;
        if (!is_message) {
            w->at += length;
            keep(w, field_start);
            continue;
        }
        size_t index = (size_t)(field - kind->fields);
        if (field->label != PROTOBUF_C_LABEL_REPEATED && index < 64) {
            if (seen >> index & 1) return w->at = field_start, ONNX_SCAN_TWICE;
            seen |= (uint64_t)1 << index;
        }
        uint8_t *contents = w->at;
        w->at = length_at;
        keep(w, field_start);
        w->at = contents;
        onnx_scan_status status = scan_nested(w, length_at, length, field->descriptor, depth + 1);
        if (status != ONNX_SCAN_OK) return status;
    }
    return ONNX_SCAN_OK;
}

onnx_scan_status onnx_scan(uint8_t *bytes, size_t *count, const ProtobufCMessageDescriptor *kind, size_t *offset) {
    walk w = {bytes, bytes, bytes, 0};
    onnx_scan_status status = scan_message(&w, bytes + *count, kind, 1);
    *offset = (size_t)(w.at - w.start);
    if (status == ONNX_SCAN_OK) *count = (size_t)(w.to - w.start);
    return status;
}
