import TesseraIR
import TesseraOps
import TesseraTensors

extension Graph {
    /// The graph for an input of the given shape: named dimensions of its one input are bound; a fixed batch (the first
    /// dimension) is replaced. Throws where the graph has several inputs or the shape does not fit.
    public func bindingInput(to shape: [Int]) throws -> Graph {
        guard inputs.count == 1 else {
            throw TesseraError(.unsupported, at: name, found: "\(inputs.count) inputs", accepted: "models of one input")
        }
        let type = inputs[0].type
        let fits =
            type.rank == shape.count
            && zip(type.dimensions, shape).enumerated().allSatisfy { axis, pair in
                axis == 0 || pair.0.value == nil || pair.0.value == pair.1
            }
        var bindings: [String: Int] = [:]
        for (dimension, extent) in zip(type.dimensions, shape) {
            if case .named(let name) = dimension, bindings.updateValue(extent, forKey: name) ?? extent != extent {
                bindings[name] = -1
            }
        }
        guard fits, shape.allSatisfy({ $0 > 0 }), !bindings.values.contains(-1) else {
            throw TesseraError(
                at: "input \(inputs[0].name)", found: "images of the shape \(shape)", accepted: "\(type)")
        }
        return try rebuilding { node, inputs, builder in
            guard var input = node.op as? Input else { return nil }
            input.type = TensorType(input.type.element, shape: shape)
            return try builder.add(input, inputs, path: node.path, origins: node.origins, id: node.id)
        }
    }

    /// With every batch norm's policy replaced by what `policy` says for it; nil keeps it.
    public func settingNormPolicy(_ policy: (Node, BatchNormalization) -> NormPolicy?) throws -> Graph {
        try rebuilding { node, inputs, builder in
            guard var norm = node.op as? BatchNormalization, let new = policy(node, norm) else { return nil }
            norm.policy = new
            return try builder.add(norm, inputs, path: node.path, origins: node.origins, id: node.id)
        }
    }

    /// Norms whose running statistics have a path that a pattern matches no longer change them; nothing of them changes
    /// where scale and bias match too.
    func freezingNorms(_ patterns: [PathPattern]) throws -> Graph {
        func matches(_ value: Value) -> Bool {
            (self[value.node].op as? State).map { patterns.match($0.path) } ?? false
        }
        return try settingNormPolicy { node, norm in
            guard norm.policy == .train, node.inputs[BatchNormalization.statistics].contains(where: matches) else {
                return nil
            }
            return node.inputs[BatchNormalization.parameters].allSatisfy(matches) ? .frozen : .frozenStatistics
        }
    }
}
