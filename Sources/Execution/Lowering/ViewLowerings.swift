import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// A reshape of a dense value is the same bytes.
struct ReshapeLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        LayoutChoice(inputs: [.dense], outputs: [.dense])
    }
    func lower(_ request: LoweringRequest) throws -> LoweredStep { .view(of: 0) }
}

/// Between NCHW and NHWC: one tile an image and block of rows.
struct ConvertLayoutLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard let op = node.op as? ConvertLayout, inputs[0].rank == 4, inputs[0].shape != nil else { return nil }
        return LayoutChoice(inputs: [op.target == .dense ? .channelsLast : .dense], outputs: [op.target])
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        switch request.inputs[0].element.byteCount {
        case 1: permute(request, UInt8.self)
        case 2: permute(request, UInt16.self)
        case 4: permute(request, UInt32.self)
        default: permute(request, UInt64.self)
        }
    }

    private func permute<Bits: FixedWidthInteger & Sendable>(_ request: LoweringRequest, _: Bits.Type) -> LoweredStep {
        let shape = request.inputs[0].shape
        let channels = shape[1], width = shape[3], height = shape[2],
            toChannelsLast = request.outputs[0].layout == .channelsLast
        let rowsPerTile = max(1, 65_536 / max(channels * width, 1)),
            tilesPerImage = (height + rowsPerTile - 1) / rowsPerTile
        let phase = Phase(tiles: shape[0] * tilesPerImage) { tile, memory, _ in
            let image = tile / tilesPerImage,
                rows = tile % tilesPerImage * rowsPerTile..<min(height, (tile % tilesPerImage + 1) * rowsPerTile)
            let plane = height * width, base = image * channels * plane
            let source = memory.input(0, as: Bits.self) + base, destination = memory.output(0, as: Bits.self) + base
            for pixel in rows.lowerBound * width..<rows.upperBound * width {
                for channel in 0..<channels {
                    if toChannelsLast {
                        destination[pixel * channels + channel] = source[channel * plane + pixel]
                    } else {
                        destination[channel * plane + pixel] = source[pixel * channels + channel]
                    }
                }
            }
        }
        return LoweredStep(kernel: toChannelsLast ? "nchw to nhwc" : "nhwc to nchw", phases: [phase])
    }
}
