import Foundation
import TesseraCompiler
import TesseraExecution
import TesseraImaging
import TesseraIR
import TesseraTensors

/// Predicts scores for batches of images. Programs are made once for each batch size and share one copy of the weights.
/// Not to be used from two threads at once.
public final class Predictor {
    public let model: TrainedModel
    private let states: StateMemory
    private let pool: WorkerPool
    private let execution: ExecutionOptions
    private let output: String
    /// The model's parameters are the weights, now and later.
    private let ownsWeights: Bool
    private var sessions: [[Int]: Session] = [:]
    /// Programs kept at a time: the whole batch and the smaller last one.
    private static let sessionLimit = 2

    /// A predictor with its own workers, of the model's first output; throws where a weight is missing.
    public convenience init(_ model: TrainedModel, execution: ExecutionOptions) throws {
        let states = try StateMemory(for: model.graph, loading: model.parameters)
        try self.init(
            model, states: states, pool: WorkerPool(threadCount: execution.threads),
            execution: execution, ownsWeights: true)
    }

    /// A predictor on weights that something else, such as a training session, holds and changes.
    init(
        _ model: TrainedModel, states: StateMemory, pool: WorkerPool, execution: ExecutionOptions,
        ownsWeights: Bool = false
    ) throws {
        guard let name = model.graph.outputs.first?.name else {
            throw TesseraError(at: model.graph.name, found: "no output", accepted: "an output with the scores")
        }
        self.model = model
        self.states = states
        self.pool = pool
        self.execution = execution
        self.output = name
        self.ownsWeights = ownsWeights
    }

    /// What the network gives for images [n, C, H, W]: its output as it is, without sigmoid and scale. Throws where the
    /// shape does not fit.
    public func output(for images: Tensor) throws -> Tensor {
        let session = try session(for: images.shape)
        let input = model.graph.inputs[0].name
        guard let result = try session.run([input: images])[output] else {
            preconditionFailure("the program has lost the output \(output)")
        }
        return result
    }

    /// One score for each image. Throws where the network gives another number of values.
    public func scores(for images: Tensor) throws -> [Double] {
        try outputs(for: images).map(score)
    }

    private func outputs(for images: Tensor) throws -> [Double] {
        let result = try output(for: images)
        guard result.elementCount == images.shape[0] else {
            throw TesseraError(
                at: "output \(output)", found: "\(result.type) for \(images.shape[0]) images",
                accepted: "one number an image")
        }
        return result.doubles()
    }

    /// The network's outputs in score units.
    public func scores(of outputs: Tensor) -> [Double] { outputs.doubles().map(score) }

    /// An output of the network in score units.
    func score(of output: Double) -> Double {
        model.scoreScale.score(model.predictsLogits ? 1 / (1 + exp(-output)) : output)
    }

    private func session(for shape: [Int]) throws -> Session {
        if let session = sessions[shape] { return session }
        if sessions.count >= Self.sessionLimit { sessions.removeAll() }
        let program = try Compiler.compile(
            try model.graph.bindingInput(to: shape), for: .inference,
            options: CompilerOptions(execution),
            parameters: ownsWeights ? model.parameters : nil)
        let session = try Session(program, states: states, pool: pool)
        sessions[shape] = session
        return session
    }
}

extension Predictor {
    /// Predictions for a whole source, in its order, batch by batch; `progress` hears how many are done, and what it
    /// throws ends the work.
    public func scores(for source: any BatchSource, batchSize: Int, progress: (Int) throws -> Void = { _ in }) throws
        -> (predictions: [Double], scores: [Double])
    {
        let (outputs, scores) = try outputs(for: source, batchSize: batchSize, progress: progress)
        return (outputs.map(score), scores)
    }

    /// The same, with the outputs of the network as they are.
    func outputs(for source: any BatchSource, batchSize: Int, progress: (Int) throws -> Void) throws
        -> (outputs: [Double], scores: [Double])
    {
        let stream = try source.batches(epoch: 0, size: batchSize, startingAt: 0, dropsLast: false)
        var outputs: [Double] = [], scores: [Double] = []
        while let batch = try stream.next() {
            outputs += try self.outputs(for: batch.images)
            scores += batch.scores
            try progress(outputs.count)
        }
        return (outputs, scores)
    }
}
