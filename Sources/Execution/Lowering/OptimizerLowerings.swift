import TesseraIR
import TesseraOps
import TesseraTensors

/// SGD, parameter and velocity written over the old ones; every element as in the op's definition, bit for bit but for
/// denormals, which kernels flush.
extension SGDUpdate: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let op = self, path = request.node.path
        let pieces = Pieces(of: request.outputs[0].elementCount, size: WorkSize.updateFloats)
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
        return .step(step)
    }
}

/// Adam and AdamW, parameter and moments written over the old ones; every element as in the op's definition, bit for
/// bit but for denormals, which kernels flush.
extension AdamUpdate: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32([0, 1, 2, 4, 5].map { inputs[$0] }) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let op = self, path = request.node.path
        let pieces = Pieces(of: request.outputs[0].elementCount, size: WorkSize.updateFloats)
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
        return .step(step)
    }
}

/// The step counter.
extension Increment: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        .dense(inputs, outputs)
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let phase = Phase(tiles: 1) { _, memory, _ in
            memory.output(0, as: Int64.self).pointee = memory.input(0, as: Int64.self).pointee &+ 1
        }
        return .step(LoweredStep(kernel: "increment", phases: [phase]))
    }
}

/// The factor of gradient clipping: one partial sum of squares a fixed piece of a tensor, added in order.
extension ClipFactor: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let op = self
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
        var step = LoweredStep(kernel: "clip factor", sums: squares, join: join)
        step.sharedBytes = parts.count * 8
        return .step(step)
    }
}

/// One mark a fixed piece of a tensor; the first input with one is named.
extension RequireFinite: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) ? .dense(inputs, outputs) : nil
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let op = self
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
        var step = LoweredStep(kernel: "require finite", sums: search, join: join)
        step.sharedBytes = parts.count * 4
        return .step(step)
    }
}

extension [Operand] {
    /// Fixed pieces of all operands, one after the other.
    fileprivate var pieces: [(input: Int, range: Range<Int>)] {
        enumerated().flatMap { index, operand in
            let pieces = Pieces(of: operand.elementCount, size: WorkSize.updateFloats)
            return (0..<pieces.count).map { (index, pieces.range($0)) }
        }
    }
}
