import Foundation
import TesseraTensors

/// Costs as a file: one JSON object of numbers, each optional. What is missing keeps its standard.
extension CostModel {
    private typealias Entry = (
        key: String, get: @Sendable (CostModel) -> Double, set: @Sendable (inout CostModel, Double) -> Void
    )

    private static let entries: [Entry] = [
        ("products", { $0.products }, { $0.products = $1 }), ("taps", { $0.taps }, { $0.taps = $1 }),
        ("cache", { $0.cache }, { $0.cache = $1 }), ("sharedCache", { $0.sharedCache }, { $0.sharedCache = $1 }),
        ("memory", { $0.memory }, { $0.memory = $1 }), ("call", { $0.call }, { $0.call = $1 }),
        ("step", { $0.step }, { $0.step = $1 }),
        ("cacheBytes", { Double($0.cacheBytes) }, { $0.cacheBytes = Int($1) }),
        ("sharedCacheBytes", { Double($0.sharedCacheBytes) }, { $0.sharedCacheBytes = Int($1) }),
    ]

    /// The standard costs with a file's in their place. Throws where the file cannot be read, or has other keys or
    /// numbers that are not positive.
    public init(file path: String, for set: InstructionSet) throws {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw TesseraError(.inputOutput, at: path, found: "a file that cannot be read", accepted: Self.accepted)
        }
        guard let numbers = try? JSONDecoder().decode([String: Double].self, from: bytes) else {
            throw TesseraError(at: path, found: "no JSON object of numbers", accepted: Self.accepted)
        }
        self = .standard(for: set)
        for (key, number) in numbers.sorted(by: { $0.key < $1.key }) {
            guard let entry = Self.entries.first(where: { $0.key == key }), number > 0, number < 1e15 else {
                throw TesseraError(at: path, found: "'\(key)': \(number)", accepted: Self.accepted)
            }
            entry.set(&self, number)
        }
        name = "those of \(path)"
    }

    /// What `init(file:)` reads.
    public var json: String {
        let lines = Self.entries.map { "  \"\($0.key)\": \($0.get(self))" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}"
    }

    private static var accepted: String {
        "a JSON object of positive numbers, as 'tessera benchmark --calibrate' prints: "
            + entries.map(\.key).joined(separator: ", ")
    }
}
