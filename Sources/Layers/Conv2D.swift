import TesseraIR
import TesseraOps
import TesseraTensors

/// A 2-D convolution with a square kernel. Parameters: `weight` [out, in/groups, k, k] (He-normal over the fan in or
/// out), and `bias` where wanted.
public struct Conv2D: Layer {
    /// What the deviation √(2 / fan) of the weight's initial values counts.
    public enum Fan: Sendable {
        /// in/groups · k²: the sizes of activations keep.
        case incoming
        /// out · k², groups not counted, as PyTorch does: the sizes of gradients keep.
        case outgoing
    }

    public let name: String
    public var outChannels: Int
    public var kernel: Int
    public var stride: Int
    /// Zero cells on every side; `(kernel − 1) / 2` by default, which keeps the size at stride 1.
    public var padding: Int
    public var groups: Int
    public var hasBias: Bool
    public var fan: Fan

    public init(
        _ name: String, _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
        bias: Bool = false, fan: Fan = .incoming
    ) {
        self.name = name
        self.outChannels = outChannels
        self.kernel = kernel
        self.stride = stride
        self.padding = padding ?? (kernel - 1) / 2
        self.groups = groups
        hasBias = bias
        self.fan = fan
    }

    public func forward(_ x: Symbol) -> Symbol {
        guard groups > 0, x.channels % groups == 0 else {
            x.scope.record(
                TesseraError(
                    at: x.scope.path, found: "\(x.channels) channels in \(groups) groups",
                    accepted: "channels divisible by the groups"))
            return Symbol(nil, in: x.scope)
        }
        let connections = (fan == .incoming ? x.channels / groups : outChannels) * kernel * kernel
        let weight = x.scope.state(
            "weight", shape: [outChannels, x.channels / groups, kernel, kernel],
            initializer: .heNormal(fan: connections))
        let op = Convolution(strides: [stride, stride], pads: Array(repeating: padding, count: 4), group: groups)
        guard hasBias else { return x.applying(op, weight) }
        return x.applying(op, weight, x.scope.state("bias", shape: [outChannels], initializer: .zeros))
    }
}

/// A depthwise convolution: every channel has its own k × k filter.
public struct DepthwiseConv2D: Layer {
    public let name: String
    public var kernel: Int
    public var stride: Int
    public var fan: Conv2D.Fan

    public init(_ name: String, kernel: Int, stride: Int = 1, fan: Conv2D.Fan = .incoming) {
        self.name = name
        self.kernel = kernel
        self.stride = stride
        self.fan = fan
    }

    public func forward(_ x: Symbol) -> Symbol {
        Conv2D("", x.channels, kernel: kernel, stride: stride, groups: x.channels, fan: fan)(x)
    }
}
