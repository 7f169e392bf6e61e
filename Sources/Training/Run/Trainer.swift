import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraTensors

/// Trains a model in a run's folder: steps, validation after every epoch, metrics and checkpoints. Stopped anywhere and
/// resumed, with any number of threads, it writes the same bytes as if it had never stopped.
public final class Trainer {
    public let folder: RunFolder
    public let configuration: TrainingConfiguration
    /// The step as a graph, with the notes of its building.
    public let trainingGraph: TrainingGraph
    public let program: Program
    public internal(set) var progress: TrainingProgress
    public let stepsPerEpoch: Int
    public var observer: (TrainingEvent) -> Void = { _ in }

    let session: Session
    let states: StateMemory
    let predictor: Predictor
    let training: any BatchSource
    let validation: (any BatchSource)?
    let metrics: MetricsLog
    /// What the user should know before the first step.
    public internal(set) var notes: [String]
    let programDigest: String
    let dataDigest: String
    private let lock: RunLock
    private let baseModel: TrainedModel

    /// Begins a run: its folder must not hold one yet. The score scale is that of the training scores (none for binary
    /// cross-entropy); the model's own is replaced. Throws where model, data and configuration do not fit together.
    public convenience init(
        starting model: TrainedModel, configuration: TrainingConfiguration, training: any BatchSource,
        validation: (any BatchSource)?, folder: RunFolder,
        execution: ExecutionOptions
    ) throws {
        try configuration.validate()
        try model.validate(at: model.architecture)
        let newFolders = try folder.create()
        do {
            try self.init(model, nil, configuration, training, validation, folder, execution)
            try begin()
        } catch {
            for folder in newFolders.reversed() { folder.removeWhereEmpty() }
            throw error
        }
    }

    /// Writes what makes the folder a run, the configuration last, or nothing.
    private func begin() throws {
        folder.removePartialFiles()
        do {
            _ = try metrics.truncate(to: TrainingProgress())
            try writeCheckpoint(to: folder.lastCheckpoint)
            try folder.write(configuration)
        } catch {
            folder.removeBeginning()
            throw error
        }
    }

    init(
        _ model: TrainedModel, _ checkpoint: Checkpoint?, _ configuration: TrainingConfiguration,
        _ training: any BatchSource, _ validation: (any BatchSource)?,
        _ folder: RunFolder, _ execution: ExecutionOptions
    ) throws {
        let plan = try TrainingPlan(
            model: model.graph, configuration: configuration, scores: training.scores, imageShape: training.imageShape)
        var model = model
        if checkpoint == nil {
            model.predictsLogits = configuration.options.loss.predictsLogits
            model.scoreScale = plan.scoreScale
        }
        self.folder = folder
        self.configuration = configuration
        self.training = training
        self.validation = validation
        lock = try RunLock(folder)
        metrics = MetricsLog(path: folder.metrics)
        progress = checkpoint?.progress ?? TrainingProgress()
        baseModel = model
        stepsPerEpoch = plan.stepsPerEpoch
        trainingGraph = plan.trainingGraph
        program = try Compiler.compile(
            trainingGraph.graph, for: .training, options: CompilerOptions(execution))
        programDigest = program.digest
        dataDigest = Self.digest(of: [training] + (validation.map { [$0] } ?? []))
        if let checkpoint, checkpoint.dataDigest != dataDigest {
            throw TesseraError(
                at: folder.path, found: "other scores or image sizes than those the run began with",
                accepted: "the same data")
        }
        guard progress.step == progress.epoch * stepsPerEpoch + progress.batch, progress.batch <= stepsPerEpoch else {
            throw TesseraError(
                at: "\(folder.path), progress",
                found: "step \(progress.step), batch \(progress.batch) of epoch \(progress.epoch)",
                accepted: "the step of that batch, with \(stepsPerEpoch) steps an epoch")
        }
        var store = model.parameters
        store.merge(checkpoint?.optimizerStates ?? trainingGraph.initialOptimizerStates)
        states = try StateMemory(for: trainingGraph.graph, loading: store)
        let pool = WorkerPool(threadCount: execution.threads)
        session = try Session(program, states: states, pool: pool)
        predictor = try Predictor(model, states: states, pool: pool, execution: execution)
        var notes = trainingGraph.notes
        if let checkpoint, checkpoint.programDigest != programDigest { notes.append(Self.otherProgram) }
        let steps = stepsPerEpoch * configuration.epochs
        if case .cosine(_, let total, let final, _) = configuration.schedule, total < steps,
            progress.epoch < configuration.epochs
        {
            guard final > 0 else {
                throw TesseraError(
                    at: "schedule cosine", found: "a learning rate of 0 from step \(total + 1) of \(steps) on",
                    accepted:
                        "at most \(total / stepsPerEpoch) epochs, or --restart-schedule, which begins the cosine anew")
            }
            notes.append(
                "the cosine schedule ends with step \(total): later steps have \(final) times the learning rate")
        }
        self.notes = notes
    }

    private static let otherProgram =
        "the program is not the one that wrote the checkpoint (another instruction set, processor or version of Tessera): results will differ in the last bits"

    /// The scores of the training images.
    public var trainingScores: [Double] { training.scores }
    /// The number of validation images.
    public var validationCount: Int { validation?.sampleCount ?? 0 }

    /// The run as it stands now.
    public func checkpoint() -> Checkpoint {
        var parameters = ParameterStore(), optimizerStates = ParameterStore()
        let snapshot = states.snapshot()
        for entry in trainingGraph.graph.states {
            switch entry.state.kind {
            case .parameter, .statistic: parameters[entry.state.path] = snapshot[entry.state.path]
            case .optimizer, .counter: optimizerStates[entry.state.path] = snapshot[entry.state.path]
            }
        }
        var model = baseModel
        model.parameters = parameters
        return Checkpoint(
            model: model, optimizerStates: optimizerStates, progress: progress, configuration: configuration,
            programDigest: programDigest, dataDigest: dataDigest
        )
    }

    func writeCheckpoint(to path: String) throws {
        try metrics.flush()
        try checkpoint().write(to: path)
        observer(.checkpoint(path: path))
    }

    /// Of the scores in their order: enough to notice most resumptions on other data.
    static func digest(of sources: [any BatchSource]) -> String {
        var hash = FNV1a()
        for source in sources {
            for score in source.scores { withUnsafeBytes(of: score.bitPattern.littleEndian) { hash.combine($0) } }
            hash.combine("\(source.imageShape)")
        }
        return hash.hexadecimal
    }
}

extension Program {
    /// Sixteen hexadecimal digits that change with whatever can change a bit of the results: the graph after all
    /// passes, kernels, instruction set, OpenBLAS core, version.
    public var digest: String {
        var hash = FNV1a()
        hash.combine(Release.version)
        hash.combine(GraphText.print(graph))
        hash.combine(kernels.instructionSet.rawValue)
        hash.combine(MatrixLibrary.core)
        for step in steps { hash.combine(step.lowered.kernel) }
        return hash.hexadecimal
    }
}
