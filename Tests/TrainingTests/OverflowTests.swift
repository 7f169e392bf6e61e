import Foundation
import TesseraExecution
import TesseraIR
import TesseraLayers
import TesseraOps
import TesseraTensors
import TesseraTraining
import Testing

/// Training that overflows stops with step, place and images, and writes no number that is not finite.
@Suite struct OverflowTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A 3 × 3 convolution, pooled over images of 64 × 64, and a head: the loss is finite where the gradient of the
    /// convolution's weight, a sum over all pixels, is not.
    private func trainer(
        _ name: String, image: Float, head: Float = 1, validation: Bool = false,
        _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws -> Trainer {
        let model = try Model(
            "overflowing", input: TensorType(.float32, ["N", 1, 8, 8]),
            layer: Chain {
                Conv2D("conv", 2, kernel: 3)
                GlobalAveragePool2D()
                Dense("head", 1)
            })
        var parameters = model.initialParameters(seed: 1)
        parameters["head.weight"] = Tensor([head, head], shape: [1, 2])
        parameters["conv.weight"] = Tensor(zeros: .float32, shape: [2, 1, 3, 3])
        var configuration = TrainingConfiguration()
        (configuration.batchSize, configuration.epochs, configuration.learningRate) = (2, 3, 0.001)
        configuration.options = .init(loss: .l2, optimizer: .sgd(momentum: 0.9))
        change(&configuration)
        let images = (0..<4).map { index in
            Tensor([Float](repeating: index < 2 ? 1e-3 : image, count: 64), shape: [1, 8, 8])
        }
        let source = MemoryBatchSource(images: images, scores: [0, 1, 2, 3])
        return try Trainer(
            starting: TrainedModel(graph: model.graph, parameters: parameters, architecture: "overflowing"),
            configuration: configuration, training: source, validation: validation ? source : nil,
            folder: RunFolder(folder.path + "/" + name), execution: ExecutionOptions(threads: 2))
    }

    /// Every tensor of every checkpoint in the run.
    private func tensors(_ name: String) throws -> [Tensor] {
        let path = folder.path + "/\(name)/checkpoints"
        return try FileManager.default.contentsOfDirectory(atPath: path).flatMap {
            Array(try Safetensors(path: path + "/" + $0).tensors.values)
        }
    }

    @Test(arguments: [nil, 1.0], [Optimizer.sgd(momentum: 0.9), .sgd(momentum: 0), .adam()])
    func aGradientThatOverflowsAtAFiniteLossStopsTheRun(_ clip: Double?, _ optimizer: Optimizer) throws {
        let name = "run \(clip ?? 0) \(optimizer)"
        let trainer = try trainer(name, image: 3e38, head: 30) {
            $0.options.clipNorm = clip
            $0.options.optimizer = optimizer
            // The weights are so small that predictions stay finite.
            $0.learningRate = 1e-40
        }
        let error = #expect(throws: TesseraError.self) { try trainer.run() }
        let text = "\(error!)"
        #expect(text.hasPrefix("step 2: "), "\(text)")
        #expect(text.contains("the gradient of conv.weight"), "\(text)")
        #expect(text.contains("image 2, image 3"), "\(text)")
        #expect(try tensors(name).allSatisfy(\.isFinite))
        #expect(try Checkpoint(path: trainer.folder.lastCheckpoint).progress.step == 0)
        #expect(try MetricsLog(path: trainer.folder.metrics).read().count == 1)
    }

    @Test func aLossThatOverflowsNamesTheNode() throws {
        let trainer = try trainer("loss", image: 1) { $0.learningRate = 1e30 }
        let error = #expect(throws: TesseraError.self) { try trainer.run() }
        #expect("\(error!)".contains("first in "), "\(error!)")
        #expect(try tensors("loss").allSatisfy(\.isFinite))
    }

    /// The square of 1e30 is no float: the second moment overflows, weights and loss do not.
    @Test func aMomentThatOverflowsStopsTheRun() throws {
        let trainer = try trainer("moment", image: 1e30) {
            $0.options.optimizer = .adam()
            $0.learningRate = 1e-40
        }
        let error = #expect(throws: TesseraError.self) { try trainer.run() }
        #expect("\(error!)".contains("conv.weight: adamUpdate"), "\(error!)")
        #expect(try tensors("moment").allSatisfy(\.isFinite))
    }

    @Test func aCheckpointWithANumberThatIsNotFiniteIsNeitherWrittenNorRead() throws {
        let trainer = try trainer("good", image: 1)
        let path = folder.path + "/bad.safetensors"
        for (place, value) in [("conv.weight", Float.nan), ("optimizer.momentum.conv.weight", .infinity)] {
            var checkpoint = trainer.checkpoint()
            let broken = Tensor([Float](repeating: 0, count: 17) + [value], shape: [2, 1, 3, 3])
            if place.hasPrefix("optimizer") {
                checkpoint.optimizerStates[place] = broken
            } else {
                checkpoint.model.parameters[place] = broken
            }
            let unwritten = #expect(throws: TesseraError.self) { try checkpoint.write(to: path) }
            #expect("\(unwritten!)".contains("\(place): 1 of 18 numbers"), "\(unwritten!)")
            #expect(!FileManager.default.fileExists(atPath: path))
            let unread = #expect(throws: TesseraError.self) { try Checkpoint(checkpoint.file, name: "bad") }
            #expect("\(unread!)".contains(place))
        }
    }

    @Test func aNumberThatIsNotFiniteIsNotTransferred() {
        let initial = ParameterStore(["a": Tensor([Float(0), 0], shape: [2]), "b": Tensor(scalar: Float(0))])
        let source = ParameterStore(["a": Tensor([Float.nan, 0], shape: [2]), "b": Tensor(scalar: Float(1))])
        let error = #expect(throws: TesseraError.self) {
            try ParameterTransfer(from: source, named: "file", into: initial)
        }
        #expect("\(error!)".hasPrefix("file, tensor a: 1 of 2 numbers"))
    }
}
