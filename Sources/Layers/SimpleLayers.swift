import TesseraIR
import TesseraOps
import TesseraTensors

/// max(x, 0).
public struct ReLU: Layer {
    public let name = ""
    public init() {}
    public func forward(_ x: Symbol) -> Symbol { x.applying(Relu()) }
}

/// min(max(x, 0), 6).
public struct ReLU6: Layer {
    public let name = ""
    public init() {}
    public func forward(_ x: Symbol) -> Symbol { x.applying(Clip(low: 0, high: 6)) }
}

/// The maximum over square windows; padding never wins.
public struct MaxPool2D: Layer {
    public let name = ""
    public var kernel: Int
    public var stride: Int
    public var padding: Int

    public init(kernel: Int, stride: Int, padding: Int = 0) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    public func forward(_ x: Symbol) -> Symbol {
        x.applying(
            MaxPool(kernel: [kernel, kernel], strides: [stride, stride], pads: Array(repeating: padding, count: 4)))
    }
}

/// The mean over square windows, padding not counted; `roundsUp` also takes windows that overhang at the end.
public struct AveragePool2D: Layer {
    public let name = ""
    public var kernel: Int
    public var stride: Int
    public var roundsUp: Bool

    public init(kernel: Int, stride: Int, roundsUp: Bool = false) {
        self.kernel = kernel
        self.stride = stride
        self.roundsUp = roundsUp
    }

    public func forward(_ x: Symbol) -> Symbol {
        x.applying(AveragePool(kernel: [kernel, kernel], strides: [stride, stride], ceilMode: roundsUp))
    }
}

/// The mean of every channel: [N, C, H, W] → [N, C].
public struct GlobalAveragePool2D: Layer {
    public let name = ""
    public init() {}
    public func forward(_ x: Symbol) -> Symbol {
        x.applying(ReduceMean(axes: [2, 3], keepsDimensions: true)).applying(Reshape(to: [0, -1]))
    }
}

/// Values joined along the channels: [N, C₁, H, W], [N, C₂, H, W] → [N, C₁ + C₂, H, W].
public func concatenateChannels(_ a: Symbol, _ b: Symbol) -> Symbol { a.applying(Concat(axis: 1), b) }

/// y = x · weightᵀ + bias on [N, K]. Parameters `weight` [out, in] and `bias` [out], uniform in ±1/√in unless
/// initializers are given.
public struct Dense: Layer {
    public let name: String
    public var outputs: Int
    public var weightInitializer: Initializer?
    public var biasInitializer: Initializer?

    public init(_ name: String, _ outputs: Int, weight: Initializer? = nil, bias: Initializer? = nil) {
        self.name = name
        self.outputs = outputs
        weightInitializer = weight
        biasInitializer = bias
    }

    public func forward(_ x: Symbol) -> Symbol {
        let usual = Initializer.uniform(limit: 1 / Double(max(x.channels, 1)).squareRoot())
        return x.applying(
            Linear(), x.scope.state("weight", shape: [outputs, x.channels], initializer: weightInitializer ?? usual),
            x.scope.state("bias", shape: [outputs], initializer: biasInitializer ?? usual)
        )
    }
}
