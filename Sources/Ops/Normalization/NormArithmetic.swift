import RealModule
import TesseraIR
import TesseraTensors

/// The arithmetic that the definitions of the norm ops share; statistics are Doubles, one a channel.
enum NormArithmetic {
    /// Calls `body` with the channel and the run of elements of every (image, channel) plane of x [N, C, …].
    static func forEachPlane(_ shape: [Int], _ body: (_ channel: Int, _ elements: Range<Int>) -> Void) {
        let size = shape.dropFirst(2).reduce(1, *)
        for plane in 0..<(shape[0] * shape[1]) { body(plane % shape[1], plane * size..<(plane + 1) * size) }
    }

    /// Throws where a gradient's inputs, dy and x and then one vector or more, do not belong to one another.
    static func requireGradientInputs(_ op: any Op, _ inputs: [TensorType]) throws {
        try op.requireFloating(inputs)
        try op.requireRank(inputs[1], 2...Int.max, "x")
        try op.require(inputs[0] == inputs[1], "dy \(inputs[0]) and x \(inputs[1])", accepted: "equal types")
        for type in inputs.dropFirst(2) {
            try op.require(
                type.dimensions == [inputs[1].dimensions[1]], "\(type)", accepted: "[\(inputs[1].dimensions[1])]")
        }
    }

    static func normalize<T: DefinitionFloat>(
        _: T.Type, _ x: Tensor, scale: [Double], bias: [Double], mean: [Double], variance: [Double], epsilon: Double
    ) -> Tensor {
        var y = [T](repeating: 0, count: x.elementCount)
        x.withElements(T.self) { x0 in
            forEachPlane(x.shape) { c, elements in
                let factor = scale[c] / (variance[c] + epsilon).squareRoot()
                for i in elements { y[i] = T((Double(x0[i]) - mean[c]) * factor + bias[c]) }
            }
        }
        return Tensor(y, shape: x.shape)
    }

    /// Mean and population variance of every channel, in two passes.
    static func moments<T: DefinitionFloat>(_: T.Type, _ x: Tensor) -> (mean: [Double], variance: [Double]) {
        let count = Double(x.elementCount / max(x.shape[1], 1))
        var mean = [Double](repeating: 0, count: x.shape[1]), variance = mean
        x.withElements(T.self) { x0 in
            forEachPlane(x.shape) { c, elements in for i in elements { mean[c] += Double(x0[i]) } }
            for c in mean.indices { mean[c] /= count }
            forEachPlane(x.shape) { c, elements in
                for i in elements { variance[c] += (Double(x0[i]) - mean[c]) * (Double(x0[i]) - mean[c]) }
            }
            for c in variance.indices { variance[c] /= count }
        }
        return (mean, variance)
    }
}
