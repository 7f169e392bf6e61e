import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// Elements of any type. Between an image and its rows of pixels no byte moves; else runs of what stays innermost are
/// copied whole, or squares of the two innermost axes where another one becomes innermost.
extension Transpose: Lowerable {
    private static let pixelsLast = [0, 2, 3, 1], channelsSecond = [0, 3, 1, 2]

    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard inputs[0].shape != nil else { return nil }
        switch order(rank: inputs[0].rank) {
        case Self.pixelsLast: return LayoutChoice(inputs: [.channelsLast], outputs: [.dense])
        case Self.channelsSecond: return LayoutChoice(inputs: [.dense], outputs: [.channelsLast])
        default: return .dense(inputs, outputs)
        }
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let x = request.inputs[0], order = order(rank: x.shape.count)
        if order == Self.pixelsLast || order == Self.channelsSecond { return .step(.view(of: 0)) }
        let walk = TransposeWalk(x.shape, order)
        let phase =
            if walk.keepsRuns {
                walk.runs(bytes: x.element.byteCount)
            } else {
                switch x.element.byteCount {
                case 1: walk.squares(of: UInt8.self)
                case 2: walk.squares(of: UInt16.self)
                case 4: walk.squares(of: UInt32.self)
                default: walk.squares(of: UInt64.self)
                }
            }
        return .step(LoweredStep(kernel: walk.keepsRuns ? "transpose runs" : "transpose", phases: [phase]))
    }
}

/// The axes of the result in its order, neighbours that stay neighbours joined, with the steps by which x is read.
private struct TransposeWalk: Sendable {
    private struct Axis: Sendable {
        var extent: Int, stride: Int
    }
    private let axes: [Axis]
    private let count: Int

    init(_ shape: [Int], _ order: [Int]) {
        let strides = Broadcast.strides(of: shape, to: shape)
        var axes: [Axis] = []
        for axis in order where shape[axis] != 1 {
            if let last = axes.last, last.stride == strides[axis] * shape[axis] {
                axes[axes.count - 1] = Axis(extent: last.extent * shape[axis], stride: strides[axis])
            } else {
                axes.append(Axis(extent: shape[axis], stride: strides[axis]))
            }
        }
        self.axes = axes.isEmpty ? [Axis(extent: 1, stride: 1)] : axes
        count = shape.reduce(1, *)
    }

    var keepsRuns: Bool { axes.last!.stride == 1 || count == 0 }

    /// Where x and the result are at an index into some of the axes, row-major; `outputs` are the result's steps.
    private func offsets(_ index: Int, _ places: [Int], _ outputs: [Int]) -> (input: Int, output: Int) {
        var rest = index, input = 0, output = 0
        for place in places.reversed() {
            let position = rest % axes[place].extent
            rest /= axes[place].extent
            input += position * axes[place].stride
            output += position * outputs[place]
        }
        return (input, output)
    }

    private var outputStrides: [Int] { axes.indices.map { axes[($0 + 1)...].reduce(1) { $0 * $1.extent } } }

    func runs(bytes: Int) -> Phase {
        let run = axes.last!.extent, outer = Array(axes.indices.dropLast()), outputs = outputStrides
        let pieces = Pieces(of: count == 0 ? 0 : count / run, size: WorkSize.tileFloats / max(run, 1))
        return Phase(tiles: pieces.count) { tile, memory, _ in
            for row in pieces.range(tile) {
                let from = offsets(row, outer, outputs).input
                memcpy(memory.outputs[0] + row * run * bytes, memory.inputs[0] + from * bytes, run * bytes)
            }
        }
    }

    /// Of the axis that is innermost in x and the one that is in the result.
    func squares<Bits: FixedWidthInteger & Sendable>(of _: Bits.Type) -> Phase {
        let side = 16, last = axes.count - 1, outputs = outputStrides
        let inner = axes.firstIndex { $0.stride == 1 }!, outer = axes.indices.filter { $0 != inner && $0 != last }
        let rows = axes[inner].extent, columns = axes[last].extent, step = axes[last].stride
        let outputStep = outputs[inner], bands = (rows + side - 1) / side
        let pieces = Pieces(of: count / (rows * columns) * bands, size: WorkSize.tileFloats / (side * columns))
        return Phase(tiles: pieces.count) { tile, memory, _ in
            for piece in pieces.range(tile) {
                let at = offsets(piece / bands, outer, outputs), first = piece % bands * side
                let x = memory.input(0, as: Bits.self) + at.input, y = memory.output(0, as: Bits.self) + at.output
                for left in stride(from: 0, to: columns, by: side) {
                    for row in first..<min(first + side, rows) {
                        for column in left..<min(left + side, columns) {
                            y[row * outputStep + column] = x[row + column * step]
                        }
                    }
                }
            }
        }
    }
}
