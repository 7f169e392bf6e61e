import Tessera

/// Two convolutions with batch norm and ReLU, the mean over the image, one linear layer.
struct SquareNet: Layer {
    let name = ""
    func forward(_ x: Symbol) -> Symbol {
        Chain {
            for (index, channels) in [8, 16].enumerated() {
                Conv2D("conv\(index)", channels, kernel: 3, stride: 2)
                NormReLU("norm\(index)")
            }
            GlobalAveragePool2D()
            Dense("head", 1)
        }(x)
    }
}

// Images of squares; the score is the length of a side.
let (size, sides) = (32, (0..<64).map { 4 + $0 % 24 })
let images = sides.map { side in
    Tensor((0..<size * size).map { Float($0 % size < side && $0 / size < side ? 1 : 0) }, shape: [1, size, size])
}
let data = MemoryBatchSource(images: images, scores: sides.map(Double.init), shuffleSeed: 1)

let model = try Model(
    "square-net", input: TensorType(.float32, ["N", 1, .fixed(size), .fixed(size)]), layer: SquareNet())
let untrained = TrainedModel(
    graph: model.graph, parameters: model.initialParameters(seed: 1), architecture: "square-net")
var configuration = TrainingConfiguration()
(configuration.epochs, configuration.learningRate) = (20, 0.01)
let (run, execution) = (
    RunFolder(CommandLine.arguments.dropFirst().first ?? "square-run"), try ExecutionOptions.fromEnvironment()
)
try Trainer(
    starting: untrained, configuration: configuration, training: data, validation: data, folder: run,
    execution: execution
).run()

let trained = try Checkpoint(path: run.bestCheckpoint).model
let (predictions, scores) = try Predictor(trained, execution: execution).scores(for: data, batchSize: 8)
try trained.writeONNX(to: run.path + "/model.onnx")
print("mean absolute error:", RegressionMetrics(predictions: predictions, scores: scores).meanAbsoluteError)
