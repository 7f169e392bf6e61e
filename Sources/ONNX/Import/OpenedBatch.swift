import TesseraIR
import TesseraOps
import TesseraTensors

extension ONNXGraph {
    /// The number that the file has for the first dimension of its images, its first input of rank 4; nil where it is
    /// open.
    var fixedBatch: Int? {
        freeInputs.lazy.compactMap { $0.dimensions.flatMap { $0.count == 4 ? $0 : nil } }.first?[0]?.value
    }
}

extension Graph {
    /// Throws where a value that depends on the images does not have them along its first axis and nowhere else: an op
    /// may mix them, which a file made for one image could not show.
    func requireImagesApart() throws {
        let batch = Dimension.named(ImportOptions.batchName)
        var dependent = Set(inputs.map(\.value.node))
        for node in nodes where node.inputs.contains(where: { dependent.contains($0.node) }) {
            dependent.insert(node.id)
            for type in node.outputTypes
            where type.dimensions.first != batch || type.dimensions.dropFirst().contains(batch) {
                throw TesseraError(
                    .unsupported, at: node.path.isEmpty ? "\(node.op.mnemonic) \(node.id)" : node.path,
                    found: "\(type), which does not keep the images apart along its first axis",
                    accepted:
                        "a batch that the file leaves open (dynamic_shapes, dynamic_axes), or a cut before this node")
            }
        }
    }
}
