import TesseraIR
import TesseraOps
import TesseraTensors

/// A value together with the graph being built: what layers take and give. After a failure symbols stand for nothing,
/// and the first failure is thrown when the model is finished.
public struct Symbol {
    public let value: Value?
    public let scope: LayerScope

    public init(_ value: Value?, in scope: LayerScope) {
        self.value = value
        self.scope = scope
    }

    /// The type, or a scalar float after a failure.
    public var type: TensorType { value.map { scope.builder.type(of: $0) } ?? TensorType(.float32, []) }

    /// The extent of axis 1; records a failure where there is none or it is a name.
    public var channels: Int {
        guard value != nil else { return 1 }
        guard type.rank > 1, let channels = type.dimensions[1].value else {
            scope.record(
                TesseraError(
                    at: scope.path, found: "the channels of a value of type \(type)",
                    accepted: "[N, C, …] with a number for C"))
            return 1
        }
        return channels
    }

    /// Applies an op to this symbol and others under the current path.
    public func applying(_ op: any Op, _ others: Symbol...) -> Symbol { scope.apply(op, [self] + others) }

    public static func + (a: Symbol, b: Symbol) -> Symbol { a.applying(Add(), b) }
    public static func * (a: Symbol, b: Symbol) -> Symbol { a.applying(Multiply(), b) }
}

/// Where in the model the author is: the graph being built and the path of the layer being added.
public final class LayerScope {
    public let builder: GraphBuilder
    public private(set) var path = ""
    private var recordedInitializers: [String: Initializer] = [:]

    public init(builder: GraphBuilder) { self.builder = builder }

    /// How every parameter declared so far is to be initialised.
    public var initializers: [String: Initializer] { recordedInitializers }

    public func record(_ error: any Error) { builder.record(error) }

    /// Runs `body` with `name` appended to the path; an empty name adds nothing.
    public func within<R>(_ name: String, _ body: () -> R) -> R {
        let outer = path
        if !name.isEmpty { path = path.isEmpty ? name : "\(path).\(name)" }
        defer { path = outer }
        return body()
    }

    /// A symbol for an op on symbols; failures are recorded with the layer path.
    public func apply(_ op: any Op, _ inputs: [Symbol]) -> Symbol {
        let values = inputs.compactMap(\.value)
        guard values.count == inputs.count else { return Symbol(nil, in: self) }
        return attempt { try builder.add(op, values, path: path)[0] }
    }

    /// The parameter or statistic `name` of the current layer, declared on first use.
    public func state(_ name: String, _ kind: StateKind = .parameter, shape: [Int], initializer: Initializer) -> Symbol
    {
        let full = path.isEmpty ? name : "\(path).\(name)"
        recordedInitializers[full] = initializer
        return attempt {
            guard shape.allSatisfy({ $0 > 0 }) else {
                throw TesseraError(at: full, found: "the shape \(shape)", accepted: "positive extents")
            }
            return try builder.state(full, kind, TensorType(.float32, shape: shape))
        }
    }

    private func attempt(_ body: () throws -> Value) -> Symbol {
        if builder.failure != nil { return Symbol(nil, in: self) }
        do { return Symbol(try body(), in: self) } catch {
            record(error)
            return Symbol(nil, in: self)
        }
    }
}
