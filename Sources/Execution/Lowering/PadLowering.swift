import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// Rows of cells of one value, with the rows of x copied into their middle.
extension Pad: CopyLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        guard pads.contains(where: { $0 != 0 }) else { return .step(.view(of: 0)) }
        let rows = PaddedCopy(self, request.inputs[0].shape, request.outputs[0].layout, request.inputs[0].element)
        let pieces = Pieces(of: rows.count, size: WorkSize.tileFloats / max(rows.extent, 1))
        let phase = Phase(tiles: pieces.count) { tile, memory, _ in
            for row in pieces.range(tile) { rows.write(row, from: memory.inputs[0], to: memory.outputs[0]) }
        }
        return .step(LoweredStep(kernel: "pad", phases: [phase]))
    }
}

/// A padded tensor as rows: the last axis that is padded, with what lies behind it.
private struct PaddedCopy: Sendable {
    /// Of the axes before the rows: their extents in x and in the result, and the cells before.
    private let inner: [Int], outer: [Int], before: [Int]
    /// Elements of a row of x, and where they begin in a row of the result.
    private let run: Int, first: Int
    /// Elements of a row of the result.
    let extent: Int
    private let element: [UInt8]
    var count: Int { outer.reduce(1, *) }

    init(_ pad: Pad, _ shape: [Int], _ layout: Layout, _ type: ElementType) {
        let order = layout == .channelsLast && shape.count == 4 ? [0, 2, 3, 1] : Array(shape.indices)
        let cells = pad.cells(rank: shape.count), x = order.map { shape[$0] }
        let begins = order.map { cells.before[$0] }, added = order.map { cells.before[$0] + cells.behind[$0] }
        let last = added.lastIndex { $0 > 0 }!, behind = x.dropFirst(last + 1).reduce(1, *)
        inner = Array(x[..<last])
        outer = (0..<last).map { x[$0] + added[$0] }
        before = Array(begins[..<last])
        run = x[last] * behind
        first = begins[last] * behind
        extent = (x[last] + added[last]) * behind
        element = Tensor(doubles: [pad.value], element: type, shape: []).withUnsafeBytes(Array.init)
    }

    func write(_ row: Int, from x: UnsafeRawPointer, to y: UnsafeMutableRawPointer) {
        let size = element.count, target = y + row * extent * size
        guard let source = source(row) else { return fill(target, extent) }
        fill(target, first)
        memcpy(target + first * size, x + source * run * size, run * size)
        fill(target + (first + run) * size, extent - first - run)
    }

    /// The row of x that lies in a row of the result, if one does.
    private func source(_ row: Int) -> Int? {
        var rest = row, result = 0, step = 1
        for axis in outer.indices.reversed() {
            let position = rest % outer[axis] - before[axis]
            guard (0..<inner[axis]).contains(position) else { return nil }
            rest /= outer[axis]
            result += position * step
            step *= inner[axis]
        }
        return result
    }

    private func fill(_ target: UnsafeMutableRawPointer, _ count: Int) {
        if element.allSatisfy({ $0 == element[0] }) {
            memset(target, Int32(element[0]), count * element.count)
            return
        }
        element.withUnsafeBytes {
            for index in 0..<count { memcpy(target + index * $0.count, $0.baseAddress!, $0.count) }
        }
    }
}
