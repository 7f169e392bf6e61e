import TesseraIR
import TesseraOps
import TesseraTensors

/// Pixel by pixel, of elements of any type.
extension ChannelShuffle: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        inputs[0].shape == nil ? nil : .images(inputs, outputs)
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        switch request.inputs[0].element.byteCount {
        case 1: .stage(stage(request, UInt8.self))
        case 2: .stage(stage(request, UInt16.self))
        case 4: .stage(stage(request, UInt32.self))
        default: .stage(stage(request, UInt64.self))
        }
    }

    private func stage<Bits: FixedWidthInteger & Sendable>(_ request: LoweringRequest, _: Bits.Type) -> Stage {
        let input = ImageLayout(request.inputs[0]), groups = groups, columns = input.channels / groups
        return Stage("channel shuffle", inputs: [input], output: ImageLayout(request.outputs[0])) {
            window, memory, output in
            for y in window.rows {
                for x in window.columns {
                    let from = memory.inputs[0].pixel(y, x).assumingMemoryBound(to: Bits.self),
                        to = output.pixel(y, x).assumingMemoryBound(to: Bits.self)
                    ChannelShuffle.interleave(groups, columns, from, to)
                }
            }
        }
    }

    /// In the order in which they are written; pairs, the usual case, by a loop that the compiler vectorises.
    private static func interleave<Bits>(
        _ groups: Int, _ columns: Int, _ from: UnsafeMutablePointer<Bits>, _ to: UnsafeMutablePointer<Bits>
    ) {
        if groups == 2 {
            for column in 0..<columns {
                to[2 &* column] = from[column]
                to[2 &* column &+ 1] = from[columns &+ column]
            }
            return
        }
        for column in 0..<columns {
            for group in 0..<groups { to[column &* groups &+ group] = from[group &* columns &+ column] }
        }
    }
}
