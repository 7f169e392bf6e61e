import TesseraAutodiff
import TesseraIR
import TesseraOps
import TesseraTensors

/// A small network drawn from a seed: convolutions dense, depthwise, grouped, dilated and strided, norms, activations,
/// pools, sums, and concatenations of images of odd sizes and paddings, one pixel among them, with the gradients of all
/// that can be trained.
package struct RandomNetwork {
    package let graph: Graph
    package let inputs: [String: Tensor]
    package let states: ParameterStore

    package init(seed: UInt64) throws {
        var drawing = Drawing(seed)
        let x = try drawing.input()
        var values = [x]
        for index in 0..<Int(drawing.stream.uniform(4...9)) {
            if let made = try drawing.layer(values, "layer\(index)") { values.append(made) }
        }
        (graph, inputs, states) = try drawing.finish(values)
    }

    private struct Drawing {
        var stream: RandomStream
        let builder = GraphBuilder(name: "random network")
        var inputs: [String: Tensor] = [:]
        var states: [String: Tensor] = [:]

        init(_ seed: UInt64) { stream = RandomStream(seed: seed, name: "network") }

        mutating func pick<T>(_ choices: [T]) -> T { choices[Int(stream.uniform() * Double(choices.count))] }

        mutating func input() throws -> Value {
            let shape = [
                pick([1, 2, 3]), pick([1, 3, 4, 8, 17, 24]), pick([1, 5, 9, 16, 33, 70]), pick([1, 4, 7, 16, 31, 65]),
            ]
            inputs["x"] = Draw.normal("x", shape).floating(.float32)
            return try builder.addInput("x", TensorType(.float32, shape: shape))
        }

        func shape(_ value: Value) -> [Int] { builder.type(of: value).shape! }

        mutating func parameter(_ path: String, _ tensor: Tensor, _ kind: StateKind = .parameter) throws -> Value {
            states[path] = tensor.floating(.float32)
            return try builder.state(path, kind, states[path]!.type)
        }

        /// A layer on one of the values, or nil where what was drawn does not fit it.
        mutating func layer(_ values: [Value], _ path: String) throws -> Value? {
            // Mostly on the last: chains.
            let x = stream.uniform() < 0.7 ? values.last! : pick(values)
            switch pick(Array(0..<9)) {
            case 0...2: return try convolution(x, path)
            case 3: return try norm(x, path)
            case 4: return try norm(x, path).map { try builder.add(Relu(), [$0], path: path)[0] }
            case 5:
                let op = pick([Relu(), Sigmoid(), Clip(low: 0, high: 6), Softplus(), Absolute()] as [any Op])
                return try builder.add(op, [x], path: path)[0]
            case 6: return try pool(x, path)
            case 7:
                let others = values.filter { shape($0) == shape(x) }
                return try builder.add(
                    pick([Add(), Multiply(), Subtract()] as [any Op]), [x, pick(others)], path: path)[0]
            default:
                let others = values.filter { shape($0)[2...] == shape(x)[2...] }
                return try builder.add(Concat(axis: 1), [x, pick(others)], path: path)[0]
            }
        }

        mutating func convolution(_ x: Value, _ path: String) throws -> Value? {
            let channels = shape(x)[1], kernel = [pick([1, 1, 3, 3, 5, 2]), pick([1, 3, 3, 2])]
            var op = Convolution(
                strides: [pick([1, 1, 2, 3]), pick([1, 1, 2])], pads: (0..<4).map { _ in pick([0, 1, 1, 2]) },
                dilations: [pick([1, 1, 2]), pick([1, 1, 3])])
            if kernel == [1, 1], stream.uniform() < 0.7 { op = Convolution() }
            let kind = pick([0, 1, 2])
            op.group = kind == 1 ? channels : kind == 2 && channels % 4 == 0 ? 4 : 1
            let filters = op.group == channels ? channels : op.group * pick([1, 2, 5, 12])
            var inputs = [x]
            inputs.append(
                try parameter("\(path).weight", Draw.normal(path, [filters, channels / op.group] + kernel)))
            if stream.uniform() < 0.5 {
                inputs.append(try parameter("\(path).bias", Draw.normal("\(path).b", [filters])))
            }
            guard (try? op.outputTypes(for: inputs.map { builder.type(of: $0) })) != nil else { return nil }
            return try builder.add(op, inputs, path: path)[0]
        }

        mutating func norm(_ x: Value, _ path: String) throws -> Value? {
            let channels = [shape(x)[1]]
            let parameters = [
                try parameter("\(path).scale", Draw.positive("\(path).s", channels)),
                try parameter("\(path).shift", Draw.normal("\(path).h", channels)),
            ]
            let counts = shape(x).reduce(1, *) / channels[0]
            let statistics =
                counts > 4 && stream.uniform() < 0.5
                ? try builder.add(ChannelMoments(), [x], path: path)
                : [
                    try parameter("\(path).mean", Draw.normal("\(path).m", channels), .statistic),
                    try parameter("\(path).variance", Draw.positive("\(path).v", channels), .statistic),
                ]
            return try builder.add(BatchNormalization(), [x] + parameters + statistics, path: path)[0]
        }

        mutating func pool(_ x: Value, _ path: String) throws -> Value? {
            let kernel = [pick([2, 3]), pick([1, 2, 3])], strides = [pick([1, 2]), pick([1, 2, 3])]
            let pads = (0..<4).map { _ in pick([0, 0, 1]) }
            let op: any Op =
                stream.uniform() < 0.5
                ? MaxPool(kernel: kernel, strides: strides, pads: pads)
                : AveragePool(kernel: kernel, strides: strides, pads: pads, countsPadding: stream.uniform() < 0.5)
            guard (try? op.outputTypes(for: [builder.type(of: x)])) != nil else { return nil }
            return try builder.add(op, [x], path: path)[0]
        }

        /// The mean of the last value and the gradients of all parameters as outputs.
        mutating func finish(_ values: [Value]) throws -> (Graph, [String: Tensor], ParameterStore) {
            let mean = try builder.add(ReduceMean(axes: [2, 3]), [values.last!])[0]
            let sum = try builder.add(ReduceSum(), [mean])[0]
            builder.output("last", values.last!)
            builder.output("mean", mean)
            let graph = builder.graph
            let targets = graph.states.filter { $0.state.kind == .parameter }
            let gradients = try Autodiff.gradients(
                of: sum, withRespectTo: targets.map(\.value) + [values[0]], in: builder)
            for (index, gradient) in gradients.enumerated() { builder.output("gradient.\(index)", gradient) }
            return (try builder.finish(), inputs, ParameterStore(states))
        }
    }
}
