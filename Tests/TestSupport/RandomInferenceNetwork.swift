import TesseraIR
import TesseraOps
import TesseraTensors

/// An inference network of the blocks that published ones are made of, drawn from a seed: stems, inverted residuals
/// with and without pre-activation and squeeze-and-excite, bottlenecks, dense blocks, branches, shuffles, transformers'
/// products, and activations as exporters spell them. The same seed gives the same numbers in any element type.
package struct RandomInferenceNetwork {
    package let graph: Graph
    package let inputs: [String: Tensor]
    package let states: ParameterStore

    package init(seed: UInt64, element: ElementType = .float32) throws {
        var drawing = Drawing(seed, element)
        var x = try drawing.input()
        for index in 0..<Int(drawing.stream.uniform(3...6)) { x = try drawing.block(x, "\(index)") }
        (graph, inputs, states) = try drawing.finish(x)
    }

    private struct Drawing {
        var stream: RandomStream
        let builder = GraphBuilder(name: "random inference network")
        private let element: ElementType
        private let seed: UInt64
        private var inputs: [String: Tensor] = [:]
        private var states: [String: Tensor] = [:]

        init(_ seed: UInt64, _ element: ElementType) {
            stream = RandomStream(seed: seed, name: "inference network")
            (self.seed, self.element) = (seed, element)
        }

        private mutating func pick<T>(_ choices: [T]) -> T { choices[Int(stream.uniform() * Double(choices.count))] }
        private mutating func chance(_ probability: Double) -> Bool { stream.uniform() < probability }
        private func shape(_ value: Value) -> [Int] { builder.type(of: value).shape! }
        private func channels(_ value: Value) -> Int { shape(value)[1] }

        mutating func input() throws -> Value {
            let shape = [pick([1, 1, 2]), pick([1, 3]), pick([9, 16, 21, 34]), pick([8, 15, 24, 33, 150])]
            inputs["x"] = Draw.normal("x\(seed)", shape).floating(element)
            return try builder.addInput("x", TensorType(element, shape: shape))
        }

        mutating func finish(_ x: Value) throws -> (Graph, [String: Tensor], ParameterStore) {
            // What nothing reads, and what is computed twice.
            _ = try add(Exponential(), x, "dead")
            let pooled = try add(ReduceMean(axes: [2, 3]), x, "head")
            let again = try add(ReduceMean(axes: [2, 3]), x, "head2")
            let features = try add(Add(), [pooled, again], "head")
            let weight = try state("fc.weight", [channels(x), 5], scale: channels(x))
            let product = try add(MatrixMultiply(), [features, weight], "fc")
            let bias = try state("fc.bias", [5])
            builder.output("scores", try add(Add(), chance(0.5) ? [product, bias] : [bias, product], "fc"))
            builder.output("features", x)
            return (try builder.finish(), inputs, ParameterStore(states))
        }

        // MARK: Parts

        private func add(_ op: any Op, _ inputs: [Value], _ path: String) throws -> Value {
            try builder.add(op, inputs, path: path)[0]
        }
        private func add(_ op: any Op, _ x: Value, _ path: String) throws -> Value { try add(op, [x], path) }

        private func number(_ value: Double, _ path: String) throws -> Value {
            try builder.constant(Tensor([Double(Float(value))], shape: []).floating(element), path: path)
        }

        /// Normal numbers that keep the size of sums over `scale` of them.
        private mutating func state(
            _ path: String, _ shape: [Int], scale: Int = 1, isPositive: Bool = false, kind: StateKind = .parameter
        ) throws -> Value {
            let name = "\(seed) \(path)", factor = 1 / Double(scale).squareRoot()
            let drawn = isPositive ? Draw.positive(name, shape) : Draw.normal(name, shape)
            states[path] = Tensor(drawn.doubles().map { Double(Float($0 * factor)) }, shape: shape).floating(element)
            return try builder.state(path, kind, states[path]!.type)
        }

        private mutating func convolution(
            _ x: Value, _ filters: Int, _ size: Int, _ path: String, stride: Int = 1, group: Int = 1,
            dilation: Int = 1
        ) throws -> Value {
            let depth = channels(x) / group
            var operands = [
                x, try state("\(path).weight", [filters, depth, size, size], scale: depth * size * size),
            ]
            if chance(0.3) { operands.append(try state("\(path).bias", [filters])) }
            let pad = (size - 1) / 2 * dilation
            return try add(
                Convolution(
                    strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [dilation, dilation],
                    group: group), operands, path)
        }

        private mutating func norm(_ x: Value, _ path: String) throws -> Value {
            let count = [channels(x)]
            return try add(
                BatchNormalization(policy: .frozenStatistics),
                [
                    x, state("\(path).scale", count, isPositive: true), state("\(path).shift", count),
                    state("\(path).mean", count, kind: .statistic),
                    state("\(path).variance", count, isPositive: true, kind: .statistic),
                ], path)
        }

        private mutating func activation(_ x: Value, _ path: String) throws -> Value {
            switch Int(stream.uniform() * 14) {
            case 0...2: return try add(Relu(), x, path)
            case 3, 4: return try add(Clip(low: 0, high: 6), x, path)
            case 5: return try add(LeakyRelu(alpha: 0.1), x, path)
            case 6: return try add(HardSwish(), x, path)
            case 7: return try add(Multiply(), [x, add(HardSigmoid(), x, path)], path)
            case 8: return try add(PRelu(), [x, state("\(path).slope", [channels(x), 1, 1])], path)
            case 9: return try add(ExponentialLinear(), x, path)
            case 10: return try add(HyperbolicTangent(), x, path)
            case 11: return try gelu(x, path)
            default: return try add(Multiply(), [x, add(Sigmoid(), x, path)], path)
            }
        }

        private func gelu(_ x: Value, _ path: String) throws -> Value {
            let inner = try add(Divide(), [x, number(2.0.squareRoot(), path)], path)
            let gate = try add(Add(), [add(ErrorFunction(), inner, path), number(1, path)], path)
            return try add(Multiply(), [add(Multiply(), [x, gate], path), number(0.5, path)], path)
        }

        private mutating func squeezeAndExcite(_ x: Value, _ path: String) throws -> Value {
            let mean = try add(ReduceMean(axes: [2, 3], keepsDimensions: true), x, path)
            let narrow = try convolution(mean, max(1, channels(x) / 4), 1, "\(path).reduce")
            let wide = try convolution(add(Relu(), narrow, path), channels(x), 1, "\(path).expand")
            return try add(Multiply(), [x, add(pick([Sigmoid(), HardSigmoid()] as [any Op]), wide, path)], path)
        }

        private mutating func residual(_ x: Value, _ y: Value, _ path: String) throws -> Value {
            guard shape(x) != shape(y) else { return try add(Add(), chance(0.5) ? [x, y] : [y, x], path) }
            let stride = shape(x)[2] == shape(y)[2] ? 1 : 2
            return try add(
                Add(), [y, convolution(x, channels(y), 1, "\(path).shortcut", stride: stride)], path)
        }

        // MARK: Blocks

        mutating func block(_ x: Value, _ index: String) throws -> Value {
            let narrow = pick([4, 8, 12, 17]), stride = min(shape(x)[2], shape(x)[3]) > 8 ? pick([1, 1, 2]) : 1
            switch Int(stream.uniform() * 9) {
            case 0:
                let path = "stem\(index)", size = pick([3, 7])
                let y = try activation(norm(convolution(x, narrow, size, path, stride: stride), path), path)
                guard min(shape(y)[2], shape(y)[3]) > 3 else { return y }
                return try add(MaxPool(kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]), y, path)
            case 1, 2: return try invertedResidual(x, narrow, stride, "inverted\(index)")
            case 3: return try bottleneck(x, narrow, stride, "bottleneck\(index)")
            case 4: return try denseBlock(x, "dense\(index)")
            case 5:
                let path = "branches\(index)"
                let branches = try [1, 3, 5].map { size in
                    try add(Relu(), convolution(x, narrow, size, "\(path).\(size)"), path)
                }
                return try add(Concat(axis: 1), branches, path)
            case 6: return try shuffle(x, "shuffle\(index)")
            case 7: return try perceptron(x, "perceptron\(index)")
            default:
                let path = "chain\(index)", dilation = pick([1, 2])
                let y = try activation(norm(convolution(x, narrow, 3, path, dilation: dilation), path), path)
                return try activation(convolution(y, narrow, pick([1, 3]), "\(path).next"), "\(path).next")
            }
        }

        private mutating func invertedResidual(
            _ x: Value, _ narrow: Int, _ stride: Int, _ path: String
        ) throws -> Value {
            let activatesFirst = chance(0.4), filters = chance(0.6) ? channels(x) : narrow, wide = 3 * channels(x)
            let entry = activatesFirst ? try add(Relu(), norm(x, "\(path).norm1"), path) : x
            var y = try convolution(entry, wide, 1, "\(path).expand")
            y = try activation(norm(y, "\(path).norm2"), "\(path).act2")
            y = try convolution(y, wide, pick([3, 5]), "\(path).filter", stride: stride, group: wide)
            y = try activation(norm(y, "\(path).norm3"), "\(path).act3")
            if chance(0.4) { y = try squeezeAndExcite(y, "\(path).excite") }
            y = try convolution(y, filters, 1, "\(path).project")
            if !activatesFirst { y = try norm(y, "\(path).norm4") }
            return try residual(x, y, path)
        }

        private mutating func bottleneck(_ x: Value, _ narrow: Int, _ stride: Int, _ path: String) throws -> Value {
            var y = try add(Relu(), norm(convolution(x, narrow, 1, "\(path).1"), "\(path).1"), path)
            let group = narrow % 4 == 0 ? pick([1, 4]) : 1
            y = try convolution(y, narrow, 3, "\(path).2", stride: stride, group: group)
            y = try add(Relu(), norm(y, "\(path).2"), path)
            y = try norm(convolution(y, 2 * narrow, 1, "\(path).3"), "\(path).3")
            return try add(Relu(), residual(x, y, path), path)
        }

        private mutating func denseBlock(_ x: Value, _ path: String) throws -> Value {
            var all = [x]
            for layer in 0..<pick([2, 3]) {
                let path = "\(path).\(layer)"
                let joined = all.count == 1 ? x : try add(Concat(axis: 1), all, path)
                let y = try add(Relu(), norm(joined, "\(path).norm1"), path)
                let narrow = try add(Relu(), norm(convolution(y, 8, 1, "\(path).1"), "\(path).norm2"), path)
                all.append(try convolution(narrow, 4, 3, "\(path).2"))
            }
            return try add(Concat(axis: 1), all, path)
        }

        private mutating func shuffle(_ x: Value, _ path: String) throws -> Value {
            let y = try convolution(x, 8, 1, path), s = shape(y), groups = pick([2, 4])
            let rows = try add(Reshape(to: [s[0], groups, 8 / groups, s[2], s[3]]), y, path)
            let turned = try add(Transpose(permutation: [0, 2, 1, 3, 4]), rows, path)
            return try convolution(add(Reshape(to: s), turned, path), 8, 3, "\(path).filter", group: 8)
        }

        /// ConvNeXt's block: pixels as rows.
        private mutating func perceptron(_ x: Value, _ path: String) throws -> Value {
            let count = channels(x)
            var y = try convolution(x, count, 7, "\(path).filter", group: count)
            y = try add(Transpose(permutation: [0, 2, 3, 1]), y, path)
            y = try add(
                LayerNormalization(axis: -1, epsilon: 1e-5),
                [y, state("\(path).scale", [count], isPositive: true), state("\(path).shift", [count])], path)
            y = try add(MatrixMultiply(), [y, state("\(path).up", [count, 2 * count], scale: count)], path)
            y = try gelu(add(Add(), [y, state("\(path).upBias", [2 * count])], path), path)
            y = try add(MatrixMultiply(), [y, state("\(path).down", [2 * count, count], scale: 2 * count)], path)
            y = try add(Add(), [y, state("\(path).downBias", [count])], path)
            return try add(Add(), [x, add(Transpose(permutation: [0, 3, 1, 2]), y, path)], path)
        }
    }
}
