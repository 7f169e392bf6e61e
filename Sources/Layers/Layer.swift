import TesseraIR
import TesseraOps
import TesseraTensors

/// A part of a model: a plain struct of hyper-parameters that adds nodes when it is called. It holds no tensors;
/// parameters are declared under the layer's path. A layer with an empty name adds nothing to the path.
public protocol Layer {
    var name: String { get }
    func forward(_ x: Symbol) -> Symbol
}

extension Layer {
    public func callAsFunction(_ x: Symbol) -> Symbol { x.scope.within(name) { forward(x) } }
}

/// Layers one after the other.
public struct Chain: Layer {
    public let name: String
    public let layers: [any Layer]

    public init(_ name: String = "", @ChainBuilder _ layers: () -> [any Layer]) {
        self.name = name
        self.layers = layers()
    }

    public init(_ name: String = "", _ layers: [any Layer]) {
        self.name = name
        self.layers = layers
    }

    public func forward(_ x: Symbol) -> Symbol { layers.reduce(x) { $1($0) } }
}

/// Collects the layers of a `Chain`, with `if` and `for` as in any result builder.
@resultBuilder
public enum ChainBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first: [any Layer]) -> [any Layer] { first }
    public static func buildEither(second: [any Layer]) -> [any Layer] { second }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}

/// A layer made of a closure.
public struct Lambda: Layer {
    public let name: String
    private let body: (Symbol) -> Symbol

    public init(_ name: String = "", _ body: @escaping (Symbol) -> Symbol) {
        self.name = name
        self.body = body
    }

    public func forward(_ x: Symbol) -> Symbol { body(x) }
}
