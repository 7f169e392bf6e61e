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

let input = TensorType(.float32, ["N", 1, .fixed(size), .fixed(size)])
let model = try Model("square-net", input: input, layer: SquareNet())
let weights = model.initialParameters(seed: 1)
let untrained = TrainedModel(graph: model.graph, parameters: weights, architecture: "square-net")
var recipe = TrainingConfiguration()
(recipe.epochs, recipe.learningRate) = (20, 0.01)
let run = RunFolder(CommandLine.arguments.dropFirst().first ?? "square-run")
let cpu = try ExecutionOptions.fromEnvironment()
try Trainer(
    starting: untrained, configuration: recipe, training: data, validation: data, folder: run, execution: cpu
).run()

let trained = try Checkpoint(path: run.bestCheckpoint).model
let (predictions, scores) = try Predictor(trained, execution: cpu).scores(for: data, batchSize: 8)
try trained.writeONNX(to: run.path + "/model.onnx")
print("mean absolute error:", RegressionMetrics(predictions: predictions, scores: scores).meanAbsoluteError)
