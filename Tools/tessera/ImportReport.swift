import Foundation
import Tessera

/// What `tessera import` says.
struct ImportReport: Encodable {
    struct Port: Encodable {
        let name: String
        let type: String
    }

    struct Operator: Encodable {
        let name: String
        let nodes: Int
    }

    struct Tensor: Encodable {
        let name: String
        let type: String
        /// parameter, statistic or constant.
        let kind: String
    }

    let file: String
    let producer: String
    let irVersion: Int
    let operatorSets: [String: Int]
    let inputs: [Port]
    let outputs: [Port]
    let operators: [Operator]
    let unsupported: [String]
    var tensors: [Tensor] = []
    var trainableElements = 0
    var floatingPointOperations: Int?
    var norms: NormCount?
    /// The batch of images that the file fixes; nil where it is open.
    let fixedBatch: Int?
    let backbone: BackboneReport?
    /// Why the model is no backbone; nil where it is one.
    let backboneObstacle: String?
    /// Nodes that run, but without a kernel of their own: slowly.
    var withoutKernel: [String] = []
    var notes: [String] = []
    /// Height and width of the images are open, and whether it runs depends on them.
    let sizeIsOpen: Bool
    /// Why the model does not run; nil where it does.
    var obstacle: String?

    init(_ model: ONNXModel, name: String, size: Int?, batch: Int) throws {
        file = name
        producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
        irVersion = Int(model.irVersion)
        operatorSets = Dictionary(
            uniqueKeysWithValues: model.operatorSets.map { ($0.key.isEmpty ? "ai.onnx" : $0.key, Int($0.value)) })
        let given = model.graph.freeInputs
        inputs = given.map { Port(name: $0.name, type: $0.description) }
        outputs = model.graph.outputs.map { Port(name: $0.name, type: $0.description) }
        operators = Dictionary(grouping: model.graph.nodes) {
            $0.domain.isEmpty ? $0.operatorType : "\($0.domain).\($0.operatorType)"
        }
        .map { Operator(name: $0.key, nodes: $0.value.count) }.sorted { ($1.nodes, $0.name) < ($0.nodes, $1.name) }
        let images = given.compactMap(\.dimensions).filter { $0.count == 4 }
        fixedBatch = images.first?[0]?.value
        sizeIsOpen = size == nil && images.contains { $0[2...].contains { $0?.value == nil } }
        do {
            guard !sizeIsOpen else { throw TesseraError(at: name, found: Self.openSize) }
            let backbone = try Backbone(onnx: model, name: name, size: size)
            norms = NormCount(backbone.graph)
            self.backbone = try BackboneReport(backbone)
            backboneObstacle = nil
        } catch let error as TesseraError {
            backbone = nil
            backboneObstacle = sizeIsOpen ? Self.openSize : error.description
        }
        unsupported = try ONNXImporter.unsupportedOperators(of: model)
        guard unsupported.isEmpty else {
            obstacle = ONNXImporter.unsupported(unsupported).description
            return
        }
        guard !sizeIsOpen else { return }
        do { try describe(model, size: size, batch: batch) } catch let error as TesseraError
            where error.kind == .unsupported
        { obstacle = error.description }
    }

    private mutating func describe(_ model: ONNXModel, size: Int?, batch: Int) throws {
        let imported = try ONNXImporter.read(model, name: file, options: ImportOptions(imageSize: size))
        let graph = imported.graph
        notes = imported.notes
        norms = NormCount(graph)
        tensors = graph.states.map {
            Tensor(name: $0.state.path, type: "\($0.state.type)", kind: $0.state.kind.rawValue)
        }
        tensors += graph.nodes.compactMap { node in
            (node.op as? Constant).map { Tensor(name: node.path, type: "\($0.value.type)", kind: "constant") }
        }
        trainableElements = graph.elementCount(of: .parameter)
        let open = graph.inputs.flatMap { $0.type.dimensions.compactMap { $0.value == nil ? $0.description : nil } }
        let binding = Dictionary(open.map { ($0, batch) }) { first, _ in first }
        floatingPointOperations = try graph.floatingPointOperations(binding: binding)
        let program = try Compiler.compile(graph, for: .inference, binding: binding)
        withoutKernel = program.stepsWithoutKernel.map { "\($0.op.mnemonic) \($0.path)" }
    }
}

/// The batch norms of a network.
struct NormCount: Encodable {
    let kept: Int
    /// Convolutions of maps with a bias that no norm follows: what an exporter makes of a convolution and a norm. A
    /// network that never had norms has them too.
    let folded: Int

    init(_ graph: Graph) {
        var normalized = Set<Value>()
        for node in graph.nodes where node.op is BatchNormalization { normalized.insert(node.inputs[0]) }
        kept = graph.nodes.count { $0.op is BatchNormalization }
        folded = graph.nodes.count {
            // A bias that is no state is a zero that the exporter has written out.
            $0.op is Convolution && $0.inputs.count == 3 && graph[$0.inputs[2].node].op is State
                && !normalized.contains($0.output())
                && !$0.outputTypes[0].dimensions.dropFirst(2).allSatisfy { $0 == .fixed(1) }
        }
    }
}

/// How `tessera train --backbone` would take a file.
struct BackboneReport: Encodable {
    let cut: String
    /// Numbers that the new head reads.
    let features: Int
    let trainableElements: Int
    let notes: [String]

    /// Throws where the network cannot be trained.
    init(_ backbone: Backbone) throws {
        let headed = try backbone.withLinearHead(outputs: 1, seed: 0), type = backbone.graph.inputs[0].type
        let head = headed.model.graph.elementCount(of: .parameter) - backbone.graph.elementCount(of: .parameter)
        cut = backbone.cut
        notes = backbone.notes
        features = head - 1
        trainableElements = backbone.graph.elementCount(of: .parameter)
        guard let shape = TensorType(type.element, [.fixed(2)] + type.dimensions.dropFirst()).shape else { return }
        _ = try TrainingGraph(model: headed.model.graph, inputShape: shape, options: .init())
    }
}

extension ImportReport {
    /// The summary, and a table of all tensors where it is asked for.
    func text(listsTensors: Bool) -> String {
        var lines = [
            "\(file): IR \(irVersion), \(operatorSets.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
                + (producer.isEmpty ? "" : ", by \(producer)")
        ]
        lines +=
            inputs.map { "input      \($0.name)  \($0.type)" } + outputs.map { "output     \($0.name)  \($0.type)" }
        lines.append("operators  " + operators.map { "\($0.name) \($0.nodes)" }.joined(separator: ", "))
        if let floatingPointOperations {
            lines.append(
                "elements   \(trainableElements.grouped) trainable in \(tensors.count { $0.kind == "parameter" }) of \(tensors.count) tensors"
                    + (listsTensors ? "" : " (--verbose lists them)"))
            lines.append("work       \(floatingPointOperations.grouped) floating-point operations")
        }
        if !withoutKernel.isEmpty {
            lines.append("slow       without a kernel: \(withoutKernel.joined(separator: ", "))")
        }
        lines += normLines
        if let backbone {
            lines.append(
                "backbone   cut after \(backbone.cut): \(backbone.features.grouped) features, \(backbone.trainableElements.grouped) trainable elements; a new head is put on them"
            )
        } else if let backboneObstacle {
            lines.append("backbone   no: \(backboneObstacle)")
        }
        let own = (backbone?.notes ?? []).filter { !notes.contains($0) }
        lines += notes.map { "note: \($0)" } + own.map { "note: as a backbone: \($0)" }
        lines.append(obstacle.map { "would not run: \($0)" } ?? runs)
        if listsTensors, !tensors.isEmpty {
            var table = TextTable([("tensor", .left), ("type", .left), ("", .left)])
            for tensor in tensors {
                table.add([tensor.name, tensor.type, tensor.kind == "parameter" ? "trainable" : tensor.kind])
            }
            lines += [""] + table.lines
        }
        return lines.joined(separator: "\n")
    }

    private static let openSize = "not tried, since the size of its images is open: give one with --size"

    private var runs: String {
        if sizeIsOpen { return "runs: \(Self.openSize)" }
        guard let fixedBatch else { return "runs" }
        return
            "runs with a batch of \(fixedBatch), which the file fixes" + (backbone == nil ? "" : "; trains with any")
    }

    private var normLines: [String] {
        guard let norms else { return [] }
        guard norms.folded > 0 else { return ["norms      \(norms.kept) kept"] }
        return [
            "norms      \(norms.kept) kept, \(norms.folded) folded: convolutions with a bias and no norm behind them",
            "           A network trains better with its norms. If it had them, export it again from PyTorch with",
            "           dynamo=True, optimize=False or dynamo=False, do_constant_folding=False,",
            "           training=torch.onnx.TrainingMode.PRESERVE",
        ]
    }
}
