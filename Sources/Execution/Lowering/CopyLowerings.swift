import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// Concatenation, slicing and the gradient of slicing: runs of bytes are copied, in the layout the operands have.
struct CopyLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard (inputs + node.outputTypes).allSatisfy({ $0.shape != nil }) else { return nil }
        let layout: Layout = inputs[0].rank == 4 && given.contains(.channelsLast) ? .channelsLast : .dense
        return LayoutChoice(inputs: inputs.map { _ in layout }, outputs: [layout])
    }

    /// A shape in the order of memory, and where a logical axis lies in it.
    private static func physical(_ shape: [Int], _ layout: Layout, axis: Int) -> (shape: [Int], axis: Int) {
        let logical = axis < 0 ? axis + shape.count : axis
        guard layout == .channelsLast, shape.count == 4 else { return (shape, logical) }
        let order = [0, 2, 3, 1]
        return (order.map { shape[$0] }, order.firstIndex(of: logical)!)
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        switch request.node.op {
        case let op as Concat: concat(request, axis: op.axis)
        case let op as Slice: slice(request, op, whole: request.inputs[0], part: request.outputs[0], isGradient: false)
        default:
            slice(
                request, (request.node.op as! SliceGradient).slice, whole: request.outputs[0], part: request.inputs[0],
                isGradient: true)
        }
    }

    private func concat(_ request: LoweringRequest, axis: Int) -> LoweredStep {
        let output = request.outputs[0]
        let (shape, along) = Self.physical(output.shape, output.layout, axis: axis)
        let inner = shape.dropFirst(along + 1).reduce(1, *) * output.element.byteCount
        let rows = Pieces(of: shape.prefix(along).reduce(1, *), size: max(1, 131_072 / max(shape[along] * inner, 1)))
        // An operand that has the same bytes in both layouts may be called dense here.
        let runs = request.inputs.map { Self.physical($0.shape, output.layout, axis: axis).shape[along] * inner }
        let total = shape[along] * inner
        return LoweredStep(
            kernel: "concat",
            phases: [
                Phase(tiles: rows.count) { tile, memory, _ in
                    for row in rows.range(tile) {
                        var target = memory.outputs[0] + row * total
                        for (source, run) in zip(memory.inputs, runs) {
                            memcpy(target, source + row * run, run)
                            target += run
                        }
                    }
                }
            ])
    }

    private func slice(_ request: LoweringRequest, _ op: Slice, whole: Operand, part: Operand, isGradient: Bool)
        -> LoweredStep
    {
        let (shape, along) = Self.physical(whole.shape, whole.layout, axis: op.axis)
        let (first, count) = op.range(extent: shape[along]), step = op.step
        let inner = shape.dropFirst(along + 1).reduce(1, *) * whole.element.byteCount, row = shape[along] * inner
        let rows = Pieces(of: shape.prefix(along).reduce(1, *), size: max(1, 131_072 / max(row, 1)))
        return LoweredStep(
            kernel: isGradient ? "slice gradient" : "slice",
            phases: [
                Phase(tiles: rows.count) { tile, memory, _ in
                    for index in rows.range(tile) {
                        let partRow = (isGradient ? memory.inputs[0] : memory.outputs[0]) + index * count * inner
                        let wholeRow = (isGradient ? memory.outputs[0] : memory.inputs[0]) + index * row
                        if isGradient { memset(wholeRow, 0, row) }
                        func copy(_ position: Int, _ bytes: Int) {
                            let inPart = partRow + position * inner,
                                inWhole = wholeRow + (first + position * step) * inner
                            if isGradient { memcpy(inWhole, inPart, bytes) } else { memcpy(inPart, inWhole, bytes) }
                        }
                        if step == 1 {
                            copy(0, count * inner)
                        } else {
                            for position in 0..<count { copy(position, inner) }
                        }
                    }
                }
            ])
    }
}
