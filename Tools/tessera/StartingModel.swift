import Foundation
import Tessera
import TesseraModels

/// What a new run begins with: an architecture with fresh or transferred weights, or a pretrained backbone with a new
/// head.
struct StartingModel {
    var graph: Graph
    let parameters: ParameterStore
    let architecture: String
    /// Height and width of its images.
    let size: Int
    let channels: Int
    /// Whether the statistics of its norms were measured before, by whoever trained the weights.
    let hasStatistics: Bool
    /// What the weights come from, and the fit they were trained with where that file says it.
    let source: (name: String, fit: Fit)?

    /// An architecture of the catalogue. With `source`, every parameter whose path and shape agree is taken from that
    /// file; a table lists all tensors where it is asked for.
    init(named name: String, size: Int?, channels: Int, seed: UInt64, source: ModelFile?, listsTensors: Bool) throws {
        let entry = try ModelCatalog.standard.entry(named: name)
        let model = try entry.model(inputChannels: channels, height: size)
        graph = model.graph
        architecture = entry.name
        self.size = size ?? entry.defaultSize
        self.channels = channels
        let initial = model.initialParameters(seed: seed)
        guard let source else {
            parameters = initial
            hasStatistics = false
            self.source = nil
            return
        }
        let (tensors, fit) = try source.parameters()
        self.source = fit.map { (source.name, $0) }
        let transfer = try ParameterTransfer(from: tensors, named: source.path, into: initial)
        Console.error(
            "\(source.name): \(transfer.taken.count) tensors taken, \(transfer.left.count) left, \(transfer.new.count) new"
                + (listsTensors ? "" : " (--verbose lists them)"))
        if listsTensors { for line in transfer.table.lines { Console.error(line) } }
        parameters = transfer.parameters
        hasStatistics = Set(graph.states.filter { $0.state.kind == .statistic }.map(\.state.path)).isSubset(
            of: transfer.taken)
    }

    /// The network in `file`, cut off and given a linear head.
    init(backbone file: ModelFile, cut: String?, outputs: Int, size: Int?, seed: UInt64) throws {
        let (backbone, fit) = try file.backbone(cut: cut, size: size)
        source = fit.map { (file.name, $0) }
        for note in backbone.notes { logger.notice("\(file.name): \(note)") }
        let type = backbone.graph.inputs[0].type, extents = type.dimensions.suffix(2).map(\.value)
        guard let size = size ?? (extents[0] == extents[1] ? extents[0] : nil) else {
            throw TesseraError(
                at: file.path, found: "images \(type), which are not square of a fixed size",
                accepted: "a size given with --size")
        }
        guard let channels = type.dimensions[1].value else {
            throw TesseraError(
                at: file.path, found: "an open number of channels", accepted: "a number for the channels of the images")
        }
        let headed = try backbone.withLinearHead(outputs: outputs, seed: seed)
        if !headed.model.graph.nodes.contains(where: { $0.op is BatchNormalization }) {
            logger.warning(
                "\(file.name) has no batch norms: its exporter may have folded them into the convolutions, and training without them is harder"
            )
        }
        graph = headed.model.graph
        parameters = headed.parameters
        architecture = "\(file.name) cut at \(backbone.cut)"
        self.size = size
        self.channels = channels
        hasStatistics = true
        Console.error("backbone \(file.name), cut after \(backbone.cut); new: a linear layer to \(outputs) output")
    }
}

extension ParameterTransfer {
    /// One line for every tensor that was taken, left in the source, or is new in the model.
    var table: TextTable {
        var table = TextTable([("tensor", .left), ("", .left), ("type", .left)])
        for path in taken { table.add([path, "taken", "\(parameters[path]!.type)"]) }
        for misfit in left {
            table.add([
                misfit.path, "left",
                "\(misfit.source)" + (misfit.target.map { ", the model has \($0)" } ?? ", not in the model"),
            ])
        }
        for path in new { table.add([path, "new", "\(parameters[path]!.type)"]) }
        return table
    }
}
