import COnnx
import TesseraTensors

/// Turns TensorProtos into tensors. Nothing is allocated by what a tensor claims before its data is known to be there.
struct TensorReader {
    /// In errors.
    let name: String
    /// Where external data is looked for; nil where there is no such place.
    let externalData: ExternalData?

    func tensor(_ proto: Onnx__TensorProto, at place: String) throws -> Tensor {
        func failure(_ found: String, accepted: String, _ kind: TesseraError.Kind = .invalid) -> TesseraError {
            TesseraError(kind, at: "\(name), \(place)", found: found, accepted: accepted)
        }
        guard let element = ElementType(onnxCode: Int(proto.data_type)) else {
            throw failure(
                "the element type \(ElementType.onnxName(Int(proto.data_type)))",
                accepted: ElementType.allCases.map(\.rawValue).joined(separator: ", "), .unsupported)
        }
        if proto.segment != nil { throw failure("a segment of a tensor", accepted: "whole tensors", .unsupported) }
        let dimensions = scalars(proto.dims, proto.n_dims)
        var count = 1
        for extent in dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(extent))
            guard extent >= 0, !overflow else {
                throw failure(
                    "the dimensions \(dimensions)",
                    accepted: "dimensions that are not negative and whose product is a size")
            }
            count = product
        }
        let shape = dimensions.map { Int($0) }
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: element.byteCount)
        guard !overflow else { throw failure("the dimensions \(dimensions)", accepted: "a size that memory can have") }

        if let fields = Self.contradiction(in: proto) {
            throw failure("\(fields) at once", accepted: "the numbers in one field")
        }
        if proto.data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL {
            guard let externalData else {
                throw failure("data in another file", accepted: "data in the message itself")
            }
            return try externalData.tensor(
                messages(proto.external_data, proto.n_external_data), element: element, shape: shape,
                byteCount: byteCount, at: "\(name), \(place)"
            ).withPlainBools()
        }
        if proto.has_raw_data != 0 {
            guard proto.raw_data.len == byteCount else {
                throw failure(
                    "\(proto.raw_data.len) bytes for \(element.rawValue)\(shape)", accepted: "\(byteCount) bytes")
            }
            return Tensor(
                copying: UnsafeRawBufferPointer(start: proto.raw_data.data, count: byteCount), element: element,
                shape: shape
            ).withPlainBools()
        }
        let numbers = typedCount(proto, element)
        guard numbers == count else {
            throw failure("\(numbers) numbers for \(element.rawValue)\(shape)", accepted: "\(count)")
        }
        return typed(proto, element, shape)
    }

    /// The names of the fields with numbers where there are several.
    private static func contradiction(in proto: Onnx__TensorProto) -> String? {
        let isExternal = proto.data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL
        let fields = [
            ("external_data", isExternal ? 1 : 0), ("raw_data", proto.has_raw_data == 0 ? 0 : proto.raw_data.len),
            ("float_data", proto.n_float_data), ("int32_data", proto.n_int32_data),
            ("string_data", proto.n_string_data), ("int64_data", proto.n_int64_data),
            ("double_data", proto.n_double_data), ("uint64_data", proto.n_uint64_data),
        ].filter { $0.1 > 0 }
        return fields.count > 1 ? fields.map(\.0).joined(separator: " and ") : nil
    }

    /// How many numbers stand in the field that the element type uses.
    private func typedCount(_ proto: Onnx__TensorProto, _ element: ElementType) -> Int {
        switch element {
        case .float32: proto.n_float_data
        case .float64: proto.n_double_data
        case .int64: proto.n_int64_data
        case .uint32, .uint64: proto.n_uint64_data
        case .float16, .bfloat16, .int8, .int16, .int32, .uint8, .uint16, .bool: proto.n_int32_data
        }
    }

    private func typed(_ proto: Onnx__TensorProto, _ element: ElementType, _ shape: [Int]) -> Tensor {
        func copy<T>(_ numbers: UnsafeMutablePointer<T>?, _ count: Int) -> Tensor {
            Tensor(
                copying: UnsafeRawBufferPointer(UnsafeBufferPointer(start: numbers, count: count)), element: element,
                shape: shape)
        }
        func make<T: TensorElement>(_ convert: (Int32) -> T) -> Tensor {
            Tensor(UnsafeBufferPointer(start: proto.int32_data, count: proto.n_int32_data).map(convert), shape: shape)
        }
        return switch element {
        case .float32: copy(proto.float_data, proto.n_float_data)
        case .float64: copy(proto.double_data, proto.n_double_data)
        case .int64: copy(proto.int64_data, proto.n_int64_data)
        case .uint64: copy(proto.uint64_data, proto.n_uint64_data)
        case .uint32:
            Tensor(scalars(proto.uint64_data, proto.n_uint64_data).map { UInt32(truncatingIfNeeded: $0) }, shape: shape)
        // 16-bit floats stand bit by bit in the lower half of the words.
        case .float16: make { Float16(bitPattern: UInt16(truncatingIfNeeded: $0)) }
        case .bfloat16: make { BFloat16(bitPattern: UInt16(truncatingIfNeeded: $0)) }
        case .int8: make { Int8(truncatingIfNeeded: $0) }
        case .int16: make { Int16(truncatingIfNeeded: $0) }
        case .int32: copy(proto.int32_data, proto.n_int32_data)
        case .uint8: make { UInt8(truncatingIfNeeded: $0) }
        case .uint16: make { UInt16(truncatingIfNeeded: $0) }
        case .bool: make { $0 != 0 }
        }
    }
}
