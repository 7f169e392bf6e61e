import TesseraIR
import TesseraOps
import TesseraTensors

/// Elements of a parameter that one tile updates.
private let updateTile = 16_384

/// SGD, parameter and velocity written over the old ones; every element as in the op's definition, bit for bit but for
/// denormals, which kernels flush.
struct SGDUpdateLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs)
            ? LayoutChoice(inputs: inputs.map { _ in .dense }, outputs: node.outputTypes.map { _ in .dense }) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! SGDUpdate, path = request.node.path
        let pieces = Pieces(of: request.outputs[0].elementCount, size: updateTile)
        let momentum = Float(op.momentum), decay = Float(op.weightDecay), isNesterov = op.nesterov
        var step: LoweredStep
        if op.momentum == 0 {
            step = LoweredStep(
                kernel: "sgd",
                phases: [
                    Phase(tiles: pieces.count) { tile, memory, _ in
                        let parameter = memory.input(0, as: Float.self), gradient = memory.input(1, as: Float.self),
                            rate = memory.input(2, as: Float.self).pointee
                        let newParameter = memory.output(0, as: Float.self)
                        var marks: UInt32 = 0
                        for i in pieces.range(tile) {
                            let p = parameter[i] - rate * (gradient[i] + decay * parameter[i])
                            marks |= p.nonFiniteMark
                            newParameter[i] = p
                        }
                        if marks >> 31 != 0 { throw op.overflow.within(path) }
                    }
                ])
        } else {
            step = LoweredStep(
                kernel: "sgd momentum",
                phases: [
                    Phase(tiles: pieces.count) { tile, memory, _ in
                        let parameter = memory.input(0, as: Float.self), gradient = memory.input(1, as: Float.self),
                            rate = memory.input(2, as: Float.self).pointee
                        let velocity = memory.input(3, as: Float.self), newParameter = memory.output(0, as: Float.self),
                            newVelocity = memory.output(1, as: Float.self)
                        var marks: UInt32 = 0
                        for i in pieces.range(tile) {
                            let g = gradient[i] + decay * parameter[i], v = momentum * velocity[i] + g
                            let p = parameter[i] - rate * (isNesterov ? g + momentum * v : v)
                            // A velocity that is not finite makes the parameter so, at a rate of 0 too.
                            marks |= p.nonFiniteMark
                            newVelocity[i] = v
                            newParameter[i] = p
                        }
                        if marks >> 31 != 0 { throw op.overflow.within(path) }
                    }
                ])
        }
        step.inPlace = op.momentum == 0 ? [(0, 0)] : [(0, 0), (1, 3)]
        return step
    }
}

/// Adam and AdamW, parameter and moments written over the old ones; every element as in the op's definition, bit for
/// bit but for denormals, which kernels flush.
struct AdamUpdateLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        let floats = [0, 1, 2, 4, 5].allSatisfy { inputs[$0].element == .float32 && inputs[$0].shape != nil }
        return floats
            ? LayoutChoice(inputs: inputs.map { _ in .dense }, outputs: node.outputTypes.map { _ in .dense }) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! AdamUpdate, path = request.node.path
        let pieces = Pieces(of: request.outputs[0].elementCount, size: updateTile)
        let beta1 = Float(op.beta1), beta2 = Float(op.beta2), keep1 = Float(1 - op.beta1), keep2 = Float(1 - op.beta2)
        let epsilon = Float(op.epsilon), coupled = Float(op.decoupled ? 0 : op.weightDecay)
        var step = LoweredStep(
            kernel: "adam",
            phases: [
                Phase(tiles: pieces.count) { tile, memory, _ in
                    let parameter = memory.input(0, as: Float.self), gradient = memory.input(1, as: Float.self)
                    let first = memory.input(4, as: Float.self), second = memory.input(5, as: Float.self)
                    let newParameter = memory.output(0, as: Float.self), newFirst = memory.output(1, as: Float.self),
                        newSecond = memory.output(2, as: Float.self)
                    let factors = op.factors(
                        rate: Double(memory.input(2, as: Float.self).pointee),
                        time: Double(memory.input(3, as: Int64.self).pointee) + 1)
                    let shrink = Float(factors.shrink), stepSize = Float(factors.stepSize),
                        root = Float(factors.secondRoot)
                    var marks: UInt32 = 0
                    for i in pieces.range(tile) {
                        let g = gradient[i] + coupled * parameter[i]
                        let m = beta1 * first[i] + keep1 * g, v = beta2 * second[i] + keep2 * g * g
                        let p = parameter[i] * shrink - stepSize * m / (v.squareRoot() / root + epsilon)
                        // So does a first moment; an infinite second one alone would hide as a step of 0.
                        marks |= v.nonFiniteMark | p.nonFiniteMark
                        newFirst[i] = m
                        newSecond[i] = v
                        newParameter[i] = p
                    }
                    if marks >> 31 != 0 { throw op.overflow.within(path) }
                }
            ])
        step.inPlace = [(0, 0), (1, 4), (2, 5)]
        return step
    }
}

/// The step counter.
struct IncrementLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        LayoutChoice(inputs: [.dense], outputs: [.dense])
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        LoweredStep(
            kernel: "increment",
            phases: [
                Phase(tiles: 1) { _, memory, _ in
                    memory.output(0, as: Int64.self).pointee = memory.input(0, as: Int64.self).pointee &+ 1
                }
            ])
    }
}

/// The factor of gradient clipping: one partial sum of squares a fixed piece of a tensor, added in order.
struct ClipFactorLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) ? LayoutChoice(inputs: inputs.map { _ in .dense }, outputs: [.dense]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! ClipFactor
        let parts = request.inputs.pieces
        let squares = Phase(tiles: parts.count) { tile, memory, _ in
            let values = memory.input(parts[tile].input, as: Float.self)
            var sum = 0.0
            for i in parts[tile].range { sum += Double(values[i]) * Double(values[i]) }
            memory.shared.assumingMemoryBound(to: Double.self)[tile] = sum
        }
        let join = Phase(tiles: 1) { _, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self)
            var sum = 0.0
            for tile in parts.indices { sum += partial[tile] }
            memory.output(0, as: Float.self).pointee = Float(try op.factor(norm: sum.squareRoot()))
        }
        var step = LoweredStep(kernel: "clip factor", phases: [squares, join])
        step.sharedBytes = parts.count * 8
        return step
    }
}

/// One mark a fixed piece of a tensor; the first input with one is named.
struct RequireFiniteLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) ? LayoutChoice(inputs: inputs.map { _ in .dense }, outputs: [.dense]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! RequireFinite
        let parts = request.inputs.pieces
        let search = Phase(tiles: parts.count) { tile, memory, _ in
            let values = memory.input(parts[tile].input, as: Float.self)
            var marks: UInt32 = 0
            for i in parts[tile].range { marks |= values[i].nonFiniteMark }
            memory.shared.assumingMemoryBound(to: UInt32.self)[tile] = marks
        }
        let join = Phase(tiles: 1) { _, memory, _ in
            let marks = memory.shared.assumingMemoryBound(to: UInt32.self)
            if let first = parts.indices.first(where: { marks[$0] >> 31 != 0 }) {
                throw op.failure(input: parts[first].input)
            }
            memory.output(0, as: Float.self).pointee = memory.input(0, as: Float.self).pointee
        }
        var step = LoweredStep(kernel: "require finite", phases: [search, join])
        step.sharedBytes = parts.count * 4
        return step
    }
}

extension [Operand] {
    /// Fixed pieces of all operands, one after the other.
    fileprivate var pieces: [(input: Int, range: Range<Int>)] {
        enumerated().flatMap { index, operand in
            let pieces = Pieces(of: operand.elementCount, size: updateTile)
            return (0..<pieces.count).map { (index, pieces.range($0)) }
        }
    }
}
