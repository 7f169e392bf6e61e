import TesseraIR
import TesseraTensors

/// Between NCHW and NHWC, element by element of the pixels.
extension ConvertLayout: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard inputs[0].rank == 4, inputs[0].shape != nil else { return nil }
        return LayoutChoice(inputs: [target == .dense ? .channelsLast : .dense], outputs: [target])
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
        let input = ImageLayout(request.inputs[0]), output = ImageLayout(request.outputs[0])
        let name = output.isChannelsLast ? "nchw to nhwc" : "nhwc to nchw"
        // A channel of a row at a time: on one side its elements lie side by side.
        return Stage(name, inputs: [input], output: output) { window, memory, target in
            let size = MemoryLayout<Bits>.size, sourceStep = input.pixelBytes / size,
                targetStep = output.pixelBytes / size
            for y in window.rows {
                for channel in 0..<input.channels {
                    let source = memory.inputs[0].pixel(y, 0) + channel * input.channelBytes,
                        destination = target.pixel(y, 0) + channel * output.channelBytes
                    let from = source.assumingMemoryBound(to: Bits.self),
                        to = destination.assumingMemoryBound(to: Bits.self)
                    for x in window.columns { to[x * targetStep] = from[x * sourceStep] }
                }
            }
        }
    }
}
