import TesseraIR
import TesseraLayers
import TesseraTensors

/// The frame of the residual networks with full pre-activation: a 7 × 7 stem (path `stem`) and max pool, stages of
/// residual units (`blocks.0`, `blocks.1`, …) of which every stage but the first begins with stride 2, norm and ReLU
/// (`norm`), global pool, one linear layer (`head`).
struct PreactivationNetwork: Layer {
    let name = ""
    var stemChannels: Int
    /// One per stage.
    var widths: [Int]
    var depths: [Int]
    var outputs: Int
    /// The unit at a path, with its output channels and stride.
    var unit: (_ name: String, _ outChannels: Int, _ stride: Int) -> any Layer

    func forward(_ x: Symbol) -> Symbol {
        var x = MaxPool2D(kernel: 3, stride: 2, padding: 1)(Conv2D("stem", stemChannels, kernel: 7, stride: 2)(x))
        var index = 0
        for (stage, (width, depth)) in zip(widths, depths).enumerated() {
            for position in 0..<depth {
                let layer = unit("blocks.\(index)", width, position == 0 && stage > 0 ? 2 : 1)
                x = layer(x)
                index += 1
            }
        }
        return Dense("head", outputs)(GlobalAveragePool2D()(NormReLU("norm")(x)))
    }
}

/// A residual unit with full pre-activation: the branch and, where the shape changes, the ResNet-D shortcut
/// (`shortcut`) both read ReLU(norm(x)) (`norm1`); nothing comes after the sum.
struct PreactivationResidual: Layer {
    let name: String
    var outChannels: Int
    var stride: Int
    var branch: (_ entry: Symbol) -> Symbol

    func forward(_ x: Symbol) -> Symbol {
        let entry = NormReLU("norm1")(x)
        let keepsShape = stride == 1 && x.channels == outChannels
        return branch(entry) + (keepsShape ? x : Downsample("shortcut", outChannels, stride: stride)(entry))
    }
}

/// The ResNet-D shortcut: a 2 × 2 average pool (rounding up, padding not counted) where the size shrinks, then a 1 × 1
/// convolution.
public struct Downsample: Layer {
    public let name: String
    public var outChannels: Int
    public var stride: Int

    public init(_ name: String, _ outChannels: Int, stride: Int) {
        self.name = name
        self.outChannels = outChannels
        self.stride = stride
    }

    public func forward(_ x: Symbol) -> Symbol {
        let pooled = stride == 1 ? x : AveragePool2D(kernel: stride, stride: stride, roundsUp: true)(x)
        return Conv2D(stride == 1 ? "0" : "1", outChannels, kernel: 1)(pooled)
    }
}
