import ArgumentParser
import Tessera

/// How a command runs on this machine; no result depends on it.
struct ExecutionArguments: ParsableArguments {
    @Option(help: "Threads; by default TESSERA_THREADS or the processors this process may use.") var threads: Int?

    @Option(
        help: ArgumentHelp(
            "A file of costs that regions are planned with, as 'tessera benchmark --calibrate' prints.",
            valueName: "file")) var costs: String?

    func options() throws -> ExecutionOptions {
        if let threads, !(1...1024).contains(threads) {
            throw TesseraError(at: "--threads", found: "\(threads)", accepted: "1 to 1024")
        }
        var options = try ExecutionOptions.fromEnvironment(threads: threads)
        options.costs = try costs.map { try CostModel(file: $0, for: options.instructionSet) }
        return options
    }
}

/// How a command that scores runs.
struct InferenceArguments: ParsableArguments {
    @OptionGroup var execution: ExecutionArguments
    @Flag(
        help:
            "Run dense 3 × 3 convolutions by Winograd's method: faster, with errors of a few 1e-5 of the largest output."
    )
    var winograd = false

    func options() throws -> ExecutionOptions {
        var options = try execution.options()
        options.usesWinograd = winograd
        return options
    }
}

/// Where the images are.
struct DataArguments: ParsableArguments {
    @Option(help: "The folder of the images.") var data: String
    @Option(help: "The table file,score[,reader1][,reader2][,split][,group]; by default labels.csv in the folder.")
    var labels: String?

    /// The usable rows; errors of others are among the findings.
    func dataset(seed: UInt64 = 0) throws -> Dataset {
        Dataset(try LabelTable(labels ?? Dataset.labelsPath(in: data), folder: data, seed: seed))
    }
}
