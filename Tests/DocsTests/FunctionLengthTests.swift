import Foundation
import Testing

/// No function is longer than 60 lines.
@Suite struct FunctionLengthTests {
    private static let limit = 60

    @Test(arguments: ["Sources", "Models", "Tools/tessera"]) func functionsAreShort(_ folder: String) throws {
        for path in try Repository.files(under: folder, extensions: ["swift"]) {
            let lines = try Repository.text(path).components(separatedBy: "\n")
            for (index, line) in lines.enumerated() where Self.beginsFunction(line) {
                let indent = line.prefix { $0 == " " } + "}"
                let end = lines[(index + 1)...].firstIndex { $0 == indent } ?? index
                // A function of one line, or one without a body, ends before another one of its depth begins.
                let next = lines[(index + 1)...].firstIndex {
                    Self.beginsFunction($0) && $0.hasPrefix(indent.dropLast())
                }
                guard end < next ?? .max else { continue }
                #expect(end - index < Self.limit, "\(path):\(index + 1) has \(end - index + 1) lines")
            }
        }
    }

    private static func beginsFunction(_ line: String) -> Bool {
        line.wholeMatch(
            of:
                /\s*(@\w+(\([^)]*\))? )*((public|package|private|fileprivate|static|mutating|override|convenience|@inlinable) )*(func \w.*|init\W.*)/
        ) != nil
    }
}
