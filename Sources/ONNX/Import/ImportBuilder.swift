import TesseraIR
import TesseraOps
import TesseraTensors

/// Builds the graph of a model without functions, node by node.
struct ImportBuilder {
    private let source: ONNXGraph
    private let rules: RuleBook
    private let options: ImportOptions
    private let nodes: [ONNXNode]
    private let initializers: [String: Tensor]
    private let selection: StateSelection
    /// States that the file writes once for several uses.
    private let partedUses: [String]
    private let builder: GraphBuilder
    private let openDimensions: OpenDimensions, foldingBudget = FoldingBudget()
    private var values: [String: Value] = [:]
    /// Results of nodes that are not made, and what they are.
    private var unmade: [String: String] = [:]
    /// The numbers that inputs give to named dimensions, and the first input that did.
    private var extents: [String: (number: Int, input: String)] = [:]
    private var parameters = ParameterStore()
    /// As many are named in a note.
    private static let namedInitializers = 12

    init(_ graph: ONNXGraph, rules: RuleBook, options: ImportOptions) throws {
        // Many initialisers make the time of their import: each is hashed once, and looked up from then on.
        var initializers = try graph.initializerTensors()
        var graph = graph
        // Constants are initialisers that stand among the nodes.
        for node in graph.nodes where node.operatorType == "Constant" && node.domain.isEmpty {
            if case .tensor(let tensor)? = node.attributes["value"], let name = node.outputs.first {
                let initializer = ONNXInitializer(name: name, tensor: tensor)
                graph.initializers.append(initializer)
                try initializers.add(initializer)
            }
        }
        graph.nodes.removeAll { node in
            if case .tensor? = node.attributes["value"] {
                node.operatorType == "Constant" && node.domain.isEmpty
            } else {
                false
            }
        }
        partedUses = graph.partSharedStates(rules, &initializers)
        source = graph
        self.rules = rules
        self.options = options
        nodes = try graph.sortedNodes(initializers)
        self.initializers = initializers
        openDimensions = OpenDimensions(openedBatch: options.opensBatch ? graph.fixedBatch : nil)
        selection = StateSelection(nodes, initializers: initializers, rules: rules)
        builder = GraphBuilder(name: graph.name.isEmpty ? "model" : graph.name)
    }

    mutating func build() throws -> ImportedModel {
        for input in source.inputs where initializers[input.name] == nil { values[input.name] = try add(input) }
        for node in nodes { try add(node) }
        var declarations = DeclarationCheck()
        let numbers = extents.mapValues(\.number)
        for declared in source.valueInfos {
            guard let value = values[declared.name] else { continue }
            try declarations.check(declared.binding(numbers), builder.type(of: value), at: "value \(declared.name)")
        }
        for output in source.outputs {
            let place = "output \(output.name)", value = try value(output.name, for: place)
            try openDimensions.requireNone(in: value, of: builder.graph, at: place)
            try declarations.check(output.binding(numbers), builder.type(of: value), at: place)
            builder.output(output.name, value)
        }
        // What rules read as attributes, such as the bounds of a Clip, stands in nodes that nothing reads any more.
        let graph = try builder.finish().removingUnusedNodes()
        try Verifier.verify(graph)
        if openDimensions.openedBatch != nil { try graph.requireImagesApart() }
        let paths = Set(graph.states.map(\.state.path))
        return ImportedModel(
            graph: graph, parameters: ParameterStore(parameters.asDictionary.filter { paths.contains($0.key) }),
            notes: notes(declarations))
    }

    private mutating func add(_ input: ONNXValueInfo) throws -> Value {
        func failure(_ found: String, _ accepted: String) -> TesseraError {
            TesseraError(.unsupported, at: "input \(input.name)", found: found, accepted: accepted)
        }
        guard let element = input.element else {
            throw failure(
                "a value that is no tensor, or of an element type without support",
                "tensors of \(ElementType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let constant = options.constantInputs[input.name]
        if let given = constant?.type ?? options.inputShapes[input.name].map({ TensorType(element, shape: $0) }) {
            let fits =
                given.element == element
                && input.dimensions.map {
                    $0.count == given.rank && zip($0, given.dimensions).allSatisfy { $0?.value == nil || $0 == $1 }
                } ?? true
            guard fits else {
                throw TesseraError(at: "input \(input.name)", found: "a tensor \(given)", accepted: input.description)
            }
            try bind(input, to: given)
            return try constant.map { try builder.constant($0, path: input.name) }
                ?? builder.addInput(input.name, given)
        }
        guard let stated = input.dimensions else {
            throw failure("a tensor of unknown rank", "a shape, with names for what is open")
        }
        var dimensions = stated.enumerated().map { axis, dimension in dimension ?? .named("\(input.name)_\(axis)") }
        if let size = options.imageSize, dimensions.count == 4 {
            dimensions.replaceSubrange(2..., with: [.fixed(size), .fixed(size)])
        }
        if options.opensBatch, dimensions.count == 4 { dimensions[0] = .named(ImportOptions.batchName) }
        return try builder.addInput(input.name, TensorType(element, dimensions))
    }

    /// Throws where an input gives a named dimension another number than an input before it.
    private mutating func bind(_ input: ONNXValueInfo, to given: TensorType) throws {
        for (dimension, extent) in zip(input.dimensions ?? [], given.dimensions) {
            guard case .named(let name) = dimension, let number = extent.value else { continue }
            guard let first = extents[name] else {
                extents[name] = (number, input.name)
                continue
            }
            guard first.number == number else {
                throw TesseraError(
                    at: "input \(input.name)", found: "a tensor \(given) for \(input)",
                    accepted: "\(first.number) for \(name), as at input \(first.input)")
            }
        }
    }

    /// The value of a name: made by now, or an initialiser, which enters the graph where it is first read.
    private mutating func value(_ name: String, for place: String) throws -> Value {
        if let value = values[name] { return value }
        if let output = unmade[name] {
            throw TesseraError(
                .unsupported, at: place, found: "the value \(name), which is \(output)", accepted: "its other outputs")
        }
        guard let tensor = initializers[name] else {
            throw TesseraError(
                at: place, found: "the value \(name), which nothing makes",
                accepted: "inputs, initialisers and results of nodes")
        }
        let value =
            try selection.kinds[name].map { try state(name, $0, tensor) } ?? builder.constant(tensor, path: name)
        values[name] = value
        return value
    }

    private mutating func state(_ name: String, _ kind: StateKind, _ tensor: Tensor) throws -> Value {
        parameters[name] = tensor
        return try builder.state(name, kind, tensor.type)
    }

    private mutating func add(_ node: ONNXNode) throws {
        if let output = node.outputs.first, let alias = selection.parted[output], let kind = selection.kinds[output] {
            values[output] = try state(output, kind, initializers[alias]!)
            return
        }
        let place = node.place
        let inputs = try node.inputs.map { $0.isEmpty ? nil : try value($0, for: place) }
        guard let reading = rules.reading(of: node) else { preconditionFailure("the operators were checked before") }
        try reading.schema.checkElements(inputs.map { $0.map { builder.type(of: $0).element } }, of: node)
        var named = node
        if named.name.isEmpty { named.name = node.outputs.first { !$0.isEmpty } ?? "" }
        let reader = ONNXNodeReader(
            node: named, opset: rules.opset, builder: builder, inputs: inputs, openDimensions: openDimensions,
            foldingBudget: foldingBudget)
        let results: [Value]
        do {
            results = try reading.rule.read(reader)
            try reader.finish()
        } catch let error as TesseraError {
            // Ops name themselves, or the path that they have from the node.
            throw TesseraError(error.kind, at: place, found: error.found, accepted: error.accepted)
        }
        for (index, output) in node.outputs.enumerated() where !output.isEmpty {
            if index < results.count {
                values[output] = results[index]
            } else {
                unmade[output] = "output \(index) of \(place), \(reading.schema.outputs[index].name)"
            }
        }
    }

    private func notes(_ declarations: DeclarationCheck) -> [String] {
        // Shapes in a file are those of its own image size.
        var notes = rules.notes + (options.imageSize == nil ? [declarations.note].compactMap { $0 } : [])
        let partedSources = Set(selection.parted.values)
        let unused = source.initializers.map(\.name).filter { values[$0] == nil && !partedSources.contains($0) }
        if !unused.isEmpty {
            let rest = unused.count - Self.namedInitializers
            notes.append(
                "initialisers that nothing reads: \(unused.prefix(Self.namedInitializers).joined(separator: ", "))"
                    + (rest > 0 ? " and \(rest) more" : ""))
        }
        let parted = selection.parted.keys.sorted() + partedUses
        if !parted.isEmpty {
            notes.append(
                "\(parted.count) states that the file writes once for several layers, since their values are equal, are apart now: \(parted.prefix(4).joined(separator: ", "))\(parted.count > 4 ? ", …" : "")"
            )
        }
        if let batch = openDimensions.openedBatch {
            let nodes = openDimensions.openedNodes
            notes.append(
                "the file fixes the batch at \(batch); it is open here"
                    + (nodes.isEmpty ? "" : ", also in shapes that name it: \(nodes.joined(separator: ", "))"))
        }
        return notes
    }
}
