import ArgumentParser
import Tessera

/// What defines a run besides model, data and augmentation. The defaults are the paper's.
struct OptimizationArguments: ParsableArguments {
    @Option(parsing: .unconditional, help: "Passes over the training images. (default: 10)") var epochs: Int?
    @Option(parsing: .unconditional, help: "Images a step. (default: 4)") var batchSize: Int?
    @Option(parsing: .unconditional, help: "Learning rate. (default: 0.001)") var learningRate: Double?
    @Option(help: "constant, step:EPOCHS:FACTOR or cosine. (default: constant)") var schedule: String?
    @Option(parsing: .unconditional, help: "Steps over which a cosine schedule rises from 0. (default: 0)") var warmUp:
        Int?
    @Option(help: "\(Optimizer.names). (default: \(Optimizer.paper.name))") var optimizer: String?
    @Option(parsing: .unconditional, help: "Momentum of sgd. (default: 0.9)") var momentum: Double?
    @Option(parsing: .unconditional, help: "Weight decay. (default: 0.001)") var weightDecay: Double?
    @Option(help: "smooth, l1, l2 or bce. (default: smooth)") var loss: String?
    @Option(parsing: .unconditional, help: "Of the smooth loss α x² for |x| < β, |x| − γ beyond. (default: 0.5)")
    var alpha: Double?
    @Option(parsing: .unconditional, help: "Of the smooth loss. (default: 1)") var beta: Double?
    @Option(parsing: .unconditional, help: "Of the smooth loss. (default: 0.5)") var gamma: Double?
    @Option(parsing: .unconditional, help: "Scale gradients down to this common norm.") var clipNorm: Double?
    @Option(
        help: "Keep parameters and norms whose path fits the pattern, such as 'blocks.0.*'; may be given several times."
    ) var freeze: [String] = []
    @Option(name: .customLong("seed"), help: "Of initial parameters, order, augmentation and split. (default: 0)")
    var givenSeed: UInt64?
    @Option(parsing: .unconditional, help: "Write a checkpoint after every so many steps, besides each epoch's.")
    var checkpointInterval: Int?
    @Flag(help: "Keep each of those under its own name.") var keepCheckpoints = false

    var seed: UInt64 { givenSeed ?? 0 }

    func validate() throws {
        if keepCheckpoints, checkpointInterval == nil {
            throw ValidationError("--keep-checkpoints needs --checkpoint-interval")
        }
    }

    /// The options of this group, other than --epochs, that were given.
    var givenBesidesEpochs: [String] {
        let given: [(String, Bool)] = [
            ("--batch-size", batchSize != nil), ("--learning-rate", learningRate != nil),
            ("--schedule", schedule != nil), ("--warm-up", warmUp != nil),
            ("--optimizer", optimizer != nil), ("--momentum", momentum != nil), ("--weight-decay", weightDecay != nil),
            ("--loss", loss != nil),
            ("--alpha", alpha != nil), ("--beta", beta != nil), ("--gamma", gamma != nil),
            ("--clip-norm", clipNorm != nil), ("--freeze", !freeze.isEmpty),
            ("--seed", givenSeed != nil), ("--checkpoint-interval", checkpointInterval != nil),
            ("--keep-checkpoints", keepCheckpoints),
        ]
        return given.filter(\.1).map(\.0)
    }

    /// The configuration for so many training images; throws where an option is out of range.
    func configuration(samples: Int) throws -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.epochs = epochs ?? configuration.epochs
        configuration.batchSize = batchSize ?? configuration.batchSize
        configuration.learningRate = learningRate ?? configuration.learningRate
        configuration.seed = seed
        configuration.checkpointInterval = checkpointInterval
        configuration.keepsCheckpoints = keepCheckpoints
        configuration.options = .init(
            loss: try chosenLoss(), optimizer: try chosenOptimizer(), clipNorm: clipNorm, frozen: freeze)
        try configuration.validate()
        configuration.schedule = try chosenSchedule(
            stepsPerEpoch: max(1, samples / configuration.batchSize), epochs: configuration.epochs)
        try configuration.validate()
        return configuration
    }

    private func chosenLoss() throws -> Loss {
        let loss = try Loss(named: self.loss ?? "smooth")
        guard case .smooth(let alpha, let beta, let gamma) = loss else {
            if alpha != nil || beta != nil || gamma != nil {
                throw TesseraError(
                    at: "--alpha, --beta, --gamma", found: "the loss \(self.loss ?? "")", accepted: "the smooth loss")
            }
            return loss
        }
        return .smooth(alpha: self.alpha ?? alpha, beta: self.beta ?? beta, gamma: self.gamma ?? gamma)
    }

    private func chosenOptimizer() throws -> Optimizer {
        let name = optimizer ?? Optimizer.paper.name
        guard var chosen = Optimizer.all.first(where: { $0.name == name }) else {
            throw TesseraError(at: "--optimizer", found: name, accepted: Optimizer.names)
        }
        let decay = weightDecay ?? (chosen.has("weightDecay") ? 0.001 : nil)
        for (option, setting, value) in [
            ("--momentum", "momentum", momentum), ("--weight-decay", "weightDecay", decay),
        ] {
            guard let value else { continue }
            guard chosen.has(setting) else {
                let having = Optimizer.all.filter { $0.has(setting) }.map(\.name).joined(separator: ", ")
                throw TesseraError(at: option, found: "the optimiser \(name)", accepted: having)
            }
            try chosen.set(setting, to: value)
        }
        return chosen
    }

    private func chosenSchedule(stepsPerEpoch: Int, epochs: Int) throws -> Schedule {
        let parts = (schedule ?? "constant").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts != ["cosine"], warmUp != nil {
            throw TesseraError(at: "--warm-up", found: "the schedule \(parts[0])", accepted: "cosine")
        }
        switch (parts[0], parts.count) {
        case ("constant", 1): return .constant
        case ("cosine", 1): return .cosine(warmUp: warmUp ?? 0, total: stepsPerEpoch * epochs)
        case ("step", 3):
            guard let interval = Int(parts[1]), (1...1_000_000).contains(interval), let factor = Double(parts[2]) else {
                fallthrough
            }
            return .step(interval: interval * stepsPerEpoch, factor: factor)
        default:
            throw TesseraError(
                at: "--schedule", found: schedule ?? "",
                accepted: "constant, step:EPOCHS:FACTOR such as step:10:0.1, cosine")
        }
    }
}
