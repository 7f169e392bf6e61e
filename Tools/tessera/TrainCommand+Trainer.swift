import Foundation
import Tessera

extension TrainCommand {
    /// A trainer at the beginning of a new run, and its data.
    func started() throws -> (Trainer, Dataset) {
        guard let data, let out else { preconditionFailure("the options were not validated") }
        let folder = RunFolder(out)
        try folder.requireNoRun()
        // Before weights are drawn for a network of that size.
        _ = try Preprocessing(size: size ?? 1, channels: channels ?? 1)
        let execution = try self.execution.options()
        // Errors of single rows are told with those of the images.
        let dataset = Dataset(
            try LabelTable(labels ?? Dataset.labelsPath(in: data), folder: data, seed: optimization.seed))
        var configuration = try optimization.configuration(samples: dataset.samples.count { $0.split == .train })
        configuration.augmentation = try augmentation.augmentation()
        configuration.data = .init(folder: Self.absolute(data), labels: labels.map(Self.absolute))

        let start = try startingModel()
        let policy = chosenPolicy(for: start, batchSize: configuration.batchSize)
        let graph = try start.graph.settingNormPolicy { _, _ in policy }
        var preprocessing = try Preprocessing(size: start.size, channels: start.channels, fit: chosenFit(for: start))
        let check = self.check(configuration, preprocessing)
        if (dataset.findings + check.findings(of: dataset)).errors.isEmpty {
            // What is wrong with model or options shows before images are read.
            _ = try TrainingPlan(
                model: graph, configuration: configuration,
                scores: dataset.samples.filter { $0.split == .train }.map(\.score),
                imageShape: [start.channels, start.size, start.size])
        }
        let report = try DataChecking.report(on: dataset, check, workers: execution.threads, for: "training")
        try DataChecking.require(report)
        preprocessing.normalization = report.normalization
        let model = TrainedModel(
            graph: graph, parameters: start.parameters,
            architecture: start.architecture, preprocessing: preprocessing,
            trainingData: trainingData(dataset, report, seed: configuration.seed)
        )
        let (training, validation) = try sources(dataset, preprocessing, configuration, execution)
        if validation == nil {
            logger.warning("\(data): no image in the split 'validation'; best.safetensors will be the last epoch's")
        }
        let trainer = try Trainer(
            starting: model, configuration: configuration, training: training, validation: validation, folder: folder,
            execution: execution)
        return (trainer, dataset)
    }

    /// A trainer where the last checkpoint of a run stands, and its data.
    func resumed(_ path: String) throws -> (Trainer, Dataset) {
        let folder = RunFolder(path)
        let configuration = try folder.readConfiguration(), checkpoint = try Checkpoint(path: folder.lastCheckpoint)
        guard let place = data.map({ .init(folder: $0, labels: labels) }) ?? configuration.data,
            let preprocessing = checkpoint.model.preprocessing
        else {
            throw TesseraError(
                at: folder.path, found: "a run that was not begun by 'tessera train'",
                accepted: "--data with the folder of its images")
        }
        let execution = try self.execution.options()
        let dataset = try Dataset(folder: place.folder, labels: labels ?? place.labels, seed: configuration.seed)
        try requireSameImages(dataset, checkpoint, execution)
        let (training, validation) = try sources(dataset, preprocessing, configuration, execution)
        let trainer = try Trainer(
            resuming: folder, epochs: optimization.epochs, restartsSchedule: restartSchedule, training: training,
            validation: validation, execution: execution)
        return (trainer, dataset)
    }

    private func startingModel() throws -> StartingModel {
        let seed = optimization.seed
        guard let backbone else {
            return try StartingModel(
                named: model ?? "resnet-dwise50", size: size, channels: channels ?? 1, seed: seed,
                source: source.map { ModelFile(path: $0) }, listsTensors: verbose)
        }
        let parts = (head ?? "linear:1").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "linear", parts[1] == "1" else {
            throw TesseraError(at: "--head", found: head ?? "", accepted: "linear:1, a linear layer to one score")
        }
        let start = try StartingModel(backbone: ModelFile(path: backbone), cut: cut, outputs: 1, size: size, seed: seed)
        if let channels, channels != start.channels {
            throw TesseraError(
                at: "--channels", found: "\(channels)",
                accepted: "\(start.channels), as the backbone has; grey images are repeated to them")
        }
        return start
    }

    /// Batches below 4 are too small for statistics of their own, where measured ones exist.
    private func chosenPolicy(for start: StartingModel, batchSize: Int) -> NormPolicy {
        let policy = norm ?? (batchSize < 4 && start.hasStatistics ? .frozenStatistics : .train)
        if start.graph.nodes.contains(where: { $0.op is BatchNormalization }) {
            logger.notice(
                "batch norms: \(policy.rawValue), \(norm == nil ? "the default for \(start.hasStatistics ? "pretrained" : "new") weights at batch \(batchSize)" : "as asked")"
            )
        }
        return policy
    }

    /// As asked, else as the starting model was trained.
    private func chosenFit(for start: StartingModel) -> Fit {
        guard let source = start.source else { return fit ?? .crop }
        let chosen = fit ?? source.fit
        let reason = fit == nil ? "with which \(source.name) was trained" : "as asked"
        let other = chosen == source.fit ? "" : "; \(source.name) was trained with \(source.fit.rawValue)"
        logger.notice("fit: \(chosen.rawValue), \(reason)\(other)")
        return chosen
    }

    /// The check of all that a run uses, which measures mean and deviation on the way.
    private func check(_ configuration: TrainingConfiguration, _ preprocessing: Preprocessing) -> DatasetCheck {
        var check = DatasetCheck()
        check.required = [.train]
        check.decoded = [.train, .validation]
        check.preprocessing = preprocessing
        check.measuresNormalization = true
        check.batchSize = configuration.batchSize
        check.scores = configuration.options.loss.predictsLogits ? .probabilities : .different
        return check
    }

    /// What the model keeps of its data; nil where a file could not be read.
    private func trainingData(_ dataset: Dataset, _ report: DatasetReport, seed: UInt64) -> TrainingData? {
        report.contentDigest.map {
            TrainingData(
                seed: seed, contentDigest: $0, isSynthetic: dataset.isSynthetic, images: report.trainingDigests,
                appearance: report.trainingImages)
        }
    }

    /// Pixels were checked when the run began: now the headers and bytes of all images, which must be the same.
    private func requireSameImages(_ dataset: Dataset, _ checkpoint: Checkpoint, _ execution: ExecutionOptions) throws {
        var check = DatasetCheck()
        check.required = [.train]
        check.decoded = []
        let report = try DataChecking.report(on: dataset, check, workers: execution.threads, for: "training")
        try report.findings.throwErrors()
        if let known = checkpoint.model.trainingData?.contentDigest, known != report.contentDigest {
            throw TesseraError(
                at: dataset.folder, found: "images or scores that are not those the run began with",
                accepted: "the same data; a new run with --init goes on with other images")
        }
    }

    private func sources(
        _ dataset: Dataset, _ preprocessing: Preprocessing, _ configuration: TrainingConfiguration,
        _ execution: ExecutionOptions
    ) throws -> (training: ImageBatchSource, validation: ImageBatchSource?) {
        let training = try ImageBatchSource(
            dataset, .train, preprocessing: preprocessing, augmentation: configuration.augmentation,
            seed: configuration.seed, workers: execution.threads
        )
        guard dataset.samples.contains(where: { $0.split == .validation }) else { return (training, nil) }
        return (
            training,
            try ImageBatchSource(dataset, .validation, preprocessing: preprocessing, workers: execution.threads)
        )
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}
