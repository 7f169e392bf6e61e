import TesseraIR
import TesseraPlanning
import TesseraTensors

extension Program {
    /// Lowers a graph whose dimensions are all numbers: layouts, kernels, steps, storage, memory plan (proven by the
    /// verifier).
    public init(
        lowering graph: Graph, kernels: KernelTable, regions: RegionChoice = .single, usesWinograd: Bool = false
    ) throws {
        try self.init(
            lowering: graph, kernels: kernels, usesKernels: true, regions: regions, cut: nil, usesWinograd: usesWinograd
        )
    }

    /// Without kernels, or by windows of a given size: for tests.
    package init(
        lowering graph: Graph, kernels: KernelTable, usesKernels: Bool, regions: RegionChoice, cut: WindowCut?,
        usesWinograd: Bool = false
    ) throws {
        if let unbound = graph.inputs.first(where: { $0.type.shape == nil }) {
            throw TesseraError(
                at: "input \(unbound.name)", found: "the type \(unbound.type)",
                accepted: "numbers for all dimensions when a program is made")
        }
        let assigned = try AssignLayouts.run(graph, usesKernels: usesKernels)
        let nodes = try LoweredNodes(assigned, kernels, usesWinograd: usesWinograd)
        let costs =
            if case .planned(let model) = regions { model } else { CostModel.standard(for: kernels.instructionSet) }
        let schedule = try StepSchedule(assigned.graph, stages: nodes.stages, regions)
        let lowered = schedule.steps.map { nodes.step($0, schedule.shape(of: $0, costs), in: assigned.graph, cut) }
        var storage = StorageAssignment(graph: assigned.graph, steps: schedule.steps)
        for (index, step) in lowered.enumerated() { storage.assign(step: index, lowered: step) }
        storage.keepResults()

        let firstWorkspace = storage.requests.count
        let plan = MemoryPlan.smallest(for: storage.requests + storage.workspaces(of: lowered))
        try PlanVerifier.verify(plan)
        var packedByteCount = 0

        func location(_ value: Value) -> Location { storage.location(of: value, in: plan)! }
        self.graph = assigned.graph
        layouts = assigned.layouts
        self.plan = plan
        self.kernels = kernels
        links = schedule.links
        partings = schedule.partings
        constants = storage.constants
        steps = zip(schedule.steps, lowered).enumerated().map { index, pair in
            let (members, step) = pair, isPackedOnce = storage.isPackedOnce(index, step)
            var prepared = Location.arena(offset: plan.placements[firstWorkspace + 2 * index].offset)
            if isPackedOnce {
                prepared = .packed(offset: packedByteCount)
                packedByteCount += Liveness.aligned(step.packing.byteCount)
            }
            return Step(
                nodes: members, lowered: step,
                inputs: members.flatMap { $0.inputs.map { storage.location(of: $0, in: plan) } },
                outputs: members.last!.outputTypes.indices.map { location(members.last!.output($0)) },
                prepared: prepared,
                shared: .arena(offset: plan.placements[firstWorkspace + 2 * index + 1].offset),
                isPreparedOnce: isPackedOnce, plannedSeconds: schedule.plannedSeconds(members),
                isStatic: !members.last!.outputTypes.isEmpty && storage.isStatic(members.last!.output())
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
        self.packedByteCount = packedByteCount
        self.costs = if case .planned(let model) = regions { model } else { nil }
    }
}

/// What every node of a graph was lowered to.
private struct LoweredNodes {
    private var lowerings: [NodeID: Lowering] = [:]
    /// The nodes that compute windows.
    private(set) var stages: [NodeID: Stage] = [:]

    init(_ assigned: AssignLayouts.Result, _ kernels: KernelTable, usesWinograd: Bool) throws {
        func operand(_ value: Value) -> Operand {
            let type = assigned.graph.type(of: value)
            return Operand(element: type.element, shape: type.shape!, layout: assigned.layouts[value]!)
        }
        for node in assigned.graph.nodes where !(node.op is Input || node.op is State || node.op is Constant) {
            let request = LoweringRequest(
                node: node, inputs: node.inputs.map(operand),
                outputs: node.outputTypes.indices.map { operand(node.output($0)) }, kernels: kernels,
                usesWinograd: usesWinograd)
            let lowering =
                try assigned.lowerings[node.id]?.lower(request)
                ?? .step(.definition(of: node, inputs: request.inputs, outputs: request.outputs))
            lowerings[node.id] = lowering
            if case .stage(let stage) = lowering { stages[node.id] = stage }
        }
    }

    func step(_ nodes: [Node], _ shape: RegionShape?, in graph: Graph, _ cut: WindowCut?) -> LoweredStep {
        shape.map { Region(nodes, stages: stages, in: graph, $0, cut).lowered }
            ?? lowerings[nodes[0].id]!.lowered(cut: cut)
    }
}
