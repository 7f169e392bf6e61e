import Foundation
import TesseraCompiler
import TesseraExecution
import TesseraLayers
import TesseraModels
import TesseraTensors
import TesseraTraining
import Testing

/// Ten training steps of ResNet-Dwise50 at 256 × 256 agree with PyTorch's in float64, which
/// `Tests/Interop/training_reference.py` recorded: gradients, what the steps change, running statistics and losses.
@Suite struct PyTorchAgreementTests {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/PyTorchTraining/resnet-dwise50.safetensors")
    static let batch = 4, size = 256

    /// ‖ours − expected‖ / ‖expected‖, of sketches or of whole tensors.
    static func distance(_ ours: [Double], _ expected: [Double]) -> Double {
        precondition(ours.count == expected.count)
        let difference = zip(ours, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (difference / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }

    static func parameters(of model: Model) -> ParameterStore {
        var store = model.initialParameters(seed: 0)
        for entry in model.graph.states where entry.state.kind == .parameter {
            store[entry.state.path] = HashedNumbers.parameter(entry.state.path, entry.state.type.shape!)
        }
        return store
    }

    static func inputs(_ number: Int) -> [String: Tensor] {
        [
            "image": HashedNumbers.images(number, batch, 3, size),
            TrainingGraph.targetName: HashedNumbers.targets(number, batch),
            TrainingGraph.learningRateName: Tensor(scalar: Float(0.001)),
        ]
    }

    @Test(arguments: InstructionSet.allCases.filter { (try? KernelTable($0)) != nil })
    func tenStepsAgreeWithPyTorch(_ set: InstructionSet) throws {
        let reference = try Safetensors(path: Self.file.path(percentEncoded: false))
        let losses = try #require(reference.tensors["losses"]).doubles()
        let first = try #require(reference.metadata["firstBatch"].flatMap(Int.init))
        let model = try Model("rd50", input: TensorType(.float32, ["N", 3, 256, 256]), layer: ResNetDwise50())
        let training = try TrainingGraph(
            model: model.graph, inputShape: [Self.batch, 3, Self.size, Self.size], options: .init(),
            outputsGradients: true)
        let initial = Self.parameters(of: model)
        var states = initial
        states.merge(training.initialOptimizerStates)
        let session = try Session(
            Compiler.compile(training.graph, for: .training, options: CompilerOptions(instructionSet: set)),
            parameters: states, threads: 2)

        #expect(losses.count == 10)
        for (step, expected) in losses.enumerated() {
            let outputs = try session.run(Self.inputs(first + step))
            let loss = outputs[TrainingGraph.lossName]!.doubles()[0]
            #expect(abs(loss - expected) <= 1e-4, "loss \(loss) of step \(step), \(expected) expected")
            guard step == 0 else { continue }
            for path in training.trained {
                let expected = try #require(reference.tensors["gradient/\(path)"]).doubles()
                let error = Self.distance(HashedNumbers.sketch(path, outputs["gradient.\(path)"]!.doubles()), expected)
                #expect(error <= 1e-4, "gradient of \(path)")
            }
        }

        let final = session.states.snapshot()
        for path in training.trained {
            let expected = try #require(reference.tensors["change/\(path)"]).doubles()
            let change = zip(final[path]!.doubles(), initial[path]!.doubles()).map { $0 - $1 }
            #expect(Self.distance(HashedNumbers.sketch(path, change), expected) <= 1e-2, "change of \(path)")
        }
        let statistics = model.graph.states.filter { $0.state.kind == .statistic }.map(\.state.path)
        for path in statistics {
            let expected = try #require(reference.tensors["statistic/\(path)"]).doubles()
            #expect(Self.distance(final[path]!.doubles(), expected) <= 1e-4, "\(path)")
        }
        #expect(reference.tensors.count == 1 + 2 * training.trained.count + statistics.count)
    }
}
