import ArgumentParser
import Synchronization
import Tessera

struct PhantomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom",
        abstract: "Draws synthetic hand radiographs with known scores.",
        discussion: """
            Pairs of hands in which joint space narrowing and erosions (Sharp/van der Heijde, 0–280) are really drawn, \
            16-bit grey PNG, with labels.csv (drawn score, two simulated readers, split). All of it is synthetic and \
            says so.

            Example: tessera phantom --count 500 --size 512 --out phantoms
            """
    )

    @Option(help: "How many images.") var count = 100
    @Option(help: "Width and height in pixels.") var size = 512
    @Option(help: "The same seed gives the same bytes.") var seed: UInt64 = 0
    @Option(help: "The folder to write: new, empty, or an earlier phantom set.") var out: String
    @Option(help: "Images for validation; by default the paper's shares.") var validation: Int?
    @Option(help: "Images for testing; by default the paper's shares.") var test: Int?
    @Flag(help: "Print what was drawn as JSON.") var json = false
    @OptionGroup var execution: ExecutionArguments

    /// What was drawn: the folder, and images a split.
    private struct Summary: Encodable {
        let folder: String, images: Int, size: Int, seed: UInt64
        let train: Int, validation: Int, test: Int
        let isSynthetic = true
    }

    func run() throws {
        Interruption.catchSignals()
        let options = try execution.options()
        guard (1...PhantomSet.largestCount).contains(count) else {
            throw TesseraError(at: "--count", found: "\(count)", accepted: "1 to \(PhantomSet.largestCount)")
        }
        let shares = PhantomSet.Parts(count: count)
        let (validation, test) = (validation ?? shares.validation, test ?? shares.test)
        for (option, part) in [("--validation", validation), ("--test", test)] where !(0...count).contains(part) {
            throw TesseraError(at: option, found: "\(part)", accepted: "0 to the \(count) images")
        }
        let parts = PhantomSet.Parts(train: count - validation - test, validation: validation, test: test)
        let bar = Mutex(ProgressBar("drawing", unit: "images", total: count))
        try PhantomSet.write(count: count, size: size, seed: seed, to: out, parts: parts, workers: options.threads) {
            done in
            try Interruption.check(out)
            bar.withLock { $0.update(done) }
        }
        if json {
            return try Console.print(
                json: Summary(
                    folder: out, images: count, size: size, seed: seed, train: parts.train,
                    validation: parts.validation, test: parts.test))
        }
        Console.print(
            "\(count) synthetic images of \(size) × \(size) in \(out): \(parts.train) for training, \(parts.validation) for validation, \(parts.test) for testing"
        )
    }
}
