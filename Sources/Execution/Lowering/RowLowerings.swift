import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Rows of a dense tensor, each by itself, in tiles.
private func rowPhase(
    rows: Int, columns: Int, _ body: @escaping @Sendable (_ memory: StepMemory, _ first: Int, _ rows: Int) -> Void
) -> Phase {
    let pieces = Pieces(of: rows, size: WorkSize.tileFloats / WorkSize.tilesPerImage / max(columns, 1))
    return Phase(tiles: pieces.count) { tile, memory, _ in
        let range = pieces.range(tile)
        body(memory, range.lowerBound * columns, range.count)
    }
}

extension LayerNormalization: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let columns = request.inputs[1].elementCount, kernels = request.kernels, epsilon = epsilon
        let hasBias = request.inputs.count > 2
        let rows = request.inputs[0].elementCount / max(columns, 1)
        let phase = rowPhase(rows: rows, columns: columns) { memory, first, rows in
            kernels.pointer.pointee.layer_norm(
                memory.input(0) + first, memory.input(1), hasBias ? memory.input(2) : nil, epsilon,
                memory.output(0) + first, rows, columns)
        }
        var step = LoweredStep(kernel: "layer norm", phases: [phase])
        step.inPlace = [(0, 0)]
        return .step(step)
    }
}

/// Along the last axis, or the channels of images that lie side by side.
protocol SoftmaxLowerable: SoftmaxOp, Lowerable {}

extension Softmax: SoftmaxLowerable {}
extension LogSoftmax: SoftmaxLowerable {}

extension SoftmaxLowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard areFloat32(inputs + outputs) else { return nil }
        let rank = inputs[0].rank
        switch axis < 0 ? axis + rank : axis {
        case rank - 1: return .dense(inputs, outputs)
        case 1 where rank == 4: return .images(inputs, outputs)
        default: return nil
        }
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let x = request.inputs[0], kernels = request.kernels, isLogarithm = Self.isLogarithm
        let columns = x.shape[axis < 0 ? axis + x.shape.count : axis]
        let phase = rowPhase(rows: x.elementCount / max(columns, 1), columns: columns) { memory, first, rows in
            kernels.pointer.pointee.softmax(
                memory.input(0) + first, isLogarithm, memory.output(0) + first, rows, columns)
        }
        return .step(LoweredStep(kernel: isLogarithm ? "log softmax" : "softmax", phases: [phase]))
    }
}
