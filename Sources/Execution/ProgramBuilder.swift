import TesseraIR
import TesseraPlanning
import TesseraTensors

extension Program {
    /// Lowers a graph whose dimensions are all numbers: layouts, kernels, storage, memory plan (proven by the
    /// verifier).
    public init(lowering graph: Graph, kernels: KernelTable, catalog: LoweringCatalog = .standard) throws {
        if let unbound = graph.inputs.first(where: { $0.type.shape == nil }) {
            throw TesseraError(
                at: "input \(unbound.name)", found: "the type \(unbound.type)",
                accepted: "numbers for all dimensions when a program is made")
        }
        let assigned = try AssignLayouts.run(graph, catalog)
        var storage = StorageAssignment(graph: assigned.graph)
        let nodes = assigned.graph.nodes.filter { !($0.op is Input || $0.op is State || $0.op is Constant) }
        func operand(_ value: Value) -> Operand {
            let type = assigned.graph.type(of: value)
            return Operand(element: type.element, shape: type.shape!, layout: assigned.layouts[value]!)
        }
        var lowered: [LoweredStep] = []
        for (index, node) in nodes.enumerated() {
            let request = LoweringRequest(
                node: node, inputs: node.inputs.map(operand),
                outputs: node.outputTypes.indices.map { operand(node.output($0)) }, kernels: kernels)
            let step =
                try assigned.lowerings[node.id]?.lower(request)
                ?? .definition(of: node, inputs: request.inputs, outputs: request.outputs)
            storage.assign(node, step: index, lowered: step)
            lowered.append(step)
        }
        storage.keepResults()

        var requests = storage.requests
        let firstWorkspace = requests.count
        var isPreparedOnce: [Bool] = []
        for (index, (node, step)) in zip(nodes, lowered).enumerated() {
            let once = step.preparedInputs.allSatisfy { storage.isStatic(node.inputs[$0]) }
            isPreparedOnce.append(once)
            let life = once ? 0...max(nodes.count - 1, 0) : index...index
            requests.append(
                BufferRequest(
                    name: "\(node.id) prepared", reason: step.kernel, byteCount: step.preparedBytes, steps: life))
            requests.append(
                BufferRequest(
                    name: "\(node.id) shared", reason: step.kernel, byteCount: step.sharedBytes, steps: index...index))
        }
        let plan = MemoryPlan.smallest(for: requests)
        try PlanVerifier.verify(plan)

        func location(_ value: Value) -> Location { storage.location(of: value, in: plan) }
        self.graph = assigned.graph
        layouts = assigned.layouts
        self.plan = plan
        self.kernels = kernels
        constants = storage.constants
        steps = zip(nodes, lowered).enumerated().map { index, pair in
            let (node, step) = pair
            return Step(
                node: node, lowered: step, inputs: node.inputs.map(location),
                outputs: node.outputTypes.indices.map { location(node.output($0)) },
                prepared: .arena(offset: plan.placements[firstWorkspace + 2 * index].offset),
                shared: .arena(offset: plan.placements[firstWorkspace + 2 * index + 1].offset),
                isPreparedOnce: isPreparedOnce[index],
                isStatic: !node.outputTypes.isEmpty && storage.isStatic(node.output())
            )
        }
        inputLocations = Dictionary(
            uniqueKeysWithValues: assigned.graph.inputs.map { ($0.name, (type: $0.type, location: location($0.value))) }
        )
        outputLocations = assigned.graph.outputs.map {
            (name: $0.name, type: assigned.graph.type(of: $0.value), location: location($0.value))
        }
        stateCopies = assigned.graph.updates.compactMap { update in
            let place = location(update.value)
            return place == .state(path: update.path)
                ? nil : (path: update.path, type: assigned.graph.type(of: update.value), location: place)
        }
        workerBytes = lowered.map(\.workerBytes).max() ?? 0
    }
}
