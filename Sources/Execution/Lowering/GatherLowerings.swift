import CKernels
import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// Runs behind the axis are copied whole, for elements of any type.
extension Gather: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        (inputs + outputs).allSatisfy { $0.shape != nil } ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let x = request.inputs[0], along = axis < 0 ? axis + x.shape.count : axis
        let runs = GatherRuns(x, axis: along, indices: request.inputs[1])
        let run = runs.elements * x.element.byteCount
        let pieces = Pieces(of: runs.outer * runs.count, size: WorkSize.tileFloats / max(run, 1))
        let phase = Phase(tiles: pieces.count) { tile, memory, _ in
            for row in pieces.range(tile) {
                let place = try runs.place(row % runs.count, memory)
                memcpy(
                    memory.outputs[0] + row * run, memory.inputs[0] + (row / runs.count * runs.extent + place) * run,
                    run)
            }
        }
        return .step(LoweredStep(kernel: "gather", phases: [phase]))
    }
}

/// What was taken at one place is added in the order of the indices, by one worker.
extension GatherGradient: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32([inputs[0]] + outputs) && inputs[1].shape != nil ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let runs = GatherRuns(request.outputs[0], axis: axis, indices: request.inputs[1]), kernels = request.kernels
        let phase = Phase(tiles: runs.outer) { outer, memory, _ in
            let dx = memory.output(0, as: Float.self) + outer * runs.extent * runs.elements
            let dy = memory.input(0, as: Float.self) + outer * runs.count * runs.elements
            dx.update(repeating: 0, count: runs.extent * runs.elements)
            for position in 0..<runs.count {
                let target = dx + (try runs.place(position, memory)) * runs.elements
                kernels.pointer.pointee.binary(
                    TESSERA_add, target, 1, dy + position * runs.elements, 1, target, runs.elements)
            }
        }
        return .step(LoweredStep(kernel: "gather gradient", phases: [phase]))
    }
}

/// A tensor as runs behind an axis, and the places along it that the second input names.
private struct GatherRuns: Sendable {
    let outer: Int, extent: Int, elements: Int
    /// Of indices.
    let count: Int
    private let areLong: Bool

    init(_ whole: Operand, axis: Int, indices: Operand) {
        outer = whole.shape.prefix(axis).reduce(1, *)
        extent = whole.shape[axis]
        elements = whole.shape.dropFirst(axis + 1).reduce(1, *)
        count = indices.elementCount
        areLong = indices.element == .int64
    }

    func place(_ position: Int, _ memory: StepMemory) throws -> Int {
        let index =
            areLong ? Int(memory.input(1, as: Int64.self)[position]) : Int(memory.input(1, as: Int32.self)[position])
        return try Gather.place(index, extent: extent)
    }
}
