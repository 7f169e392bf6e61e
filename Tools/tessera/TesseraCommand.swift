import ArgumentParser
import Foundation
import Tessera

@main struct TesseraCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tessera",
        abstract: "Trains, runs and exchanges convolutional networks on CPUs.",
        discussion: """
            A first walk: draw synthetic radiographs, train on them, look at the result, export.
              tessera phantom --count 400 --size 256 --out phantoms
              tessera train --data phantoms --size 256 --out run
              tessera evaluate run --data phantoms
              tessera export run --out model.onnx

            Exit codes: 0 done, 1 invalid input, 2 a file could not be read or written, 3 something unsupported, 64 wrong usage, 130 interrupted.
            TESSERA_THREADS sets the number of threads, TESSERA_ISA (avx512, avx2, generic) a weaker instruction set.
            """,
        version: "tessera \(Release.version)",
        subcommands: [
            TrainCommand.self, EvaluateCommand.self, PredictCommand.self, ExportCommand.self, ImportCommand.self,
            RunCommand.self, BatchCommand.self,
            InspectCommand.self, BenchmarkCommand.self, ModelsCommand.self, PhantomCommand.self,
        ]
    )

    static func main() {
        Console.bootstrapLogging()
        do {
            try requireText()
            var command = try parseAsRoot()
            try command.run()
        } catch {
            Self.end(with: error)
        }
    }

    /// Throws where an argument's bytes are no UTF-8: as a string it would name another file than was meant.
    private static func requireText() throws {
        for index in 0..<Int(CommandLine.argc) {
            guard let bytes = CommandLine.unsafeArgv[index], String(validatingCString: bytes) == nil else { continue }
            let name = String(name: UnsafeRawBufferPointer(start: bytes, count: strlen(bytes)))
            throw TesseraError(
                at: index == 0 ? "the command" : "argument \(index)", found: "'\(name)', which is no UTF-8",
                accepted: "UTF-8 (rename the file, or use a link with such a name)")
        }
    }

    /// Prints what went wrong in one sentence and ends the process with the exit code of its kind.
    private static func end(with error: any Error) -> Never {
        Console.clearLine()
        if let failure = error as? TesseraError {
            Console.error("error: \(failure)")
            Foundation.exit(failure.exitCode)
        }
        guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
        let named = CommandLine.arguments.dropFirst().first { name in
            configuration.subcommands.contains { $0.configuration.commandName == name }
        }
        Console.error("error: \(message(for: error)) (see tessera \(named.map { "\($0) " } ?? "")--help)")
        Foundation.exit(ExitCode.validationFailure.rawValue)
    }
}

extension TesseraError {
    var exitCode: Int32 {
        switch kind {
        case .invalid: 1
        case .inputOutput: 2
        case .unsupported: 3
        case .cancelled: 130
        }
    }
}
