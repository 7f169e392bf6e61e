import TesseraIR
import TesseraTensors

extension ONNXNodeReader {
    /// The explicit pads of a windowed operator: its `pads`, or what `auto_pad` means for this input (SAME: as many
    /// windows as ceil(input / stride), the odd cell at the end for UPPER and at the start for LOWER). Unbound extents
    /// are accepted only with stride 1.
    func pads(kernel: [Int], strides: [Int], dilations: [Int], input: [Dimension]) throws -> [Int] {
        let explicit = try ints("pads")
        let mode = try string("auto_pad") ?? "NOTSET"
        if mode != "NOTSET", explicit != nil {
            throw failure("pads beside auto_pad \(mode)", accepted: "one of them", kind: .invalid)
        }
        switch mode {
        case "NOTSET": return explicit ?? []
        case "VALID": return []
        case "SAME_UPPER", "SAME_LOWER":
            let window = Window(kernel: kernel, strides: strides, dilations: dilations)
            try window.validate(axes: input.count, at: node.place)
            var begins: [Int] = [], ends: [Int] = []
            for axis in kernel.indices {
                let stride = window.strides[axis]
                let total: Int
                if stride == 1 {
                    total = window.extent(axis) - 1
                } else if let size = input[axis].value {
                    total = max(((size + stride - 1) / stride - 1) * stride + window.extent(axis) - size, 0)
                } else {
                    throw failure(
                        "auto_pad \(mode) with stride \(stride) over the unbound dimension \(input[axis])",
                        accepted: "a number: bind \(input[axis]) first")
                }
                begins.append(mode == "SAME_UPPER" ? total / 2 : total - total / 2)
                ends.append(total - begins[axis])
            }
            return begins + ends
        default: throw failure("auto_pad \(mode)", accepted: "NOTSET, VALID, SAME_UPPER, SAME_LOWER", kind: .invalid)
        }
    }
}
