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

            Exit codes: 0 done, 1 invalid input, 2 a file could not be read or written, 3 something unsupported, 4 \
            some images could not be scored, 64 wrong usage, 130 interrupted.
            TESSERA_THREADS sets the number of threads, TESSERA_ISA (avx512, avx2, neon, generic) a weaker instruction set.
            """,
        version: "tessera \(Release.version)",
        subcommands: [
            CheckCommand.self, TrainCommand.self, EvaluateCommand.self, PredictCommand.self, ExportCommand.self,
            ImportCommand.self,
            RunCommand.self, BatchCommand.self,
            InspectCommand.self, BenchmarkCommand.self, ModelsCommand.self, PhantomCommand.self,
        ]
    )

    static func main() {
        Console.bootstrapLogging()
        Interruption.ignoreWriteSignals()
        do {
            try requireText()
            var command = try parseAsRoot(joiningNegativeNumbers(Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            end(with: error)
        }
        Console.end(0)
    }

    /// A number below zero after an option is its value, not an option: `--rate -1` becomes `--rate=-1`, so that the
    /// command's own check answers.
    private static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
        var result: [String] = []
        for argument in arguments {
            if argument.hasPrefix("-"), Double(argument) != nil, let option = result.last, option.hasPrefix("--"),
                option != "--", !option.contains("=")
            {
                result[result.count - 1] = "\(option)=\(argument)"
            } else {
                result.append(argument)
            }
        }
        return result
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
            Console.end(failure.exitCode)
        }
        if let failure = error as? DataErrors {
            for finding in failure.findings { Console.error("\(finding)") }
            Console.error(
                "\(failure.findings.count) errors: 'tessera check' lists them, and --write-labels leaves such rows out")
            Console.end(1)
        }
        guard exitCode(for: error) == .validationFailure else {
            let text = fullMessage(for: error), isHelp = exitCode(for: error).isSuccess
            if !text.isEmpty { isHelp ? Console.print(text) : Console.error(text) }
            Console.end(exitCode(for: error).rawValue)
        }
        let named = CommandLine.arguments.dropFirst().first { name in
            configuration.subcommands.contains { $0.configuration.commandName == name }
        }
        Console.error("error: \(message(for: error)) (see tessera \(named.map { "\($0) " } ?? "")--help)")
        Console.end(ExitCode.validationFailure.rawValue)
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
